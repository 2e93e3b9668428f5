"""Which workflow variables each state reads: what DescribeStateMachine tells as `variableReferences`.

Works on the raw definition, where every field still has its name.
"""

import re
from collections.abc import Iterator
from typing import Any

from stepwell.asl.states import QueryLanguage
from stepwell.expressions.jsonata_errors import JsonataSyntaxError
from stepwell.expressions.jsonata_syntax import is_jsonata, parse
from stepwell.expressions.scope import Json

TEMPLATES = frozenset(["Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials", "BatchInput"])
SCOPES = frozenset(["ItemProcessor", "Iterator", "Branches"])
"""Fields of a state that hold states of their own."""

_LITERAL = frozenset(["Comment", "Result", "ResultPath"])
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_VARIABLE = re.compile(r"(?<![\w$])\$([^\W\d]\w*)")


def variable_references(definition: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The names, sorted, by state; states of all scopes that read any, in the order of the definition."""
    language: QueryLanguage = "JSONata" if definition.get("QueryLanguage") == "JSONata" else "JSONPath"
    found = {name: frozenset(_of_state(state, language)) for name, state in _states(definition)}
    return {name: tuple(sorted(variables)) for name, variables in found.items() if variables}


def _states(scope: Json) -> Iterator[tuple[str, dict[str, Any]]]:
    """The states of a scope, each followed by those inside it."""
    states = scope.get("States") if isinstance(scope, dict) else None
    for name, state in (states if isinstance(states, dict) else {}).items():
        if isinstance(state, dict):
            yield name, state
            for field in SCOPES & state.keys():
                inner = state[field]
                for part in inner if isinstance(inner, list) else [inner]:
                    yield from _states(part)


def _of_state(state: dict[str, Any], language: QueryLanguage) -> Iterator[str]:
    if state.get("QueryLanguage", language) == "JSONata":
        return _in_expressions({name: value for name, value in state.items() if name not in SCOPES})
    return _in_fields(state)


def _in_fields(value: Json) -> Iterator[str]:
    """Of the fields that hold paths, wherever they are in a JSONPath state."""
    if isinstance(value, list):
        for item in value:
            yield from _in_fields(item)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name in SCOPES or name in _LITERAL:
                continue
            if name in TEMPLATES:
                yield from _in_template(member)
            elif isinstance(member, str) and (name.endswith("Path") or name == "Variable"):
                yield from _in_path(member)
            else:
                yield from _in_fields(member)


def _in_template(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _in_template(item)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name.endswith(".$") and isinstance(member, str):
                yield from _in_path(member)
            else:
                yield from _in_template(member)


def _in_path(text: str) -> Iterator[str]:
    """Of a path or a call of an intrinsic function."""
    yield from _VARIABLE.findall(_QUOTED.sub("''", text))


def _in_expressions(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        if is_jsonata(value):
            yield from _in_expression(value)
    elif isinstance(value, list):
        for item in value:
            yield from _in_expressions(item)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name != "Comment":
                yield from _in_expressions(member)


def _in_expression(text: str) -> frozenset[str]:
    try:
        return parse(text).variables
    except JsonataSyntaxError:
        return frozenset()  # told where the state is read; such a definition never becomes a machine
