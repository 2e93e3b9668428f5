"""The tables of fields as plain data, for who completes a definition: what may stand where, and of which type."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from stepwell.asl import choice_rules, maps, parse, retry_catch, validate
from stepwell.asl.fields import KINDS, ONLY_JSONATA, ONLY_JSONPATH
from stepwell.asl.place import Place, Reader, Reading
from stepwell.asl.resources import SERVICES
from stepwell.asl.states import QueryLanguage
from stepwell.asl.validate import read_scope
from stepwell.expressions.choices import OPERATORS

BOTH: tuple[QueryLanguage, ...] = ("JSONPath", "JSONata")
_TYPE = re.compile(r"Expected value of type (\w+)")
_VALUES = re.compile(r"Value should be one of the following: \[(.*)\]")


class FieldShape(msgspec.Struct, frozen=True):
    """A field as an editor needs it."""

    type: str  # string, number, boolean, array, object or any
    required: bool
    languages: tuple[QueryLanguage, ...]
    values: tuple[str, ...] | None = None  # where there is a choice


Shape = dict[str, FieldShape]

COMPARISONS = ("Variable", *OPERATORS, "And", "Or", "Not")
"""What a rule has in JSONPath, in the order in which one writes it."""

_OPERANDS = [
    (re.compile(form), kind)
    for form, kind in (
        (r".*Path$", "String"),
        (r"Is|Boolean", "Boolean"),
        (r"Numeric", "Number"),
        (r"And$|Or$", "Array"),
        (r"Not$", "Object"),
    )
]


def shapes() -> dict[str, Shape]:
    """The fields of the machine, of each state type, and of what is within states."""
    scope: Mapping[str, Reader] = {**validate.SCOPE, "States": _states}
    rule: Mapping[str, Reader] = {**choice_rules.FIELDS, **{name: _operand(name) for name in COMPARISONS}}
    processor: Mapping[str, Reader] = {**scope, "ProcessorConfig": _states}
    return {
        "Machine": _shape({**scope, **parse.MACHINE}, ("StartAt", "States")),
        **{
            name: _shape({field: of.read for field, of in kind.fields.items()}, ("Type", *kind.required))
            for name, kind in KINDS.items()
        },
        "Branch": _shape(scope, ("StartAt", "States")),
        "ItemProcessor": _shape(processor, ("StartAt", "States")),
        "Retrier": _shape(retry_catch.RETRIER, ("ErrorEquals",)),
        "Catcher": _shape(retry_catch.CATCHER, ("ErrorEquals", "Next")),
        "ChoiceRule": _shape(rule, ("Next",)),
        **{name: _shape(table, ()) for name, table in maps.PARTS.items()},
    }


def _states(value: Any, place: Place) -> None:
    place.error("Expected value of type Object")


def _operand(name: str) -> Reader:
    """Of what an operator is compared with, its name tells the type; the readers of rules take rules whole."""
    kind = next((kind for form, kind in _OPERANDS if form.match(name)), "String")

    def read(value: Any, place: Place) -> None:
        place.error(f"Expected value of type {kind}")

    return read


def _shape(table: Mapping[str, Reader], required: Collection[str]) -> Shape:
    return {name: _field(name, read, name in required) for name, read in table.items()}


def _field(name: str, read: Reader, required: bool) -> FieldShape:
    told = _told(read)
    values = next((found[1] for text in told if (found := _VALUES.search(text))), None)
    if name == "Type":
        values = ", ".join(KINDS)
    if values is not None:
        return FieldShape("string", required, _languages(name), tuple(values.split(", ")))
    type = next((found[1].lower() for text in told if (found := _TYPE.search(text))), "any")
    return FieldShape("number" if type == "integer" else type, required, _languages(name))


def _told(read: Reader) -> list[str]:
    """What the reader says of values that are hardly ever right: nobody else knows what it takes."""
    reading = Reading("JSONPath", read_scope)
    for value in (None, False):  # paths may be null
        read(value, Place(reading, "STANDARD", "JSONPath"))
    return [problem.message for problem in reading.diagnostics]


def _languages(name: str) -> tuple[QueryLanguage, ...]:
    if name in ONLY_JSONATA or name == "Condition":
        return ("JSONata",)
    return ("JSONPath",) if name in ONLY_JSONPATH or name in COMPARISONS or name.endswith("Path") else BOTH


def resources() -> Iterator[str]:
    """The optimized integrations as a Task's Resource names them, with each of their patterns."""
    for name, service in SERVICES.items():
        for action in sorted(service.calls):
            patterns = ["", *[".sync"] * (action in service.jobs), *[".waitForTaskToken"] * service.callbacks]
            if name == "states":
                patterns.insert(2, ".sync:2")
            yield from (f"arn:aws:states:::{name}:{action}{pattern}" for pattern in patterns)
