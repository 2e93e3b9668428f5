"""Deploying has things there as the program wants them, and touches nothing that is so already."""

import asyncio
import json
from pathlib import Path

import pytest

from api.live import PASS, LiveServer
from stepwell.blocks import chain, machine, states, step
from stepwell.errors import InvalidDefinition
from stepwell.sdk import task, workflow
from stepwell.sdk.blocking import Stepwell, connect
from stepwell.sdk.client import connect_async
from stepwell.sdk.deployment import Change, Deployment

from .conftest import Serving

PREFIX = "arn:aws:states:us-east-1:123456789012:"


@task(timeout=60)
def dig(metres: int) -> int:
    return metres


@task
def pour(metres: int) -> str:
    return f"{metres} m of water"


@workflow
def well(metres: int) -> str:
    depth = dig(metres)
    return pour(depth)


@workflow
def village(wells: int) -> str:
    return well(wells)


@pytest.fixture
def client() -> Stepwell:
    live = LiveServer()
    live.start()
    with connect(live.url) as client:
        yield client
    live.stop()


def test_a_dry_run_tells_what_would_be_made_and_makes_nothing(client: Stepwell) -> None:
    planned = client.deploy(village, dry_run=True)
    assert [(change.action, change.kind, change.name) for change in planned.changes] == [
        ("create", "activity", "dig"),
        ("create", "activity", "pour"),
        ("create", "state machine", "well"),
        ("create", "state machine", "village"),
    ]
    assert str(planned).startswith("+ activity dig\n+ activity pour\n+ state machine well\n--- well (there)\n")
    assert client.call("ListActivities")["activities"] == client.call("ListStateMachines")["stateMachines"] == []


def test_deploying_again_changes_nothing(client: Stepwell) -> None:
    first = client.deploy(village)
    assert first.changed
    assert first.arn == f"{PREFIX}stateMachine:village"
    revision = client.call("DescribeStateMachine", stateMachineArn=first.arn).get("revisionId")
    again = client.deploy(village)
    assert not again.changed
    assert str(again) == "= activity dig\n= activity pour\n= state machine well\n= state machine village"
    assert client.call("DescribeStateMachine", stateMachineArn=first.arn).get("revisionId") == revision


def test_a_difference_is_shown_and_made(client: Stepwell) -> None:
    client.deploy({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}, name="letters")
    changed = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    planned = client.deploy(changed, name="letters", dry_run=True)
    [change] = planned.changes
    assert change == Change(
        "state machine",
        "letters",
        f"{PREFIX}stateMachine:letters",
        "update",
        "--- letters (there)\n+++ letters (here)\n@@ -2,8 +2,7 @@\n"
        '   "StartAt": "A",\n   "States": {\n     "A": {\n'
        '-      "Type": "Pass",\n-      "End": true\n+      "Type": "Succeed"\n'
        "     }\n   }\n }\n",
    )
    assert client.deploy(changed, name="letters") == planned
    assert client.deploy(changed, name="letters") == Deployment(
        change.arn, (Change("state machine", "letters", change.arn, "nothing"),)
    )


def test_how_a_definition_is_written_is_no_difference(client: Stepwell, tmp_path: Path) -> None:
    client.deploy(PASS, name="same")
    file = tmp_path / "same.asl.json"
    file.write_text(json.dumps(json.loads(PASS), indent=8))
    assert not client.deploy(file, name="same").changed
    assert not client.deploy(json.loads(PASS), name="same").changed


def test_a_role_is_changed_only_where_one_is_given(client: Stepwell) -> None:
    url = client._client.api.where.url
    client.deploy(PASS, name="roles")
    with connect(url, role="arn:aws:iam::123456789012:role/baker") as other:
        [change] = other.deploy(PASS, name="roles").changes
        assert (change.action, change.diff) == (
            "update",
            "-role arn:aws:iam::123456789012:role/stepwell\n+role arn:aws:iam::123456789012:role/baker\n",
        )
        assert not other.deploy(PASS, name="roles").changed
    assert not client.deploy(PASS, name="roles").changed


def test_what_is_no_definition_is_refused_by_the_server_in_its_own_words(client: Stepwell) -> None:
    with pytest.raises(InvalidDefinition, match="Invalid State Machine Definition"):
        client.deploy({"StartAt": "Nowhere", "States": {}}, name="wrong")
    with pytest.raises(ValueError, match="A definition has no name"):
        client.deploy(PASS)


def test_the_account_of_what_is_there_is_found() -> None:
    live = LiveServer(account="210987654321")
    live.start()
    try:
        with connect(live.url) as client:
            client.call("CreateActivity", name="there")
            assert client.deploy(well).arn == "arn:aws:states:us-east-1:210987654321:stateMachine:well"
    finally:
        live.stop()


def test_the_region_is_that_of_the_connection(client: Stepwell) -> None:
    with connect(client._client.api.where.url, region="eu-west-1") as europe:
        assert europe.deploy(well).arn == "arn:aws:states:eu-west-1:123456789012:stateMachine:well"


def test_a_task_moves_to_a_function_by_configuration_alone(client: Stepwell) -> None:
    client.deploy(well)
    moved = client.deploy(well, resources={"dig": "diggers"})
    assert [(change.action, change.name) for change in moved.changes] == [("nothing", "pour"), ("update", "well")]
    definition = json.loads(client.call("DescribeStateMachine", stateMachineArn=moved.arn)["definition"])
    assert definition["States"]["dig(metres)"] == {
        "Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:diggers",
        "Arguments": {"metres": "{% $metres %}"},
        "TimeoutSeconds": 60,
        "Assign": {"depth": "{% $states.result %}"},
        "Next": "pour(depth)",
    }
    assert client.deploy(well).changed
    with pytest.raises(ValueError, match="well has no task fill to be served elsewhere"):
        client.deploy(well, resources={"fill": "x"})


async def test_a_machine_of_blocks_is_deployed_started_and_served(serving: Serving, runner: asyncio.Runner) -> None:
    watering = machine(
        "watering", chain(step(dig, {"metres": states.input.deep}), step(pour, {"metres": states.input}))
    )
    async with serving([watering]) as client:
        first = await client.deploy(watering)
        assert [change.name for change in first.changes] == ["dig", "pour", "watering"]
        assert not (await client.deploy(watering)).changed
        assert (await client.deploy(watering, name="other", resources={"dig": "diggers"})).changed
        assert await client.run(watering, deep=3) == "3 m of water"


async def test_a_workflow_that_another_one_calls_is_deployed_with_it(serving: Serving, runner: asyncio.Runner) -> None:
    async with serving([village]) as client, connect_async(client.api.where.url) as other:
        await client.deploy(village)
        assert [change.action for change in (await other.deploy(well)).changes] == ["nothing"] * 3
