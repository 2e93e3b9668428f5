"""JSON with JSONata in it: every string that is an expression is evaluated, everything else stands as it is."""

import pytest

from stepwell.errors import ExpressionError
from stepwell.expressions.jsonata_template import JsonataTemplateError, compile_jsonata_template
from stepwell.expressions.scope import Scope

SCOPE = Scope({"a": 1, "list": [1, 2]}, {"State": {"Name": "S"}}, {"v": "V"})


def test_a_template_is_filled_in_at_any_depth_and_keeps_the_order_of_its_keys():
    template = {
        "z": "$.a",
        "y": "{% $states.input.a %}",
        "x.$": {"n": "{% $v %}", "fix": [1, {"in": "{% $states.context.State.Name %}"}]},
        "w": [None, 0.1, "{% $states.input.list %}"],
        "literal": " {% $v %}",
    }
    filled = compile_jsonata_template(template, "Output").evaluate(SCOPE)
    assert filled == {
        "z": "$.a",
        "y": 1,
        "x.$": {"n": "V", "fix": [1, {"in": "S"}]},
        "w": [None, 0.1, [1, 2]],
        "literal": " {% $v %}",
    }
    assert list(filled) == list(template)


def test_what_is_constant_is_shared():
    template = {"fix": {"deep": [1]}, "a": "{% $v %}"}
    assert compile_jsonata_template(template, "Output").evaluate(SCOPE)["fix"] is template["fix"]
    assert compile_jsonata_template(template["fix"], "Output").evaluate(SCOPE) is template["fix"]


@pytest.mark.parametrize("template", ["text", "", 1, None, True, [], {}])
def test_any_json_is_a_template(template):
    compiled = compile_jsonata_template(template, "Output")
    assert compiled.evaluate(SCOPE) == template
    assert compiled.tame


def test_a_template_may_be_one_expression_with_a_type():
    assert compile_jsonata_template("{% $states.input.list %}", "Items", "array").evaluate(SCOPE) == [1, 2]
    assert compile_jsonata_template([1, "{% 2 %}"], "Items", "array").evaluate(SCOPE) == [1, 2]
    with pytest.raises(ExpressionError, match="Expected 'array', but was 'number'"):
        compile_jsonata_template("{% $states.input.a %}", "Items", "array").evaluate(SCOPE)


@pytest.mark.parametrize(
    ("template", "field"),
    [
        ("{% $no %}", "Choices[1]/Output"),
        ({"a": {"b": ["{% $v %}", "{% $no %}"]}}, "Choices[1]/Output/a/b[1]"),
        ([[{"x/y": "{% $no %}"}]], "Choices[1]/Output[0][0]/x/y"),
    ],
)
def test_a_failure_names_the_field_down_to_the_string(template, field):
    with pytest.raises(ExpressionError) as failed:
        compile_jsonata_template(template, "Choices[1]/Output").evaluate(SCOPE)
    assert failed.value.location == field  # type: ignore[attr-defined]
    assert failed.value.cause == (
        f"The JSONata expression '$no' specified for the field '{field}' returned nothing (undefined)."
    )


def test_every_problem_is_reported_at_the_string_that_has_it():
    template = {"a": "{% 1 + %}", "b/c": ["{% $v %}", "{% phone %}"], "d": "{% open", "e": "{% $states.errorOutput %}"}
    with pytest.raises(JsonataTemplateError) as refused:
        compile_jsonata_template(template, "Output", offered=frozenset(["input"]))
    assert [(pointer, problem.code, problem.message) for pointer, problem in refused.value.problems] == [
        ("/a", "INVALID_JSONATA_EXPRESSION", "Unexpected end of expression"),
        ("/b~1c/1", "UNSUPPORTED_JSONATA_EXPRESSION", "Reference to 'phone' at the top level is not supported."),
        ("/d", "INVALID_JSONATA_EXPRESSION", "JSONata string must start with {% and end with %}"),
        ("/e", "UNSUPPORTED_JSONATA_EXPRESSION", "Field '$states.errorOutput' does not exist."),
    ]


def test_a_template_is_tame_when_all_its_expressions_are():
    assert compile_jsonata_template({"a": "{% $v %}", "b": "{% $w + 1 %}"}, "Output").tame
    assert not compile_jsonata_template({"a": "{% $v %}", "b": "{% [1..$w] %}"}, "Output").tame


def test_a_template_knows_what_it_reads():
    compiled = compile_jsonata_template({"a": "{% $v %}", "b": ["{% $w & $states.result.x %}"]}, "Output")
    assert compiled.variables == {"v", "w"}
    assert compiled.members == {"result"}
