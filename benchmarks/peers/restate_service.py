"""What Restate runs: ten durable steps, or one awakeable. Served by hypercorn from the peers' virtualenv."""

import asyncio
import os

import restate

from benchmarks.client import Connection, connected, http_request

STEPS = 10
RESOLVERS = 16

benchmark = restate.Service("Benchmark")
handed_out: asyncio.Queue[str] = asyncio.Queue()
resolvers: list[asyncio.Task[None]] = []


def nothing() -> None:
    """A step without work: what is measured is that it is durable."""


@benchmark.handler()
async def steps(ctx: restate.Context, count: int) -> str:
    for number in range(count):
        await ctx.run_typed(f"step{number}", nothing)
    return "done"


@benchmark.handler()
async def approve(ctx: restate.Context, order: int) -> str:
    """Wait until the worker, a task in this same process, has resolved an awakeable over HTTP."""
    if not resolvers:
        resolvers.append(asyncio.create_task(resolve()))
    name, promise = ctx.awakeable(type_hint=str)
    await ctx.run_typed("hand out", lambda: handed_out.put_nowait(name))
    return await promise


async def resolve() -> None:
    async def worker(connection: Connection) -> None:
        while True:
            name = await handed_out.get()
            await connection.call(http_request(f"/restate/awakeables/{name}/resolve", "yes", "application/json"))

    async with connected(os.environ["RESTATE_INGRESS"], RESOLVERS) as connections:
        await asyncio.gather(*map(worker, connections))


app = restate.app([benchmark])
