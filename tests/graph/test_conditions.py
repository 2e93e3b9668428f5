"""Conditions of Choice rules, in words."""

from typing import Any

import pytest

from stepwell.graph.conditions import condition


def on(operator: str, operand: Any, variable: str = "$.a") -> dict[str, Any]:
    return {"Variable": variable, operator: operand}


BIG, DUTCH, GIVEN = on("NumericGreaterThan", 100, "$.total"), on("StringEquals", "NL", "$.in"), on("IsPresent", True)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (on("NumericEquals", 3), "$.a = 3"),
        (on("NumericLessThanEquals", 2.5), "$.a ≤ 2.5"),
        (on("NumericGreaterThanPath", "$.b"), "$.a > $.b"),
        (on("StringEquals", "NL"), '$.a is "NL"'),
        (on("StringEqualsPath", "$.b"), "$.a is $.b"),
        (on("StringMatches", "log-*"), '$.a matches "log-*"'),
        (on("StringLessThan", "m"), '$.a < "m"'),
        (on("BooleanEquals", False), "$.a is false"),
        (on("TimestampGreaterThanEquals", "2026-01-01T00:00:00Z"), '$.a is not before "2026-01-01T00:00:00Z"'),
        (on("IsPresent", False), "$.a is missing"),
        (on("IsNull", True), "$.a is null"),
        (on("IsNumeric", False), "$.a is not a number"),
        ({"And": [BIG, DUTCH]}, '$.total > 100 and $.in is "NL"'),
        ({"Or": [GIVEN, {"And": [BIG, DUTCH]}]}, '$.a is present or ($.total > 100 and $.in is "NL")'),
        ({"Not": DUTCH}, '$.in is not "NL"'),
        ({"Not": BIG}, "not ($.total > 100)"),
        ({"Not": GIVEN}, "$.a is missing"),
        ({"Not": {"Not": GIVEN}}, "$.a is present"),
        ({"Not": {"Or": [BIG, GIVEN]}}, "not ($.total > 100 or $.a is present)"),
        ({"Condition": "{% $states.input.n\n   > 3 %}", "Next": "A"}, "$states.input.n > 3"),
        ({"Condition": True}, "true"),
    ],
)
def test_a_condition_reads_as_a_sentence(rule: dict[str, Any], words: str) -> None:
    assert condition({**rule, "Next": "There"}) == words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (None, "…"),
        ({}, "…"),
        ({"Variable": "$.a"}, "$.a …"),
        ({"NumericEquals": 3}, "… = 3"),
        ({"And": []}, "…"),
        ({"And": [BIG, 7]}, "$.total > 100 and …"),
        ({"Condition": ""}, "…"),
    ],
)
def test_what_is_not_written_yet_is_an_ellipsis(rule: Any, words: str) -> None:
    assert condition(rule) == words
