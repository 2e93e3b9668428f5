"""The comparisons of a Choice rule."""

import pytest

from stepwell.errors import ExpressionError
from stepwell.expressions.choices import OPERATORS, RuleError, compile_rule
from stepwell.expressions.scope import Scope

NOON, LATER = "2026-01-01T12:00:00Z", "2026-01-01T12:00:00.5Z"
NOON_ELSEWHERE = "2026-01-01T13:00:00+01:00"


def holds(operator, value, operand):
    rule = {"Variable": "$.v", operator: operand}
    if operator.endswith("Path"):
        rule[operator] = "$.operand"
    return compile_rule(rule, "").evaluate(Scope({"v": value, "operand": operand}))


TRUE = [
    ("StringEquals", "a", "a"), ("StringLessThan", "A", "AB"), ("StringGreaterThan", "b", "a"),
    ("StringLessThanEquals", "a", "a"), ("StringGreaterThanEquals", "a", "a"),
    ("NumericEquals", 1, 1.0), ("NumericLessThan", 1, 1.5), ("NumericGreaterThan", 10**30, 1),
    ("NumericLessThanEquals", 1, 1), ("NumericGreaterThanEquals", 1, 1),
    ("TimestampEquals", NOON, NOON_ELSEWHERE), ("TimestampLessThan", NOON, LATER),
    ("TimestampGreaterThan", LATER, NOON), ("TimestampLessThanEquals", NOON, NOON),
    ("TimestampGreaterThanEquals", NOON, NOON_ELSEWHERE), ("BooleanEquals", False, False),
]  # fmt: skip

FALSE = [
    ("StringEquals", 1, "1"), ("StringEquals", " ", "  "), ("NumericEquals", "1", 1), ("NumericEquals", True, 1),
    ("NumericLessThan", None, 1), ("BooleanEquals", 0, False), ("BooleanEquals", "true", True),
    ("TimestampEquals", "noon", NOON), ("TimestampLessThan", 1, NOON), ("StringLessThan", "B", "A"),
]  # fmt: skip


@pytest.mark.parametrize("suffix", ["", "Path"])
@pytest.mark.parametrize(("operator", "value", "operand"), TRUE)
def test_a_comparison_holds(operator, value, operand, suffix):
    assert holds(operator + suffix, value, operand) is True


@pytest.mark.parametrize("suffix", ["", "Path"])
@pytest.mark.parametrize(("operator", "value", "operand"), FALSE)
def test_a_comparison_fails_and_another_type_is_no_error(operator, value, operand, suffix):
    assert holds(operator + suffix, value, operand) is False


@pytest.mark.parametrize(
    ("operator", "members"),
    [
        ("IsNull", [None]),
        ("IsNumeric", [0, 1.5, 10**30]),
        ("IsString", ["", NOON]),
        ("IsBoolean", [True, False]),
        ("IsTimestamp", [NOON]),
        ("IsPresent", [None, 0, 1.5, 10**30, "", NOON, True, False, [], {}]),
    ],
)
def test_a_type_test_knows_its_members_and_its_opposite(operator, members):
    values = [None, 0, 1.5, 10**30, "", NOON, True, False, [], {}]
    known = [type(value) for value in members]
    for value in values:
        belongs = any(value == member and type(value) in known for member in members)
        assert holds(operator, value, True) is belongs
        assert holds(operator, value, False) is not belongs


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("log.txt", "*.txt", True),
        ("log.txt", "log.*", True),
        ("log.txt", "l*.t*t", True),
        ("log.txt", "*", True),
        ("", "*", True),
        ("a\nb", "a*b", True),
        ("log.txt", "log", False),
        ("ab", "ab*b", False),
        ("logxtxt", "log.txt", False),
        ("a*b", r"a\*b", True),
        ("axb", r"a\*b", False),
        ("a\\b", r"a\\b", True),
        (1, "*", False),
        ("a" * 5000, "a*" * 50 + "b", False),
    ],
)
def test_string_matches(text, pattern, expected):
    assert holds("StringMatches", text, pattern) is expected


def test_and_or_not_combine_and_stop_early():
    missing = {"Variable": "$.gone", "IsNull": True}
    one, two = ({"Variable": "$.v", "NumericEquals": number} for number in (1, 2))
    scope = Scope({"v": 1})
    assert compile_rule({"And": [one, {"Not": two}], "Next": "X", "Comment": "c"}, "").evaluate(scope) is True
    assert compile_rule({"Or": [one, missing]}, "").evaluate(scope) is True
    assert compile_rule({"And": [two, missing]}, "").evaluate(scope) is False


@pytest.mark.parametrize(
    "rule", [{"Variable": "$.gone", "StringEquals": "a"}, {"Variable": "$.v", "StringEqualsPath": "$.gone"}]
)
def test_a_missing_path_fails_the_execution(rule):
    with pytest.raises(ExpressionError) as failed:
        compile_rule(rule, "").evaluate(Scope({"v": "a"}))
    assert failed.value.error == "States.Runtime"
    assert failed.value.cause == "Invalid path '$.gone': The choice state's condition path references an invalid value."


def test_a_missing_path_is_not_present_and_that_is_no_error():
    assert compile_rule({"Variable": "$.gone.x", "IsPresent": True}, "").evaluate(Scope({})) is False
    assert compile_rule({"Variable": "$.gone.x", "IsPresent": False}, "").evaluate(Scope({})) is True


PRESENT = {"Variable": "$", "IsPresent": True}


def test_every_problem_is_found_and_located():
    rule = {
        "Or": [
            {"Variable": "$.a"},
            {"Variable": "$.a", "IsNull": True, "IsString": True},
            {"Variable": "a", "NumericEquals": True},
            {"Variable": "x", "IsNull": True, "Next": "Y"},
            {"Not": "x"},
            {"And": []},
            {"And": {}},
        ],
        "Next": "X",
    }
    with pytest.raises(RuleError) as refused:
        compile_rule(rule, "/C/0")
    operators = f"one of the following fields: [{', '.join(OPERATORS)}]"
    assert refused.value.problems == [
        ("/C/0/Or/0", f"This object should have only {operators}"),
        ("/C/0/Or/1", f"There should only be {operators}"),
        ("/C/0/Or/2/Variable", "'a' is not a valid JSONPath: it must begin with '$'"),
        ("/C/0/Or/2/NumericEquals", "NumericEquals must be a number but is true"),
        ("/C/0/Or/3", "Field 'Next' is not supported"),
        ("/C/0/Or/3/Variable", "'x' is not a valid JSONPath: it must begin with '$'"),
        ("/C/0/Or/4/Not", "Expected value of type Object"),
        ("/C/0/Or/5/And", "Value cannot be empty"),
        ("/C/0/Or/6/And", "Expected value of type Array"),
    ]


@pytest.mark.parametrize(
    "rule", [{}, {"StringEquals": "x"}, {"And": [PRESENT], "Not": PRESENT}, {"Not": PRESENT, "Variable": "$.a"}]
)
def test_a_rule_is_one_comparison_or_one_combination(rule):
    with pytest.raises(RuleError) as refused:
        compile_rule(rule, "/C/0")
    message = "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]"
    assert refused.value.problems == [("/C/0", message)]


def test_a_field_that_no_rule_has_is_told_of_the_rule():
    with pytest.raises(RuleError) as refused:
        compile_rule({"Not": {**PRESENT, "Foreign": 1}, "StringEquals": "x"}, "/C/0")
    assert refused.value.problems == [
        ("/C/0", "Field 'StringEquals' is not supported"),
        ("/C/0/Not", "Field 'Foreign' is not supported"),
    ]


def test_the_table_has_every_operator_of_the_language():
    relations = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
    compared = [
        f"{family}{relation}{suffix}"
        for family in ("String", "Numeric", "Timestamp")
        for relation in relations
        for suffix in ("", "Path")
    ]
    others = ["BooleanEquals", "BooleanEqualsPath", "StringMatches", "IsNull", "IsPresent", "IsNumeric", "IsString",
              "IsBoolean", "IsTimestamp"]  # fmt: skip
    assert sorted(OPERATORS) == sorted(compared + others)
