"""One function that the server runs in warm processes: how many executions a second, and how long one takes."""

import asyncio
import time
from itertools import repeat
from typing import Any

from benchmarks.client import aws_request, connected, drive
from benchmarks.lab import Lab
from benchmarks.processes import StepwellServer
from benchmarks.stepwell import create_machine, expect_all_succeeded, metrics, until_succeeded
from benchmarks.workloads.latency import percentile, run_sync, times

HANDLER = "def handler(event, context):\n    return event\n"
SETTINGS = '[functions.price]\nhandler = "price.py:handler"\nconcurrency = {processes}\n'
PRICE = {
    "StartAt": "Price",
    "States": {
        "Price": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:price",
            "TimeoutSeconds": 60,
            "End": True,
        }
    },
}
MODERATE = 200
"""Executions a second at which the time of each is taken: a part of what there is room for."""


async def round(lab: Lab, executions: int, clients: int, processes: int, timed: int) -> dict[str, float]:
    with lab.directory() as data:
        (data / "price.py").write_text(HANDLER)
        (data / "stepwell.toml").write_text(SETTINGS.format(processes=processes))
        server = StepwellServer(data)
        try:
            return await _measure(server, executions, clients, timed)
        finally:
            server.stop()


async def _measure(server: StepwellServer, executions: int, clients: int, timed: int) -> dict[str, float]:
    async with connected(server.url, clients) as connections, connected(server.url) as (observer,):
        machine = await create_machine(observer, PRICE)
        express = await create_machine(observer, PRICE, "express", type="EXPRESS")
        sync = await times(timed, lambda: run_sync(observer, express))
        loaded = await at_moderate_load(connections, express, timed)
        request = aws_request("StartExecution", stateMachineArn=machine, input='{"order": 17}')
        succeeded = (await metrics(observer))["executions_succeeded_total"]
        before, cpu = await metrics(observer), server.cpu_seconds
        began = time.perf_counter()
        load = await drive(connections, repeat(request, executions))
        after = await until_succeeded(observer, int(succeeded) + executions)
        seconds = time.perf_counter() - began
        cpu = server.cpu_seconds - cpu
        await expect_all_succeeded(observer, machine, executions)
    return {
        "executions/s": executions / seconds,
        "Express, sync: p50 ms": percentile(sync, 50),
        f"{MODERATE}/s: p50 ms": percentile(loaded, 50),
        f"{MODERATE}/s: p99 ms": percentile(loaded, 99),
        "server and function CPU, µs/execution": 1e6 * cpu / executions,
        "client CPU, µs/request": load.client_us,
        "executions per transaction": executions / (after["transactions_total"] - before["transactions_total"]),
    }


async def at_moderate_load(connections: Any, machine: str, count: int) -> list[float]:
    """Milliseconds of each of so many synchronous executions, begun at a steady pace."""
    found: list[float] = []
    free = list(connections)

    async def one() -> None:
        connection = free.pop()
        began = time.perf_counter()
        await run_sync(connection, machine)
        found.append(1000 * (time.perf_counter() - began))
        free.append(connection)

    start, running = time.perf_counter(), []
    for number in range(count):
        await asyncio.sleep(start + number / MODERATE - time.perf_counter())
        running.append(asyncio.create_task(one()))
    await asyncio.gather(*running)
    return found
