"""JSON values as the expressions compare, order and show them."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from stepwell.expressions.scope import Expression, Json, Scope


class Compiled(NamedTuple):
    """An Expression made of its text and one closure."""

    source: str
    evaluate: Callable[[Scope], Json]


def constant(source: str, value: Json) -> Expression:
    """An expression that always has this very value, shared and not copied."""
    return Compiled(source, lambda scope: value)


def render(value: Json) -> str:
    """The value as compact JSON text, as AWS shows it inside of causes."""
    return msgspec.json.encode(value).decode()


def is_number(value: Json) -> bool:
    """Whether the value is a JSON number: Python's bool is an int, JSON's is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def identity(value: Json) -> object:
    """A hashable key; two JSON values are equal if and only if their keys are.

    Needed because Python holds True == 1, which JSON does not, and cannot hash lists and dicts.
    """
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return ("array", tuple(map(identity, value)))
    if isinstance(value, dict):
        return ("object", frozenset((key, identity(item)) for key, item in value.items()))
    return value


def same(left: Json, right: Json) -> bool:
    """Equality of JSON values: 1 equals 1.0, and neither equals true."""
    if isinstance(left, str) or isinstance(right, str):
        return bool(left == right)
    return identity(left) == identity(right)
