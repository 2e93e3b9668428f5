"""An inline Map over many items: whether each costs the same, however many there are."""

import asyncio
import json
import time
from statistics import median

import msgspec

from benchmarks.client import Connection, aws_request, connected
from benchmarks.lab import Lab
from benchmarks.processes import StepwellServer
from benchmarks.stepwell import NotDone, create_machine
from benchmarks.workloads.latency import SUCCEEDED

MACHINE = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "Keep", "States": {"Keep": {"Type": "Pass", "End": True}}},
            "End": True,
        }
    },
}
RAISED = {"history_limit": 10_000_000, "payload_limit": 1_000_000, "request_limit": 4_000_000}
WARM_UP = 200  # items
LOOK_EVERY = 0.005  # seconds


async def round(lab: Lab, small: int, large: int, repeats: int) -> dict[str, float]:
    with lab.server() as server, lab.server(**RAISED) as raised:
        for_small, _ = await _seconds_and_cpu(server, small, repeats)
        for_large, cpu = await _seconds_and_cpu(raised, large, max(1, repeats // 2))
    return {
        "items/s, small": small / for_small,
        "items/s, large": large / for_large,
        "cost per item, large : small": (for_large / large) / (for_small / small),
        "server CPU, µs/item": 1e6 * cpu / large,
    }


async def _seconds_and_cpu(server: StepwellServer, items: int, repeats: int) -> tuple[float, float]:
    """The medians for an execution over so many items."""
    async with connected(server.url) as (connection,):
        machine = await create_machine(connection, MACHINE)
        await _run(connection, machine, WARM_UP)
        seconds, cpu = [], []
        for _ in range(repeats):
            before = server.cpu_seconds
            seconds.append(await _run(connection, machine, items))
            cpu.append(server.cpu_seconds - before)
    return median(seconds), median(cpu)


async def _run(connection: Connection, machine: str, items: int) -> float:
    """Seconds from the start to the knowledge of the end. Raises NotDone unless every item came out."""
    given = list(range(items))
    start = aws_request("StartExecution", stateMachineArn=machine, input=json.dumps(given))
    began = time.perf_counter()
    arn = msgspec.json.decode(await connection.call(start))["executionArn"]
    describe = aws_request("DescribeExecution", executionArn=arn)
    while SUCCEEDED not in (answer := await connection.call(describe)):
        if b'"status":"RUNNING"' not in answer:
            raise NotDone(answer[:2000].decode(errors="replace"))
        await asyncio.sleep(LOOK_EVERY)
    seconds = time.perf_counter() - began
    if json.loads(msgspec.json.decode(answer)["output"]) != given:
        raise NotDone("The Map's output is not what was given to it.")
    return seconds
