"""Everything at once for minutes: starts, reads, workers, and clients that break off in the middle of a request."""

import asyncio
import contextlib
import random
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec

from benchmarks.client import Connection, Refused, aws_request, connected
from benchmarks.lab import Lab
from benchmarks.processes import StepwellServer
from benchmarks.stepwell import NotDone, create_machine, executions
from benchmarks.workloads.latency import percentile
from benchmarks.workloads.pass10 import chain

MIX = {"StartExecution": 4, "DescribeExecution": 6, "GetExecutionHistory": 4}
"""How often each of these is asked for, against the others; work and breaking off come on top."""

WORKERS = 10  # of 100 connections so many poll for tasks; a quarter break off
WORKED = 3  # each third execution has a task for a worker
TICK = 0.01  # seconds
WARM_UP = 6  # the first sixth of the time is not looked at
PATIENCE = 60  # seconds until the last execution has ended
AUDITORS = 50  # connections


class Seen:
    """What the load has come to so far."""

    def __init__(self) -> None:
        self.acknowledged: list[str] = []
        self.ms: dict[str, list[tuple[float, float]]] = {name: [] for name in MIX}  # when it was due, and how long
        self.requests: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.rss: list[float] = []


async def round(lab: Lab, connections: int, rate: int, seconds: int) -> dict[str, float]:
    seen = Seen()
    with lab.server() as server:
        began, cpu, mine = time.perf_counter(), server.cpu_seconds, time.process_time()
        machines, still = await _apply(server, seen, connections, rate, seconds)
        wall, cpu, mine = time.perf_counter() - began, server.cpu_seconds - cpu, time.process_time() - mine
        try:
            lost = await _audit(server.url, machines, seen.acknowledged)
        finally:
            await still.aclose()
    warm = began + seconds / WARM_UP
    ms = {name: [took for due, took in times if due > warm] for name, times in seen.ms.items()}
    rss = seen.rss[len(seen.rss) // WARM_UP :]
    first, second = rss[: len(rss) // 2], rss[len(rss) // 2 :]
    lab.note(", ".join(f"{count:,} {what}" for what, count in seen.requests.most_common()))
    for what, count in seen.refused.most_common(3):
        lab.note(f"refused {count} times: {what}")
    return {
        "lost": lost,
        "refused": seen.refused.total(),
        "requests/s": seen.requests.total() / wall,
        **{f"{name}: p99 ms": percentile(times, 99) for name, times in ms.items()},
        "DescribeExecution: p50 ms": percentile(ms["DescribeExecution"], 50),
        "RSS, second half : first half": max(second) / max(first),
        "RSS, MiB": max(rss),
        "server CPU, of one core": cpu / wall,
        "client CPU, of one core": mine / wall,
    }


async def _apply(
    server: StepwellServer, seen: Seen, connections: int, rate: int, seconds: int
) -> tuple[Sequence[str], "Workers"]:
    """Put the load on for so long; the machines it started, and the workers, who are still at it."""
    quarter, workers = connections // 4, max(1, connections * WORKERS // 100)
    async with connected(server.url, connections - quarter - workers) as callers:
        observer = callers[0]
        activity = str((await observer.aws("CreateActivity", name="work"))["activityArn"])
        worked = await create_machine(observer, _worked(activity), "worked")
        plain = await create_machine(observer, chain(3), "plain")
        starts = [aws_request("StartExecution", stateMachineArn=arn, input='{"order": 17}') for arn in (worked, plain)]
        force = Workers(server.url, activity, workers, seen)
        breaking = asyncio.create_task(_break_off(server.url, quarter, rate / 8, [*starts, force.poll], seen))
        watching = asyncio.create_task(_watch(server, seen))
        try:
            # A worker's request and its answer for each execution with a task, and one in eight breaks off.
            share = sum(MIX.values()) + 2 * MIX["StartExecution"] / WORKED
            pace = rate * 7 / 8 * sum(MIX.values()) / share
            await _call(callers, starts, pace, seconds, seen)
        finally:
            for task in (breaking, watching):
                task.cancel()
            await asyncio.gather(breaking, watching, return_exceptions=True)
    return (worked, plain), force


def _worked(activity: str) -> dict[str, Any]:
    """A task, and a new try of it where its worker broke off with the task in hand."""
    again = {"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 20}
    task = {"Type": "Task", "Resource": activity, "TimeoutSeconds": 5, "Retry": [again], "End": True}
    return {"StartAt": "Work", "States": {"Work": task}}


# -- callers -----------------------------------------------------------------------------------------------------------


async def _call(callers: Sequence[Connection], starts: Sequence[bytes], pace: float, seconds: int, seen: Seen) -> None:
    """So many requests a second, whether or not the ones before are answered; those that find no connection wait."""
    free, waiting = deque(callers), deque[tuple[float, str, bytes]]()
    wanted = _requests(starts, seen)
    began = time.perf_counter()
    sent = 0

    def send(connection: Connection) -> None:
        due, name, request = waiting.popleft()

        def answered(status: int, body: bytes) -> None:
            seen.requests[name] += 1
            seen.ms[name].append((due, 1000 * (time.perf_counter() - due)))
            if status != 200:
                seen.refused[f"{name}: {status} {body[:200].decode(errors='replace')}"] += 1
            elif name == "StartExecution":
                seen.acknowledged.append(msgspec.json.decode(body)["executionArn"])
            if waiting:
                send(connection)
            else:
                free.append(connection)

        connection.send(request, answered)

    while (now := time.perf_counter()) < began + seconds:
        while sent < (now - began) * pace:
            waiting.append((began + sent / pace, *next(wanted)))
            sent += 1
            if free:
                send(free.popleft())
        await asyncio.sleep(TICK)
    while waiting or len(free) < len(callers):
        await asyncio.sleep(TICK)


def _requests(starts: Sequence[bytes], seen: Seen) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(17)
    names = [name for name, times in MIX.items() for _ in range(times)]
    while True:
        name = chance.choice(names)
        if name == "StartExecution" or not seen.acknowledged:
            yield "StartExecution", starts[chance.randrange(WORKED) > 0]
        else:
            yield name, aws_request(name, executionArn=chance.choice(seen.acknowledged))


# -- workers -----------------------------------------------------------------------------------------------------------


class Workers:
    """Connections that poll for tasks and answer each at once, until closed."""

    def __init__(self, url: str, activity: str, count: int, seen: Seen) -> None:
        address = urlsplit(url)
        self.poll = aws_request("GetActivityTask", activityArn=activity, workerName="load")
        self._seen = seen
        self._connections = [Connection(address.hostname or "127.0.0.1", address.port or 80) for _ in range(count)]
        for connection in self._connections:
            self._ask(connection)

    def _ask(self, connection: Connection) -> None:
        def given(status: int, body: bytes) -> None:
            self._seen.requests["GetActivityTask"] += 1
            task = msgspec.json.decode(body) if status == 200 else {}
            if "taskToken" not in task:
                self._ask(connection)
                return
            connection.send(aws_request("SendTaskSuccess", taskToken=task["taskToken"], output="{}"), taken)

        def taken(status: int, body: bytes) -> None:
            self._seen.requests["SendTaskSuccess"] += 1
            if status != 200 and b"TaskTimedOut" not in body:
                self._seen.refused[f"SendTaskSuccess: {status} {body[:200].decode(errors='replace')}"] += 1
            self._ask(connection)

        connection.send(self.poll, given)

    async def aclose(self) -> None:
        for connection in self._connections:
            connection.close()


# -- those who break off -----------------------------------------------------------------------------------------------


async def _break_off(url: str, count: int, rate: float, whole: Sequence[bytes], seen: Seen) -> None:
    """So many clients that hang up again and again: within the head, within the body, or before the answer."""
    address = urlsplit(url)
    loop = asyncio.get_running_loop()
    chance = random.Random(23)

    async def break_off() -> None:
        while True:
            request = chance.choice(whole)
            said = request[: chance.randrange(1, len(request))] if chance.random() < 0.7 else request
            with contextlib.suppress(OSError):
                transport, _ = await loop.create_connection(asyncio.Protocol, address.hostname, address.port)
                cast(asyncio.Transport, transport).write(said)
                seen.requests["broken off"] += 1
                await asyncio.sleep(chance.uniform(0, 2 * count / rate))
                transport.close() if chance.random() < 0.5 else cast(asyncio.Transport, transport).abort()

    await asyncio.gather(*(break_off() for _ in range(count)))


async def _watch(server: StepwellServer, seen: Seen) -> None:
    while True:
        seen.rss.append(server.rss_mib)
        await asyncio.sleep(0.5)


# -- afterwards --------------------------------------------------------------------------------------------------------


async def _audit(url: str, machines: Sequence[str], acknowledged: Sequence[str]) -> int:
    """How many acknowledged starts did not come to their end, or cannot be read. Raises NotDone."""
    async with connected(url, AUDITORS) as auditors:
        await _until(lambda: _none_runs(auditors[0], machines))
        ended = {
            each["executionArn"]
            for machine in machines
            async for each in executions(auditors[0], machine, statusFilter="SUCCEEDED")
        }
        readable: set[str] = set()
        left = iter(acknowledged)

        async def read(auditor: Connection) -> None:
            for arn in left:
                with contextlib.suppress(Refused):
                    if (await auditor.aws("DescribeExecution", executionArn=arn))["output"] is not None:
                        readable.add(arn)

        await asyncio.gather(*(read(auditor) for auditor in auditors))
    return len(set(acknowledged) - (ended & readable))


async def _none_runs(connection: Connection, machines: Sequence[str]) -> bool:
    for machine in machines:
        listed = await connection.aws("ListExecutions", stateMachineArn=machine, statusFilter="RUNNING", maxResults=1)
        if listed["executions"]:
            return False
    return True


async def _until(done: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.perf_counter() + PATIENCE
    while not await done():
        if time.perf_counter() > deadline:
            raise NotDone(f"Executions still run {PATIENCE} s after the last start.")
        await asyncio.sleep(0.2)
