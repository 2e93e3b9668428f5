"""Mocked tasks: answered from the execution's mocks, try by try, whoever would have done them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from definitions import chain, fail, mapping, parallel, retrier, task
from stepwell.engine.check import check
from stepwell.engine.starts import Started
from stepwell.errors import ExecutionAlreadyExists

from .desk import DeskWorld
from .world import living

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:price"
INVOKE = "arn:aws:states:::lambda:invoke"
GIVEN = {"FunctionName": "price"}


def returns(value: Any, first: int = 0, last: int | None = None) -> list[Any]:
    return [first, first if last is None else last, {"Return": value}]


def throws(error: str, first: int = 0, last: int | None = None) -> list[Any]:
    return [first, first if last is None else last, {"Throw": {"Error": error, "Cause": "mocked"}}]


class Mocking(DeskWorld):
    """Runs machines with mocked tasks, none of which should reach the desk."""

    async def run(self, definition: dict[str, Any], input: Any = None, **mocks: list[Any]) -> Started:
        machine = await self.machine(definition)
        pinned = json.dumps(mocks)
        return await self.engine.starts.start(machine, None, json.dumps(input or {}), mocks=pinned)

    async def ran(self, definition: dict[str, Any], input: Any = None, **mocks: list[Any]) -> Any:
        """How it ended: the output, or the error and its cause."""
        started = await self.run(definition, input, **mocks)
        await self.pass_time(600)
        data = await self.engine.describe(await self.row(started.arn))
        return json.loads(data.output) if data.output is not None else (data.error, data.cause)


@pytest.fixture
def world(runner: Any) -> Iterator[Mocking]:
    yield from living(runner, Mocking())


@pytest.mark.parametrize(
    ("resource", "parameters"),
    [
        ("lambda:invoke", GIVEN),
        ("glue:startJobRun.sync", {"JobName": "j"}),
        ("sqs:sendMessage.waitForTaskToken", {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}),
        ("aws-sdk:dynamodb:getItem", {"TableName": "t", "Key": {}}),
        ("states:startExecution.sync:2", {"StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:m"}),
    ],
)
async def test_whatever_a_task_would_call_and_wait_for_the_mock_is_its_result(world, resource, parameters):
    do = task(Resource=f"arn:aws:states:::{resource}", Parameters=parameters)
    started = await world.run(chain(Do=do), Do=[returns({"done": True})])
    await world.settle()
    assert await world.output(started) == {"done": True}
    assert world.desk.calls == []
    assert await world.types(started) == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]


async def test_no_worker_gets_the_task_of_an_activity(world):
    await world.activity()
    worker = world.poll()
    started = await world.run(chain(Do=task(HeartbeatSeconds=5)), Do=[returns("done")])
    await world.settle()
    assert await world.output(started) == "done"
    assert not worker.done()
    worker.cancel()
    assert (await world.types(started))[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]


async def test_a_mocked_activity_need_not_exist(world):
    assert await world.ran(chain(Do=task()), Do=[returns(1)]) == 1


@pytest.mark.parametrize(
    ("mock", "result"),
    [
        ({"StatusCode": 200, "Payload": {"price": 3}}, {"price": 3}),
        ({"price": 3}, {"price": 3}),
        ({"Payload": 1, "price": 3}, {"Payload": 1, "price": 3}),
        ("three", "three"),
    ],
)
async def test_a_function_named_by_its_arn_gives_the_payload_of_lambdas_answer_or_all_of_the_mock(world, mock, result):
    assert await world.ran(chain(Price=task(Resource=FUNCTION)), Price=[returns(mock)]) == result


async def test_an_invoked_function_gives_lambdas_whole_answer(world):
    answer = {"StatusCode": 200, "Payload": {"price": 3}}
    assert await world.ran(chain(Price=task(Resource=INVOKE, Parameters=GIVEN)), Price=[returns(answer)]) == answer


async def test_each_retry_is_the_next_number(world):
    price = task(Resource=INVOKE, Parameters=GIVEN, Retry=[retrier("Busy", MaxAttempts=3)])
    mocks = [throws("Busy", 0), throws("Busy", 1, 2), returns("at last", 3)]
    assert await world.ran(chain(Price=price), Price=mocks) == "at last"


async def test_a_thrown_error_is_caught_as_the_real_one(world):
    states = chain(
        Price=task(Resource=INVOKE, Parameters=GIVEN, Catch=[{"ErrorEquals": ["Busy"], "Next": "Sorry"}], End=True),
        Sorry={"Type": "Pass"},
    )
    assert await world.ran(states, Price=[throws("Busy")]) == {"Error": "Busy", "Cause": "mocked"}


async def test_numbers_go_on_through_the_iterations_of_a_map_and_further_visits(world):
    each = mapping(chain(Price=task(Resource=FUNCTION)), ItemsPath="$.items", MaxConcurrency=1)
    again = {"Type": "Pass", "Parameters": {"items": [3]}}
    loop = {"Type": "Choice", "Choices": [{"Variable": "$[1]", "IsPresent": True, "Next": "Again"}], "Default": "End"}
    states = chain(Each=each, Loop=loop, Again=again | {"Next": "Each"}, End={"Type": "Succeed"})
    prices = [returns(number, number) for number in range(4)]
    assert await world.ran(states, {"items": [1, 2]}, Price=prices) == [2]


async def test_in_parallel_branches_each_state_counts_for_itself(world):
    both = parallel(chain(A=task(Resource=FUNCTION)), chain(B=task(Resource=FUNCTION)))
    assert await world.ran(chain(Both=both), A=[returns("a")], B=[returns("b")]) == ["a", "b"]


async def test_states_that_are_not_named_run_for_real(world):
    world.desk.answers["Real"] = {"real": True}
    states = chain(Mocked=task(Resource=FUNCTION), Real=task(Resource=FUNCTION))
    assert await world.ran(states, Mocked=[returns("mocked")]) == {"real": True}
    assert [(call.state, call.input) for call in world.desk.calls] == [("Real", '"mocked"')]


async def test_running_out_of_answers_fails_the_execution_whatever_it_catches(world):
    price = task(
        Resource=FUNCTION, Retry=[retrier("States.ALL")], Catch=[{"ErrorEquals": ["States.ALL"], "Next": "End"}]
    )
    states = chain(Price=price, End={"Type": "Succeed"})
    assert await world.ran(states, Price=[throws("Busy")]) == (
        "States.Runtime",
        "The test case has no mocked response number 1 for the state 'Price'. They count from 0, over all tries of the"
        " state in the execution. Add it to the mock configuration file.",
    )


async def test_a_result_above_the_payload_limit_fails_as_a_real_one(world):
    error, _ = await world.ran(chain(Price=task(Resource=FUNCTION)), Price=[returns("x" * 300_000)])
    assert error == "States.DataLimitExceeded"


async def test_the_mocks_are_those_of_the_start_also_after_a_restart_and_the_count_goes_on(world):
    price = task(Resource=FUNCTION, Retry=[retrier("Busy", IntervalSeconds=60)])
    started = await world.run(chain(Price=price), Price=[throws("Busy"), returns("second", 1)])
    await world.settle()
    await world.restart(away=10)
    world.employ()
    await world.pass_time(60)
    assert await world.output(started) == "second"
    assert world.desk.calls == []


async def test_a_redrive_goes_on_with_the_mocks_and_the_count(world: Mocking) -> None:
    started = await world.run(chain(Price=task(Resource=FUNCTION)), Price=[throws("Busy"), returns("second", 1)])
    await world.settle()
    assert await world.status(started) == "FAILED"
    await world.restart(away=1)
    await world.engine.redrives.redrive(await world.row(started.arn), None)
    await world.settle()
    assert await world.output(started) == "second"


async def test_the_same_name_with_other_mocks_is_another_execution(world: Mocking) -> None:
    machine = await world.machine(chain(Nap={"Type": "Wait", "Seconds": 60}, Price=task(Resource=FUNCTION)))
    first, second = (json.dumps({"Price": [returns(price)]}) for price in (1, 2))
    started = await world.engine.starts.start(machine, "e", "{}", mocks=first)
    assert await world.engine.starts.start(machine, "e", "{}", mocks=first) == started
    for other in (second, None):
        with pytest.raises(ExecutionAlreadyExists):
            await world.engine.starts.start(machine, "e", "{}", mocks=other)


async def test_what_is_stored_of_a_mocked_execution_is_sound(world: Mocking) -> None:
    nap = {"Type": "Wait", "Seconds": 60}
    both = parallel(chain(Price=task(Resource=FUNCTION), Nap=nap), chain(Do=task(HeartbeatSeconds=5), Rest=nap))
    await world.run(chain(Both=both), Price=[returns(1)], Do=[returns(2)])
    await world.settle()
    report = await check(world.store)
    assert (report.executions, report.examples) == (1, {})


async def test_a_mocked_job_that_a_failing_sibling_aborts_is_no_job_to_stop(world):
    job = task(Resource="arn:aws:states:::glue:startJobRun.sync", Parameters={"JobName": "j"})
    error, _ = await world.ran(chain(Both=parallel(chain(Job=job), chain(No=fail()))), Job=[returns({})])
    assert (error, world.desk.calls, world.desk.stopped) == ("Broken", [], [])


async def test_a_synchronous_express_execution_is_mocked_too(world):
    machine = await world.machine(chain(Price=task(Resource=FUNCTION)), type="EXPRESS")
    mocks = json.dumps({"Price": [returns(3)]})
    result = await world.engine.starts.start_sync(machine, None, "{}", mocks)
    assert (result.status, result.output) == ("SUCCEEDED", "3")
