"""One state tried by itself: how it ends, what it shows of its data, and what it finds in its context object."""

import json
from typing import Any

import pytest

from definitions import chain, fail, parallel, passing, task, waiting
from stepwell.asl.specimen import lone_state, state_of
from stepwell.core.advance import Limits, Moment
from stepwell.core.facts import Start
from stepwell.core.state_test import Given, Outcome, Unthinkable, try_state
from stepwell.errors import Failure, InvalidDefinition

from .journey import ARN, MACHINE, NOON, ROLE

NAMED = {"ErrorEquals": ["Mine"]}
ITEM = {"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": True}}}


def tried(state: dict[str, Any], input: Any = None, *, name: str | None = None, **given: Any) -> Outcome:
    if name is None:
        specimen = lone_state(json.dumps({"Next": "Then"} | state if _goes_on(state) else state))
    else:
        found = state_of(json.dumps(state), name)
        assert found is not None
        specimen = found
    if "result" in given:
        given["result"] = json.dumps(given["result"])
    text = json.dumps({} if input is None else input, separators=(",", ":"))
    start = Start(arn=ARN, machine_arn=MACHINE, revision="", name="e", role_arn=ROLE, input=text)
    return try_state(specimen, Given(start=start, **given), Moment(NOON, 1), Limits())


def _goes_on(state: dict[str, Any]) -> bool:
    return state["Type"] not in ("Succeed", "Fail", "Choice") and "End" not in state


def inspected(outcome: Outcome) -> dict[str, Any]:
    """With the texts read."""
    return {name: json.loads(data) if isinstance(data, str) else data for name, data in outcome.inspection.items()}


def each(**fields: Any) -> dict[str, Any]:
    return {"Type": "Map", "ItemProcessor": ITEM, **fields}


# -- how it ends -------------------------------------------------------------------------------------------------------


def test_a_state_ends_where_it_leads_to_and_goes_no_further() -> None:
    outcome = tried(passing(Result=1))
    assert (outcome.status, outcome.output, outcome.next) == ("SUCCEEDED", "1", "Then")


def test_a_choice_tells_the_state_of_its_rule() -> None:
    rule = {"Variable": "$.a", "NumericEquals": 1, "Next": "One"}
    choice = {"Type": "Choice", "Choices": [rule], "Default": "Other"}
    assert tried(choice, {"a": 1}).next == "One"
    assert tried(choice, {"a": 2}).next == "Other"


def test_a_fail_state_fails() -> None:
    outcome = tried(fail("Mine", Cause="why"))
    assert (outcome.status, outcome.error, outcome.cause, outcome.output) == ("FAILED", "Mine", "why", None)


def test_a_wait_does_not_keep_anybody_waiting() -> None:
    outcome = tried(waiting(300), {"a": 1})
    assert (outcome.status, outcome.output, outcome.next) == ("SUCCEEDED", '{"a":1}', "Then")


def test_a_wait_longer_than_a_test_may_take_times_out() -> None:
    assert (tried(waiting(301)).status, tried(waiting(301)).error) == ("FAILED", "States.Timeout")


def test_the_mock_is_the_answer_to_a_task() -> None:
    outcome = tried(task(ResultSelector={"b.$": "$.a"}, ResultPath="$.r"), {"i": 1}, result={"a": 2})
    assert (outcome.status, outcome.output) == ("SUCCEEDED", '{"i":1,"r":{"b":2}}')


def test_an_expression_that_cannot_be_evaluated_fails_the_state() -> None:
    outcome = tried(passing(InputPath="$.missing"))
    assert (outcome.status, outcome.error) == ("FAILED", "States.Runtime")
    assert outcome.cause is not None
    assert outcome.cause.startswith("An error occurred while executing the state 'StateName'")
    assert inspected(outcome) == {"input": {}}


def test_variables_are_read_and_told_as_they_are_afterwards() -> None:
    state = passing(Parameters={"x.$": "$known"}, Assign={"new.$": "$.x"})
    outcome = tried(state, variables={"known": [1, 2]})
    assert outcome.output == '{"x":[1,2]}'
    assert inspected(outcome)["variables"] == {"known": [1, 2], "new": [1, 2]}


# -- failing, trying again, catching -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("retries", "seconds"), [(0, 2), (1, 6), (2, 18)])
def test_a_retrier_tells_how_long_it_would_wait(retries: int, seconds: int) -> None:
    retry = [{"ErrorEquals": ["Other"]}, {**NAMED, "IntervalSeconds": 2, "BackoffRate": 3}]
    outcome = tried(task(Retry=retry), failure=Failure("Mine", "why"), retries=retries)
    assert (outcome.status, outcome.error, outcome.cause, outcome.next) == ("RETRIABLE", "Mine", "why", None)
    assert outcome.inspection["errorDetails"] == {"retryIndex": 1, "retryBackoffIntervalSeconds": seconds}


def test_a_catcher_takes_over_when_the_retries_are_used_up() -> None:
    state = task(
        Retry=[{**NAMED, "MaxAttempts": 2}],
        Catch=[{"ErrorEquals": ["Other"], "Next": "A"}, {**NAMED, "ResultPath": "$.e", "Next": "B"}],
    )
    outcome = tried(state, {"i": 1}, failure=Failure("Mine", "why"), retries=2)
    assert (outcome.status, outcome.next, outcome.error, outcome.cause) == ("CAUGHT_ERROR", "B", "Mine", "why")
    assert outcome.output == '{"i":1,"e":{"Error":"Mine","Cause":"why"}}'
    assert outcome.inspection["errorDetails"] == {"catchIndex": 1}


def test_an_error_that_nobody_takes_fails_the_state() -> None:
    outcome = tried(parallel(ITEM, Catch=[{"ErrorEquals": ["Other"], "Next": "A"}]), failure=Failure("Mine"))
    assert (outcome.status, outcome.error, outcome.next) == ("FAILED", "Mine", None)
    assert "errorDetails" not in outcome.inspection


def test_a_catcher_that_fails_itself_fails_the_state() -> None:
    catcher = {**NAMED, "Output": "{% $number('x') %}", "Next": "A"}
    outcome = tried(task(QueryLanguage="JSONata", Catch=[catcher]), failure=Failure("Mine"))
    assert (outcome.status, outcome.error) == ("FAILED", "States.QueryEvaluationError")


def test_the_context_object_tells_how_often_it_was_retried() -> None:
    outcome = tried(task(ResultSelector={"n.$": "$$.State.RetryCount"}), result={}, retries=3)
    assert outcome.output == '{"n":3}'


# -- Map ---------------------------------------------------------------------------------------------------------------


def test_a_map_shows_its_items_and_what_is_made_of_them() -> None:
    state = each(
        InputPath="$.in",
        ItemsPath="$.list",
        ItemSelector={"at.$": "$$.Map.Item.Index", "is.$": "$$.Map.Item.Value"},
        MaxConcurrency=1,
        ResultPath="$.out",
    )
    input = {"in": {"list": ["a", "b"]}}
    outcome = tried(state, input, result=[1, 2])
    assert outcome.status == "SUCCEEDED"
    assert inspected(outcome) == {
        "input": input,
        "afterInputPath": {"list": ["a", "b"]},
        "afterItemsPath": ["a", "b"],
        "afterItemSelector": [{"at": 0, "is": "a"}, {"at": 1, "is": "b"}],
        "maxConcurrency": 1,
        "afterResultSelector": [1, 2],
        "afterResultPath": {**input, "out": [1, 2]},
    }


def test_a_map_without_items_takes_the_mock_all_the_same() -> None:
    assert tried(each(), [], result=[7]).output == "[7]"


def test_items_that_are_no_array_fail_the_map() -> None:
    assert tried(each(ItemsPath="$.a"), {"a": 1}, result=[]).error == "States.Runtime"


DISTRIBUTED = {**ITEM, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}


@pytest.mark.parametrize(
    ("limit", "failed", "status"),
    [
        ({}, 4, "SUCCEEDED"),
        ({"ToleratedFailureCount": 0}, 0, "SUCCEEDED"),
        ({"ToleratedFailureCount": 0}, 1, "FAILED"),
        ({"ToleratedFailureCount": 2}, 2, "SUCCEEDED"),
        ({"ToleratedFailureCountPath": "$[3]"}, 3, "SUCCEEDED"),
        ({"ToleratedFailureCountPath": "$[0]"}, 2, "FAILED"),
        ({"ToleratedFailurePercentage": 50}, 2, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 50}, 3, "FAILED"),
    ],
)
def test_more_failures_than_a_map_says_it_tolerates_fail_it(limit: dict[str, Any], failed: int, status: str) -> None:
    state = each(ItemProcessor=DISTRIBUTED, **limit)
    outcome = tried(state, [1, 2, 3, 4], result=[], failed_iterations=failed)
    assert outcome.status == status
    assert outcome.error == ("States.ExceedToleratedFailureThreshold" if status == "FAILED" else None)


def test_more_failures_than_items_cannot_be() -> None:
    with pytest.raises(Unthinkable, match="mapIterationFailureCount is 2, but the Map has 1 items"):
        tried(each(), [1], result=[], failed_iterations=2)


def test_what_the_item_reader_would_have_read_are_the_items() -> None:
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON", "ItemsPointer": "/a~1b/0"},
        "Parameters": {"Bucket": "b", "Key": "k"},
    }
    state = each(ItemProcessor=DISTRIBUTED, ItemReader=reader)
    outcome = tried(state, {}, result=[], reader_data='{"a/b":[[5,6]]}')
    assert inspected(outcome)["afterItemsPointer"] == [5, 6]
    assert inspected(outcome)["afterItemsPath"] == [5, 6]
    outcome = tried(state, {}, result=[], reader_data="[]")
    assert outcome.cause is not None
    assert "The ItemsPointer '/a~1b/0' leads to nothing" in outcome.cause


# -- what it shows -----------------------------------------------------------------------------------------------------


def test_a_task_shows_its_data_after_each_filter() -> None:
    state = task(
        InputPath="$.in",
        Parameters={"p.$": "$.a"},
        ResultSelector={"s.$": "$.r"},
        ResultPath="$.out",
        OutputPath="$.out",
    )
    outcome = tried(state, {"in": {"a": 1}}, result={"r": 2})
    assert inspected(outcome) == {
        "input": {"in": {"a": 1}},
        "afterInputPath": {"a": 1},
        "afterParameters": {"p": 1},
        "result": {"r": 2},
        "afterResultSelector": {"s": 2},
        "afterResultPath": {"in": {"a": 1}, "out": {"s": 2}},
    }
    assert outcome.output == '{"s":2}'


def test_a_filter_that_a_state_has_not_shows_what_comes_in() -> None:
    outcome = tried(task(ResultPath=None), {"a": 1}, result=5)
    assert inspected(outcome) == {
        "input": {"a": 1},
        "afterInputPath": {"a": 1},
        "afterParameters": {"a": 1},
        "result": 5,
        "afterResultSelector": 5,
        "afterResultPath": {"a": 1},
    }


def test_a_task_that_failed_shows_how_far_it_came() -> None:
    assert set(tried(task(), failure=Failure("Mine")).inspection) == {"input", "afterInputPath", "afterParameters"}
    assert set(tried(task(Parameters={"a.$": "$.b"}), result=1).inspection) == {"input", "afterInputPath"}


def test_a_jsonata_task_shows_its_arguments() -> None:
    state = task(QueryLanguage="JSONata", Arguments={"a": "{% $states.input.b %}"}, Output="{% $states.result %}")
    assert inspected(tried(state, {"b": 1}, result=2)) == {"input": {"b": 1}, "afterArguments": {"a": 1}, "result": 2}


@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_states_that_only_pass_on_show_little(language: str) -> None:
    shown = set(tried({"Type": "Succeed", "QueryLanguage": language}).inspection)
    assert shown == ({"input", "afterInputPath"} if language == "JSONPath" else {"input"})


def test_a_uuid_is_drawn_once() -> None:
    outcome = tried(passing(Parameters={"id.$": "States.UUID()"}))
    assert outcome.inspection["afterParameters"] == outcome.output


# -- the context object ------------------------------------------------------------------------------------------------

WHOLE = passing(Parameters={"context.$": "$$"})


def test_the_context_object_is_the_one_given() -> None:
    assert tried(WHOLE, context={"anything": [1]}).output == '{"context":{"anything":[1]}}'


def test_otherwise_it_is_made_up() -> None:
    context = json.loads(tried(WHOLE, {"i": 1}).output or "")["context"]
    assert (context["State"]["Name"], context["Execution"]["Id"], context["Execution"]["Input"]) == (
        "StateName",
        ARN,
        {"i": 1},
    )
    assert set(context) == {"Execution", "State", "StateMachine"}


def test_inside_a_map_there_is_an_item() -> None:
    machine = chain(Outer=each(ItemProcessor=chain(Inner=WHOLE)))
    context = json.loads(tried(machine, "x", name="Inner").output or "")["context"]
    assert context["Map"] == {"Item": {"Index": 0, "Value": "x"}}


def test_a_task_that_waits_for_a_token_has_one() -> None:
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"},
    }
    assert len(inspected(tried(state, result={}))["afterParameters"]["MessageBody"]) == 32


# -- whole machines ----------------------------------------------------------------------------------------------------


def test_a_state_is_found_in_whatever_scope() -> None:
    machine = chain(First=parallel(chain(Deep=passing(Result=1), After=passing())), Last=passing(Result=2))
    assert (tried(machine, name="Deep").output, tried(machine, name="Deep").next) == ("1", "After")
    assert tried(machine, name="Last").output == "2"
    assert state_of(json.dumps(machine), "Nowhere") is None


def test_the_machines_query_language_holds_for_its_states() -> None:
    machine = {"QueryLanguage": "JSONata", **chain(A=passing(Output="{% 1 + 1 %}"))}
    assert tried(machine, name="A").output == "2"


def test_what_is_wrong_with_a_state_is_told_with_its_place() -> None:
    with pytest.raises(InvalidDefinition, match="These fields are required"):
        lone_state('{"Type":"Task","End":true}')
    with pytest.raises(InvalidDefinition, match="at /States/B/Type"):
        state_of(json.dumps(chain(A=passing(), B={"Type": "Strange"})), "A")
