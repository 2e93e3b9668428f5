"""From a definition's text to a StateMachine: the only reader of raw definitions."""

import msgspec

from stepwell.asl import readers
from stepwell.asl.diagnostics import Diagnostic, joined
from stepwell.asl.document import read_document
from stepwell.asl.place import MachineType, Place, Reading
from stepwell.asl.references import variable_references
from stepwell.asl.states import StateMachine
from stepwell.asl.validate import read_scope
from stepwell.errors import InvalidDefinition

MACHINE = {
    "Version": readers.one_of("1.0"),
    "TimeoutSeconds": readers.integer(0, readers.LONGEST),
    "QueryLanguage": readers.one_of("JSONPath", "JSONata"),
}
"""The fields only the machine itself has."""


class Parsed(msgspec.Struct, frozen=True):
    """`machine` is None if and only if a diagnostic is an ERROR. Diagnostics come state by state, in document order.

    Warnings are among them.
    """

    machine: StateMachine | None
    diagnostics: tuple[Diagnostic, ...] = ()


def parse(text: str, *, type: MachineType = "STANDARD") -> Parsed:
    """Read a definition of whatever kind: what is wrong with it is all in the diagnostics, nothing is raised."""
    document = read_document(text)
    if isinstance(document, Diagnostic):
        return Parsed(None, (document,))
    reading = Reading("JSONata" if document.get("QueryLanguage") == "JSONata" else "JSONPath", read_scope)
    place = Place(reading, type, reading.language)
    scope = read_scope(document, place, MACHINE)
    if reading.errors or scope is None:
        return Parsed(None, tuple(reading.diagnostics))
    return Parsed(
        StateMachine(
            start_at=scope.start_at,
            states={name: reading.states[name] for name in reading.names},
            timeout_seconds=document.get("TimeoutSeconds"),
            comment=document.get("Comment"),
            language=reading.language,
            variable_references=variable_references(document),
            jsonata=reading.jsonata,
            wild=reading.wild,
        ),
        tuple(reading.diagnostics),
    )


def compile_definition(text: str, type: MachineType = "STANDARD") -> StateMachine:
    """The machine, or InvalidDefinition with all that is wrong. Warnings are passed over."""
    parsed = parse(text, type=type)
    if parsed.machine is None:
        raise InvalidDefinition(joined(problem for problem in parsed.diagnostics if problem.severity == "ERROR"))
    return parsed.machine
