"""The conditions of Choice rules in words: `$.total > 100 and $.country is "NL"`."""

import json
from typing import Any

_RELATIONS = {
    "Equals": ("=", "≠"),
    "LessThan": ("<", ""),
    "GreaterThan": (">", ""),
    "LessThanEquals": ("≤", ""),
    "GreaterThanEquals": ("≥", ""),
}
_MOMENTS = {
    "Equals": ("is", "is not"),
    "LessThan": ("is before", ""),
    "GreaterThan": ("is after", ""),
    "LessThanEquals": ("is not after", ""),
    "GreaterThanEquals": ("is not before", ""),
}
_COMPARISONS: dict[str, tuple[str, str]] = {
    **{f"Numeric{name}": words for name, words in _RELATIONS.items()},
    **{f"String{name}": words for name, words in _RELATIONS.items()},
    **{f"Timestamp{name}": words for name, words in _MOMENTS.items()},
    "StringEquals": ("is", "is not"),
    "BooleanEquals": ("is", "is not"),
    "StringMatches": ("matches", "does not match"),
}
"""Words between a variable and its operand, and those for the opposite. Where there are none, "not (…)" says it:
the opposite of `<` is not `≥` for a value that is no number at all."""

_KINDS = {
    "IsPresent": ("is present", "is missing"),
    "IsNull": ("is null", "is not null"),
    "IsNumeric": ("is a number", "is not a number"),
    "IsString": ("is a string", "is not a string"),
    "IsBoolean": ("is a boolean", "is not a boolean"),
    "IsTimestamp": ("is a timestamp", "is not a timestamp"),
}
UNKNOWN = "…"
"""Stands for a part that is not written yet, or not as it should be."""

_DEEPEST = 20


def condition(rule: Any) -> str:
    """A rule's condition, in JSONata its text. Never fails: what cannot be told is an ellipsis."""
    if not isinstance(rule, dict):
        return UNKNOWN
    if "Condition" in rule:
        return jsonata(rule["Condition"])
    return _words(rule, 0)


def jsonata(text: Any) -> str:
    """What stands between `{%` and `%}`, on one line; any other value as JSON."""
    if not isinstance(text, str):
        return literal(text)
    bare = text.strip().removeprefix("{%").removesuffix("%}")
    return " ".join(bare.split()) or UNKNOWN


def literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _words(rule: Any, depth: int, negated: bool = False) -> str:
    if not isinstance(rule, dict) or depth > _DEEPEST:
        return UNKNOWN
    if "Not" in rule:
        inner = rule["Not"]
        return _words(inner, depth + 1) if negated else _negation(inner, depth + 1)
    for name in ("And", "Or"):
        if name in rule:
            parts = rule[name] if isinstance(rule[name], list) else []
            joined = f" {name.lower()} ".join(_part(part, depth + 1) for part in parts) or UNKNOWN
            return f"not ({joined})" if negated else joined
    return _comparison(rule, negated)


def _negation(rule: Any, depth: int) -> str:
    return _words(rule, depth, negated=True)


def _part(rule: Any, depth: int) -> str:
    """One of several parts: one that has parts itself stands in brackets."""
    words = _words(rule, depth)
    has_parts = isinstance(rule, dict) and any(isinstance(rule.get(name), list) for name in ("And", "Or"))
    return f"({words})" if has_parts else words


def _comparison(rule: dict[str, Any], negated: bool) -> str:
    variable = rule["Variable"] if isinstance(rule.get("Variable"), str) else UNKNOWN
    for name, value in rule.items():
        if name in _KINDS:
            return f"{variable} {_KINDS[name][(value is False) != negated]}"
        by_path = name.endswith("Path")
        words = _COMPARISONS.get(name.removesuffix("Path"))
        if words is not None:
            operand = value if by_path and isinstance(value, str) else literal(value)
            if not negated:
                return f"{variable} {words[0]} {operand}"
            return f"{variable} {words[1]} {operand}" if words[1] else f"not ({variable} {words[0]} {operand})"
    return UNKNOWN if variable == UNKNOWN else f"{variable} {UNKNOWN}"
