"""What AWS's services answer: holds the mock of a call against the service's API model, in TestState's words.

The models are botocore's, which is looked for when first asked.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from stepwell.integrations.aws import models
from stepwell.integrations.aws.jobs import JOBS
from stepwell.integrations.aws.models import Naming, Shape, capital, java_member, service_of

Mode = Literal["STRICT", "PRESENT"]
"""STRICT: what the model requires must be there. PRESENT: only what is there must be right."""

_UNCHECKED = ("http:", "apigateway:", "eks:call", "eks:runJob")
"""Integrations whose mocks AWS does not check (developer guide, "Mock validation modes")."""

_JSON = {"lambda:invoke": {"Payload"}, "states:startExecution.sync:2": {"Input", "Output"}}
"""Members that an optimized integration parses: any JSON, where the service has a text."""

_PREFIX = ":states:::"


def mismatch(resource: str, result: Any, mode: Mode) -> str | None:
    """What is wrong with the mocked `result` of a Task's call, in AWS's words; None if nothing, or nobody knows.

    `resource` is the Task's. Raises NoModels.
    """
    _, found, call = resource.partition(_PREFIX)
    if not found or call.endswith(".waitForTaskToken") or call.startswith(_UNCHECKED):
        return None  # a function, an activity or a person answers whatever they like
    shape = _answer_of(call)
    if shape is None:
        return None
    if not isinstance(result, dict):
        return "The result must be an object"
    free = _JSON.get(call, set())
    naming = java_member if call.startswith("aws-sdk:") else capital
    return next(_structure(shape, result, _Way(mode, naming), free), None)


def _answer_of(call: str) -> Shape | None:
    """The shape of what the call answers; None for one that is not in the models."""
    service, operation = _operation(call)
    known = None if service is None else models.operation(service, operation)
    return None if known is None else known.output_shape


def _operation(call: str) -> tuple[str | None, str]:
    """`aws-sdk:kms:encrypt` as botocore names it: kms, Encrypt.

    Of a job it is the operation that is polled (developer guide, "Testing .sync states").
    """
    name, sync, _ = call.partition(".sync")
    service, _, action = name.rpartition(":")
    if sync:
        action = "describeExecution" if service == "states" else JOBS[name].asked if name in JOBS else ""
    return service_of(service, action), capital(action)


# -- holding values against shapes -------------------------------------------------------------------------------------


class _Way(NamedTuple):
    mode: Mode
    naming: Naming


def _structure(shape: Shape, value: dict[str, Any], way: _Way, free: set[str]) -> Iterator[str]:
    """What breaks the model, first things first. Members are known by their names in Step Functions.

    Foreign members are nobody's business (recorded).
    """
    if way.mode == "STRICT":
        for name in shape.required_members:
            if way.naming(name) not in value:
                yield f"Required field '{way.naming(name)}' is missing"
    for name, member in shape.members.items():
        shown = way.naming(name)
        if shown in value and shown not in free:
            yield from _value(shown, member, value[shown], way)


def _value(name: str, shape: Shape, value: Any, way: _Way) -> Iterator[str]:
    """`name`: of the nearest member, which AWS's texts give however deep in lists the value is."""
    kind, fits = _KINDS[shape.type_name]
    if not fits(value):
        yield f"Field '{name}' must be {kind}"
        return
    yield from _bounds(name, shape, value)
    match shape.type_name:
        case "structure":
            if not getattr(shape, "is_document_type", False):
                yield from _structure(shape, value, way, set())
        case "list":
            for item in value:
                yield from _value(name, shape.member, item, way)
        case "map":
            for key, item in value.items():
                yield from _value(key, shape.value, item, way)


def _bounds(name: str, shape: Shape, value: Any) -> Iterator[str]:
    """Lengths, ranges and enumerations."""
    bounds = shape.metadata
    if bounds.get("enum") and value not in bounds["enum"]:
        yield f"Field '{name}' is not an expected value"
    if shape.type_name in _NUMBERS:
        size, below, above = value, "is less than the minimum value", "exceeds the maximum value"
    elif isinstance(value, str | list | dict) and shape.type_name != "timestamp":
        size, below, above = len(value), "is smaller than the minimum length", "exceeds the maximum length"
    else:
        return
    if "min" in bounds and size < bounds["min"]:
        yield f"Field '{name}' {below}"
    if "max" in bounds and size > bounds["max"]:
        yield f"Field '{name}' {above}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is(*types: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, types)


_TEXT = ("a string", _is(str))
_NUMBER = ("a number", _is_number)
_OBJECT = ("an object", _is(dict))
_NUMBERS = ("integer", "long", "float", "double", "bigdecimal", "biginteger")
_KINDS = {
    **dict.fromkeys(("string", "character", "blob", "timestamp"), _TEXT),
    **dict.fromkeys(_NUMBERS, _NUMBER),
    "boolean": ("a boolean", _is(bool)),
    "list": ("an array", _is(list)),
    "map": _OBJECT,
    "structure": _OBJECT,
}
