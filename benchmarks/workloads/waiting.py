"""Executions that wait for a worker: what they cost in memory, and at the server's next start."""

import contextlib
import time
from itertools import repeat

from benchmarks.client import aws_request, connected, drive
from benchmarks.lab import Lab
from benchmarks.processes import StepwellServer
from benchmarks.stepwell import create_machine, until_succeeded
from benchmarks.stepwell import executions as listed
from benchmarks.workloads.activity import approval


async def round(lab: Lab, executions: int, clients: int) -> dict[str, float]:
    with lab.directory() as data, contextlib.ExitStack() as servers:
        server = StepwellServer(data)
        servers.callback(server.kill)
        async with connected(server.url, clients) as connections:
            activity = (await connections[0].aws("CreateActivity", name="approve"))["activityArn"]
            machine = await create_machine(connections[0], approval(activity))
            request = aws_request("StartExecution", stateMachineArn=machine, input='{"order": 17}')
            load = await drive(connections, repeat(request, executions))
            memory = server.rss_mib
        server.kill()
        server = StepwellServer(data)
        servers.callback(server.stop)
        async with connected(server.url) as (connection,):
            began = time.perf_counter()
            task = await connection.aws("GetActivityTask", activityArn=activity)
            first_task = time.perf_counter() - began
            await connection.aws("SendTaskSuccess", taskToken=task["taskToken"], output="{}")
            await until_succeeded(connection, 1)
            memory_after = server.rss_mib
            running = [one async for one in listed(connection, machine, statusFilter="RUNNING")]
    return {
        "lost": executions - 1 - len(running),
        "RSS, MiB": memory,
        "RSS after the restart, MiB": memory_after,
        "ready after, s": server.seconds_to_ready,
        "first task given after, s": first_task,
        "starts/s": executions / load.seconds,
    }
