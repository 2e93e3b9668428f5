"""What the workloads ask of a Stepwell server, and how they make sure that it did what they timed."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any

from benchmarks.client import Connection, http_request

ROLE = "arn:aws:iam::123456789012:role/benchmark"
_SAMPLE = re.compile(r"^(stepwell_\w+) (\S+)$", re.MULTILINE)
_METRICS = http_request("/metrics", None)


class NotDone(Exception):
    """The server did not do the work whose time was to be taken."""


async def create_machine(connection: Connection, definition: Any, name: str = "benchmark", **members: str) -> str:
    """Its ARN."""
    text = json.dumps(definition)
    made = await connection.aws("CreateStateMachine", name=name, definition=text, roleArn=ROLE, **members)
    return str(made["stateMachineArn"])


async def metrics(connection: Connection) -> dict[str, float]:
    """The server's own figures by name, `stepwell_` cut off."""
    text = (await connection.call(_METRICS)).decode()
    return {name.removeprefix("stepwell_"): float(value) for name, value in _SAMPLE.findall(text)}


async def until_succeeded(connection: Connection, count: int, patience: float = 60) -> dict[str, float]:
    """Wait until so many executions have succeeded in the server's present life; its figures then. Raises NotDone."""
    deadline = time.perf_counter() + patience
    while True:
        figures = await metrics(connection)
        if figures["executions_succeeded_total"] >= count:
            return figures
        if time.perf_counter() > deadline:
            raise NotDone(f"Of {count} executions {figures['executions_succeeded_total']:.0f} succeeded.")
        await asyncio.sleep(0.02)  # asking costs the server 2 ms


async def executions(connection: Connection, machine: str, **members: Any) -> AsyncIterator[dict[str, Any]]:
    """Every execution of the machine, as ListExecutions shows it."""
    page: dict[str, Any] = {}
    while True:
        listed = await connection.aws("ListExecutions", stateMachineArn=machine, maxResults=1000, **members, **page)
        for execution in listed["executions"]:
            yield execution
        if "nextToken" not in listed:
            return
        page = {"nextToken": listed["nextToken"]}


async def expect_all_succeeded(connection: Connection, machine: str, count: int) -> None:
    """Raises NotDone unless there are exactly so many executions and each has succeeded."""
    statuses = [execution["status"] async for execution in executions(connection, machine)]
    if statuses.count("SUCCEEDED") != count or len(statuses) != count:
        raise NotDone(f"{statuses.count('SUCCEEDED')} of {len(statuses)} listed executions succeeded, not {count}.")
