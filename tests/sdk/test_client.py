"""Programs deploy, start, follow and stop: against a real server, in both faces."""

import asyncio
import datetime
import json

import pytest

from api.live import PASS, LiveServer
from stepwell.api.keys import AccessKey, Keys
from stepwell.errors import ExecutionAlreadyExists, StateMachineDoesNotExist, UnrecognizedClientException
from stepwell.sdk.blocking import connect
from stepwell.sdk.client import connect_async
from stepwell.sdk.contracts import ContractBroken
from stepwell.sdk.http import Unreachable
from stepwell.sdk.outcomes import Event, WorkflowFailed, WorkflowStopped, WorkflowTimedOut

from .conftest import Serving
from .kitchen import Dough, bake, bread, make_dough, pizza
from .network import network

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NAP = {"StartAt": "Nap", "States": {"Nap": {"Type": "Wait", "Seconds": 600, "End": True}}}


async def test_a_workflow_gives_what_its_function_returns(serving: Serving, runner: asyncio.Runner) -> None:
    async with serving({make_dough: 1, bake: 1}) as client:
        await client.deploy(bread)
        await client.deploy(pizza)
        execution = await client.start(bread, 300)
        assert await execution.result(timeout=20) == Dough(300, "wheat")
        assert await execution.status() == "SUCCEEDED"
        assert await client.get(execution.arn, bread).result() == Dough(300, "wheat")
        assert await client.get(execution.arn).result() == {"grams": 300, "flour": "wheat"}
        assert await client.run(pizza, grams=200) == "200 g of wheat"


async def test_a_failed_task_says_which_error_and_in_which_state(serving: Serving, runner: asyncio.Runner) -> None:
    async with serving({make_dough: 1, bake: 1}) as client:
        await client.deploy(pizza)
        execution = await client.start(pizza, 2000)
        with pytest.raises(WorkflowFailed) as caught:
            await execution.result(timeout=20)
        failed = caught.value
        assert (failed.arn, failed.error, failed.cause, failed.state) == (
            execution.arn,
            "Burnt",
            "2000 g are too much",
            "bake(dough)",
        )
        assert str(failed) == f"{execution.arn} failed in state 'bake(dough)': Burnt: 2000 g are too much"


async def test_arguments_are_checked_before_anything_is_sent(runner: asyncio.Runner) -> None:
    async with connect_async("http://127.0.0.1:9") as nowhere:
        with pytest.raises(ContractBroken, match=r"^pizza.grams: Expected `int`, got `str`$"):
            await nowhere.start(pizza, "many")  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="missing a required argument: 'grams'"):
            await nowhere.start(pizza)  # type: ignore[call-arg]


def test_plain_code_has_the_same(server: LiveServer) -> None:
    with connect(server.url) as client:
        client.deploy(json.loads(PASS), name="passes")
        execution = client.start("passes", greeting="hello")
        assert execution.result(10) == {"greeting": "hello"}
        assert client.run("passes", greeting="again") == {"greeting": "again"}
        assert execution.status() == "SUCCEEDED"
        assert client.get(execution.arn).describe()["name"] == execution.arn.rpartition(":")[2]
        assert [event.type for event in execution.events()] == [
            "ExecutionStarted",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded",
        ]
        assert client.call("ListExecutions", stateMachineArn=client.deploy(PASS, name="passes").arn)["executions"]


def test_one_that_is_stopped_or_takes_too_long_is_told_apart(server: LiveServer) -> None:
    with connect(server.url) as client:
        client.deploy(NAP, name="naps")
        execution = client.start("naps")
        with pytest.raises(TimeoutError, match=r"has not ended within 0\.05 s\. It goes on\."):
            execution.result(timeout=0.05)
        execution.stop(error="Enough", cause="it is late")
        with pytest.raises(WorkflowStopped, match="was stopped in state 'Nap': Enough: it is late"):
            execution.result(10)
        client.deploy(NAP | {"TimeoutSeconds": 1}, name="short")
        with pytest.raises(WorkflowTimedOut, match="timed out in state 'Nap'"):
            client.start("short").result(10)


async def test_events_come_as_they_happen(server: LiveServer, runner: asyncio.Runner) -> None:
    async with connect_async(server.url) as client:
        await client.deploy(NAP, name="followed")
        execution = await client.start("followed", x=1)
        events = execution.events()
        first = [await anext(events), await anext(events)]
        started = (await execution.describe())["startDate"]
        assert first[0] == Event(
            1,
            0,
            "ExecutionStarted",
            datetime.datetime.fromtimestamp(started, datetime.UTC),
            {
                "input": '{"x":1}',
                "inputDetails": {"truncated": False},
                "roleArn": "arn:aws:iam::123456789012:role/stepwell",
            },
        )
        assert (first[1].type, first[1].state) == ("WaitStateEntered", "Nap")
        later = asyncio.ensure_future(anext(events))
        await execution.stop()
        assert (await later).type == "ExecutionAborted"
        assert [event async for event in events] == []


async def test_events_of_a_long_history_are_all_there_once(server: LiveServer, runner: asyncio.Runner) -> None:
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(700)}
    async with connect_async(server.url) as client:
        await client.deploy({"StartAt": "S0", "States": states | {"S700": {"Type": "Succeed"}}}, name="long")
        execution = await client.start("long")
        assert [event.id async for event in execution.events()] == list(range(1, 1405))


async def test_a_name_starts_one_execution(server: LiveServer, runner: asyncio.Runner) -> None:
    async with connect_async(server.url) as client:
        await client.deploy(NAP, name="named")
        first = await client.start_as("order-17", "named", x=1)
        again = await client.start_as("order-17", "named", x=1)
        assert first.arn == again.arn
        with pytest.raises(ExecutionAlreadyExists, match="Execution Already Exists"):
            await client.start_as("order-17", "named", x=2)


async def test_a_start_whose_reply_is_lost_has_started_one(server: LiveServer, runner: asyncio.Runner) -> None:
    async with network(server.url) as between, connect_async(between.url) as client:
        arn = (await client.deploy(PASS, name="lost")).arn
        between.losing = ["StartExecution"]
        execution = await client.start("lost", x=1)
        assert await execution.result(10) == {"x": 1}
        assert between.lost == ["StartExecution"]
        assert between.seen.count("StartExecution") == 2
        executions = (await client.call("ListExecutions", stateMachineArn=arn))["executions"]
        assert [one["executionArn"] for one in executions] == [execution.arn]


async def test_a_start_whose_reply_is_lost_is_found_when_it_has_ended(
    server: LiveServer, runner: asyncio.Runner
) -> None:
    async with network(server.url) as between, connect_async(between.url) as client:
        arn = (await client.deploy(PASS, name="aliased")).arn
        version = (await client.call("PublishStateMachineVersion", stateMachineArn=arn))["stateMachineVersionArn"]
        between.losing = ["StartExecution"]
        execution = await client.start(version, x=1)
        assert await execution.result(10) == {"x": 1}
        assert (between.lost, between.seen.count("StartExecution")) == (["StartExecution"], 2)


async def test_a_server_that_is_away_is_waited_for(server: LiveServer, runner: asyncio.Runner) -> None:
    async with network(server.url) as between, connect_async(between.url, patience=0.01) as client:
        await client.deploy(NAP, name="away")
        execution = await client.start("away")
        waiting = asyncio.create_task(execution.result())
        between.cut()
        with pytest.raises(Unreachable, match=r"No server answers at .* Start one with: stepwell serve"):
            await client.start("away")
        between.away = False
        await execution.stop()
        with pytest.raises(WorkflowStopped):
            await waiting


async def test_a_refusal_is_an_exception_of_its_own_class(server: LiveServer, runner: asyncio.Runner) -> None:
    async with connect_async(server.url) as client:
        with pytest.raises(StateMachineDoesNotExist, match="State Machine Does Not Exist: 'arn:aws:states:us-east-1:"):
            await client.start("nothing")


def test_a_server_with_access_keys_is_shown_one() -> None:
    live = LiveServer(keys=Keys(None, (AccessKey(name="tests", id="AKIDTEST", secret=SECRET),)))
    live.start()
    try:
        with connect(live.url, key=("AKIDTEST", SECRET)) as client:
            client.deploy(PASS, name="signed")
            assert client.run("signed") == {}
        with connect(live.url, key=("AKIDOTHER", "x")) as stranger, pytest.raises(UnrecognizedClientException):
            stranger.deploy(PASS, name="signed")
    finally:
        live.stop()
