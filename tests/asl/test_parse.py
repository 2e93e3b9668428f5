"""What a definition becomes: frozen states whose defaults cost nothing and whose expressions are compiled."""

import json
from typing import Any

import msgspec

from stepwell.asl import states
from stepwell.asl.parse import parse
from stepwell.expressions.scope import Scope

LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function:charge"
DONE = {"Type": "Pass", "End": True}


def machine(definition: dict[str, Any], type: Any = "STANDARD") -> states.StateMachine:
    parsed = parse(json.dumps(definition), type=type)
    assert parsed.diagnostics == ()
    assert parsed.machine is not None
    return parsed.machine


def state(**fields: Any) -> Any:
    """The state X of a machine that also has Y and Z to go to."""
    leads = {"Type": "Choice", "Default": "Z", "Choices": [{"Variable": "$", "IsNull": True, "Next": "X"}]}
    found = machine({"StartAt": "S", "States": {"S": leads | {"Default": "Y"}, "X": fields, "Y": leads, "Z": DONE}})
    return found.states["X"]


def evaluated(expression: Any, data: Any) -> Any:
    return expression.evaluate(Scope(data))


def test_a_machine_keeps_what_belongs_to_it() -> None:
    definition = {"Comment": "c", "Version": "1.0", "TimeoutSeconds": 60, "StartAt": "X", "States": {"X": DONE}}
    assert machine(definition) == states.StateMachine(
        start_at="X", states={"X": states.Pass(name="X")}, timeout_seconds=60, comment="c"
    )


def test_what_is_default_becomes_none() -> None:
    written = state(Type="Pass", End=True, InputPath="$", OutputPath="$", ResultPath="$")
    assert written == states.Pass(name="X")


def test_null_for_a_path_is_an_empty_object_and_null_for_the_result_path_keeps_the_input() -> None:
    found = state(Type="Pass", End=True, InputPath=None, OutputPath=None, ResultPath=None)
    assert (evaluated(found.input_path, [1]), evaluated(found.output_path, [1])) == ({}, {})
    assert found.result_path is states.DISCARD


def test_a_result_of_null_is_not_an_absent_result() -> None:
    assert state(Type="Pass", End=True, Result=None).result is None
    assert state(Type="Pass", End=True).result is msgspec.UNSET


def test_expressions_are_compiled() -> None:
    found = state(Type="Pass", Next="Y", InputPath="$.a", Parameters={"b.$": "$.c"}, ResultPath="$.d")
    assert evaluated(found.input_path, {"a": 1}) == 1
    assert evaluated(found.parameters, {"c": 2}) == {"b": 2}
    assert found.result_path.place({}, 3) == {"d": 3}
    assert found.next == "Y"


def test_a_task_has_its_retriers_and_catchers_in_order() -> None:
    found = state(
        Type="Task",
        Resource=LAMBDA,
        End=True,
        TimeoutSeconds=10,
        HeartbeatSecondsPath="$",
        Retry=[
            {"ErrorEquals": ["A", "B"]},
            {
                "ErrorEquals": ["States.ALL"],
                "IntervalSeconds": 2,
                "MaxAttempts": 0,
                "BackoffRate": 1,
                "MaxDelaySeconds": 9,
                "JitterStrategy": "FULL",
            },
        ],
        Catch=[{"ErrorEquals": ["A"], "Next": "Y", "ResultPath": None}, {"ErrorEquals": ["States.ALL"], "Next": "Y"}],
    )
    assert (found.resource, found.timeout_seconds) == (LAMBDA, 10)
    assert evaluated(found.heartbeat_seconds, 7) == 7
    assert found.retry == (
        states.Retrier(error_equals=("A", "B"), interval_seconds=1, max_attempts=3, backoff_rate=2.0),
        states.Retrier(
            error_equals=("States.ALL",),
            interval_seconds=2,
            max_attempts=0,
            backoff_rate=1,
            max_delay_seconds=9,
            jitter=True,
        ),
    )
    assert found.catch == (
        states.Catcher(error_equals=("A",), next="Y", result_path=states.DISCARD),
        states.Catcher(error_equals=("States.ALL",), next="Y"),
    )


def test_a_wait_has_exactly_one_thing_to_wait_for() -> None:
    assert state(Type="Wait", Next="Y", Seconds=3) == states.Wait(name="X", next="Y", seconds=3)
    until = "2026-01-31T08:30:00+01:00"
    assert state(Type="Wait", Next="Y", Timestamp=until) == states.Wait(name="X", next="Y", timestamp=until)
    assert evaluated(state(Type="Wait", Next="Y", SecondsPath="$.s").seconds_path, {"s": 5}) == 5
    assert evaluated(state(Type="Wait", Next="Y", TimestampPath="$.t").timestamp_path, {"t": until}) == until


def test_a_failure_is_literal_or_computed() -> None:
    assert state(Type="Fail", Error="E", Cause="C") == states.Fail(name="X", error="E", cause="C")
    computed = state(Type="Fail", ErrorPath="$.e", CausePath="States.Format('{}!', $.e)")
    assert (evaluated(computed.error, {"e": "E"}), evaluated(computed.cause, {"e": "E"})) == ("E", "E!")


def test_a_choice_has_its_conditions_compiled() -> None:
    found = state(
        Type="Choice",
        Choices=[{"Comment": "big", "Not": {"Variable": "$.n", "NumericLessThan": 10}, "Next": "Y"}],
        Default="Z",
    )
    [rule] = found.rules
    assert (rule.next, found.default) == ("Y", "Z")
    assert (evaluated(rule.condition, {"n": 9}), evaluated(rule.condition, {"n": 10})) == (False, True)


def test_the_states_of_all_scopes_stand_in_one_table_in_the_order_of_the_definition() -> None:
    branch = {"StartAt": "B", "Comment": "inner", "States": {"B": DONE}}
    item = {"StartAt": "C", "States": {"C": {"Type": "Parallel", "Branches": [branch], "Next": "D"}, "D": DONE}}
    found = machine({"StartAt": "A", "States": {"A": {"Type": "Map", "ItemProcessor": item, "Next": "E"}, "E": DONE}})
    assert list(found.states) == ["A", "C", "B", "D", "E"]
    assert found.states["A"] == states.Map(name="A", processor=states.Scope(start_at="C"), next="E")
    assert found.states["C"] == states.Parallel(name="C", branches=(states.Scope(start_at="B"),), next="D")


def test_a_map_in_its_old_form_is_the_same_map() -> None:
    processor = {"StartAt": "I", "States": {"I": DONE}}
    old = state(Type="Map", End=True, Iterator=processor, Parameters={"v.$": "$$.Map.Item.Value"}, ItemsPath="$.i")
    new = state(
        Type="Map", End=True, ItemProcessor=processor, ItemSelector={"v.$": "$$.Map.Item.Value"}, ItemsPath="$.i"
    )
    assert old.processor == new.processor
    assert old.item_selector.source == new.item_selector.source
    assert evaluated(old.items_path, {"i": [1]}) == [1]


def test_a_distributed_map_says_what_its_children_are() -> None:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    reader = {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "b"}}
    found = state(
        Type="Map",
        End=True,
        ItemProcessor={"ProcessorConfig": config, "StartAt": "I", "States": {"I": DONE}},
        ItemReader=reader,
        MaxConcurrency=100,
        ToleratedFailurePercentage=12.5,
        Label="orders",
    )
    assert (found.distributed, found.execution_type, found.label) == (True, "EXPRESS", "orders")
    assert (found.max_concurrency, found.tolerated_failure_percentage) == (100, 12.5)
    assert found.item_reader == reader


def test_an_end_that_is_false_says_nothing() -> None:
    assert state(Type="Pass", Next="Y", End=False) == states.Pass(name="X", next="Y")


def test_a_map_in_jsonata_leaves_its_language_to_itself() -> None:
    # Given a Map under JSONata, whose inner state names no language
    inner = {"StartAt": "I", "States": {"I": {**DONE, "InputPath": "$.a"}}}
    outer = {
        "Type": "Map",
        "QueryLanguage": "JSONata",
        "Items": "{% $states.input %}",
        "ItemProcessor": inner,
        "End": True,
    }
    # When it is read, then the inner state is JSONPath as the machine is
    machine = parse(json.dumps({"StartAt": "X", "States": {"X": outer}})).machine
    assert machine is not None
    assert [machine.states[name].language for name in "XI"] == ["JSONata", "JSONPath"]
