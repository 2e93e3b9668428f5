"""What it costs a server that somebody looks at it: idle with and without a page, and under load with readers."""

import asyncio
from itertools import repeat
from statistics import median

from benchmarks.browser import browser, shown, visitor
from benchmarks.client import aws_request, connected, drive
from benchmarks.lab import Lab
from benchmarks.processes import StepwellServer
from benchmarks.stepwell import create_machine, until_succeeded
from benchmarks.streams import readers
from benchmarks.workloads.console_open import OVERVIEW
from benchmarks.workloads.pass10 import STATES, WARM_UP, chain


async def round(
    lab: Lab, seconds: int, streams: int, executions: int, clients: int, watchers: int, pairs: int
) -> dict[str, float]:
    with lab.server() as server:
        async with connected(server.url) as (connection,):
            await create_machine(connection, chain(STATES))
        idle = {"idle: server CPU, ms/s": await _cpu(server, seconds)}
        async with readers(server.url, streams):
            idle["idle, 50 streams open: server CPU, ms/s"] = await _cpu(server, seconds)
        async with browser() as chromium:
            page = await (await visitor(chromium)).new_page()
            await shown(page, server.url, OVERVIEW)
            idle["idle, a page open: server CPU, ms/s"] = await _cpu(server, seconds)
    with lab.server() as server:
        return {**idle, **await _under_load(server, executions, clients, watchers, pairs)}


async def _cpu(server: StepwellServer, seconds: float) -> float:
    """Milliseconds of CPU time that the server uses in a second."""
    before = server.cpu_seconds
    await asyncio.sleep(seconds)
    return 1000 * (server.cpu_seconds - before) / seconds


async def _under_load(
    server: StepwellServer, executions: int, clients: int, watchers: int, pairs: int
) -> dict[str, float]:
    """The same work with and without readers, in turns, since others may be at work on the machine."""
    alone, watched = [], []
    async with connected(server.url, clients) as connections, connected(server.url) as (observer,):
        machine = await create_machine(observer, chain(STATES))
        request = aws_request("StartExecution", stateMachineArn=machine, input='{"order": 17}')
        done = 0

        async def run(count: int) -> tuple[float, float]:
            """Seconds of the clock, and of the server's CPU time."""
            nonlocal done
            done += count
            loop, cpu = asyncio.get_running_loop(), server.cpu_seconds
            began = loop.time()
            await drive(connections, repeat(request, count))
            await until_succeeded(observer, done)
            return loop.time() - began, server.cpu_seconds - cpu

        await run(min(WARM_UP, executions))
        for _ in range(pairs):
            alone.append(await run(executions))
            async with readers(server.url, watchers):
                watched.append(await run(executions))
    return {
        "executions/s without readers": executions / median(time for time, _ in alone),
        "executions/s with readers": executions / median(time for time, _ in watched),
        "time with 10 readers : without": median(other[0] / one[0] for one, other in zip(alone, watched, strict=True)),
        "server CPU with 10 readers : without": median(
            other[1] / one[1] for one, other in zip(alone, watched, strict=True)
        ),
    }
