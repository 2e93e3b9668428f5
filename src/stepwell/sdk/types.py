"""What is known of a value's type, from annotations: as much as exactness and the check across steps need."""

import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

Type = Any
"""A type as annotations write it; `Any` when nothing is known."""

NONE = type(None)
NUMBERS = (int, float)


def plain(type: Type) -> Type:
    """Without Annotated, NewType and the like."""
    while True:
        if get_origin(type) is typing.Annotated:
            type = get_args(type)[0]
        elif hasattr(type, "__supertype__"):
            type = type.__supertype__
        else:
            return NONE if type is None else type


def choices(type: Type) -> tuple[Type, ...]:
    """The members of a union; another type alone."""
    type = plain(type)
    if get_origin(type) in (Union, types.UnionType):
        return tuple(plain(member) for member in get_args(type))
    return (type,)


def union(*members: Type) -> Type:
    """The least that all of these are; `Any` when one of them is unknown."""
    distinct: list[Type] = []
    for member in members:
        for choice in choices(member):
            if choice is Any:
                return Any
            if choice not in distinct:
                distinct.append(choice)
    return Union[tuple(distinct)] if distinct else Any


def is_list(type: Type) -> bool:
    origin = get_origin(plain(type)) or plain(type)
    return origin in (list, Sequence, set, frozenset) or origin is tuple


def item_of(type: Type, index: int | None = None) -> Type:
    """The type of a list's items; of a tuple's item at `index`."""
    type = plain(type)
    arguments = get_args(type)
    if get_origin(type) is tuple and arguments and arguments[-1] is not Ellipsis:
        return arguments[index] if index is not None and index < len(arguments) else union(*arguments)
    return plain(arguments[0]) if arguments else Any


def is_dict(type: Type) -> bool:
    origin = get_origin(plain(type)) or plain(type)
    return origin in (dict, Mapping)


def value_of(type: Type) -> Type:
    """The type of a dict's values."""
    arguments = get_args(plain(type))
    return plain(arguments[1]) if len(arguments) == 2 else Any


def fields_of(type: Type) -> dict[str, Type] | None:
    """The fields of a dataclass, a TypedDict, a msgspec Struct or a pydantic model; None for anything else."""
    type = plain(type)
    if not isinstance(type, builtins_type) or type.__module__ == "builtins":
        return None
    if is_typeddict(type) or any(hasattr(type, mark) for mark in _RECORDS):
        return {name: plain(hint) for name, hint in get_type_hints(type, include_extras=False).items()
                if not name.startswith("_") and name not in ("model_config",)}  # fmt: skip
    return None


builtins_type = type
_RECORDS = ("__dataclass_fields__", "__struct_fields__", "__pydantic_fields__", "model_fields")


def surely_there(type: Type, name: str) -> bool:
    """Whether every value of this record has the field: the border checks it."""
    required = getattr(plain(type), "__required_keys__", None)
    return required is None or name in required


def fits(given: Type, wanted: Type) -> bool:
    """Whether a value of one type may go where the other is wanted; in doubt it may: the border checks it."""
    given_choices, wanted_choices = choices(given), choices(wanted)
    if Any in given_choices or Any in wanted_choices:
        return True
    return all(any(_fits_one(each, other) for other in wanted_choices) for each in given_choices)


def _fits_one(given: Type, wanted: Type) -> bool:
    if is_list(given) or is_list(wanted):
        return is_list(given) and is_list(wanted) and fits(item_of(given), item_of(wanted))
    given_fields, wanted_fields = fields_of(given), fields_of(wanted)
    if wanted_fields is not None:
        if given_fields is None:
            return is_dict(given)
        return all(name in given_fields and fits(given_fields[name], hint) or not _needs(wanted, name)
                   for name, hint in wanted_fields.items())  # fmt: skip
    if is_dict(given) or is_dict(wanted) or given_fields is not None:
        return is_dict(wanted) or wanted is object
    if wanted is float and given is int:
        return True
    if isinstance(given, builtins_type) and isinstance(wanted, builtins_type):
        if given is bool or wanted is bool:
            return given is wanted or wanted is object
        return issubclass(given, wanted) or not {given, wanted} <= _SCALARS
    return True


_SCALARS = {int, float, str, NONE, bool}


def _needs(record: Type, name: str) -> bool:
    """Whether a value of the record must have the field."""
    record = plain(record)
    if is_typeddict(record):
        return name in record.__required_keys__
    field = getattr(record, "__dataclass_fields__", {}).get(name)
    if field is not None:
        import dataclasses

        return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    model = getattr(record, "model_fields", {}).get(name)
    if model is not None:
        return bool(model.is_required())
    return True


def shown(type: Type) -> str:
    """As a message names it."""
    return type.__name__ if isinstance(type, builtins_type) and not get_args(type) else str(type).replace("typing.", "")
