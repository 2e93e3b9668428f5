"""Does an answer match what AWS once answered? Every difference has its path."""

from typing import Any

from . import placeholders
from .bindings import Bindings

# Members that AWS has added to its answers, and the day from which recordings show them.
_ADDED = {
    "redriveCount": "2023-11-15",
    "redriveStatus": "2023-11-15",
    "redriveStatusReason": "2023-11-15",
    "RedriveCount": "2023-11-15",
    "encryptionConfiguration": "2024-07-25",
    "variableReferences": "2024-11-20",
}

# Headers whose values hang on how many digits a time has.
_ANY_NUMBER = "Content-Length"

_MISSING = object()


def match(expected: Any, actual: Any, bindings: Bindings, path: str = "$") -> list[str]:
    """The differences between a recorded answer and ours; none means that they agree.

    Placeholders in `expected` are bound in `bindings` as they are met. Texts that hold JSON are compared
    parsed with parsed; otherwise types count: `1`, `1.0`, `true` and `"1"` are four different values.
    """
    if isinstance(expected, str):
        return _match_text(expected, actual, bindings, path)
    if isinstance(expected, dict | list) and isinstance(actual, str):
        actual = placeholders.parsed(actual)
    match expected:
        case dict() if isinstance(actual, dict):
            return _match_members(expected, actual, bindings, path)
        case list() if isinstance(actual, list):
            return _match_items(expected, actual, bindings, path)
    if type(expected) is type(actual) and expected == actual:
        return []
    return [difference(path, expected, actual)]


def difference(path: str, expected: Any, actual: Any) -> str:
    return f"{path}: expected {_shown(expected)}, actual {_shown(actual)}"


def _shown(value: Any) -> str:
    text = "nothing" if value is _MISSING else repr(value)
    return text if len(text) <= 600 else f"{text[:600]}…"


def _match_members(expected: dict[str, Any], actual: dict[str, Any], bindings: Bindings, path: str) -> list[str]:
    differences = []
    for name in sorted({*expected, *actual}):
        here = f"{path}.{name}"
        if name not in actual:
            differences.append(difference(here, expected[name], _MISSING))
        elif name == _ANY_NUMBER and _is_number(expected.get(name)) and _is_number(actual[name]):
            continue
        elif name in expected:
            differences += match(expected[name], actual[name], bindings, here)
        elif bindings.recorded >= _ADDED.get(name, ""):
            differences.append(difference(here, _MISSING, actual[name]))
    return differences


def _is_number(value: Any) -> bool:
    """Of a header, alone or as its only value."""
    text = value[0] if isinstance(value, list) and len(value) == 1 else value
    return isinstance(text, str) and text.isdecimal()


def _match_items(expected: list[Any], actual: list[Any], bindings: Bindings, path: str) -> list[str]:
    differences = []
    for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
        differences += match(one, other, bindings, f"{path}[{index}]")
    if len(expected) != len(actual):
        differences.append(f"{path}: expected {len(expected)} items, actual {len(actual)} items")
    return differences


def _match_text(expected: str, actual: Any, bindings: Bindings, path: str) -> list[str]:
    stands_for = placeholders.word(expected)
    if stands_for:
        if not stands_for(actual, bindings) and actual != expected:
            return [difference(path, expected, actual)]
        return _bound(expected, actual, bindings, path) if placeholders.is_repeated_time(expected) else []
    if placeholders.stands_for_anything(expected):
        return _bound(expected, actual, bindings, path)
    if not isinstance(actual, str):
        return [difference(path, expected, actual)]
    inside = placeholders.parsed(expected)
    if inside != expected:
        return match(inside, actual, bindings, path)
    return _match_pattern(expected, actual, bindings, path)


def _match_pattern(expected: str, actual: str, bindings: Bindings, path: str) -> list[str]:
    allowed = placeholders.pattern(expected, bindings)
    if allowed is None:
        return [] if expected == actual else [difference(path, expected, actual)]
    form, groups = allowed
    found = form.fullmatch(actual)
    if found is None:
        return [difference(path, expected, actual) + _bound_so_far(expected, bindings)]
    return [text for group, name in groups.items() for text in _bound(name, found[group], bindings, path)]


def _bound(name: str, value: Any, bindings: Bindings, path: str) -> list[str]:
    refusal = bindings.bind(name, value)
    return [f"{path}: {refusal}"] if refusal else []


def _bound_so_far(expected: str, bindings: Bindings) -> str:
    named = [f"{name} = {value}" for name, value in bindings.values.items() if name in expected]
    return f" ({', '.join(named)})" if named else ""
