"""Decoding a request: fast when it is valid, and AWS's own words when it is not.

msgspec checks types and constraints while it decodes. Only when it refuses a body is the body read again without
types and held against the same types, to say what AWS would say about it.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
from msgspec.inspect import (
    BoolType,
    Field,
    FloatType,
    IntType,
    ListType,
    LiteralType,
    Metadata,
    NoneType,
    StrType,
    StructType,
    Type,
    UnionType,
    type_info,
)

from stepwell.core.payloads import json_problem
from stepwell.errors import SerializationException, ValidationException

Request = TypeVar("Request", bound=msgspec.Struct)

ENUM_ORDER = {
    # As recorded from AWS. Its order is that of a hash table; where none was recorded, ours is the alphabet's.
    frozenset({"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"}): (
        "SUCCEEDED",
        "TIMED_OUT",
        "PENDING_REDRIVE",
        "ABORTED",
        "FAILED",
        "RUNNING",
    )
}


def decode_request(decoder: msgspec.json.Decoder[Request], body: bytes) -> Request:
    """The request in a body. Raises SerializationException, ValidationException."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as problem:
        violations = list(_violations(type_info(decoder.type), parse_json(body)))
        if not violations:
            raise SerializationException(str(problem)) from problem
        raise constraint_error(*violations) from problem
    except (ValueError, RecursionError) as problem:
        raise SerializationException(json_problem(problem)) from problem


def parse_json(text: str | bytes) -> Any:
    """Any JSON value. Raises SerializationException."""
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError) as problem:
        raise SerializationException(json_problem(problem)) from problem


def constraint_error(*violations: str) -> ValidationException:
    """AWS's one error for all members that break a constraint."""
    errors = "error" if len(violations) == 1 else "errors"
    return ValidationException(f"{len(violations)} validation {errors} detected: {'; '.join(violations)}")


def violation(member: str, value: Any, rule: str, sensitive: bool = False) -> str:
    """One complaint in AWS's words. The value of a sensitive member is not repeated."""
    shown = "Value" if sensitive else f"Value {_shown(value)}"
    return f"{shown} at '{member}' failed to satisfy constraint: Member must {rule}"


def too_long(member: str, limit: int) -> str:
    """The complaint about a sensitive member, such as an input, that is longer than the server allows."""
    return violation(member, None, f"have length less than or equal to {limit}", sensitive=True)


def _shown(value: Any) -> str:
    return "null" if value is None else f"'{_java(value)}'"


def _java(value: Any) -> str:
    """A value as the text Java makes of it: lists and structures stand in brackets."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return f"({', '.join(f'{name}={_java(member)}' for name, member in value.items())})"
        case _:
            return str(value)


def _violations(type: Type, value: Any, path: str = "", extra: dict[str, Any] | None = None) -> Iterator[str]:
    """All constraints that `value` breaks, in the model's order. Raises SerializationException for a wrong type."""
    match type:
        case Metadata():
            yield from _violations(type.type, value, path, type.extra or {})
        case UnionType():
            if value is not None:
                yield from _violations(_without_none(type), value, path, extra)
        case StructType():
            yield from _structure(type, _of(dict, "structure", value, path), path)
        case ListType():
            yield from _list(type, _of(list, "list", value, path), path)
        case LiteralType():
            if _of(str, "String", value, path) not in type.values:
                values = ENUM_ORDER.get(frozenset(map(str, type.values)), type.values)
                yield violation(path, value, f"satisfy enum value set: [{', '.join(map(str, values))}]")
        case StrType():
            yield from _string(type, _of(str, "String", value, path), path, extra or {})
        case IntType() | FloatType():
            yield from _number(type, value, path)
        case BoolType():
            _of(bool, "Boolean", value, path)


def _without_none(union: UnionType) -> Type:
    return next(kind for kind in union.types if not isinstance(kind, NoneType))


def _structure(type: StructType, value: dict[str, Any], path: str) -> Iterator[str]:
    fields = {field.encode_name: field for field in type.fields}
    for name in value:
        if name not in fields:
            known = ", ".join(fields)
            where = f" of '{path}'" if path else ""
            raise SerializationException(f"Unknown member '{name}'{where}. There are: {known}")
    for name, field in fields.items():
        yield from _member(field, value.get(name), f"{path}.{name}" if path else name)


def _member(field: Field, value: Any, path: str) -> Iterator[str]:
    if value is not None:
        yield from _violations(field.type, value, path)
    elif field.required:
        yield violation(path, None, "not be null")


def _list(type: ListType, value: list[Any], path: str) -> Iterator[str]:
    kind = type.item_type.cls.__name__ if isinstance(type.item_type, StructType) else ""
    shown = f"[{', '.join(kind + _java(item) for item in value)}]"
    yield from _lengths(type, value, shown, path, sensitive=False)
    for place, item in enumerate(value, start=1):
        yield from _violations(type.item_type, item, f"{path}.{place}.member")


def _string(type: StrType, value: str, path: str, extra: dict[str, Any]) -> Iterator[str]:
    sensitive = extra.get("sensitive", False)
    if type.pattern is not None and not re.search(type.pattern, value):
        rule = f"satisfy regular expression pattern: {extra.get('pattern', type.pattern)}"
        yield violation(path, value, rule, sensitive)
    yield from _lengths(type, value, value, path, sensitive)


def _lengths(type: StrType | ListType, sized: str | list[Any], value: Any, path: str, sensitive: bool) -> Iterator[str]:
    if type.max_length is not None and len(sized) > type.max_length:
        yield violation(path, value, f"have length less than or equal to {type.max_length}", sensitive)
    if type.min_length is not None and len(sized) < type.min_length:
        yield violation(path, value, f"have length greater than or equal to {type.min_length}", sensitive)


def _number(type: IntType | FloatType, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong_type(value, "Number", path)
    if isinstance(type, IntType) and value != int(value):
        raise _wrong_type(value, "Integer", path)
    if type.le is not None and value > type.le:
        yield violation(path, value, f"have value less than or equal to {type.le}")
    if type.ge is not None and value < type.ge:
        yield violation(path, value, f"have value greater than or equal to {type.ge}")


Kind = TypeVar("Kind")

TOKENS = {dict: "START_OBJECT", list: "START_ARRAY", str: "STRING_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE"}


def _of(kind: type[Kind], name: str, value: Any, path: str) -> Kind:
    if not isinstance(value, kind):
        raise _wrong_type(value, name, path)
    return value


def _wrong_type(value: Any, wanted: str, path: str) -> SerializationException:
    literals = {True: "TRUE_VALUE", False: "FALSE_VALUE", None: "NULL_VALUE"}
    token = literals[value] if value is None or isinstance(value, bool) else TOKENS[type(value)]
    where = f" (member '{path}')" if path else ""
    article = "an" if wanted == "Integer" else "a"
    return SerializationException(f"{token} can not be converted to {article} {wanted}{where}")
