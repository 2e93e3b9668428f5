"""Calls: a task is answered by an integration once for each try, and the jobs it starts are looked after."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from stepwell.integrations.call import Call, Postponed, Queueing
from stepwell.store.protocol import StoreError, StoreFull

from .desk import Desk, DeskWorld, fails
from .world import living

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:price"
JOB = "arn:aws:states:::glue:startJobRun.sync"
CALLBACK = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


def task(resource: str = FUNCTION, **fields: Any) -> dict[str, Any]:
    state = {"Type": "Task", "Resource": resource, "End": True} | fields
    if not resource.startswith("arn:aws:lambda"):
        state.setdefault("Parameters", {"JobName": "j"})
    return state


def machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


class At(DeskWorld):
    """Runs machines of these states."""

    async def run(self, *, input: str = "{}", **states: Any) -> Any:
        return await self.start(await self.machine(machine(**states)), input=input)


@pytest.fixture
def world(runner: asyncio.Runner) -> Iterator[At]:
    yield from living(runner, At())


# -- answers ----------------------------------------------------------------------------------------------------------


async def test_the_answer_is_the_tasks_result(world: At) -> None:
    world.desk.answers["Price"] = {"euros": 7}
    started = await world.run(Price=task(), input='{"item": "dough"}')
    await world.settle()
    assert await world.output(started) == {"euros": 7}
    assert [json.loads(call.input) for call in world.desk.calls] == [{"item": "dough"}]
    assert await world.types(started) == [
        "ExecutionStarted",
        "TaskStateEntered",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (float("inf"), "JSON is malformed: invalid character (byte 0)"),
        (json.loads("[" * 751 + "]" * 751), "JSON is nested more than 750 levels deep"),
        ("\ud800", "Input data was truncated"),
    ],
    ids=["no number of JSON", "too deep", "half a surrogate pair"],
)
async def test_an_answer_that_cannot_be_read_fails_the_task(world: At, answer: Any, fault: str) -> None:
    world.desk.answers["Price"] = answer
    started = await world.run(Price=task())
    await world.settle()
    cause = f"The answer of {FUNCTION} cannot be used: {fault}"
    data = await world.engine.describe(await world.row(started.arn))
    assert (data.error, data.cause) == ("States.Runtime", cause)


async def test_an_error_that_utf_8_cannot_have_is_written_as_it_can(world: At) -> None:
    world.desk.answers["Price"] = fails("Shop.\udcff", "closed \ud800")
    started = await world.run(Price=task())
    await world.settle()
    data = await world.engine.describe(await world.row(started.arn))
    assert (data.error, data.cause) == ("Shop.?", "closed ?")


async def test_a_failure_goes_to_retry_and_each_try_is_a_call_of_its_own(world: At) -> None:
    world.desk.answers["Price"] = fails("Shop.Closed", "sunday")
    started = await world.run(Price=task(Retry=[{"ErrorEquals": ["Shop.Closed"], "MaxAttempts": 1}]))
    await world.pass_time(5)
    assert await world.status(started) == "FAILED"
    assert len({call.identity for call in world.desk.calls}) == 2


async def test_an_unexpected_error_fails_the_task_and_nothing_else(world: At) -> None:
    world.desk.answers["Price"] = ValueError("a fault of ours")
    started = await world.run(Price=task())
    await world.settle()
    data = await world.engine.describe(await world.row(started.arn))
    assert data.error == "States.Runtime"
    assert data.cause is not None
    assert "ValueError: a fault of ours" in data.cause


async def test_a_service_that_nobody_answers_for_fails_the_task_saying_so(world: At) -> None:
    started = await world.run(Send=task("arn:aws:states:::sns:publish", Parameters={"Message": "m"}))
    await world.settle()
    data = await world.engine.describe(await world.row(started.arn))
    assert (data.error, data.cause) == (
        "States.Runtime",
        "Nothing answers sns:publish here. Functions, AWS services and HTTP are set up in stepwell.toml; see the guide"
        " on integrations.",
    )


async def test_an_answer_after_the_time_out_is_of_no_use(world: At) -> None:
    answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    world.desk.answers["Price"] = answer
    started = await world.run(Price=task(TimeoutSeconds=3))
    await world.pass_time(4)
    answer.set_result({"too": "late"})
    await world.settle()
    assert await world.status(started) == "FAILED"
    assert "LambdaFunctionTimedOut" in await world.types(started)


async def test_only_so_many_calls_of_a_service_are_made_at_a_time(world: At) -> None:
    await world.restart(call_limit=2)
    world.employ()
    world.desk.answers["Price"] = asyncio.get_running_loop().create_future()
    price = await world.machine(machine(Price=task()))
    for _ in range(5):
        await world.start(price)
    await world.settle()
    assert len(world.desk.calls) == 2
    world.desk.answers["Price"].set_result(1)
    await world.settle()
    assert len(world.desk.calls) == 5


async def test_a_slow_service_holds_up_no_other(world: At) -> None:
    await world.restart(call_limit=1)
    world.employ()
    world.desk.answers = {"Price": asyncio.get_running_loop().create_future(), "Send": {"MessageId": "1"}}
    await world.run(Price=task())
    sent = await world.start(
        await world.machine(machine(Send=task("arn:aws:states:::sqs:sendMessage", Parameters={
            "QueueUrl": "q", "MessageBody": "b"})), "sender")
    )  # fmt: skip
    await world.settle()
    assert await world.output(sent) == {"MessageId": "1"}
    world.desk.answers["Price"].cancel()


class Counter(Desk, Queueing):
    """A desk with a line for each answer it is asked for, which lets go of those who turn away."""

    def lane(self, call: Call) -> str:
        return f"line of {call.state}"

    def withdraw(self, call: Call) -> None:
        self.answers[call.state].set_exception(Postponed())


async def test_an_integration_may_have_lanes_of_its_own(world: At) -> None:
    await world.restart(call_limit=1)
    counter = Counter()
    world.engine.integrations.register("sqs", counter)
    counter.answers = {"Slow": asyncio.get_running_loop().create_future(), "Quick": 1}
    for name in ("Slow", "Quick"):
        send = task("arn:aws:states:::sqs:sendMessage", Parameters={"QueueUrl": "q", "MessageBody": "b"})
        started = await world.start(await world.machine(machine(**{name: send}), name))
    await world.settle()
    assert await world.output(started) == 1
    assert sorted(counter.called) == ["Quick", "Slow"]
    counter.answers["Slow"].cancel()


async def test_a_call_that_waits_with_its_integration_is_withdrawn_when_its_try_is_over(world: At) -> None:
    counter = Counter()
    world.engine.integrations.register("lambda", counter)
    counter.answers = {"Price": (answer := asyncio.get_running_loop().create_future())}
    started = await world.run(Price=task(TimeoutSeconds=3))
    await world.pass_time(4)
    assert isinstance(answer.exception(), Postponed)
    assert await world.status(started) == "FAILED"
    assert counter.called == ["Price"]


# -- crashes ----------------------------------------------------------------------------------------------------------


async def test_a_call_under_way_at_a_crash_is_made_again_with_the_same_identity(world: At) -> None:
    world.desk.answers["Price"] = asyncio.get_running_loop().create_future()
    started = await world.run(Price=task())
    await world.settle()
    stopping = asyncio.create_task(world.engine.stop())
    await world.until(stopping)
    world.desk.answers["Price"] = 5
    world.clock.advance_to(world.clock.now() + 1000)
    world.engine = type(world.engine)(world.store, world.clock, world.config)
    world.employ()
    await world.engine.start()
    await world.settle()
    assert await world.output(started) == 5
    assert len(world.desk.calls) == 2
    assert len({call.identity for call in world.desk.calls}) == 1


@pytest.mark.parametrize("problem", [StoreError("away"), StoreFull("no space left")])
async def test_an_answer_that_cannot_be_written_at_once_is_not_lost(world: At, problem: StoreError) -> None:
    world.desk.answers["Price"] = {"euros": 7}
    world.store.faults["commit"].extend([None, None, problem, problem])
    started = await world.run(Price=task())
    await world.pass_time(10)
    assert await world.output(started) == {"euros": 7}
    assert world.desk.called == ["Price"]


# -- jobs -------------------------------------------------------------------------------------------------------------


async def test_a_job_is_asked_after_until_it_ends(world: At) -> None:
    world.desk.answers["Load"] = {"JobRunId": "7"}
    started = await world.run(Load=task(JOB))
    await world.pass_time(3600)
    assert await world.status(started) == "RUNNING"
    polls = world.desk.polls["Load"]
    world.desk.results["Load"] = {"JobRunState": "SUCCEEDED"}
    await world.pass_time(61)
    assert await world.output(started) == {"JobRunState": "SUCCEEDED"}
    assert 60 < polls < 120  # after a tenth of the time that it has run, at least once a minute
    assert await world.types(started) == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]


async def test_a_job_survives_a_restart_without_being_started_again(world: At) -> None:
    world.desk.answers["Load"] = {"JobRunId": "7"}
    started = await world.run(Load=task(JOB))
    await world.pass_time(30)
    await world.restart(away=3600)
    world.employ()
    world.desk.results["Load"] = {"JobRunState": "SUCCEEDED"}
    await world.pass_time(61)
    assert await world.output(started) == {"JobRunState": "SUCCEEDED"}
    assert world.desk.called == ["Load"]


async def test_stopping_the_execution_stops_its_job(world: At) -> None:
    world.desk.answers["Load"] = {"JobRunId": "7"}
    started = await world.run(Load=task(JOB))
    await world.pass_time(5)
    await world.engine.stop_execution(await world.row(started.arn), None, None)
    await world.settle()
    assert world.desk.stopped == [("Load", {"JobRunId": "7"})]


async def test_a_job_is_stopped_after_a_crash_that_came_between(world: At) -> None:
    world.desk.answers["Load"] = {"JobRunId": "7"}
    started = await world.run(Load=task(JOB))
    await world.pass_time(5)
    world.desk.stop = _broken  # type: ignore[method-assign]
    await world.engine.stop_execution(await world.row(started.arn), None, None)
    await world.settle()
    del world.desk.stop
    await world.restart(away=1)
    world.employ()
    await world.settle()
    assert world.desk.stopped == [("Load", {"JobRunId": "7"})]


async def _broken(*_: Any) -> None:
    raise StoreError("away")


async def test_a_job_that_a_redrive_has_started_is_not_stopped_in_the_place_of_the_one_before(world: At) -> None:
    # Given a job that is to be stopped, though a crash came before the service had answered that it took it
    world.desk.answers["Load"] = asyncio.get_running_loop().create_future()
    started = await world.run(Load=task(JOB))
    await world.settle()
    world.desk.stop = _broken  # type: ignore[method-assign]
    await world.engine.stop_execution(await world.row(started.arn), None, None)
    await world.restart(away=1)
    # When a redrive has started another one before that is done
    world.desk.answers["Load"] = {"JobRunId": "8"}
    world.employ()
    await world.engine.redrives.redrive(await world.row(started.arn), None)
    await world.pass_time(5)
    assert "TaskSubmitted" in await world.types(started)
    # Then that other job runs on
    del world.desk.stop
    await world.pass_time(60)
    assert world.desk.stopped == [("Load", None)]
    world.desk.results["Load"] = {"JobRunState": "SUCCEEDED"}
    await world.pass_time(120)
    assert await world.output(started) == {"JobRunState": "SUCCEEDED"}


async def test_a_failed_sibling_stops_the_job_of_its_branch(world: At) -> None:
    world.desk.answers = {"Load": {"JobRunId": "7"}, "Price": asyncio.get_running_loop().create_future()}
    started = await world.run(
        All={"Type": "Parallel", "End": True, "Branches": [machine(Load=task(JOB)), machine(Price=task())]}
    )
    await world.pass_time(5)
    world.desk.answers["Price"].set_exception(fails("Shop.Closed"))
    await world.settle()
    assert await world.status(started) == "FAILED"
    assert world.desk.stopped == [("Load", {"JobRunId": "7"})]


async def test_a_job_whose_start_is_under_way_is_stopped_once_it_is_known(world: At) -> None:
    world.desk.answers["Load"] = asyncio.get_running_loop().create_future()
    started = await world.run(Load=task(JOB))
    await world.settle()
    await world.engine.stop_execution(await world.row(started.arn), None, None)
    await world.settle()
    assert world.desk.stopped == []
    world.desk.answers["Load"].set_result({"JobRunId": "7"})
    await world.settle()
    assert world.desk.stopped == [("Load", {"JobRunId": "7"})]


async def test_a_job_that_timed_out_is_left_alone_as_on_aws(world: At) -> None:
    world.desk.answers["Load"] = {"JobRunId": "7"}
    started = await world.run(Load=task(JOB, TimeoutSeconds=10))
    await world.pass_time(11)
    assert await world.status(started) == "FAILED"
    assert world.desk.stopped == []


# -- tokens -----------------------------------------------------------------------------------------------------------


async def test_whoever_gets_the_token_answers_the_task(world: At) -> None:
    world.desk.answers["Ask"] = {"MessageId": "1"}
    parameters = {"QueueUrl": "q", "MessageBody": {"Token.$": "$$.Task.Token"}}
    started = await world.run(Ask=task(CALLBACK, Parameters=parameters))
    await world.pass_time(86_400)
    token = json.loads(world.desk.calls[0].input)["MessageBody"]["Token"]
    await world.engine.tasks.succeed(token, '{"approved": true}')
    assert await world.output(started) == {"approved": True}
    assert (await world.types(started))[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]


async def test_each_try_has_a_token_of_its_own_and_the_old_one_is_spent(world: At) -> None:
    world.desk.answers["Ask"] = {}
    parameters = {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
    started = await world.run(Ask=task(CALLBACK, Parameters=parameters, TimeoutSeconds=5, Retry=retry))
    await world.pass_time(7)
    first, second = (json.loads(call.input)["MessageBody"] for call in world.desk.calls)
    with pytest.raises(Exception, match="Provided task does not exist anymore"):
        await world.engine.tasks.succeed(first, "1")
    await world.engine.tasks.succeed(second, "2")
    assert await world.output(started) == 2


async def test_the_result_selector_sees_the_token_of_the_try_that_was_answered(world: At) -> None:
    world.desk.answers["Ask"] = {}
    parameters = {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}
    started = await world.run(
        Ask=task(CALLBACK, Parameters=parameters, ResultSelector={"token.$": "$$.Task.Token", "n.$": "$"})
    )
    await world.settle()
    token = json.loads(world.desk.calls[0].input)["MessageBody"]
    await world.engine.tasks.succeed(token, "1")
    assert await world.output(started) == {"token": token, "n": 1}


async def test_an_answer_may_come_before_the_service_has_said_that_it_took_the_call(world: At) -> None:
    world.desk.answers["Ask"] = asyncio.get_running_loop().create_future()
    parameters = {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}
    started = await world.run(Ask=task(CALLBACK, Parameters=parameters))
    await world.settle()
    await world.engine.tasks.succeed(json.loads(world.desk.calls[0].input)["MessageBody"], "1")
    world.desk.answers["Ask"].set_result({"MessageId": "1"})
    await world.settle()
    assert await world.output(started) == 1


async def test_a_machine_whose_expressions_run_apart_shows_tokens_too(world: At) -> None:
    world.desk.answers["Ask"] = {}
    wild = "{% ($f := function($n) { $n > 0 ? $f($n - 1) : $states.context.Task.Token }; $f(3)) %}"
    state = {"Type": "Task", "Resource": CALLBACK, "Arguments": {"QueueUrl": "q", "MessageBody": wild}, "End": True}
    started = await world.start(await world.machine(machine(Ask=state) | {"QueryLanguage": "JSONata"}))
    await world.settle()
    await world.engine.tasks.succeed(json.loads(world.desk.calls[0].input)["MessageBody"], "1")
    await world.settle()
    assert await world.output(started) == 1
