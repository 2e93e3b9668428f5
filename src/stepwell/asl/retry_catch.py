"""Readers of Retry and Catch."""

from typing import Any

from stepwell.asl import readers, variables
from stepwell.asl.place import Place
from stepwell.asl.states import Catcher, Retrier
from stepwell.errors import States
from stepwell.expressions.scope import Json

LONGEST_DELAY = 31_622_400
"""Seconds: MaxDelaySeconds must be below 31,622,401 (developer guide, "Retrying after an error")."""

RETRIER = {
    "ErrorEquals": readers.array(readers.string),
    "IntervalSeconds": readers.integer(0, readers.LONGEST),  # AWS takes 0, though its guide says "positive"
    "MaxAttempts": readers.integer(0, readers.LONGEST),
    "BackoffRate": readers.number(1),
    "MaxDelaySeconds": readers.integer(1, LONGEST_DELAY),
    "JitterStrategy": readers.one_of("NONE", "FULL"),
    "Comment": readers.string,
}
CATCHER = {
    "ErrorEquals": readers.array(readers.string),
    "Next": readers.string,
    "ResultPath": readers.result_path,
    "Output": readers.jsonata(None, "errorOutput"),
    "Assign": variables.assign("errorOutput"),
    "Comment": readers.string,
}
_ATTRIBUTES = {
    "ErrorEquals": "error_equals",
    "IntervalSeconds": "interval_seconds",
    "MaxAttempts": "max_attempts",
    "BackoffRate": "backoff_rate",
    "MaxDelaySeconds": "max_delay_seconds",
    "Next": "next",
    "ResultPath": "result_path",
    "Output": "output",
    "Assign": "assign",
}


def retry(value: Json, place: Place) -> tuple[Retrier, ...]:
    """The retriers, in order."""
    if not isinstance(value, list):
        place.error("Expected value of type Array")
        return ()
    read = [_retrier(item, place.element(index)) for index, item in enumerate(value)]
    _all_errors_last(value, place)
    return tuple(retrier for retrier in read if retrier is not None)


def catch(value: Json, place: Place) -> tuple[Catcher, ...]:
    """The catchers, in order."""
    if not isinstance(value, list):
        place.error("Expected value of type Array")
        return ()
    read = [_catcher(item, place.element(index)) for index, item in enumerate(value)]
    _all_errors_last(value, place)
    return tuple(catcher for catcher in read if catcher is not None)


def _retrier(value: Json, place: Place) -> Retrier | None:
    before = place.errors()
    if not place.object(value, RETRIER, ["ErrorEquals"]):
        return None
    found = readers.fields(RETRIER, value, place)
    if place.errors() > before:
        return None
    return Retrier(**_named(found), jitter=found.get("JitterStrategy") == "FULL")


def _catcher(value: Json, place: Place) -> Catcher | None:
    before = place.errors()
    if not place.object(value, CATCHER, ["ErrorEquals", "Next"]):
        return None
    place.only_in_language(value, ["ResultPath"], "JSONPath")
    place.only_in_language(value, ["Output"], "JSONata")
    found = readers.fields(CATCHER, value, place)
    return None if place.errors() > before else Catcher(**_named(found))


def _named(found: dict[str, Any]) -> dict[str, Any]:
    return {_ATTRIBUTES[name]: value for name, value in found.items() if name in _ATTRIBUTES}


def _all_errors_last(value: list[Json], place: Place) -> None:
    for index, item in enumerate(value):
        errors = item.get("ErrorEquals") if isinstance(item, dict) else None
        if not isinstance(errors, list) or States.ALL not in errors:
            continue
        if len(errors) > 1 or index + 1 < len(value):
            place.element(index).field("ErrorEquals").error(f"{States.ALL} must appear alone and at end of list")
