"""What is allowed, but most likely not meant: AWS's warnings, their words and their places."""

import json
from typing import Any

import pytest

from stepwell.asl.diagnostics import Diagnostic
from stepwell.asl.parse import compile_definition, parse

LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function:charge"
TASK = {"Type": "Task", "Resource": LAMBDA, "End": True}
INNER = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Parameters": {"a": "$.b"}, "End": True}}}


def warnings(state: dict[str, Any]) -> list[Diagnostic]:
    parsed = parse(json.dumps({"StartAt": "X", "States": {"X": state, "Y": {"Type": "Succeed"}}}))
    # A warning refuses nothing; Y is not reached from most states, which is no matter here
    assert {found.code for found in parsed.diagnostics if found.severity == "ERROR"} <= {"MISSING_TRANSITION_TARGET"}
    return [found for found in parsed.diagnostics if found.severity == "WARNING"]


def told(state: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(found.code, found.location) for found in warnings(state)]


def test_a_path_in_a_template_wants_a_dollar() -> None:
    assert warnings({**TASK, "Parameters": {"a": "$.b"}}) == [
        Diagnostic(
            "WARNING",
            "NO_DOLLAR",
            "The value of 'a' looks like a JSONPath. Instead of 'a', use 'a.$' to evaluate it as a JSONPath at "
            "runtime.",
            "/States/X/Parameters",
        )
    ]


def test_so_does_a_call() -> None:
    [warning] = warnings({**TASK, "Parameters": {"a": "States.Format('{}', $.b)"}})
    assert (warning.code, warning.message) == (
        "NO_DOLLAR",
        "The value of 'a' looks like an Intrinsic Function. Instead of 'a', use 'a.$' to evaluate it as an Intrinsic "
        "Function at runtime.",
    )


@pytest.mark.parametrize("text", ["$", "$$", "$$.Execution.Id", "$.a[0]", "$['a']", "$variable", "States.UUID()"])
def test_what_would_evaluate_resembles_a_path_or_a_call(text: str) -> None:
    assert told({**TASK, "Parameters": {"a": text}}) == [("NO_DOLLAR", "/States/X/Parameters")]


@pytest.mark.parametrize("text", ["$5.00", "US$", "$ 1", "$.", "States.ALL", "States.Unknown()", "a.b", "", "{% $a %}"])
def test_what_would_not_does_not(text: str) -> None:
    assert warnings({**TASK, "Parameters": {"a": text}}) == []


@pytest.mark.parametrize(
    ("state", "where"),
    [
        ({**TASK, "ResultSelector": {"a": "$.b"}}, "/States/X/ResultSelector"),
        ({**TASK, "Assign": {"a": "$.b"}}, "/States/X/Assign"),
        ({**TASK, "Parameters": {"in": {"a": "$.b"}}}, "/States/X/Parameters/in"),
        ({**TASK, "Parameters": {"in": [1, {"a": "$.b"}]}}, "/States/X/Parameters/in[1]"),
        ({**TASK, "Catch": [{"ErrorEquals": ["E"], "Next": "Y", "Assign": {"a": "$.b"}}]}, "/States/X/Catch[0]/Assign"),
        (
            {"Type": "Map", "ItemProcessor": INNER, "End": True},
            "/States/X/ItemProcessor/States/I/Parameters",
        ),
        ({"Type": "Parallel", "Branches": [INNER], "End": True}, "/States/X/Branches[0]/States/I/Parameters"),
    ],
)
def test_the_place_is_the_object_that_has_the_field(state: dict[str, Any], where: str) -> None:
    assert told(state) == [("NO_DOLLAR", where)]


def test_what_is_evaluated_is_not_warned_of() -> None:
    assert warnings({**TASK, "Parameters": {"a.$": "$.b", "c": "d", "e": ["$.f"]}}) == []


def test_a_result_is_static() -> None:
    assert warnings({"Type": "Pass", "Result": {"c.$": "$.d", "e": "$.f"}, "End": True}) == [
        Diagnostic(
            "WARNING",
            "PASS_RESULT_IS_STATIC",
            "The value of 'c.$' will not evaluate as a JSONPath or Intrinsic Function at runtime. Instead of 'Result', "
            "use 'Parameters' to evaluate it as a JSONPath or Intrinsic Function at runtime.",
            "/States/X/Result",
        )
    ]


def test_so_is_a_result_that_is_a_path_as_a_whole_and_one_further_in() -> None:
    assert told({"Type": "Pass", "Result": "$.d", "End": True}) == [("PASS_RESULT_IS_STATIC", "/States/X/Result")]
    inner = {"a": {"c.$": "$.d"}}
    assert told({"Type": "Pass", "Result": inner, "End": True}) == [("PASS_RESULT_IS_STATIC", "/States/X/Result/a")]


def test_an_error_and_a_cause_have_fields_for_paths() -> None:
    found = warnings({"Type": "Fail", "Error": "$.error", "Cause": "States.Format('{}', $.cause)"})
    assert [(warning.code, warning.location) for warning in found] == [
        ("NO_PATH", "/States/X/Error"),
        ("NO_PATH", "/States/X/Cause"),
    ]
    assert found[0].message == (
        "The value of 'Error' looks like a JSONPath. Instead of 'Error', use 'ErrorPath' to evaluate it as a JSONPath "
        "at runtime."
    )


def test_so_have_comparisons() -> None:
    rule = {"Not": {"Variable": "$.a", "StringEquals": "$.b"}, "Next": "Y"}
    assert told({"Type": "Choice", "Choices": [rule]}) == [("NO_PATH", "/States/X/Choices[0]/Not/StringEquals")]


def test_jsonata_states_are_not_warned_of() -> None:
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"a": "$.b"}, "End": True}
    parsed = parse(json.dumps({"StartAt": "X", "States": {"X": state}}))
    assert [found for found in parsed.diagnostics if found.severity == "WARNING"] == []


def test_warnings_stand_beside_errors_and_do_not_keep_a_machine_from_being_made() -> None:
    warned = {**TASK, "Parameters": {"a": "$.b"}}
    text = json.dumps({"StartAt": "X", "States": {"X": warned}})
    assert list(compile_definition(text).states) == ["X"]
    both = parse(json.dumps({"StartAt": "X", "States": {"X": {**warned, "Foreign": 1}}}))
    assert both.machine is None
    assert [found.severity for found in both.diagnostics] == ["ERROR", "WARNING"]
