"""A million executions whose retention is over: what others notice while they are deleted, and what is left on disk."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from benchmarks.client import Connection, aws_request, connected
from benchmarks.lab import Lab
from benchmarks.processes import StepwellServer
from benchmarks.seeding import Past, seed
from benchmarks.stepwell import NotDone, create_machine, metrics
from benchmarks.workloads.latency import percentile
from benchmarks.workloads.pass10 import chain

DAY = 24 * 3600 * 1000
NEVER = 36_500  # days
PACE = 0.01  # seconds between one start and the next: the server has time to spare
MEBIBYTE = 1024 * 1024
PATIENCE = 1800  # seconds


async def round(lab: Lab, executions: int, requests: int) -> dict[str, float]:
    with lab.store("SQLite") as where:
        machine = await _prepare(where, executions)
        before = _size(where)
        async with _serving(where, retention_days=NEVER) as connection:
            idle = await _times(connection, machine, requests)
        async with _serving(where) as connection:
            began = time.perf_counter()
            deleting = await _times(connection, machine, requests)
            measured = await metrics(connection)
            rate = measured["executions_deleted_total"] / (time.perf_counter() - began)
            await _until_deleted(connection, executions)
        after = _size(where)
    if measured["executions_deleted_total"] == executions:
        lab.note("all were deleted before the last request: give more --size executions=… or fewer requests=…")
    return {
        **{f"{operation} while deleting: p99 ms": percentile(ms, 99) for operation, ms in deleting.items()},
        **{f"{operation} otherwise: p99 ms": percentile(ms, 99) for operation, ms in idle.items()},
        "deleted/s": rate,
        "MiB on disk before": before,
        "MiB on disk after": after,
    }


async def _prepare(where: str, executions: int) -> str:
    async with _serving(where) as connection:
        machine = await create_machine(connection, chain(1))
    now = time.time_ns() // 1_000_000
    await seed(where, [Past(machine_arn=machine, count=executions, first=now - 130 * DAY, last=now - 100 * DAY)])
    return machine


@contextlib.asynccontextmanager
async def _serving(where: str, **settings: float) -> AsyncIterator[Connection]:
    server = StepwellServer(where, **settings)
    try:
        async with connected(server.url) as (connection,):
            yield connection
    finally:
        server.stop()


def _size(where: str) -> float:
    return sum(file.stat().st_size for file in Path(where).iterdir()) / MEBIBYTE


async def _times(connection: Connection, machine: str, requests: int) -> dict[str, list[float]]:
    """Milliseconds of so many starts, and of as many descriptions, one every hundredth of a second."""
    start = aws_request("StartExecution", stateMachineArn=machine, input='{"order": 17}')
    found: dict[str, list[float]] = {"StartExecution": [], "DescribeExecution": []}
    for _ in range(requests):
        answer = await _timed(connection, start, found["StartExecution"])
        arn = msgspec.json.decode(answer)["executionArn"]
        await _timed(connection, aws_request("DescribeExecution", executionArn=arn), found["DescribeExecution"])
        await asyncio.sleep(PACE)
    return found


async def _timed(connection: Connection, request: bytes, times: list[float]) -> bytes:
    began = time.perf_counter()
    answer = await connection.call(request)
    times.append(1000 * (time.perf_counter() - began))
    return answer


async def _until_deleted(connection: Connection, executions: int) -> None:
    """Raises NotDone."""
    deadline = time.perf_counter() + PATIENCE
    while (figures := await metrics(connection))["executions_deleted_total"] < executions:
        if time.perf_counter() > deadline:
            raise NotDone(f"{figures['executions_deleted_total']:.0f} of {executions} were deleted.")
        await asyncio.sleep(1)
