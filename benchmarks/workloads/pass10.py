"""Ten Pass states, many clients: how many state transitions a second reach the disk."""

import time
from itertools import pairwise, repeat
from typing import Any

from benchmarks.client import aws_request, connected, drive
from benchmarks.lab import Lab
from benchmarks.stepwell import create_machine, expect_all_succeeded, metrics, until_succeeded

STATES = 10
WARM_UP = 500  # executions


def chain(length: int) -> dict[str, Any]:
    """A machine of so many Pass states, one after another."""
    names = [f"Pass{number}" for number in range(1, length + 1)]
    states = {name: {"Type": "Pass", "Next": following} for name, following in pairwise(names)}
    return {"StartAt": names[0], "States": {**states, names[-1]: {"Type": "Pass", "End": True}}}


async def round(lab: Lab, executions: int, clients: int) -> dict[str, float]:
    warm_up = min(WARM_UP, executions)
    with lab.server() as server:
        async with connected(server.url, clients) as connections, connected(server.url) as (observer,):
            machine = await create_machine(observer, chain(STATES))
            request = aws_request("StartExecution", stateMachineArn=machine, input='{"order": 17}')
            await drive(connections, repeat(request, warm_up))
            before, cpu = await until_succeeded(observer, warm_up), server.cpu_seconds
            began = time.perf_counter()
            load = await drive(connections, repeat(request, executions))
            await until_succeeded(observer, warm_up + executions)
            seconds = time.perf_counter() - began
            cpu = server.cpu_seconds - cpu
            after = await metrics(observer)
            await expect_all_succeeded(observer, machine, warm_up + executions)
    transactions = after["transactions_total"] - before["transactions_total"]
    return {
        "state transitions/s": STATES * executions / seconds,
        "executions/s": executions / seconds,
        "server CPU, µs/transition": 1e6 * cpu / (STATES * executions),
        "client CPU, µs/request": load.client_us,
        "executions per transaction": executions / transactions,
    }
