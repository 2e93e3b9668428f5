"""Form data: RequestBody as `application/x-www-form-urlencoded` (developer guide, "Applying URL-encoding")."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import msgspec

Pair = tuple[str, str]
"""Key and value, both encoded."""


def encode_form(body: dict[str, Any], array_format: str = "INDICES") -> str:
    """The body as form data; objects within it as `key[member]`, arrays as `array_format` says."""
    return "&".join(
        f"{key}={value}" for name, value in body.items() for key, value in _pairs(name, value, array_format)
    )


def encode_pairs(pairs: list[tuple[str, str]]) -> str:
    """Keys and values as they stand in a query or a form; a space is `%20`."""
    return "&".join(f"{escape(key)}={escape(value)}" for key, value in pairs)


def _pairs(key: str, value: Any, array_format: str) -> Iterator[Pair]:
    match value:
        case dict():
            for name, member in value.items():
                yield from _pairs(f"{key}[{name}]", member, array_format)
        case list():
            yield from ARRAY_FORMATS[array_format](key, value)
        case _:
            yield escape(key), escape(text(value))


def _indices(key: str, items: list[Any]) -> Iterator[Pair]:
    for index, item in enumerate(items):
        yield from _pairs(f"{key}[{index}]", item, "INDICES")


def _repeat(key: str, items: list[Any]) -> Iterator[Pair]:
    for item in items:
        yield from _pairs(key, item, "REPEAT")


def _commas(key: str, items: list[Any]) -> Iterator[Pair]:
    yield escape(key), ",".join(escape(text(item)) for item in items)


def _brackets(key: str, items: list[Any]) -> Iterator[Pair]:
    for item in items:
        yield from _pairs(f"{key}[]", item, "BRACKETS")


ARRAY_FORMATS: dict[str, Callable[[str, list[Any]], Iterator[Pair]]] = {
    "INDICES": _indices,
    "REPEAT": _repeat,
    "COMMAS": _commas,
    "BRACKETS": _brackets,
}
"""How each ArrayFormat writes an array."""


def text(value: Any) -> str:
    """A value where only text fits: a string as it is, null as nothing, all else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def escape(text: str) -> str:
    return quote(text, safe="")
