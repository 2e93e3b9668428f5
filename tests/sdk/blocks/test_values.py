"""Expressions are written with Python's operators and are JSONata, which the engine evaluates."""

import copy
import dataclasses
import datetime
import enum
import pickle
from typing import Any

import pytest

from stepwell.blocks import Expression, exists, expression, fn, machine, one_of, pass_, states, text, var
from stepwell.sdk.blocks.values import rendered
from stepwell.testing import run

GIVEN = {"n": 7, "name": "Ada", "items": [{"price": 3}, {"price": 20}], "kind": "gold", "odd name": 1, "and": 2}
n = states.input.n


@pytest.mark.parametrize(
    ("value", "source", "result"),
    [
        (n + 1, "$states.input.n + 1", 8),
        (2 * (n - 3) / 4, "2 * ($states.input.n - 3) / 4", 2),
        (10 - (n - 1), "10 - ($states.input.n - 1)", 4),
        (-n % 5, "-$states.input.n % 5", -2),
        (-(n + 1), "-($states.input.n + 1)", -8),
        (1 / (n - 6) + 1, "1 / ($states.input.n - 6) + 1", 2),
        (n == 7, "$states.input.n = 7", True),
        (n != 7, "$states.input.n != 7", False),
        ((n > 3) & ~(n >= 7), "$states.input.n > 3 and $not($states.input.n >= 7)", False),
        ((n < 3) | (n <= 7) & (n > 0), "$states.input.n < 3 or $states.input.n <= 7 and $states.input.n > 0", True),
        (((n < 3) | (n > 3)) & (n > 9), "($states.input.n < 3 or $states.input.n > 3) and $states.input.n > 9", False),
        ((n > 3) == (n > 4), "($states.input.n > 3) = ($states.input.n > 4)", True),
        (states.input.name == 'a"{b', '$states.input.name = "a\\"{b"', False),
        (states.input["items"][1].price, "$states.input.items[1].price", 20),
        (states.input["items"][n - 7].price, "$states.input.items[$states.input.n - 7].price", 3),
        (states.input["odd name"] + states.input["and"], "$states.input.`odd name` + $states.input.`and`", 3),
        (fn.sum(states.input["items"].price), "$sum($states.input.items.price)", 23),
        (fn.merge([{"a": n}, {"b": [n]}])["b"], '$merge([{"a": $states.input.n}, {"b": [$states.input.n]}]).b', [7]),
        (exists(states.input.nothing), "$exists($states.input.nothing)", False),
        (one_of(states.input.kind, "gold", "silver"), '$states.input.kind in ["gold", "silver"]', True),
        (text(states.input.name, " is ", n + 1), '$states.input.name & " is " & ($states.input.n + 1)', "Ada is 8"),
        (n + "{% $states.input.n * 2 %}", "$states.input.n + ($states.input.n * 2)", 21),
        (expression("$states.input.n > 3 ? 1 : 2") + 1, "($states.input.n > 3 ? 1 : 2) + 1", 2),
        (fn.partition([1, 2, 3], 2), "$partition([1, 2, 3], 2)", [[1, 2], [3]]),
    ],
)
def test_an_expression_says_what_python_says(value: Expression, source: str, result: Any) -> None:
    assert str(value) == f"{{% {source} %}}"
    assert run(machine("m", pass_({"is": value})), GIVEN).output == {"is": result}


def test_variables_and_what_a_state_has_are_names() -> None:
    assert [str(each) for each in (var.total, var["total"], states.result, states.errorOutput.Cause)] == [
        "{% $total %}",
        "{% $total %}",
        "{% $states.result %}",
        "{% $states.errorOutput.Cause %}",
    ]


@pytest.mark.parametrize(
    ("asked", "mend"),
    [
        (lambda: bool(n > 3), r"write & \| ~ in place of and, or, not"),
        (lambda: 3 < n < 9, r"write & \| ~ in place of and, or, not"),
        (lambda: f"have {n}", r"write text\('…', value\) in place of an f-string"),
        (lambda: list(n), "not iterable"),
        (lambda: n in [1, 2], "cannot ask it"),
    ],
)
def test_what_python_would_decide_now_is_refused(asked: Any, mend: str) -> None:
    with pytest.raises(TypeError, match=mend):
        asked()


def test_a_function_that_aws_has_not_is_refused() -> None:
    with pytest.raises(AttributeError, match=r"JSONata on AWS has no function \$eval\."):
        _ = fn.eval
    assert "sum" in dir(fn)


def test_it_may_be_copied() -> None:
    assert str(copy.deepcopy(n)) == str(pickle.loads(pickle.dumps(n))) == "{% $states.input.n %}"


def test_values_of_python_are_written_as_json() -> None:
    class Kind(enum.Enum):
        GOLD = "gold"

    @dataclasses.dataclass
    class Order:
        kind: Kind
        day: datetime.date

    value = {"order": Order(Kind.GOLD, datetime.date(2026, 12, 24)), "n": [n, (1, None)]}
    assert rendered(value) == {
        "order": {"kind": "gold", "day": "2026-12-24"},
        "n": ["{% $states.input.n %}", [1, None]],
    }
    for wrong in (object(), float("nan")):
        with pytest.raises((TypeError, ValueError)):
            rendered([wrong])
