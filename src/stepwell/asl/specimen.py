"""One state taken out of its definition, so that it can be tested by itself."""

from typing import Any

import msgspec

from stepwell.asl.diagnostics import Diagnostic, joined
from stepwell.asl.document import read_document
from stepwell.asl.parse import compile_definition
from stepwell.asl.place import Place, Reading
from stepwell.asl.references import SCOPES
from stepwell.asl.states import State, StateMachine
from stepwell.asl.validate import read_scope, read_state
from stepwell.errors import InvalidDefinition

NAME = "StateName"
"""What a state under test is called, whatever its definition calls it (recorded in its context object)."""


class Specimen(msgspec.Struct, frozen=True):
    """A valid state. `machine` is one that begins with it; nothing that follows it is ever entered."""

    machine: StateMachine
    raw: dict[str, Any]  # the state's definition
    within_map: bool  # some Map's processor holds it

    @property
    def state(self) -> State:
        return self.machine.states[NAME]

    @property
    def inner(self) -> frozenset[str]:
        """The names of the states inside this one, however deep."""
        return frozenset(_inner_names(self.raw))


def lone_state(text: str) -> Specimen:
    """Read the definition of one state; the states that it leads to need not be there. Raises InvalidDefinition."""
    document = read_document(text)
    if isinstance(document, Diagnostic):
        raise InvalidDefinition(str(document))
    reading = Reading("JSONPath", read_scope)
    read_state(NAME, document, Place(reading, "STANDARD", "JSONPath"))
    if reading.errors:
        raise InvalidDefinition(joined(problem for problem in reading.diagnostics if problem.severity == "ERROR"))
    machine = StateMachine(start_at=NAME, states=reading.states, jsonata=reading.jsonata, wild=reading.wild)
    return Specimen(machine, document, within_map=False)


def state_of(text: str, name: str) -> Specimen | None:
    """The state of that name, in whatever scope of the definition of a machine; None if there is none.

    Raises InvalidDefinition, whichever state something is wrong with.
    """
    machine = compile_definition(text)
    found = _find(read_document(text), name, within_map=False)
    if found is None:
        return None
    raw, within_map = found
    states = {**machine.states, NAME: msgspec.structs.replace(machine.states[name], name=NAME)}
    return Specimen(msgspec.structs.replace(machine, start_at=NAME, states=states), raw, within_map)


def read_specimen(definition: str, state_name: str | None) -> Specimen:
    """The only state of a definition, or the one of that name. Raises InvalidDefinition, StateNotFound."""
    if state_name is None:
        return lone_state(definition)
    specimen = state_of(definition, state_name)
    if specimen is None:
        raise StateNotFound(state_name)
    return specimen


class StateNotFound(Exception):
    """The machine has no state of this name."""


def _find(scope: Any, name: str, within_map: bool) -> tuple[dict[str, Any], bool] | None:
    for own, state in scope["States"].items():
        if own == name:
            return state, within_map
        for field, inner in _scopes(state):
            found = _find(inner, name, within_map or field != "Branches")
            if found is not None:
                return found
    return None


def _scopes(state: dict[str, Any]) -> list[tuple[str, Any]]:
    """The scopes that a state holds, each with the field that it stands in."""
    found = []
    for field in SCOPES & state.keys():
        inner = state[field]
        found += [(field, scope) for scope in (inner if isinstance(inner, list) else [inner])]
    return found


def _inner_names(state: dict[str, Any]) -> list[str]:
    names = []
    for _, scope in _scopes(state):
        for name, inner in scope["States"].items():
            names += [name, *_inner_names(inner)]
    return names
