"""Payload templates: keys that end in `.$` are evaluated, everything else stands as it is."""

import pytest

from stepwell.errors import ExpressionError
from stepwell.expressions.scope import Scope
from stepwell.expressions.templates import TemplateError, compile_path_or_intrinsic, compile_template

SCOPE = Scope({"a": 1, "list": [1, 2]}, {"State": {"Name": "S"}})
INVALID = "The value for the field '{}' must be a valid JSONPath or a valid intrinsic function call"


def test_a_template_is_filled_in_at_any_depth_and_keeps_the_order_of_its_keys():
    template = {
        "z": "$.a",
        "y.$": "$.a",
        "x": {"n.$": "States.MathAdd($.a, 1)", "fix": [1, {"in.$": "$$.State.Name"}]},
        "w.$": "$.list[*]",
    }
    filled = compile_template(template, "Parameters").evaluate(SCOPE)
    assert filled == {"z": "$.a", "y": 1, "x": {"n": 2, "fix": [1, {"in": "S"}]}, "w": [1, 2]}
    assert list(filled) == ["z", "y", "x", "w"]


def test_what_is_constant_is_shared():
    template = {"fix": {"deep": [1]}, "a.$": "$.a"}
    assert compile_template(template, "Parameters").evaluate(SCOPE)["fix"] is template["fix"]
    assert compile_template(template["fix"], "Parameters").evaluate(SCOPE) is template["fix"]


@pytest.mark.parametrize("template", ["text", 1, None, [], {}])
def test_a_template_need_not_be_an_object(template):
    assert compile_template(template, "ItemSelector").evaluate(SCOPE) == template


def test_every_problem_is_reported_at_the_object_that_contains_it():
    with pytest.raises(TemplateError) as refused:
        compile_template({"a.$": "oops", "b/c": [{"d.$": 5}], "e": 1, "e.$": "$.e"}, "Parameters")
    assert refused.value.problems == [
        ("", INVALID.format("a.$")),
        ("/b~1c/0", INVALID.format("d.$")),
        ("", "The field 'e' is there twice: as 'e' and as 'e.$'"),
    ]


def test_a_missing_path_fails_with_the_field_as_written():
    with pytest.raises(ExpressionError) as failed:
        compile_template({"x": {"y.$": "$.gone"}}, "Parameters").evaluate(Scope({"b": 1}))
    assert failed.value.error == "States.Runtime"
    assert failed.value.cause == (
        """The JSONPath '$.gone' specified for the field 'y.$' could not be found in the input '{"b":1}'"""
    )


def test_an_error_path_may_be_a_path_or_a_call():
    assert compile_path_or_intrinsic("$.a", "ErrorPath").evaluate(SCOPE) == 1
    assert compile_path_or_intrinsic("States.Format('E{}', $.a)", "ErrorPath").evaluate(SCOPE) == "E1"
