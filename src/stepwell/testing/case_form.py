"""The form of a file of test cases: which members there are, and what may stand in each."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

Check = Callable[[Any, str], Iterator[str]]
"""What is wrong with a value that stands at this path: lines that begin with the path."""


def _any(value: Any, path: str) -> Iterator[str]:
    yield from ()


def _that(holds: Callable[[Any], bool], what: str) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        if not holds(value):
            yield f"{path}: must be {what}."

    return check


def _members(members: Mapping[str, Check], *needed: str) -> Check:
    """An object with these members."""

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path or 'the file'}: must be an object."
            return
        yield from (f"{_at(path, name)}: is missing." for name in needed if name not in value)
        for name, member in value.items():
            if name in members:
                yield from members[name](member, _at(path, name))
            else:
                near = difflib.get_close_matches(str(name), members, 1)
                instead = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(members)}."
                yield f"{_at(path, name)}: there is no such member. {instead}"

    return check


def _each(form: Check) -> Check:
    """An object all of whose members are of one form."""

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: must be an object."
            return
        for name, member in value.items():
            yield from form(member, _at(path, name))

    return check


def _answer(value: Any, path: str) -> Iterator[str]:
    """What a task is answered: one of three forms, or a list of them."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from _answer(each, f"{path}[{number}]")
    elif not isinstance(value, dict) or len(value.keys() & _ANSWERS) != 1:
        yield f'{path}: must be {{"return": …}}, {{"throw": {{"error": "…"}}}}, {{"never": true}} or a list of these.'
    else:
        yield from _ONE_ANSWER(value, path)


def _is_moment(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True


def _at(path: str, name: Any) -> str:
    return f"{path}.{name}" if path else str(name)


_TEXT = _that(lambda value: isinstance(value, str), "a text")
_COUNT = _that(lambda value: isinstance(value, int) and not isinstance(value, bool), "a number")
_SECONDS = _that(lambda value: isinstance(value, int | float) and not isinstance(value, bool), "a number of seconds")
_NAMES = _that(
    lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value), "a list of names"
)
_MOMENT = _that(_is_moment, "a time such as 2025-01-31T12:00:00+00:00")
_TYPE = _that(lambda value: value in ("STANDARD", "EXPRESS"), "STANDARD or EXPRESS")
_STATUSES = ("SUCCEEDED", "FAILED", "TIMED_OUT", "RUNNING")
_STATUS = _that(lambda value: value in _STATUSES, f"one of {', '.join(_STATUSES)}")

_ANSWERS = frozenset({"return", "throw", "never"})
_ONE_ANSWER = _members(
    {
        "return": _any,  # the task's result
        "throw": _members({"error": _TEXT, "cause": _TEXT}),
        "never": _that(lambda value: value is True, "true"),
        "after": _SECONDS,  # how long the task takes
    }
)

_STATE = _members(
    {
        "attempts": _COUNT,
        "entered": _COUNT,
        "input": _any,
        "output": _any,
        "error": _TEXT,
        "cause": _TEXT,
        "given": _any,  # a list: what each try of the task was given
    }
)

_EXPECT = _members(
    {
        "status": _STATUS,  # SUCCEEDED, or FAILED where an error is expected
        "output": _any,
        "path": _NAMES,
        "error": _TEXT,
        "cause": _TEXT,
        "elapsed": _SECONDS,
        "input": _any,  # of the state that `until` names
        "variables": _each(_any),
        "states": _each(_STATE),
    }
)

_CASE = _members(
    {
        "input": _any,
        "tasks": _each(_answer),
        "case": _TEXT,  # the name of a test case in `mocks`
        "recorded": _TEXT,  # a file with an exported history
        "start": _TEXT,
        "until": _TEXT,
        "variables": _each(_any),
        "at": _MOMENT,
        "expect": _EXPECT,
    }
)

FORM = _members(
    {
        "machine": _TEXT,  # the definition; without it the one beside this file
        "type": _TYPE,
        "machines": _each(_TEXT),  # those that it starts: name -> file
        "substitutions": _each(_any),
        "mocks": _TEXT,  # a mock configuration file of Step Functions Local
        "tasks": _each(_answer),  # answers for all cases
        "cases": _each(_CASE),
    },
    "cases",
)
"""What is wrong with a file's content: everything, at once."""
