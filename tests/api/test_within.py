"""Tasks that call Step Functions itself: nested executions in their patterns, and operations of the SDK."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from engine.world import ACCOUNT, ROLE, World, living
from stepwell.api.within import OwnApi
from stepwell.engine.calls import call_of
from stepwell.errors import ApiError
from stepwell.integrations.call import Call
from stepwell.server import integrate

CHILD = f"arn:aws:states:{ACCOUNT}:stateMachine:child"
WAIT = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}


@pytest.fixture
def world(runner: asyncio.Runner) -> Iterator[World]:
    world = World()
    integrate(world.engine)
    yield from living(runner, world)


def nesting(pattern: str = "", **parameters: Any) -> dict[str, Any]:
    """A machine that starts the child."""
    return {
        "StartAt": "Nest",
        "States": {
            "Nest": {
                "Type": "Task",
                "Resource": f"arn:aws:states:::states:startExecution{pattern}",
                "Parameters": {"StateMachineArn": CHILD, **parameters},
                "End": True,
            }
        },
    }


async def run(world: World, pattern: str = "", child: Any = WAIT, input: str = "{}", **parameters: Any) -> Any:
    await world.machine(child, "child")
    return await world.start(await world.machine(nesting(pattern, **parameters), "parent"), "p", input)


def the_call(world: World) -> Call:
    """That which the parent's task has made."""
    parent = world.engine.runner.residents.by_arn(f"arn:aws:states:{ACCOUNT}:execution:parent:p")
    assert parent is not None
    task = parent.execution.root.task
    assert task is not None
    return call_of(parent.row.arn, parent.row.machine_arn, parent.row.id, task.position, "Nest", task, task.input.text)


async def children(world: World) -> list[Any]:
    return list(await world.store.executions(CHILD, None, None, 10))


async def test_request_and_response_does_not_wait_for_the_child(world: World) -> None:
    started = await run(world)
    await world.settle()
    (child,) = await children(world)
    output = await world.output(started)
    assert output["ExecutionArn"] == child.arn
    assert output["StartDate"] == child.started_at
    assert output["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert child.status == "RUNNING"


async def test_sync_goes_on_in_the_moment_in_which_the_child_ends(world: World) -> None:
    started = await run(world, ".sync")
    await world.pass_time(59.9)
    assert await world.status(started) == "RUNNING"
    await world.pass_time(0.2)
    assert await world.status(started) == "SUCCEEDED"
    row = await world.row(started.arn)
    assert row.stopped_at == (await children(world))[0].stopped_at


@pytest.mark.parametrize(("pattern", "output"), [(".sync", '{"a":1}'), (".sync:2", {"a": 1})])
async def test_the_childs_output_is_text_or_json(world: World, pattern: str, output: Any) -> None:
    child = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    started = await run(world, pattern, child, **{"Input.$": "$"}, input='{"a":1}')
    await world.settle()
    result = await world.output(started)
    assert (result["Output"], result["Input"], result["Status"]) == (output, output, "SUCCEEDED")


async def test_a_child_that_fails_is_a_task_that_fails_with_the_child_as_cause(world: World) -> None:
    child = {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Sold.Out"}}}
    started = await run(world, ".sync:2", child)
    await world.settle()
    data = await world.engine.describe(await world.row(started.arn))
    assert data.error == "States.TaskFailed"
    cause = json.loads(data.cause or "")
    assert (cause["Error"], cause["Status"], cause["StateMachineArn"]) == ("Sold.Out", "FAILED", CHILD)


async def test_stopping_the_parent_stops_a_child_that_it_waits_for(world: World) -> None:
    started = await run(world, ".sync")
    await world.settle()
    await world.engine.stop_execution(await world.row(started.arn), None, None)
    await world.settle()
    assert [child.status for child in await children(world)] == ["ABORTED"]


async def test_a_child_that_nobody_waits_for_outlives_its_parent(world: World) -> None:
    parameters = {"Input": {"token.$": "$$.Task.Token"}}
    started = await run(world, ".waitForTaskToken", **parameters)
    await world.settle()
    await world.engine.stop_execution(await world.row(started.arn), None, None)
    await world.settle()
    assert [child.status for child in await children(world)] == ["RUNNING"]


async def test_the_parent_can_wait_for_whoever_has_the_token(world: World) -> None:
    started = await run(world, ".waitForTaskToken", **{"Input": {"token.$": "$$.Task.Token"}})
    await world.settle()
    (child,) = await children(world)
    token = json.loads((await world.engine.describe(child)).input)["token"]
    await world.engine.tasks.succeed(token, '"yes"')
    assert await world.output(started) == "yes"


async def test_a_child_is_started_once_however_often_the_call_is_made(world: World) -> None:
    await run(world, ".sync", Name="only-one")
    await world.settle()
    (child,) = await children(world)
    await world.pass_time(30)
    call = the_call(world)
    await world.pass_time(31)
    assert [row.status for row in await children(world)] == ["SUCCEEDED"]
    api = world.engine.integrations.find("states")
    assert api is not None
    assert json.loads(await api.call(call))["ExecutionArn"] == child.arn
    assert len(await children(world)) == 1


async def test_a_name_that_somebody_else_has_used_fails_the_task(world: World) -> None:
    child = await world.machine({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}, "child")
    await world.start(child, "taken")
    await world.settle()
    started = await world.start(await world.machine(nesting(".sync", Name="taken"), "parent"))
    await world.settle()
    data = await world.engine.describe(await world.row(started.arn))
    assert data.error == "StepFunctions.ExecutionAlreadyExistsException"


async def test_any_operation_can_be_called_by_its_name_in_the_sdk(world: World) -> None:
    child = await world.machine(WAIT, "child")
    await world.start(child, "one")
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:listExecutions",
        "Parameters": {"StateMachineArn": CHILD},
        "End": True,
    }
    started = await world.start(await world.machine({"StartAt": "L", "States": {"L": state}}, "lister"))
    await world.settle()
    (item,) = (await world.output(started))["Executions"]
    assert (item["Name"], item["Status"], item["StartDate"][-1]) == ("one", "RUNNING", "Z")


# -- TestState --------------------------------------------------------------------------------------------------------


async def tried(world: World, resource: str, parameters: dict[str, Any], **fields: Any) -> dict[str, Any]:
    state = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True} | fields
    api = OwnApi(world.engine)
    return await api.perform("TestState", {"definition": json.dumps(state), "roleArn": ROLE}, "eu-west-1")


async def test_a_task_that_is_tested_without_a_mock_makes_its_call(world: World) -> None:
    await world.machine(WAIT, "child")
    listed = await tried(
        world,
        "arn:aws:states:::aws-sdk:sfn:describeStateMachine",
        {"StateMachineArn": CHILD},
        ResultSelector={"name.$": "$.Name"},
    )
    assert (listed["status"], json.loads(listed["output"])) == ("SUCCEEDED", {"name": "child"})


async def test_a_call_that_fails_in_a_test_goes_to_the_states_own_catch(world: World) -> None:
    failed = await tried(
        world,
        "arn:aws:states:::states:startExecution",
        {"StateMachineArn": CHILD},
        Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
    )
    assert (failed["status"], failed["nextState"], failed["error"]) == (
        "CAUGHT_ERROR",
        "Sorry",
        "StepFunctions.StateMachineDoesNotExistException",
    )


@pytest.mark.parametrize("pattern", [".sync", ".sync:2", ".waitForTaskToken"])
async def test_a_task_that_waits_for_others_cannot_be_tested_without_a_mock(world: World, pattern: str) -> None:
    with pytest.raises(ApiError, match="needs a mock"):
        await tried(world, f"arn:aws:states:::states:startExecution{pattern}", {"StateMachineArn": CHILD})
