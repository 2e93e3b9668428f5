"""One Pass state, one client: how long a caller waits for the end of an execution."""

import time
from collections.abc import Awaitable, Callable

from benchmarks.client import Connection, aws_request, connected
from benchmarks.lab import Lab
from benchmarks.stepwell import NotDone, create_machine
from benchmarks.workloads.pass10 import chain

SUCCEEDED = b'"status":"SUCCEEDED"'


async def round(lab: Lab, executions: int) -> dict[str, float]:
    with lab.server() as server:
        async with connected(server.url) as (connection,):
            express = await create_machine(connection, chain(1), "express", type="EXPRESS")
            standard = await create_machine(connection, chain(1), "standard")
            sync = await times(executions, lambda: run_sync(connection, express))
            started = await times(executions, lambda: run_standard(connection, standard))
    return {
        "Express, sync: p50 ms": percentile(sync, 50),
        "Express, sync: p99 ms": percentile(sync, 99),
        "Standard: p50 ms": percentile(started, 50),
        "Standard: p99 ms": percentile(started, 99),
    }


async def times(count: int, run: Callable[[], Awaitable[None]]) -> list[float]:
    """Milliseconds of each of so many runs, after a tenth as many that are not counted."""
    for _ in range(count // 10):
        await run()
    found = []
    for _ in range(count):
        began = time.perf_counter()
        await run()
        found.append(1000 * (time.perf_counter() - began))
    return found


def percentile(values: list[float], percent: int) -> float:
    return sorted(values)[len(values) * percent // 100]


async def run_sync(connection: Connection, machine: str) -> None:
    answer = await connection.call(aws_request("StartSyncExecution", stateMachineArn=machine))
    if SUCCEEDED not in answer:
        raise NotDone(answer.decode())


async def run_standard(connection: Connection, machine: str, **members: str) -> None:
    """Start, and ask until it has succeeded."""
    arn = (await connection.aws("StartExecution", stateMachineArn=machine, **members))["executionArn"]
    describe = aws_request("DescribeExecution", executionArn=arn)
    while SUCCEEDED not in (answer := (await connection.call(describe)).replace(b": ", b":")):
        if b'"status":"RUNNING"' not in answer:
            raise NotDone(answer.decode())
