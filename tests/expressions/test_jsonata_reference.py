"""Where the library and JSONata's reference implementation (2.0.6) part, we follow the reference."""

import pytest

from stepwell.errors import ExpressionError
from stepwell.expressions.jsonata import compile_jsonata
from stepwell.expressions.scope import Json, Scope

DATA = {"none": [], "l": [{"id": 1, "p": 0.1}, {"id": 2, "p": 0.2}], "m": [{"k": 2}], "big": [9007199254740993, 2]}


def value(expression: str) -> Json:
    return compile_jsonata(f"{{% {expression} %}}", "Output").evaluate(Scope(DATA))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 ~> $string", "3"),
        ("1 + 2 * 3 ~> $string", "7"),
        ("'a' & 'b' ~> $uppercase", "AB"),
        ("1 < 2 ~> $string", "true"),
        ("-1 ~> $abs", 1),
        ("true or false ~> $string", True),
        ("1 + (2 ~> $sum)", 3),
    ],
)
def test_other_operators_bind_tighter_than_the_chain(expression, expected):
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$sum($states.input.none)", 0),
        ("$sum([])", 0),
        ("$sum($states.input.l.p)", 0.1 + 0.2),
        ("$sum(5)", 5),
        ("[1, 2] ~> $sum", 3),
        ("$map([[1, 2], [3]], $sum)", [3, 3]),
        ("$sum($states.input.big)", 9007199254740994.0),
        ("$exists($sum($states.input.l.nothing))", False),
    ],
)
def test_sums(expression, expected):
    assert value(expression) == expected


@pytest.mark.parametrize("time", ["2024-02-29T13:04:05", "2024-02-29T13:04:05Z", "2024-02-29T14:04:05+01:00"])
def test_a_time_without_a_zone_is_in_utc(time):
    assert value(f"$toMillis('{time}')") == 1709211845000


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$states.input.l@$x.{'q': $x.id}", [{"q": 1}, {"q": 2}]),
        ("$states.input.l#$i.{'i': $i, 'id': id}", [{"i": 0, "id": 1}, {"i": 1, "id": 2}]),
        ("$states.input.l@$x.$states.input.m@$y[$x.id = $y.k].{'id': $x.id, 'k': $y.k}", {"id": 2, "k": 2}),
    ],
)
def test_paths_that_bind_names_begin_with_the_states_data(expression, expected):
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        ("$sum([1, 'a'])", '. T0412: Argument 1 of function "sum" must be an array of "numbers"'),
        ("$max('a')", '. T0412: Argument 1 of function "max" must be an array of "numbers"'),
        ("$sum()", '. T0410: Argument 1 of function "sum" does not match function signature'),
        ("$map([[1]], $uppercase)", '. T0410: Argument 1 of function "uppercase" does not match function signature'),
        ("$replace('a', '', 'x')", ". D3010: Second argument of replace function cannot be an empty string"),
        (
            "$sort([1, 'a'])",
            ". D3070: The single argument form of the sort function can only be applied to an array of strings or an "
            "array of numbers.  Use the second argument to specify a comparison function",
        ),
        (
            "$toMillis('soon')",
            '. D3110: The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given "soon"',
        ),
    ],
)
def test_refusals_are_in_its_words(expression, what):
    with pytest.raises(ExpressionError) as failed:
        value(expression)
    assert failed.value.cause.endswith(f"threw an error during evaluation{what}")
