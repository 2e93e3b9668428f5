"""Readers of single fields: JSON in, checked and compiled value out; problems are told to the place.

A reader that has told a problem may return anything: a definition with problems never becomes a machine.
The texts are AWS's where they are known (validation answers recorded or measured in 2025 and 2026).
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from stepwell.asl.place import Place, Reader
from stepwell.asl.states import DISCARD, ResultPath
from stepwell.expressions import templates, timestamps
from stepwell.expressions.jsonata import JsonType
from stepwell.expressions.jsonata_syntax import is_jsonata
from stepwell.expressions.jsonata_template import JsonataTemplateError, compile_jsonata_template
from stepwell.expressions.paths import PathSyntaxError, ReferencePath, compile_path
from stepwell.expressions.scope import Expression, Json, Scope

LONGEST = 99_999_999
"""Seconds: the largest value of TimeoutSeconds, HeartbeatSeconds, Seconds, IntervalSeconds (and of MaxAttempts)."""


class EmptyObject(msgspec.Struct, frozen=True):
    """`InputPath: null` and `OutputPath: null`: an empty object, whatever came in."""

    source: str = "null"

    def evaluate(self, scope: Scope) -> Json:
        return {}


def anything(value: Json, place: Place) -> Json:
    return value


def string(value: Json, place: Place) -> str | None:
    if isinstance(value, str):
        return value
    place.error("Expected value of type String")
    return None


def boolean(value: Json, place: Place) -> bool | None:
    if isinstance(value, bool):
        return value
    place.error("Expected value of type Boolean")
    return None


def integer(least: int, most: int | None = None) -> Reader:
    def read(value: Json, place: Place) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int):
            place.error("Expected value of type Integer")
            return None
        _within(value, least, most, place)
        return value

    return read


def number(least: int, most: int | None = None) -> Reader:
    def read(value: Json, place: Place) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            place.error("Expected value of type Number")
            return None
        _within(value, least, most, place)
        return value

    return read


def _within(value: float, least: int, most: int | None, place: Place) -> None:
    if value < least:
        place.error(f"Minimum value is {least}")
    if most is not None and value > most:
        place.error(f"Maximum value is {most}")


def one_of(*values: str) -> Reader:
    def read(value: Json, place: Place) -> str | None:
        if isinstance(value, str) and value in values:
            return value
        place.error(f"Value should be one of the following: [{', '.join(values)}]")
        return None

    return read


def array(element: Reader) -> Reader:
    """A list with at least one element, each read by `element`."""

    def read(value: Json, place: Place) -> tuple[Any, ...]:
        if not isinstance(value, list):
            place.error("Expected value of type Array")
            return ()
        if not value:
            place.error("Value cannot be empty")
        return tuple(element(item, place.element(index)) for index, item in enumerate(value))

    return read


def timestamp(value: Json, place: Place) -> str | None:
    text = string(value, place)
    if text is not None and not timestamps.is_timestamp(text):
        place.error("String does not match RFC3339 timestamp")
    return text


def path(field: str) -> Reader:
    """A path; `$` is the identity and becomes None."""

    def read(value: Json, place: Place) -> Expression | None:
        return None if value == "$" else _compiled(value, place, field)

    return read


def nullable_path(field: str) -> Reader:
    def read(value: Json, place: Place) -> Expression | None:
        return EmptyObject() if value is None else path(field)(value, place)

    return read


def value_path(field: str) -> Reader:
    """A path whose value stands for a literal field: here `$` is no default, but the whole input."""

    def read(value: Json, place: Place) -> Expression | None:
        return _compiled(value, place, field)

    return read


def _compiled(value: Json, place: Place, field: str) -> Expression | None:
    text = string(value, place)
    if text is None:
        return None
    try:
        return compile_path(text, field)
    except PathSyntaxError as error:
        place.error(f"Value must be a valid JSONPath. {error}")
        return None


def result_path(value: Json, place: Place) -> ResultPath:
    if value is None:
        return DISCARD
    text = string(value, place)
    if text is None or text == "$":
        return None
    try:
        return ReferencePath.parse(text)
    except PathSyntaxError as error:
        place.error(f"Value is not a Reference Path. {error}")
        return None


def path_or_intrinsic(field: str) -> Reader:
    def read(value: Json, place: Place) -> Expression | None:
        text = string(value, place)
        if text is None:
            return None
        try:
            return templates.compile_path_or_intrinsic(text, field)
        except PathSyntaxError as error:
            place.error(f"Value must be a valid JSONPath or a valid intrinsic function call. {error}")
            return None

    return read


def template(field: str, *more: str) -> Reader:
    """A payload template: an object (States Language, "Payload Template"). `more`: see `jsonata`."""
    in_jsonata = jsonata(None, *more)

    def read(value: Json, place: Place) -> Expression | None:
        if not isinstance(value, dict):
            place.error("Expected value of type Object")
            return None
        if place.language == "JSONata":
            compiled: Expression | None = in_jsonata(value, place)
            return compiled
        try:
            return templates.compile_template(value, field)
        except templates.TemplateError as error:
            for pointer, message in error.problems:
                place.inside(pointer).error(message)
            return None

    return read


def jsonata(expected: JsonType | None = None, *more: str) -> Reader:
    """Any JSON, in which every text `{% ... %}` is an expression.

    `expected` is the type that a whole expression must give; `more` is what `$states` has here beside input and
    context.
    """
    offered = frozenset(("input", "context", *more))

    def read(value: Json, place: Place) -> Expression | None:
        try:
            compiled = compile_jsonata_template(value, place.within_state, expected, offered=offered)
        except JsonataTemplateError as error:
            for pointer, problem in error.problems:
                place.inside(pointer).error(problem.message, problem.code)
            return None
        place.reading.jsonata |= compiled.build is not None
        place.reading.wild |= not compiled.tame
        return compiled

    return read


def by_language(jsonpath: Reader, jsonata: Reader) -> Reader:
    """The reader of the query language in force."""

    def read(value: Json, place: Place) -> Any:
        return (jsonata if place.language == "JSONata" else jsonpath)(value, place)

    return read


def or_jsonata(literal: Reader, expected: JsonType) -> Reader:
    """A literal; in a JSONata state also `{% ... %}`."""
    expression = jsonata(expected)

    def read(value: Json, place: Place) -> Any:
        if place.language == "JSONata" and isinstance(value, str) and is_jsonata(value):
            return expression(value, place)
        return literal(value, place)

    return read


def fields(readers: Mapping[str, Reader], value: dict[str, Any], place: Place) -> dict[str, Any]:
    """Every known field of an object, read in the order of the definition, by its name."""
    return {name: readers[name](value[name], place.field(name)) for name in value if name in readers}
