"""A million closed executions: how long ListExecutions takes for any page, by any filter, in either store."""

import time
from statistics import median
from typing import Any

import msgspec

from benchmarks.client import Connection, aws_request, connected
from benchmarks.lab import Lab
from benchmarks.processes import StepwellServer
from benchmarks.seeding import STATUSES, Past, seed
from benchmarks.stepwell import NotDone, create_machine
from benchmarks.workloads.pass10 import chain

STORES = ("SQLite", "PostgreSQL")
SIZES = (100, 1000)
SPAN = 30 * 24 * 3600 * 1000  # ms in which the executions took place
OTHERS = 10  # a tenth of the executions are of another machine


async def round(lab: Lab, executions: int, repeats: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for store in STORES:
        with lab.store(store) as where:
            machine = await _prepare(where, executions)
            server = StepwellServer(where)
            try:
                async with connected(server.url) as (connection,):
                    times = await _times(connection, machine, executions, repeats)
            finally:
                server.stop()
        for size in SIZES:
            slowest = max((kind for kind in times if kind[0] == size), key=times.__getitem__)
            found[f"{store}, {size} a page: p50 ms"] = times[slowest]
            lab.note(f"{store}, {size} a page, slowest: {slowest[2]} page of {slowest[1]}")
    return found


async def _prepare(where: str, executions: int) -> dict[str, str]:
    """Two machines, of which one has a version and an alias, and their executions; the ARNs of the former by kind."""
    server = StepwellServer(where)
    try:
        async with connected(server.url) as (connection,):
            arn = await create_machine(connection, chain(1), "measured", publish=True)
            route = {"stateMachineVersionArn": f"{arn}:1", "weight": 100}
            alias = await connection.aws("CreateStateMachineAlias", name="live", routingConfiguration=[route])
            other = await create_machine(connection, chain(1), "other")
    finally:
        server.stop()
    now = time.time_ns() // 1_000_000
    others = executions // OTHERS
    ours = {"machine": arn, "version": f"{arn}:1", "alias": str(alias["stateMachineAliasArn"])}
    await seed(
        where,
        [
            Past(
                machine_arn=arn,
                count=executions - others,
                first=now - SPAN,
                last=now,
                version_arn=ours["version"],
                alias_arn=ours["alias"],
            ),
            Past(machine_arn=other, count=others, first=now - SPAN, last=now),
        ],
    )
    return ours


async def _times(
    connection: Connection, arns: dict[str, str], executions: int, repeats: int
) -> dict[tuple[int, str, str], float]:
    """The median of each kind of page: by size, filter, and place in the list."""
    found = {}
    for kind, arn in arns.items():
        for status in (None, *dict.fromkeys(STATUSES)):
            members = {"stateMachineArn": arn} | ({"statusFilter": status} if status else {})
            tokens, seen = await _walk(connection, members)
            if kind == "machine" and status is None and seen != executions - executions // OTHERS:
                raise NotDone(f"{seen} executions are listed, not {executions - executions // OTHERS}.")
            places = {"the first": tokens[0], "the middle": tokens[len(tokens) // 2], "the last": tokens[-1]}
            for size in SIZES:
                for place, token in places.items():
                    request = aws_request("ListExecutions", maxResults=size, **members, **token)
                    what = f"the {kind}'s {status or 'executions'}"
                    found[size, what, place] = await _median(connection, request, repeats)
    return found


async def _walk(connection: Connection, members: dict[str, Any]) -> tuple[list[dict[str, str]], int]:
    """What leads to each page of a list, and how many executions it has."""
    tokens: list[dict[str, str]] = [{}]
    seen = 0
    while True:
        request = aws_request("ListExecutions", maxResults=max(SIZES), **members, **tokens[-1])
        page = msgspec.json.decode(await connection.call(request))
        seen += len(page["executions"])
        if "nextToken" not in page:
            return tokens, seen
        tokens.append({"nextToken": page["nextToken"]})


async def _median(connection: Connection, request: bytes, repeats: int) -> float:
    """Milliseconds from a request to the last byte of its answer."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        await connection.call(request)
        times.append(1000 * (time.perf_counter() - began))
    return median(times)
