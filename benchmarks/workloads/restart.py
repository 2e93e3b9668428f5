"""Executions in a Wait when the server is killed: whether all end, and how late."""

import asyncio
import contextlib
import time
from itertools import repeat

from benchmarks.client import Connection, aws_request, connected, drive
from benchmarks.lab import Lab
from benchmarks.processes import StepwellServer
from benchmarks.stepwell import NotDone, create_machine
from benchmarks.stepwell import executions as listed

PATIENCE = 120  # seconds after everything is due


async def round(lab: Lab, executions: int, seconds: int, clients: int) -> dict[str, float]:
    with lab.directory() as data, contextlib.ExitStack() as servers:
        server = StepwellServer(data)
        servers.callback(server.kill)
        async with connected(server.url, clients) as connections:
            nap = {"StartAt": "Nap", "States": {"Nap": {"Type": "Wait", "Seconds": seconds, "End": True}}}
            machine = await create_machine(connections[0], nap)
            request = aws_request("StartExecution", stateMachineArn=machine)
            load = await drive(connections, repeat(request, executions))
        killed = time.time()
        server.kill()
        server = StepwellServer(data)
        servers.callback(server.stop)
        ready = time.time()
        async with connected(server.url) as (connection,):
            await _until_none_runs(connection, machine, seconds + PATIENCE)
            found = [one async for one in listed(connection, machine)]
    ended = [one for one in found if one["status"] == "SUCCEEDED"]
    late = max(one["stopDate"] - max(one["startDate"] + seconds, ready) for one in ended)
    early = [one for one in ended if one["stopDate"] < one["startDate"] + seconds - 0.001]
    if early:
        raise NotDone(f"{len(early)} executions ended before their time, the first: {early[0]}.")
    return {
        "lost": executions - len(ended),
        "last end after due and ready, s": late,
        "ready after, s": server.seconds_to_ready,
        "ended before the kill": sum(one["stopDate"] < killed for one in ended),
        "starts/s": executions / load.seconds,
    }


async def _until_none_runs(connection: Connection, machine: str, patience: float) -> None:
    deadline = time.perf_counter() + patience
    while (await connection.aws("ListExecutions", stateMachineArn=machine, statusFilter="RUNNING", maxResults=1))[
        "executions"
    ]:
        if time.perf_counter() > deadline:
            return  # what still runs counts as lost
        await asyncio.sleep(0.1)
