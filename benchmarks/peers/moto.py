"""moto's Step Functions server with its executor switched on: the same protocol, everything in memory."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Iterator

from benchmarks.client import aws_request, connected, drive, http_request
from benchmarks.lab import Lab, Unavailable
from benchmarks.peers.setup import program
from benchmarks.processes import Process
from benchmarks.stepwell import NotDone, create_machine
from benchmarks.stepwell import executions as listed
from benchmarks.workloads.latency import percentile, run_standard, times
from benchmarks.workloads.pass10 import STATES, chain

DURABILITY = "everything in memory, lost at its end; one thread for an execution; closes a connection after each answer"
CONFIG = {"stepfunctions": {"execute_state_machine": True}}
PATIENCE = 60


@contextlib.contextmanager
def server() -> Iterator[tuple[str, Process]]:
    """moto's own server, as its users start it."""
    process = Process([program("moto_server"), "-p", "0"], r"Running on (http://\S+)", {"PYTHONUNBUFFERED": "1"})
    try:
        yield process.announced[1], process
    finally:
        process.stop()


def start(machine: str) -> bytes:
    """It wants a name with each start."""
    return aws_request("StartExecution", stateMachineArn=machine, name=str(uuid.uuid4()), input="{}")


async def pass10(lab: Lab, executions: int, clients: int) -> dict[str, float]:
    with server() as (url, process):
        async with connected(url, clients) as connections, connected(url) as (observer,):
            await observer.call(http_request("/moto-api/config", CONFIG, "application/json"))
            machine = await create_machine(observer, chain(STATES))
            requests = [start(machine) for _ in range(executions)]
            began, cpu = time.perf_counter(), process.cpu_seconds
            load = await drive(connections, requests)
            while True:
                statuses = [one["status"] async for one in listed(observer, machine)]
                if statuses.count("SUCCEEDED") == executions:
                    break
                if time.perf_counter() - began > PATIENCE or "FAILED" in statuses:
                    raise NotDone(f"{statuses.count('SUCCEEDED')} of {executions} executions succeeded")
                await asyncio.sleep(0.05)
            seconds, cpu = time.perf_counter() - began, process.cpu_seconds - cpu
    return {
        "state transitions/s": STATES * executions / seconds,
        "executions/s": executions / seconds,
        "server CPU, µs/transition": 1e6 * cpu / (STATES * executions),
        "client CPU, µs/request": load.client_us,
    }


async def latency(lab: Lab, executions: int) -> dict[str, float]:
    lab.note("StartSyncExecution is not implemented in moto's server, so only Standard")
    with server() as (url, _):
        async with connected(url) as (connection,):
            await connection.call(http_request("/moto-api/config", CONFIG, "application/json"))
            machine = await create_machine(connection, chain(1))
            found = await times(executions, lambda: run_standard(connection, machine, name=str(uuid.uuid4())))
    return {"Standard: p50 ms": percentile(found, 50), "Standard: p99 ms": percentile(found, 99)}


async def activity(lab: Lab, executions: int, clients: int) -> dict[str, float]:
    raise Unavailable("moto's server has no GetActivityTask (NotImplementedError in 5.2.5)")
