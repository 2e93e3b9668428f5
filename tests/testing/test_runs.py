"""Runs: a machine from start to end in this process, its tasks answered by the test, time passing by itself."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from definitions import ACTIVITY, catcher, chain, fail, mapping, parallel, passing, retrier, task, waiting
from stepwell.testing import NEVER, After, CannotGoOn, Failure, Machine, NotSucceeded, Run, TaskCall, TaskFailed, run
from stepwell.testing.answers import Unanswered, UnknownTask

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:bake"


def call(resource: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", **fields}


def invoke(**fields: Any) -> dict[str, Any]:
    return call("lambda:invoke", Parameters={"FunctionName": FUNCTION, "Payload.$": "$"}, **fields)


def test_a_run_tells_its_path_its_output_and_what_each_state_saw() -> None:
    result = run(chain(Mix=passing(Result=3, ResultPath="$.eggs"), Bake=task()), {"flour": 1}, tasks={"Bake": "cake"})

    assert (result.status, result.output, result.path) == ("SUCCEEDED", "cake", ["Mix", "Bake"])
    bake = result.state("Bake")
    assert (bake.input, bake.output, bake.attempts) == ({"flour": 1, "eggs": 3}, "cake", 1)
    assert (bake.status, bake.error, bake.entered) == ("SUCCEEDED", None, 1)
    assert [event["type"] for event in result.history][:3] == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
    ]


def test_waits_and_back_off_take_no_time() -> None:
    machine = Machine(
        chain(
            Month=waiting(30 * 24 * 3600),
            Try=task(Retry=[retrier(IntervalSeconds=3600, BackoffRate=10, MaxAttempts=3)]),
        )
    )
    began = time.perf_counter()
    result = machine.run(tasks={"Try": [Failure("Busy"), Failure("Busy"), Failure("Busy"), "at last"]})

    assert result.elapsed == timedelta(days=30, hours=1 + 10 + 100)
    assert (result.output, result.state("Try").attempts) == ("at last", 4)
    assert time.perf_counter() - began < 2


def test_a_run_of_a_small_machine_takes_less_than_10_ms() -> None:
    machine = Machine(chain(A=passing(), B=task(), C=waiting()))
    took = []
    for _ in range(20):
        began = time.perf_counter()
        machine.run(tasks={"B": 1})
        took.append(time.perf_counter() - began)
    assert min(took) < 0.010


@pytest.mark.parametrize(
    "name", ["Do", ACTIVITY, "work"], ids=["by its state", "by its Resource", "by its activity's name"]
)
def test_an_activity_is_answered(name: str) -> None:
    assert run(chain(Do=task()), tasks={name: {"done": True}}).output == {"done": True}


def test_a_functions_answer_may_be_given_by_its_name_and_is_its_payload() -> None:
    machine = Machine(chain(A=invoke(OutputPath="$.Payload"), B=task(Resource=FUNCTION)))
    result = machine.run({"size": 2}, tasks={"bake": lambda event: {"size": event["size"] * 2}})

    assert result.output == {"size": 8}
    assert result.state("A").given == [{"FunctionName": FUNCTION, "Payload": {"size": 2}}]


def test_an_answer_that_looks_like_lambdas_is_taken_as_a_whole() -> None:
    whole = {"StatusCode": 200, "Payload": {"a": 1}, "ExecutedVersion": "7"}
    assert run(chain(A=invoke()), tasks={"A": whole}).output == whole


def test_a_service_is_answered_by_its_action() -> None:
    send = call("sqs:sendMessage", Parameters={"QueueUrl": "q", "MessageBody.$": "$"})
    result = run(
        chain(Send=send), "hello", tasks={"sqs:sendMessage": lambda given: {"MessageId": given["MessageBody"]}}
    )
    assert result.output == {"MessageId": "hello"}


def test_functions_that_take_two_arguments_see_the_call() -> None:
    seen: list[TaskCall] = []

    def answer(input: Any, call: TaskCall) -> str:
        seen.append(call)
        return "done" if call.attempt == 2 else "again"

    rule = {"Variable": "$", "StringEquals": "done", "Next": "Z"}
    machine = chain(Do=task(), Ask={"Type": "Choice", "Choices": [rule], "Default": "Do"}, Z=passing())
    result = run(machine, "x", tasks={"Do": answer})
    assert [(each.state, each.attempt, each.input) for each in seen] == [("Do", 1, "x"), ("Do", 2, "again")]
    assert result.path == ["Do", "Ask", "Do", "Ask", "Z"]
    assert [each.state for each in result.calls] == ["Do", "Do"]


def test_coroutines_answer_too() -> None:
    async def answer(input: Any) -> Any:
        await asyncio.sleep(0.001)
        return input

    assert run(chain(Do=task()), 5, tasks={"Do": answer}).output == 5


def test_a_run_works_inside_a_running_event_loop() -> None:
    async def test() -> Any:
        held = run(chain(A=task(), B=passing()), tasks={"A": 1}, until="B")
        return held.resume().output

    assert asyncio.run(test()) == 1


def test_exceptions_fail_the_task_under_their_names() -> None:
    def broken(input: Any) -> None:
        raise KeyError("size")

    def cold(input: Any) -> None:
        raise TaskFailed("Oven.Cold", "12 degrees")

    caught = chain(Do=task(Catch=[catcher("Sorry", "KeyError")]), Sorry=passing())
    assert run(caught, tasks={"Do": broken}).state("Do").status == "CAUGHT"
    result = run(chain(Do=task()), tasks={"Do": cold})
    assert (result.status, result.error, result.cause) == ("FAILED", "Oven.Cold", "12 degrees")
    result = run(chain(Do=task()), tasks={"Do": ValueError("no")})
    assert (result.error, result.cause) == ("ValueError", "no")
    function = run(chain(Do=invoke()), tasks={"bake": ValueError("no")})
    assert (function.error, function.cause) == ("ValueError", '{"errorMessage": "no", "errorType": "ValueError"}')


def test_assertions_in_functions_fail_the_test() -> None:
    def answer(input: Any) -> None:
        assert input == 2

    with pytest.raises(AssertionError):
        run(chain(Do=task(Catch=[catcher("Do")])), 1, tasks={"Do": answer})


def test_an_unanswered_task_fails_the_test_and_says_how_to_answer_it() -> None:
    with pytest.raises(Unanswered) as problem:
        run(chain(Do=invoke(Retry=[retrier()])), {"a": 1})
    assert str(problem.value) == (
        "The state 'Do' of machine calls lambda:invoke (try 1). Nothing answers it.\n"
        '  its input: {"a":1}\n'
        "  Answer it with tasks={'Do': a value, a function, Failure(...) or a list of these};\n"
        f"  instead of the state's name it may say 'arn:aws:states:::lambda:invoke', '{FUNCTION}', 'bake', "
        "'lambda:invoke'."
    )


def test_a_sequence_at_its_end_fails_the_test() -> None:
    with pytest.raises(Unanswered, match=r"\(try 2\)\. tasks\['Do'\] has 1 answer only"):
        run(chain(Do=task(Retry=[retrier()])), tasks={"Do": [Failure("E")]})


def test_an_answer_for_a_task_that_is_not_there_is_a_slip() -> None:
    with pytest.raises(UnknownTask, match="Did you mean 'Bake'"):
        run(chain(Bake=task()), tasks={"Bkae": 1})


def test_an_answer_takes_its_time() -> None:
    machine = Machine(chain(Do=task(TimeoutSeconds=60, HeartbeatSeconds=10)))
    assert machine.run(tasks={"Do": After(timedelta(seconds=50), 1)}).elapsed == timedelta(seconds=50)
    late = machine.run(tasks={"Do": After(70, 1)})
    assert (late.status, late.error, late.elapsed) == ("FAILED", "States.Timeout", timedelta(seconds=60))
    silent = machine.run(tasks={"Do": NEVER})
    assert (silent.error, silent.elapsed) == ("States.Timeout", timedelta(seconds=10))


def test_waiting_for_ever_fails_the_test() -> None:
    with pytest.raises(CannotGoOn, match="'Do' of machine is never answered"):
        run(chain(Do=task()), tasks={"Do": NEVER})


def test_a_callback_is_answered_with_its_token() -> None:
    ask = call("sqs:sendMessage.waitForTaskToken", Parameters={
        "QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}})  # fmt: skip
    result = run(chain(Ask=ask), tasks={"Ask": After(3600, {"yes": True})})
    assert (result.output, result.elapsed) == ({"yes": True}, timedelta(hours=1))
    assert result.calls[0].token == result.state("Ask").given[0]["MessageBody"]["token"]
    assert run(chain(Ask=ask), tasks={"Ask": Failure("Refused")}).error == "Refused"


def test_a_job_ends_when_its_time_is_over() -> None:
    job = call("glue:startJobRun.sync", Parameters={"JobName": "j"})
    result = run(chain(Job=job), tasks={"Job": After(timedelta(hours=2), {"JobRunState": "SUCCEEDED"})})
    assert (result.output, result.elapsed) == ({"JobRunState": "SUCCEEDED"}, timedelta(hours=2))
    assert run(chain(Job=job), tasks={"glue:startJobRun": {}}).elapsed == timedelta(0)
    assert run(chain(Job=job), tasks={"Job": Failure("Glue.Bad")}).error == "Glue.Bad"


def test_branches_and_iterations_are_told_apart() -> None:
    machine = chain(
        Both=parallel(chain(Left=task()), chain(Right=passing(Result=2))),
        Each=mapping(chain(One=task())),
    )
    result = run(machine, tasks={"Left": 1, "One": lambda item: item + 10})
    assert result.path == ["Both", "Each"]
    assert result.output == [11, 12]
    assert result.state("Both").paths == [["Left"], ["Right"]]
    assert (result.state("One").entered, result.state("One").inputs) == (2, [1, 2])
    assert result.state("Each").output == [11, 12]


def test_a_run_is_held_before_a_state_and_goes_on() -> None:
    machine = Machine(chain(A=passing(Assign={"x": 1}), B=task(), C=passing()))
    held = machine.run({"a": 1}, tasks={"B": 2}, until="B")
    assert (held.held, held.status, held.next, held.path) == (True, "RUNNING", "B", ["A"])
    assert (held.input, held.variables) == ({"a": 1}, {"x": 1})
    assert held.calls == []

    again = held.resume(until="C")
    assert (again.next, again.input, again.path) == ("C", 2, ["A", "B"])
    assert again.resume().path == ["A", "B", "C"]
    assert held.path == ["A"]


def test_a_run_may_be_held_within_a_branch() -> None:
    machine = chain(Both=parallel(chain(Left=passing(), Deep=task()), chain(Right=waiting())))
    held = run(machine, tasks={"Deep": 1}, until="Deep")
    assert (held.next, held.elapsed) == ("Deep", timedelta(0))
    assert held.resume().output == [1, {}]


def test_a_state_before_which_nothing_is_held_fails_the_test() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "B"}], "Default": "C"}
    with pytest.raises(NotSucceeded, match="ended before it came to 'B'"):
        run(chain(A=choice, B=passing(), C={"Type": "Succeed"}), until="B")
    with pytest.raises(ValueError, match="has no state 'X'"):
        run(chain(A=passing()), until="X")


def test_a_run_may_start_at_a_state_with_variables() -> None:
    machine = Machine(
        chain(
            A=task(), B=passing(Parameters={"n.$": "$n", "in.$": "$"}), C=mapping(chain(Inner=passing())), D=passing()
        )
    )
    result = machine.run({"a": 1}, start="B", until="C", variables={"n": [1, 2]})
    assert (result.path, result.input) == (["B"], {"n": [1, 2], "in": {"a": 1}})
    assert machine.run(7, start="Inner").output == 7


def test_it_begins_when_the_test_says_and_chance_can_be_repeated() -> None:
    machine = Machine({"QueryLanguage": "JSONata", **chain(A=passing(Output="{% [$random(), $now()] %}"))})
    at = datetime(2030, 5, 1, 8, tzinfo=UTC)
    first, second = machine.run(at=at), machine.run(at=at)
    assert first.output == second.output
    assert first.output[1] == "2030-05-01T08:00:00.000Z"
    assert (first.started, machine.run(at=at, seed=1).output == first.output) == (at, False)


def test_expressions_of_unknown_cost_run_too() -> None:
    machine = Machine({"QueryLanguage": "JSONata", **chain(
        A=passing(Output="{% ($f := function($n) { $n < 2 ? 1 : $n * $f($n - 1) }; $f(5)) %}"))})  # fmt: skip
    assert machine.definition.machine.wild
    assert machine.run(variables={"a": 1}).output == 120


def test_an_expression_without_an_end_fails_as_on_aws() -> None:
    endless = "{% ($f := function($n) { $f($n + 1) }; $f(1)) %}"
    result = run({"QueryLanguage": "JSONata", **chain(W=waiting(60), A=passing(Output=endless))})
    assert (result.status, result.error) == ("FAILED", "States.QueryEvaluationError")
    assert result.elapsed == timedelta(seconds=60)


def test_an_express_machine_runs_alike() -> None:
    machine = Machine(chain(A=passing(), B=task(Resource=FUNCTION)), type="EXPRESS")
    held = machine.run(tasks={"bake": 3}, until="B")
    assert held.resume().output == 3


def test_an_endless_express_execution_times_out() -> None:
    result = run({"TimeoutSeconds": 5, **chain(A=waiting(10))})
    assert (result.status, result.elapsed) == ("TIMED_OUT", timedelta(seconds=5))


def test_executions_start_executions() -> None:
    child = Machine(chain(Pause=waiting(60), Double=task()), name="child")
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:child"
    start = call("states:startExecution.sync:2", Parameters={"StateMachineArn": arn, "Input.$": "$"})
    parent = Machine(chain(Start={**start, "OutputPath": "$.Output"}), machines=[child])
    result = parent.run({"n": 4}, tasks={"Double": lambda input: input["n"] * 2})

    assert (result.output, result.elapsed) == (8, timedelta(seconds=60))
    assert [(each.machine, each.state) for each in result.calls] == [("child", "Double")]
    failed = parent.run({"n": 4}, tasks={"Double": Failure("Odd")})
    assert failed.error == "States.TaskFailed"
    assert parent.run(tasks={"child": {"Output": "made up"}}).output == "made up"


def test_what_a_task_is_told_of_an_execution_that_it_started_is_what_a_server_tells() -> None:
    there = "arn:aws:states:us-east-1:123456789012"
    parameters = {"StateMachineArn": f"{there}:stateMachine:child", "Name": "one", "Input": {"n": 4}}

    def starting(pattern: str, child: dict[str, Any]) -> Run:
        start = call(f"states:startExecution{pattern}", Parameters=parameters)
        return Machine(chain(Start=start), machines=[Machine(child, name="child")]).run()

    begun = starting("", chain(Pause=waiting(60))).output
    assert list(begun) == ["ExecutionArn", "SdkHttpMetadata", "SdkResponseMetadata", "StartDate"]
    assert (begun["ExecutionArn"], begun["SdkHttpMetadata"]["HttpStatusCode"]) == (f"{there}:execution:child:one", 200)

    noon = 1_735_732_800_000
    told = {
        "ExecutionArn": f"{there}:execution:child:one",
        "Input": '{"n":4}',
        "InputDetails": {"Included": True},
        "Name": "one",
        "StartDate": noon,
        "StateMachineArn": f"{there}:stateMachine:child",
        "StopDate": noon + 60_000,
    }
    done = starting(".sync", chain(Pause=waiting(60))).output
    assert done == {**told, "Output": '{"n":4}', "OutputDetails": {"Included": True}, "Status": "SUCCEEDED"}
    cause = starting(".sync:2", chain(Pause=waiting(60), No=fail("Sold.Out", Cause="all of it"))).cause
    assert cause is not None
    shown = {**told, "Cause": "all of it", "Error": "Sold.Out", "Status": "FAILED"}
    assert list(json.loads(cause).items()) == sorted(shown.items())


def test_a_failed_run_explains_itself_when_its_output_is_asked_for() -> None:
    machine = chain(A=passing(), Do=task(Retry=[retrier(MaxAttempts=1)]), B=fail())
    result = run(machine, tasks={"Do": Failure("Oven.Cold", "brr")})
    with pytest.raises(NotSucceeded) as problem:
        _ = result.output
    assert str(problem.value) == (
        "There is no output.\n"
        "machine FAILED after 1 s: Oven.Cold: brr\n"
        "  ✓ A (Pass)\n"
        "  ✗ Do (Task, 2 attempts, 1 s, Oven.Cold, Oven.Cold)"
    )
    with pytest.raises(AssertionError, match="The state 'B' was never entered"):
        result.state("B")
