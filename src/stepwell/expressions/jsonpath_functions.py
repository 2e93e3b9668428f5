"""The functions that may end a JSONPath, such as `$.items.length()`: one table."""

import math
from collections.abc import Callable

import msgspec

from stepwell.expressions.scope import Json
from stepwell.expressions.values import is_number


def _numbers(value: Json) -> list[float]:
    numbers = [item for item in value if is_number(item)] if isinstance(value, list) else []
    if not numbers:
        raise LookupError("no numbers")
    return numbers


def _deviation(value: Json) -> float:
    numbers = _numbers(value)
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / len(numbers))


def _length(value: Json) -> int | None:
    return len(value) if isinstance(value, list | dict) else None


def _keys(value: Json) -> list[str]:
    if not isinstance(value, dict):
        raise LookupError("not an object")
    return list(value)


def _item(value: Json, index: int) -> Json:
    if not isinstance(value, list):
        raise LookupError("not an array")
    return value[index]


def _concat(value: Json, *texts: Json) -> str:
    items = value if isinstance(value, list) else [value]
    return "".join(str(item) for item in (*items, *texts) if isinstance(item, str) or is_number(item))


FUNCTIONS: dict[str, Callable[..., Json]] = {
    "length": _length,
    "size": _length,
    "min": lambda value: float(min(_numbers(value))),
    "max": lambda value: float(max(_numbers(value))),
    "sum": lambda value: math.fsum(_numbers(value)),
    "avg": lambda value: math.fsum(numbers := _numbers(value)) / len(numbers),
    "stddev": _deviation,
    "keys": _keys,
    "first": lambda value: _item(value, 0),
    "last": lambda value: _item(value, -1),
    "index": _item,
    "concat": _concat,
    "append": lambda value, *items: [*value, *items] if isinstance(value, list) else value,
}
"""By name. A function gets the value in front of it and the arguments; it raises LookupError where it has no value."""

_ANY_NUMBER_OF_ARGUMENTS = {"concat", "append"}


def read_arguments(name: str, text: str) -> tuple[Json, ...]:
    """The JSON literals between the parentheses. Raises ValueError if there are too few or too many."""
    try:
        arguments = tuple(msgspec.json.decode(f"[{text}]"))
    except msgspec.DecodeError:
        raise ValueError(f"the arguments of {name}() must be JSON literals, not {text!r}") from None
    if name in _ANY_NUMBER_OF_ARGUMENTS:
        return arguments
    expected = 1 if name == "index" else 0
    if len(arguments) != expected or (expected and type(arguments[0]) is not int):
        raise ValueError(f"{name}() takes {'one integer' if expected else 'no arguments'}")
    return arguments
