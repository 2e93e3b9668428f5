"""JSONata: what an expression sees, gives, and says when it fails."""

import math

import pytest

from stepwell.errors import ExpressionError
from stepwell.expressions.jsonata import compile_jsonata
from stepwell.expressions.jsonata_errors import JsonataTimeout
from stepwell.expressions.scope import Json, Scope

INPUT = {
    "n": 5,
    "name": "Ada",
    "list": [1, 2, 3],
    "one": [1],
    "none": [],
    "void": None,
    "items": [{"id": 1, "status": "OPEN", "price": 1.5}, {"id": 2, "status": "DONE", "price": 2.5}],
    "big": 123456789012345678901,
}
VARIABLES = {"limit": 2, "count": 7, "random": "mine", "order": {"lines": [{"q": 1}, {"q": 2}]}}
NOON = 1_764_590_400_000  # 2025-12-01T12:00:00Z


def scope(**more: Json) -> Scope:
    return Scope(INPUT, {"State": {"Name": "S"}}, VARIABLES, 1, now=NOON, **more)


def value(expression: str, **more: Json) -> Json:
    return compile_jsonata(f"{{% {expression} %}}", "Output").evaluate(scope(**more))


def cause(expression: str, expected: Json = None, **more: Json) -> str:
    with pytest.raises(ExpressionError) as failed:
        compile_jsonata(f"{{% {expression} %}}", "Output/v", expected).evaluate(scope(**more))
    assert failed.value.error == "States.QueryEvaluationError"
    assert failed.value.location == "Output/v"  # type: ignore[attr-defined]
    opening = f"The JSONata expression '{expression}' specified for the field 'Output/v' "
    assert failed.value.cause.startswith(opening)
    return failed.value.cause.removeprefix(opening)


# --- what it sees --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$states.input.n", 5),
        ("$states.context.State.Name", "S"),
        ("$limit * $states.input.n", 10),
        ("$order.lines[q = $limit].q", 2),
        ("$states.input.`name` & '!'", "Ada!"),
        ("$states.(input).n", 5),
    ],
)
def test_an_expression_sees_the_input_the_context_and_the_variables(expression, expected):
    assert value(expression) == expected


def test_states_has_a_result_or_an_error_output_where_there_is_one():
    assert value("$states.result.ok", result={"ok": True}) is True
    assert value("$states.errorOutput.Error", error_output={"Error": "E", "Cause": "C"}) == "E"
    assert list(value("$states", result=1)) == ["input", "context", "result"]
    assert list(value("$states")) == ["input", "context"]


def test_a_null_result_is_a_result():
    assert value("$states.result", result=None) is None


def test_a_variable_may_have_the_name_of_a_function_which_may_be_called_all_the_same():
    assert value("$count + 1") == 8
    assert value("$count($states.input.list) + $count") == 10
    assert value("$random") == "mine"
    assert value("$map(['a', 'b'], $uppercase)") == ["A", "B"]
    assert value("$states.input.list ~> $sum") == 6
    assert value("($count := 1; $count + 1)") == 2
    assert value("$map([1, 2], function($count) { $count })") == [1, 2]


def test_the_context_object_is_built_only_for_those_who_read_it():
    class NoContext(Scope):
        @property
        def context(self) -> Json:
            raise AssertionError("nobody asked")

    assert compile_jsonata("{% $states.input.n + $limit %}", "Output").evaluate(NoContext(INPUT, None, VARIABLES)) == 7


def test_time_and_chance_come_from_the_scope():
    assert value("$millis()") == NOON
    assert value("$now()") == "2025-12-01T12:00:00.000Z"
    assert value("$now('[Y]')") == "2025"
    for drawn in ("$random()", "$shuffle([1..20])", "$map([1, 2], $random)", "$uuid()"):
        assert value(drawn) == value(drawn)
    assert sorted(value("$shuffle([1..20])")) == list(range(1, 21))


def test_an_expression_knows_what_it_reads():
    compiled = compile_jsonata("{% $limit > $states.input.n ? $order : ($x := $map; $x) %}", "Output")
    assert compiled.variables == {"limit", "order", "map"}
    assert compiled.members == {"input"}
    assert compiled.source == "$limit > $states.input.n ? $order : ($x := $map; $x)"


# --- what it gives -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("4 / 2", 2),
        ("1.5 + 0.5", 2),
        ("$sum($states.input.items.price)", 4),
        ("0.1 + 0.2", 0.30000000000000004),
        ("$number('2')", 2),
        ("$string(1e20)", "100000000000000000000"),
        ("$states.input.big", 123456789012345678901),
        ("$states.input.void", None),
        ("$states.input.items.id", [1, 2]),
        ("$states.input.items[status = 'OPEN'].id", 1),
        ("$states.input.items[status = 'OPEN'][].id", [1]),
        ("$states.input.one", [1]),
        ("$states.input.none", []),
        ("[$states.input.nowhere]", []),
        ("{'a': $states.input.nowhere, 'b': 1}", {"b": 1}),
        ("[[1, 2]]", [[1, 2]]),
        ("$states.input.list.[$, 0]", [[1, 0], [2, 0], [3, 0]]),
        ("$merge([{'a': 1}, {'b': 2}])", {"a": 1, "b": 2}),
        ("$contains('hello$world', /^hello\\$/)", True),
        ("$x := 1", 1),
    ],
)
def test_a_result_is_json(expression, expected):
    found = value(expression)
    assert (found, type(found)) == (expected, type(expected))


def test_data_are_passed_on_and_not_copied():
    assert value("$states.input") is INPUT
    assert value("$states.input.items") is INPUT["items"]


def test_results_are_made_of_plain_lists():
    found = value("$map($states.input.list, function($v, $i, $a) { [$v, [$a]] })")
    assert type(found) is list
    assert all(type(item) is list and type(item[1]) is list for item in found)


def test_what_no_json_number_is_comes_as_text():
    assert value("[1 / 0, -1 / 0]") == ["Infinity", "-Infinity"]
    assert value("1 / 0") == "Infinity"


def test_half_a_character_is_replaced_as_it_cannot_be_written():
    assert value(r'"\ud83d"') == "?"
    assert value(r'{"\ud83d": "é"}') == {"?": "é"}


# --- how it fails --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    ["$states.input.nowhere", "$nowhere", "$states.result", "$states.input.list[9]", "$not($nowhere)", "$eval"],
)
def test_nothing_is_no_value(expression):
    assert cause(expression) == "returned nothing (undefined)."


@pytest.mark.parametrize("expression", ["function($x) { $x }", "$fn := function($x) { $x }", "$sum", "/a/", "[$sum]"])
def test_a_function_is_no_value(expression):
    assert cause(expression) == "returned an unsupported result type."


@pytest.mark.parametrize(
    ("expected", "expression", "was", "shown"),
    [
        ("array", "true", "boolean", "true"),
        ("array", "null", "null", "null"),
        ("array", "{'a': 'b'}", "object", '{"a":"b"}'),
        ("boolean", "'x'", "string", '"x"'),
        ("number", "[1]", "array", "[1]"),
        ("string", "1", "number", "1"),
    ],
)
def test_a_value_of_another_type_than_expected_is_shown(expected, expression, was, shown):
    text = f"returned an unexpected result type. Expected '{expected}', but was '{was}' for value: {shown}"
    assert cause(expression, expected) == text


def test_a_value_of_the_expected_type_is_given():
    assert compile_jsonata("{% [1] %}", "Items", "array").evaluate(scope()) == [1]
    assert compile_jsonata("{% 1.5 %}", "Seconds", "number").evaluate(scope()) == 1.5


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        ("'a' + 1", '. T2001: The left side of the "+" operator must evaluate to a number'),
        ("1 - 'a'", '. T2002: The right side of the "-" operator must evaluate to a number'),
        ("$number('abc')", '. D3030: Unable to cast value to a number: "abc"'),
        ("$abs('a')", '. T0410: Argument 1 of function "abs" does not match function signature'),
        ("$sum(['a'])", '. T0412: Argument 1 of function "sum" must be an array of "numbers"'),
        ("$eval('1 + 1')", ". T1006: Attempted to invoke a non-function"),
        ("$values({'a': 1})", ". T1006: Attempted to invoke a non-function"),
        ("$unheard(1)", ". T1006: Attempted to invoke a non-function"),
        ("$error('no luck')", ". D3137: no luck"),
        ("{'a': 1, 'a': 2}", '. D1009: Multiple key definitions evaluate to the same key: "a"'),
        (
            "($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(200))",
            ": Stack overflow error: Check for non-terminating recursive function. Consider rewriting as"
            " tail-recursive.",
        ),
        ("$range(1, 1e9, 1)", ": Expression evaluation memory limit exceeded: Check for excessive memory usage"),
    ],
)
def test_an_error_has_its_code_and_the_words_of_jsonata(expression, what):
    assert cause(expression) == f"threw an error during evaluation{what}"


def test_a_result_larger_than_aws_could_hold_fails_without_being_written_out():
    bomb = "($double := function($v, $n) { $n = 0 ? $v : $double([$v, $v], $n - 1) }; {'v': $double({'a': 'x'}, 22)})"
    what = "threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory"
    assert cause(bomb).startswith(what)


def test_an_expression_that_takes_too_long_is_ended():
    slow = "$map([1..1000], function($a) { $map([1..1000], function($b) { $a * $b }) })"
    with pytest.raises(JsonataTimeout) as failed:
        value(slow, time_limit=20)
    assert failed.value.cause.endswith(
        "threw an error during evaluation: Expression evaluation timeout: Check for infinite loop"
    )


def test_an_evaluation_after_a_failed_one_knows_nothing_of_it():
    with pytest.raises(JsonataTimeout):
        value("$map([1..1000], function($a) { $map([1..1000], function($b) { $a }) })", time_limit=1)
    assert value("$states.input.n", time_limit=1_000) == 5


def test_numbers_are_doubles_once_they_are_reckoned_with():
    assert math.isclose(value("$states.input.big + 1"), 1.2345678901234568e20)
