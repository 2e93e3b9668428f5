"""Requests made from botocore's model: the least that is valid, and those that break one constraint each."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from botocore.loaders import Loader
from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StringShape, StructureShape

MODEL = ServiceModel(Loader().load_service_model("stepfunctions", "service-2"))
OPERATIONS: list[str] = sorted(MODEL.operation_names)

Place = tuple[str | int, ...]
"""The way to a member: names, and indices within lists."""


class Request(NamedTuple):
    """A request, and what is special about it."""

    operation: str
    members: dict[str, Any]
    place: Place
    about: str
    complaint: str = ""  # what follows "1 validation error detected: "

    def __str__(self) -> str:
        return f"{self.operation}.{path(self.place)} {self.about}"


def declared_errors() -> list[tuple[str, str]]:
    """(operation, error) for every error that the model has an operation declare."""
    return [(name, shape.name) for name in OPERATIONS for shape in MODEL.operation_model(name).error_shapes]


def least(operation: str) -> dict[str, Any]:
    """The required members, each with the least valid value."""
    return _least(_input(MODEL.operation_model(operation)))


def members_left_out() -> Iterator[Request]:
    """Each required member, left out."""
    for operation, place, shape in _members():
        for name in shape.required_members if isinstance(shape, StructureShape) else ():
            members = _request(operation, place)
            del _at(members, place)[name]
            missing = (*place, name)
            yield Request(operation, members, missing, "left out", _complaint(missing, None, "null", "not be null"))


def constraints_broken() -> Iterator[Request]:
    """Each constraint of each member, broken by as little as can be."""
    for operation, place, shape in _members():
        for about, value, rule in _broken(shape):
            yield _with(operation, place, shape, value, about, rule)


def constraints_kept() -> Iterator[Request]:
    """Each constraint of each member, only just kept."""
    for operation, place, shape in _members():
        for about, value in _kept(shape):
            yield _with(operation, place, shape, value, about, "")


def types_mistaken() -> Iterator[Request]:
    """Each member, with a value of another type."""
    for operation, place, shape in _members():
        if place:
            value: Any = 7 if shape.type_name in ("string", "boolean", "structure", "list") else "seven"
            yield _with(operation, place, shape, value, f"as {json.dumps(value)}", "")


def path(place: Place) -> str:
    """As complaints name a member: routingConfiguration.1.member.weight."""
    return ".".join(f"{step + 1}.member" if isinstance(step, int) else step for step in place)


# -- the walk ---------------------------------------------------------------------------------------------------------


def _members() -> Iterator[tuple[str, Place, Shape]]:
    for operation in OPERATIONS:
        for place, shape in _within((), _input(MODEL.operation_model(operation))):
            yield operation, place, shape


def _within(place: Place, shape: Shape) -> Iterator[tuple[Place, Shape]]:
    yield place, shape
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield from _within((*place, name), member)
    elif isinstance(shape, ListShape):
        yield from _within((*place, 0), shape.member)


def _input(operation: OperationModel) -> StructureShape:
    assert operation.input_shape is not None
    return operation.input_shape


def _with(operation: str, place: Place, shape: Shape, value: Any, about: str, rule: str) -> Request:
    members = _request(operation, place)
    _at(members, place[:-1])[place[-1]] = value
    complaint = _complaint(place, shape, _shown(shape, value), rule)
    return Request(operation, members, place, about, complaint)


def _request(operation: str, place: Place) -> dict[str, Any]:
    """The least request that has something at this place."""
    shape: Shape = _input(MODEL.operation_model(operation))
    members = _least(shape)
    here: Any = members
    for step in place:
        shape = shape.members[step] if isinstance(shape, StructureShape) else shape.member  # type: ignore[attr-defined]
        if isinstance(step, int):
            here[:] = here or [_least(shape)]
        else:
            here.setdefault(step, _least(shape))
        here = here[step]
    return members


def _at(members: Any, place: Place) -> Any:
    for step in place:
        members = members[step]
    return members


# -- values -----------------------------------------------------------------------------------------------------------


def _least(shape: Shape) -> Any:
    limits = shape.metadata
    match shape.type_name:
        case "structure":
            assert isinstance(shape, StructureShape)
            return {name: _least(shape.members[name]) for name in shape.required_members}
        case "list":
            assert isinstance(shape, ListShape)
            return [_least(shape.member) for _ in range(limits.get("min", 0))]
        case "string":
            assert isinstance(shape, StringShape)
            return shape.enum[0] if shape.enum else "x" * limits.get("min", 0)
        case "boolean":
            return False
        case _:
            return limits.get("min", 0)


def _broken(shape: Shape) -> Iterator[tuple[str, Any, str]]:
    """(what is wrong, a value, the rule it breaks)."""
    limits = shape.metadata
    if isinstance(shape, StringShape) and shape.enum:
        yield "of no enum value", "NONE-OF-THEM", f"satisfy enum value set: {sorted(shape.enum)}"
    if "pattern" in limits:
        yield "against the pattern", "é", f"satisfy regular expression pattern: {limits['pattern']}"
    sized = shape.type_name in ("string", "list")
    measure = "length" if sized else "value"
    if "max" in limits:
        yield "too large", _measuring(shape, limits["max"] + 1), f"have {measure} less than or equal to {limits['max']}"
    if "pattern" in limits:
        return  # an empty text breaks the pattern too
    if limits.get("min", 0) > 0 or ("min" in limits and not sized):
        least = limits["min"]
        yield "too small", _measuring(shape, least - 1), f"have {measure} greater than or equal to {least}"


def _kept(shape: Shape) -> Iterator[tuple[str, Any]]:
    for limit in ("max", "min"):
        if limit in shape.metadata:
            yield f"at its {limit}imum", _measuring(shape, shape.metadata[limit])


def _measuring(shape: Shape, measure: int) -> Any:
    """A value of this length, or a number."""
    match shape:
        case ListShape():
            return [deepcopy(_least(shape.member)) for _ in range(measure)]
        case StringShape():
            return "x" * measure
        case _:
            return measure


# -- AWS's words ------------------------------------------------------------------------------------------------------


def _complaint(place: Place, shape: Shape | None, shown: str, rule: str) -> str:
    secret = shape is not None and shape.metadata.get("sensitive", False)
    value = "Value" if secret else f"Value {shown}"
    return f"{value} at '{path(place)}' failed to satisfy constraint: Member must {rule}"


def _shown(shape: Shape, value: Any) -> str:
    if isinstance(shape, ListShape) and isinstance(value, list):
        items = (
            f"{shape.member.name}({', '.join(f'{name}={member}' for name, member in item.items())})" for item in value
        )
        return f"'[{', '.join(items)}]'"
    return f"'{value}'"
