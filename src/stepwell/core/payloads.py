"""JSON texts that come from outside, as input, output or answer: how deep, and whether they are JSON at all."""

import re
from itertools import accumulate

import msgspec

DEEPEST = 750
"""Levels of nesting. Somewhat below what Python can read and write, for states put payloads into payloads."""

_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


def json_fault(text: str) -> str | None:
    """Why `text` cannot be taken as JSON, or None when it can."""
    try:
        msgspec.json.decode(text)
    except (ValueError, RecursionError) as problem:
        return json_problem(problem)
    if text.count("[") + text.count("{") > DEEPEST and nesting(text) > DEEPEST:
        return f"JSON is nested more than {DEEPEST} levels deep"
    return None


def json_problem(problem: Exception) -> str:
    """Why a text is not JSON, for people."""
    if isinstance(problem, RecursionError):
        return "JSON is nested too deeply"
    if isinstance(problem, UnicodeError):
        return "JSON is not valid UTF-8"
    return str(problem)


def nesting(text: str) -> int:
    """How deep arrays and objects are nested in a valid JSON text."""
    brackets = _NO_BRACKETS.sub("", _STRINGS.sub("", text))
    return max(accumulate(_STEP[bracket] for bracket in brackets), default=0)
