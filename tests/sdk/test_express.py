"""Express machines: deployed by a word, run by one call that is never made twice, and nothing left to ask for."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from api.live import PASS, LiveServer
from stepwell import workflow
from stepwell.blocks import chain, choice, fail, machine, pass_, states, text, wait, when
from stepwell.errors import InvalidDefinition
from stepwell.sdk.blocking import Stepwell, connect
from stepwell.sdk.client import connect_async
from stepwell.sdk.contracts import ContractBroken
from stepwell.sdk.http import Call, Unreachable
from stepwell.sdk.outcomes import NotKept, WorkflowFailed, WorkflowTimedOut

from .kitchen import pizza
from .network import network


@workflow
def add(one: int, other: int = 1) -> int:
    if one < 0:
        raise ValueError("too small")
    return one + other


greet = machine(
    "greet",
    chain(choice(when(states.input.name == "", fail("Nameless", "who?"))), pass_(text("Hello, ", states.input.name))),
)


@pytest.fixture
def client(server: LiveServer) -> Iterator[Stepwell]:
    with connect(server.url) as client:
        yield client


def test_a_workflow_gives_its_result_as_its_annotation_says(client: Stepwell) -> None:
    deployed = client.deploy(add, type="EXPRESS")
    assert client.call("DescribeStateMachine", stateMachineArn=deployed.arn)["type"] == "EXPRESS"
    assert not client.deploy(add).changed
    assert client.run(add, 2, other=3) == 5
    assert client.run("add", one=2) == client.run(deployed.arn, one=2) == 3
    with pytest.raises(ContractBroken, match=r"add\.one: Expected `int`"):
        client.run(add, "2")  # type: ignore[call-overload]


def test_a_failed_one_says_which_error(client: Stepwell) -> None:
    client.deploy(greet, type="EXPRESS")
    assert client.run(greet, name="Ada") == "Hello, Ada"
    with pytest.raises(WorkflowFailed) as caught:
        client.run(greet, name="")
    assert (caught.value.error, caught.value.cause, caught.value.state) == ("Nameless", "who?", None)
    assert ":express:greet:" in caught.value.arn
    client.deploy(machine("sleepy", wait(50), timeout=1), type="EXPRESS")
    with pytest.raises(WorkflowTimedOut, match="timed out"):
        client.run("sleepy")


async def test_async_code_has_the_same(server: LiveServer, runner: asyncio.Runner) -> None:
    async with connect_async(server.url) as client:
        await client.deploy(add, name="add_async", type="EXPRESS")
        assert await client.run("add_async", one=4, other=5) == 9


def test_a_type_is_never_changed(client: Stepwell) -> None:
    client.deploy(PASS, name="kept")
    for dry_run in (True, False):
        with pytest.raises(ValueError, match=r"kept is there as a machine of the type STANDARD, .*name=…"):
            client.deploy(PASS, name="kept", type="EXPRESS", dry_run=dry_run)
    assert not client.deploy(PASS, name="kept", type="STANDARD").changed


def test_activities_are_not_for_express_machines(client: Stepwell) -> None:
    with pytest.raises(InvalidDefinition):
        client.deploy(pizza, name="fast_pizza", type="EXPRESS")


def test_one_that_was_only_started_cannot_be_asked_for(client: Stepwell) -> None:
    client.deploy(PASS, name="gone", type="EXPRESS")
    execution = client.start("gone", n=1)
    for ask in (execution.result, execution.status, execution.stop, lambda: list(execution.events())):
        with pytest.raises(NotKept, match=r"is an Express execution, .* client\.run\(…\) waits for its result"):
            ask()


def test_one_that_is_kept_can_be_asked_for() -> None:
    live = LiveServer(keep_express_days=1)
    live.start()
    try:
        with connect(live.url) as client:
            client.deploy(PASS, name="kept", type="EXPRESS")
            assert client.start("kept", n=1).result(10) == {"n": 1}
    finally:
        live.stop()


async def test_a_call_whose_reply_is_lost_is_not_made_again(server: LiveServer, runner: asyncio.Runner) -> None:
    async with network(server.url) as between, connect_async(between.url) as client:
        await client.deploy(json.loads(PASS), name="once", type="EXPRESS")
        between.losing = ["StartSyncExecution"]
        with pytest.raises(Unreachable):
            await client.run("once", n=1)
        assert between.seen.count("StartSyncExecution") == 1
        assert await client.run("once", n=2) == {"n": 2}
        assert between.seen.count("DescribeStateMachine") == 2  # for deploying, and for the type


async def test_a_server_that_is_away_is_waited_for(server: LiveServer, runner: asyncio.Runner) -> None:
    async with network(server.url) as between, connect_async(server.url) as client:
        arn = (await client.deploy(PASS, name="later", type="EXPRESS")).arn
        async with connect_async(between.url) as other, asyncio.timeout(30):
            call = Call(other.api, "StartSyncExecution", {"stateMachineArn": arn, "input": '{"n":1}'}, once=True)
            away = asyncio.Event()
            call.troubled = lambda problem: away.set()
            port = between.refuse()
            running = asyncio.create_task(call.answer(30))
            await away.wait()
            await between.start(port)
            assert (await running)["output"] == '{"n":1}'
