"""What a run did, drawn as text: the states it came through, their tries and errors, and the first difference."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from stepwell.clock import Milliseconds
from stepwell.errors import Failure
from stepwell.testing.trace import Trace, Visit

MOST = 60
"""States drawn; the middle of a longer path is left out."""
_SIGNS = {"SUCCEEDED": "✓", "CAUGHT": "↷", "FAILED": "✗", "ABORTED": "–", "RUNNING": "…"}


def draw(title: str, trace: Trace, held_before: str | None = None) -> str:
    """The execution in lines, the first one saying how it ended."""
    execution = trace.execution
    status = "is held" if held_before is not None else execution.status
    took = elapsed(execution.last_at - execution.started_at)
    failure = "" if execution.status in ("RUNNING", "SUCCEEDED") else _reason(Failure(execution.error, execution.cause))
    lines = [f"{title} {status} after {took}{failure}"]
    lines += _shortened([line for visit in trace.top for line in _visit(visit, 1)])
    if held_before is not None:
        lines.append(f"  ‖ {held_before} comes next")
    return "\n".join(lines)


def _visit(visit: Visit, depth: int) -> Iterator[str]:
    where = "" if visit.parent is None else f"[{visit.index}] "
    facts = [visit.state.type]
    if visit.attempts > 1:
        facts.append(f"{visit.attempts} attempts")
    if visit.left is not None and visit.left > visit.entered:
        facts.append(elapsed(visit.left - visit.entered))
    if visit.failures:
        facts.append(", ".join(failure.error or "no error name" for failure in visit.failures))
    if visit.catcher is not None:
        facts.append(f"caught by Catch[{visit.catcher}]")
    if visit.state.type == "Choice" and visit.rule is not None:
        facts.append("Default" if visit.rule < 0 else f"Choices[{visit.rule}]")
    yield f"{'  ' * depth}{_SIGNS[visit.status]} {where}{visit.state.name} ({', '.join(facts)})"
    for child in sorted(visit.children, key=lambda child: (child.attempt_of_parent, child.index)):
        yield from _visit(child, depth + 1)


def _shortened(lines: Sequence[str]) -> list[str]:
    if len(lines) <= MOST:
        return list(lines)
    half = MOST // 2
    return [*lines[:half], f"  ⋮ {len(lines) - 2 * half} more", *lines[-half:]]


def _reason(failure: Failure) -> str:
    told = ": ".join(part for part in (failure.error, failure.cause) if part)
    return f": {told[:500]}" if told else ""


def elapsed(milliseconds: Milliseconds) -> str:
    """`no time`, `0.25 s`, `30 days, 0:00:01`."""
    if not milliseconds:
        return "no time"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:g} s"
    return str(timedelta(milliseconds=milliseconds))


def first_difference(actual: Any, expected: Any, path: str = "$") -> str | None:
    """Where two JSON values part, as `$.orders[2].size: is 3, expected 4`; None: they are equal."""
    if isinstance(actual, dict) and isinstance(expected, dict):
        for name in [*actual, *(name for name in expected if name not in actual)]:
            here = f"{path}.{name}"
            if name not in expected:
                return f"{here}: is {shown(actual[name])}, and was not expected at all"
            if name not in actual:
                return f"{here}: is missing, expected {shown(expected[name])}"
            if found := first_difference(actual[name], expected[name], here):
                return found
        return None
    if isinstance(actual, list) and isinstance(expected, list):
        for index, (one, other) in enumerate(zip(actual, expected, strict=False)):
            if found := first_difference(one, other, f"{path}[{index}]"):
                return found
        if len(actual) != len(expected):
            longer, what = (actual, "was not expected") if len(actual) > len(expected) else (expected, "is missing")
            at = min(len(actual), len(expected))
            return f"{path}[{at}]: {shown(longer[at])} {what} ({len(actual)} items, expected {len(expected)})"
        return None
    return None if actual == expected else f"{path}: is {shown(actual)}, expected {shown(expected)}"


def first_step_apart(actual: Sequence[str], expected: Sequence[str]) -> str:
    """Where two paths part, in words."""
    for number, (one, other) in enumerate(zip(actual, expected, strict=False), 1):
        if one != other:
            before = f" after {expected[number - 2]!r}" if number > 1 else ""
            return f"step {number}{before}: {one!r}, expected {other!r}"
    if len(actual) < len(expected):
        end = f"ends after {actual[-1]!r}" if actual else "is empty"
        return f"the path {end}; expected {expected[len(actual)]!r} next"
    return f"the path goes on with {actual[len(expected)]!r}; expected its end there"


def shown(value: Any, most: int = 200) -> str:
    """A JSON value on one line."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= most else text[:most] + "…"
