"""What AWS warns of: texts that look like paths or calls, where they only stand for themselves.

Rules and texts after the API reference (ValidateStateMachineDefinition, "static analysis", 2026); where it shows a
path only, calls of intrinsic functions are told in the same words. Warnings never refuse a definition.
"""

from typing import Any

from stepwell.asl.diagnostics import Code
from stepwell.asl.place import Place
from stepwell.asl.references import SCOPES, TEMPLATES
from stepwell.expressions.choices import OPERATORS
from stepwell.expressions.intrinsics import is_intrinsic
from stepwell.expressions.paths import PathSyntaxError
from stepwell.expressions.scope import Json
from stepwell.expressions.templates import compile_path_or_intrinsic

_WITH_PATH = frozenset(["Error", "Cause", *(name for name in OPERATORS if f"{name}Path" in OPERATORS)])
"""Literal texts beside which a field of the same name and `Path` exists."""


def warn(state: dict[str, Any], place: Place) -> None:
    """Tell of what a JSONPath state most likely does not mean. States of inner scopes are left to their own turn."""
    if place.language == "JSONPath":
        _warn_of_fields(state, place)


def _warn_of_fields(value: dict[str, Any], place: Place) -> None:
    for name, member in value.items():
        at = place.field(name)
        if name in TEMPLATES:
            _warn_of_template(member, at)
        elif name == "Result" and value.get("Type") == "Pass":
            _warn_of_result(name, member, at)
        elif name in _WITH_PATH and (kind := _resembles(member)):
            at.warning(_instead(name, f"{name}Path", kind), Code.NO_PATH)
        elif name not in SCOPES:
            _go_on(member, at)


def _go_on(value: Json, place: Place) -> None:
    if isinstance(value, dict):
        _warn_of_fields(value, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _go_on(item, place.element(index))


def _warn_of_template(value: Json, place: Place) -> None:
    """The place is the object that has the field, as in AWS's errors about templates."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            _warn_of_template(item, place.element(index))
    elif isinstance(value, dict):
        for name, member in value.items():
            if not name.endswith(".$") and (kind := _resembles(member)):
                place.warning(_instead(name, f"{name}.$", kind), Code.NO_DOLLAR)
            _warn_of_template(member, place.field(name))


def _warn_of_result(name: str, value: Json, place: Place) -> None:
    if (name == "Result" or name.endswith(".$")) and _resembles(value):
        place.warning(
            f"The value of '{name}' will not evaluate as a JSONPath or Intrinsic Function at runtime. Instead of "
            "'Result', use 'Parameters' to evaluate it as a JSONPath or Intrinsic Function at runtime.",
            Code.PASS_RESULT_IS_STATIC,
        )
    elif isinstance(value, dict):
        for inner, member in value.items():
            _warn_of_result(inner, member, place if name == "Result" else place.field(name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _warn_of_result("", item, place.element(index))


def _resembles(value: Json) -> str | None:
    """What a text would be, were it evaluated."""
    if not isinstance(value, str) or not (value.startswith("$") or is_intrinsic(value)):
        return None
    try:
        compile_path_or_intrinsic(value, "")
    except PathSyntaxError:
        return None
    return "an Intrinsic Function" if is_intrinsic(value) else "a JSONPath"


def _instead(name: str, better: str, kind: str) -> str:
    return (
        f"The value of '{name}' looks like {kind}. Instead of '{name}', use '{better}' to evaluate it as {kind} "
        "at runtime."
    )
