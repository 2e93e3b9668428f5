"""Restate: its server from npm, and the same work as a service with its Python SDK."""

import contextlib
import socket
import time
from collections.abc import AsyncIterator
from itertools import repeat

import msgspec

from benchmarks.client import connected, drive, http_request
from benchmarks.lab import Lab
from benchmarks.peers.setup import ROOT, program, restate_server
from benchmarks.processes import Process
from benchmarks.workloads.latency import percentile, times
from benchmarks.workloads.pass10 import STATES

DURABILITY = "its defaults: log in RocksDB with one replica, WAL fsynced (rocksdb-disable-wal-fsync = false)"
SERVICE = "benchmarks.peers.restate_service:app"
WARM_UP = 200


class Restate(msgspec.Struct, frozen=True):
    """A running server with the service registered."""

    url: str
    processes: tuple[Process, ...]

    @property
    def cpu_seconds(self) -> float:
        """Of the server and of the service, which runs the steps."""
        return sum(process.cpu_seconds for process in self.processes)


@contextlib.asynccontextmanager
async def running(lab: Lab) -> AsyncIterator[Restate]:
    ingress, admin, node, service = (f"127.0.0.1:{port}" for port in _free_ports(4))
    environ = {
        "RESTATE_INGRESS__BIND_ADDRESS": ingress,
        "RESTATE_ADMIN__BIND_ADDRESS": admin,
        "RESTATE_BIND_ADDRESS": node,
        "RESTATE_DISABLE_TELEMETRY": "true",
        "RESTATE_LOG_DISABLE_ANSI_CODES": "true",
    }
    python = {"PYTHONPATH": str(ROOT), "RESTATE_INGRESS": f"http://{ingress}"}
    with lab.directory() as data, contextlib.ExitStack() as stack:
        serve = [program("hypercorn"), "--bind", service, "--worker-class", "uvloop", SERVICE]
        steps = Process(serve, "Running on", python)
        stack.callback(steps.stop)
        server = Process(
            [restate_server(), "--base-dir", str(data)], "(?i)server is up|Restate .*ready|listening", environ
        )
        stack.callback(server.stop)
        async with connected(f"http://{admin}") as (connection,):
            await connection.call(http_request("/deployments", {"uri": f"http://{service}"}, "application/json"))
        yield Restate(f"http://{ingress}", (server, steps))


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


def invoke(handler: str, argument: int) -> bytes:
    """A call that is answered when the invocation has ended."""
    return http_request(f"/Benchmark/{handler}", argument, "application/json")


async def pass10(lab: Lab, executions: int, clients: int) -> dict[str, float]:
    lab.note(f"{STATES} durable steps (ctx.run) without work stand for {STATES} states")
    rate, cpu, client = await _rate(lab, invoke("steps", STATES), executions, clients)
    return {
        "state transitions/s": STATES * rate,
        "executions/s": rate,
        "server CPU, µs/transition": cpu / STATES,
        "client CPU, µs/request": client,
    }


async def activity(lab: Lab, executions: int, clients: int) -> dict[str, float]:
    lab.note("an awakeable stands for the task; its worker is in the service's process, one HTTP call an execution")
    rate, cpu, _ = await _rate(lab, invoke("approve", 17), executions, clients)
    return {"executions/s": rate, "server CPU, µs/execution": cpu}


async def latency(lab: Lab, executions: int) -> dict[str, float]:
    lab.note("one durable step; a synchronous call, so it stands beside Standard, and needs one request instead of two")
    async with running(lab) as restate, connected(restate.url) as (connection,):
        request = invoke("steps", 1)

        async def run() -> None:
            await connection.call(request)

        found = await times(executions, run)
    return {"Standard: p50 ms": percentile(found, 50), "Standard: p99 ms": percentile(found, 99)}


async def _rate(lab: Lab, request: bytes, executions: int, clients: int) -> tuple[float, float, float]:
    """Executions/s; µs of CPU for each, of server and service; µs of the client."""
    async with running(lab) as restate, connected(restate.url, clients) as connections:
        await drive(connections, repeat(request, min(WARM_UP, executions)))
        began, cpu = time.perf_counter(), restate.cpu_seconds
        load = await drive(connections, repeat(request, executions))
        seconds, cpu = time.perf_counter() - began, restate.cpu_seconds - cpu
    return executions / seconds, 1e6 * cpu / executions, load.client_us
