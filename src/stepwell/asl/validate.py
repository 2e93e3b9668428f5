"""The walk through a definition: scopes, their states, and each state by the table of its type."""

from collections.abc import Mapping
from typing import Any

from stepwell.asl import readers, transitions, variables
from stepwell.asl.diagnostics import Code
from stepwell.asl.document import Repeating
from stepwell.asl.fields import KINDS, ONLY_JSONATA, ONLY_JSONPATH, Kind
from stepwell.asl.place import Place, Reader
from stepwell.asl.states import Scope
from stepwell.asl.warnings import warn
from stepwell.expressions.scope import Json

LONGEST_NAME = 80
"""Characters of a state's name (developer guide, quotas)."""

SCOPE: dict[str, Reader] = {"Comment": readers.string, "StartAt": readers.string}


def read_scope(value: Json, place: Place, more: Mapping[str, Reader]) -> Scope | None:
    """Read a set of states with its beginning; the states go into the reading's flat table.

    `more` are the fields that only this sort of scope has.
    """
    known = {**SCOPE, **more}
    if not place.object(value, (*known, "States"), ("StartAt", "States")):
        return None
    start = readers.fields(known, value, place).get("StartAt")
    place = place.in_scope(variables.assigned(value.get("States")))
    if "States" in value:
        _read_states(value["States"], start, place)
    return None if start is None else Scope(start_at=start)


def _read_states(value: Json, start: str | None, scope: Place) -> None:
    place = scope.field("States")
    if not isinstance(value, dict):
        place.error("Expected value of type Object")
        return
    if not value:
        place.error("Value cannot be empty")
        return
    if start is not None:
        transitions.check_target(start, value, scope.field("StartAt"))
    ends = transitions.has_end(value)
    # Measured: without an end, AWS does not look for states that nobody reaches.
    lost = transitions.unreachable(start, value, place) if ends else frozenset()
    repeated = value.repeated if isinstance(value, Repeating) else ()
    for name, state in value.items():
        at = place.field(name)
        _check_name(name, at, twice=name in repeated)
        if name in lost:
            at.error(f'State "{name}" is not reachable.', Code.MISSING_TARGET)
        read_state(name, state, at)
        transitions.check_targets(state, value, at)
    if not ends:
        scope.error("Workflow has no terminal state", Code.MISSING_END_STATE)


def _check_name(name: str, place: Place, twice: bool) -> None:
    if len(name) > LONGEST_NAME:
        place.error(
            f"State name '{name}' exceeds the {LONGEST_NAME}-character limit allowed by the service",
            Code.INVALID_STATE_NAME,
        )
    if twice or name in place.reading.names:
        place.error(f"Duplicate State name: {name}", Code.DUPLICATE_STATE_NAME)
    place.reading.names[name] = None


def read_state(name: str, value: Json, place: Place) -> None:
    """Read one state; it goes into the reading's table under this name, unless something is wrong with it."""
    before = place.errors()
    if not isinstance(value, dict):
        place.error("Expected value of type Object")
        return
    if "Type" not in value:
        place.error("These fields are required: [Type]")
        return
    kind = KINDS.get(value["Type"]) if isinstance(value["Type"], str) else None
    if kind is None:
        place.field("Type").error(f"The field 'Type' should have one of these values: [{', '.join(KINDS)}]")
        return
    place = _under_own_language(value, place.at_state())
    attributes = _attributes(kind, value, place)
    warn(value, place)
    if place.errors() == before:
        place.reading.states[name] = kind.struct(name=name, language=place.language, **attributes)


def _under_own_language(value: dict[str, Any], place: Place) -> Place:
    """The state's own QueryLanguage, or the machine's: a Map's or Parallel's is not handed down."""
    own = value.get("QueryLanguage")
    if own == "JSONPath" and place.reading.language == "JSONata":
        place.error("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
    return place.under(own if own in ("JSONPath", "JSONata") else place.reading.language)


def _attributes(kind: Kind, value: dict[str, Any], place: Place) -> dict[str, Any]:
    """Check the state as a whole, then its fields one by one; what comes back are the struct's arguments."""
    place.object(value, kind.fields, kind.required)
    place.only_in_language(value, kind.fields.keys() & ONLY_JSONPATH, "JSONPath")
    place.only_in_language(value, kind.fields.keys() & ONLY_JSONATA, "JSONata")
    for names in kind.one_of:
        place.exactly_one(_meant(value), names)
    for names in kind.exclusive:
        place.at_most_one(value, names)
    for check in kind.checks:
        check(value, place)
    found: dict[str, Any] = {}
    for name in value:
        field = kind.fields.get(name)
        if field is None:
            continue
        read = field.read(value[name], place.field(name))
        if field.attribute is not None:
            found[field.attribute] = read
    return kind.finish(found)


def _meant(value: dict[str, Any]) -> dict[str, Any]:
    """`End: false` says nothing."""
    return {name: member for name, member in value.items() if name != "End" or member is not False}
