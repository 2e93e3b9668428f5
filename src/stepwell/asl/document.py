"""From a definition's text to JSON: what is not a JSON object of reasonable depth is refused here."""

import json
from collections import Counter
from typing import Any

import msgspec

from stepwell.asl.diagnostics import Code, Diagnostic

DEEPEST = 200
"""Levels of objects and arrays. AWS names no number; ours keeps every later walk inside the interpreter's stack."""


class Repeating(dict[str, Any]):
    """An object some of whose names occur twice. The last one counts, as everywhere in JSON."""

    repeated: tuple[str, ...] = ()


def read_document(text: str) -> dict[str, Any] | Diagnostic:
    """The definition as JSON, or why it is none."""
    if not text.strip():
        return _not_an_object()
    try:
        # msgspec says what is JSON (no NaN, no lone surrogates, no 1E400), json shows the repeated names.
        msgspec.json.decode(text)
        document = json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        return _too_deep()
    except (ValueError, msgspec.DecodeError) as error:
        return Diagnostic("ERROR", Code.INVALID_JSON, f"The definition is not JSON: {error}")
    if not isinstance(document, dict):
        return _not_an_object()
    return _too_deep() if _depth_exceeds(document, DEEPEST) else document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) == len(pairs):
        return names
    repeating = Repeating(names)
    counts = Counter(name for name, _ in pairs)
    repeating.repeated = tuple(name for name in names if counts[name] > 1)
    return repeating


def _depth_exceeds(document: Any, limit: int) -> bool:
    level = [document]
    for _ in range(limit):
        level = [
            child
            for value in level
            for child in (value.values() if isinstance(value, dict) else value)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _not_an_object() -> Diagnostic:
    return Diagnostic("ERROR", Code.SCHEMA, "Definition must be a valid JSON object")


def _too_deep() -> Diagnostic:
    return Diagnostic(
        "ERROR",
        Code.TOO_DEEPLY_NESTED,
        f"The definition is nested more than {DEEPEST} levels deep. Move inner parts into machines of their own",
    )
