"""One Activity task and a worker in a process of its own: three calls for an execution."""

import sys
import time
from itertools import repeat
from typing import Any

from benchmarks.client import aws_request, connected, drive
from benchmarks.lab import Lab
from benchmarks.processes import Process
from benchmarks.stepwell import create_machine, expect_all_succeeded, metrics, until_succeeded


def approval(activity: str) -> dict[str, Any]:
    """A machine whose one state is a task of this activity."""
    return {"StartAt": "Approve", "States": {"Approve": {"Type": "Task", "Resource": activity, "End": True}}}


def start_worker(url: str, activity: str, tasks: int, pollers: int) -> Process:
    """A worker that ends after so many tasks."""
    command = [sys.executable, "-m", "benchmarks.worker", url, activity, str(tasks), str(pollers)]
    return Process(command, "polls", {})


async def round(lab: Lab, executions: int, clients: int, pollers: int) -> dict[str, float]:
    with lab.server() as server:
        async with connected(server.url, clients) as connections, connected(server.url) as (observer,):
            made = await observer.aws("CreateActivity", name="approve")
            machine = await create_machine(observer, approval(made["activityArn"]))
            request = aws_request("StartExecution", stateMachineArn=machine, input='{"order": 17}')
            worker = start_worker(server.url, made["activityArn"], executions, pollers)
            try:
                before, cpu, worked = await metrics(observer), server.cpu_seconds, worker.cpu_seconds
                began = time.perf_counter()
                load = await drive(connections, repeat(request, executions))
                after = await until_succeeded(observer, executions)
                seconds = time.perf_counter() - began
                cpu = server.cpu_seconds - cpu
                worked = worker.cpu_seconds - worked
            finally:
                worker.stop()
            await expect_all_succeeded(observer, machine, executions)
    lab.note(f"all starts were answered after {100 * load.seconds / seconds:.0f} % of the time")
    return {
        "executions/s": executions / seconds,
        "server CPU, µs/execution": 1e6 * cpu / executions,
        "client and worker CPU, µs/execution": 1e6 * (load.cpu_seconds + worked) / executions,
        "executions per transaction": executions / (after["transactions_total"] - before["transactions_total"]),
    }
