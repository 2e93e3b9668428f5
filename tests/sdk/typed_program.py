"""A program as users type it: mypy reads it in `test_typing`, which expects what the comments say."""

from dataclasses import dataclass
from typing import reveal_type

from stepwell import Retry, connect, connect_async, run_workers, task, workflow
from stepwell.blocks import catch, chain, choice, each, machine, on, parallel, retry, states, step, var, wait, when


@dataclass
class Pizza:
    name: str


@task
def name_it(number: int) -> str:
    return f"number {number}"


@task
async def bake(name: str) -> Pizza:
    return Pizza(name)


@workflow
def order(number: int, *, hot: bool = True) -> Pizza:
    name = name_it(number)
    return bake(name)  # type: ignore[return-value]


@workflow
async def order_async(number: int) -> Pizza:
    return await bake(name_it(number))


shop = machine(
    "shop",
    chain(
        step(name_it, {"number": states.input.count + 1}, assign={"name": states.result}),
        choice(when((var.name == "x") & (states.input.count > 1), order), otherwise=wait(minutes=5)),
        catch(retry(bake, Retry(times=1)), on(ValueError, "Odd", then=parallel(order, bake))),
        each(states.input.names, bake, max_concurrency=2),
    ),
)


def blocks() -> None:
    reveal_type(states.input.total > 3)  # Expression
    reveal_type(connect().run(shop, count=1))  # Any
    reveal_type(shop.to_asl())  # dict[str, Any]
    chain(plain)  # error: arg-type
    when(True, order)  # error: arg-type
    choice(order)  # error: arg-type
    wait(until=5)  # error: arg-type
    connect().run(shop, 1)  # error: call-overload
    run_workers([shop, bake])


def plain() -> None:
    client = connect()
    reveal_type(client.run(order, 1, hot=False))  # Pizza
    reveal_type(client.run(order_async, 1))  # Pizza
    reveal_type(client.start(order, number=1))  # Execution[Pizza]
    reveal_type(client.start(order, 1).result(timeout=3))  # Pizza
    reveal_type(client.start_as("one", order, 1).result())  # Pizza
    reveal_type(client.get("arn", order).result())  # Pizza
    reveal_type(client.run("order", number=1))  # Any
    client.run(order, "1")  # error: call-overload
    client.start(order, nummer=1)  # error: call-overload
    client.start_as("one", order)  # error: call-overload
    run_workers({name_it: 2, bake: 4})
    run_workers([order])
    run_workers([plain])  # error: list-item


async def asynchronous() -> None:
    async with connect_async() as client:
        reveal_type(await client.run(order, 1))  # Pizza
        reveal_type(await client.run(order_async, 1))  # Pizza
        execution = await client.start(order_async, 1)
        reveal_type(await execution.result())  # Pizza
        async for event in execution.events():
            reveal_type(event.state)  # str | None
        await client.run(order, hot=True)  # error: call-overload
