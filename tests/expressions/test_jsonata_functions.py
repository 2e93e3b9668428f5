"""The functions that AWS adds to JSONata."""

import re

import pytest

from stepwell.errors import ExpressionError
from stepwell.expressions.jsonata import compile_jsonata
from stepwell.expressions.scope import Json, Scope


def value(expression: str) -> Json:
    return compile_jsonata(f"{{% {expression} %}}", "Output").evaluate(Scope({}, seed=1))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$partition([1, 2, 3, 4, 5], 2)", [[1, 2], [3, 4], [5]]),
        ("$partition(1, 2)", [[1]]),
        ("$range(0, 9, 3)", [0, 3, 6, 9]),
        ("$range(0, 10, 3)", [0, 3, 6, 9]),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$range(1, 9, 9)", 1),
        ("$hash('input', 'SHA-1')", "140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"),
        ("$hash('abc', 'MD5')", "900150983cd24fb0d6963f7d28e17f72"),
        ("$parse('-0')", 0),
        ("$parse('1.1')", 1.1),
        ("$parse('[1, 2, \"x\"]')", [1, 2, "x"]),
        ("$parse('{\"a\": []}').a", []),
        ("$parse('null')", None),
        ("$random(42)", 0.7275636800328681),
        ("$map(['1', '2'], $parse)", [1, 2]),
        ("'1' ~> $parse", 1),
        ("[1, 2, 3] ~> $partition(2)", [[1, 2], [3]]),
    ],
)
def test_a_call_gives(expression, expected):
    found = value(expression)
    assert (found, type(found)) == (expected, type(expected))


def test_a_uuid_is_of_version_4():
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", value("$uuid()"))
    assert len(set(value("$map([1..5], $uuid)"))) == 5


def test_an_unseeded_random_number_is_another_one_each_time():
    first, second = value("[$random(), $random()]")
    assert 0 <= first < 1
    assert first != second


@pytest.mark.parametrize("call", ["$partition($no, 2)", "$range($no, 1, 1)", "$hash($no, 'MD5')", "$parse($no)"])
def test_nothing_gives_nothing(call):
    assert value(f"[{call}]") == []


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("$partition([1], 0)", ': Argument 2 of function "partition" must be positive but is 0'),
        ("$partition([1], 1.5)", ': Argument 2 of function "partition" must be an integer but is 1.5'),
        ("$partition([1], 'a')", '. T0410: Argument 2 of function "partition" does not match function signature'),
        ("$range(1, 2, 0)", ': Argument 3 of function "range" must not be 0'),
        ("$range(1, 1e308, 1)", ": Expression evaluation memory limit exceeded: Check for excessive memory usage"),
        ("$hash('a', 'md5')", ': Argument 2 of function "hash" must be one of MD5, SHA-1, SHA-256, SHA-384, SHA-512'),
        ("$hash(1, 'MD5')", '. T0410: Argument 1 of function "hash" does not match function signature'),
        ("$parse(1)", '. T0410: Argument 1 of function "parse" does not match function signature'),
        ("$parse('{')", ': Argument 1 of function "parse" is not valid JSON: '),
        ("$random('a')", '. T0410: Argument 1 of function "random" does not match function signature'),
        ("$random(1, 2)", '. T0410: Argument 2 of function "random" does not match function signature'),
    ],
)
def test_arguments_that_do_not_fit_are_named(expression, reason):
    with pytest.raises(ExpressionError) as failed:
        value(expression)
    assert f"threw an error during evaluation{reason}" in failed.value.cause


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$distinct([1, 1.0, true, null, null, 'x', 'x', false, 0])", [1, True, None, "x", False, 0]),
        (
            "$distinct([{'a': 1, 'b': [2]}, {'b': [2], 'a': 1}, [1, 2], [2, 1], [1, 2]])",
            [{"a": 1, "b": [2]}, [1, 2], [2, 1]],
        ),
        ("$distinct(7)", 7),
        ("$map([[1, 1], [2]], $distinct)", [[1], [2]]),
        ("[1, 1] ~> $distinct", [1]),
    ],
)
def test_distinct_keeps_the_first_of_equal_values(expression, expected):
    assert value(expression) == expected
