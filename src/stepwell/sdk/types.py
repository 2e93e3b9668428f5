"""What is known of a value's type, from annotations: as much as exactness and the check across steps need."""

import dataclasses
import enum
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

Type = Any
"""A type as annotations write it; `Any` when nothing is known."""

NONE = type(None)
NOTHING = typing.Never
"""The type of the items of an empty list."""

NUMBERS = (int, float)
_SCALARS = {int, float, str, NONE, bool}
_LISTS: tuple[Any, ...] = (list, tuple, Sequence, set, frozenset)
_DICTS: tuple[Any, ...] = (dict, Mapping)
_UNIONS: tuple[Any, ...] = (Union, types.UnionType)
_RECORDS = ("__dataclass_fields__", "__struct_fields__", "__pydantic_fields__", "model_fields")


def plain(hint: Type) -> Type:
    """Without Annotated, NewType and the like; an enumeration of strings or ints is strings or ints."""
    while True:
        if _origin(hint) is typing.Annotated:
            hint = get_args(hint)[0]
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        elif hasattr(hint, "__value__"):  # type X = …
            hint = hint.__value__
        elif isinstance(hint, type) and issubclass(hint, enum.ReprEnum):
            return str if issubclass(hint, str) else int
        elif _origin(hint) is typing.Literal:
            return union(*(type(value) for value in get_args(hint)))
        else:
            return NONE if hint is None else hint


def _origin(hint: Type) -> Any:
    return get_origin(hint)


def choices(hint: Type) -> tuple[Type, ...]:
    """The members of a union; another type alone."""
    hint = plain(hint)
    if _origin(hint) in _UNIONS:
        return tuple(plain(member) for member in get_args(hint))
    return (hint,)


def union(*members: Type) -> Type:
    """The least that all of these are; `Any` when one of them is unknown, NOTHING of none."""
    distinct: list[Type] = []
    for member in members:
        for choice in choices(member):
            if choice is Any:
                return Any
            if choice not in distinct and choice is not NOTHING:
                distinct.append(choice)
    if float in distinct and int in distinct:  # a float may be an int: that is what float means in annotations
        distinct.remove(int)
    for is_kind, inside in ((is_list, item_of), (is_dict, value_of)):
        if any(is_kind(kind) and inside(kind) is not NOTHING for kind in distinct):  # an empty one is of that kind, too
            distinct = [kind for kind in distinct if not (is_kind(kind) and inside(kind) is NOTHING)]
    return Union[tuple(distinct)] if distinct else NOTHING  # noqa: UP007 (how many there are is known only here)


def without_none(hint: Type) -> Type:
    """What is left when a value is known not to be None."""
    left = [choice for choice in choices(hint) if choice is not NONE]
    return union(*left) if left else hint


def list_of(item: Type) -> Type:
    return types.GenericAlias(list, (item,))


def dict_of(value: Type) -> Type:
    return types.GenericAlias(dict, (str, value))


def tuple_of(*items: Type) -> Type:
    return types.GenericAlias(tuple, items)


def stream_of(item: Type) -> Type:
    """What gives items one after the other and is no list to Python: a range, a generator, a dict's values."""
    return types.GenericAlias(Iterable, (item,))


def is_stream(hint: Type) -> bool:
    return _origin(plain(hint)) is Iterable


def is_iterable(hint: Type) -> bool:
    """Whether it is a list, or another thing that can be gone through and is an array in JSON."""
    return is_list(hint) or is_stream(hint)


def is_list(hint: Type) -> bool:
    """Whether it is an array in JSON."""
    hint = plain(hint)
    return (_origin(hint) or hint) in _LISTS


def may_be_list(hint: Type) -> bool:
    """Whether it may be a list or none: as an item of a list that would make a difference to JSONata."""
    return not is_list(hint) and any(choice is Any or is_list(choice) for choice in choices(hint))


def is_tuple(hint: Type) -> bool:
    hint = plain(hint)
    return (_origin(hint) or hint) is tuple


def length_of(hint: Type) -> int | None:
    """How many items a tuple has; None where that is not known, or for anything else."""
    arguments = get_args(plain(hint))
    return len(arguments) if is_tuple(hint) and arguments and arguments[-1] is not Ellipsis else None


def item_of(hint: Type, index: int | None = None) -> Type:
    """The type of a list's items; of a tuple's item at `index`."""
    hint = plain(hint)
    arguments = get_args(hint)
    if _origin(hint) is tuple and arguments and arguments[-1] is not Ellipsis:
        known = index is not None and -len(arguments) <= index < len(arguments)
        return plain(arguments[index]) if known and index is not None else union(*arguments)
    return plain(arguments[0]) if arguments else Any


def is_dict(hint: Type) -> bool:
    hint = plain(hint)
    return (_origin(hint) or hint) in _DICTS


def value_of(hint: Type) -> Type:
    """The type of a dict's values; of a TypedDict's whatever they are."""
    if is_mapping_record(hint):
        return union(*(fields_of(hint) or {}).values())
    arguments = get_args(plain(hint))
    return plain(arguments[1]) if len(arguments) == 2 else Any


def fields_of(hint: Type) -> dict[str, Type] | None:
    """The fields of a dataclass, a TypedDict, a msgspec Struct or a pydantic model; None for anything else."""
    hint = plain(hint)
    if not isinstance(hint, type) or hint.__module__ == "builtins":
        return None
    if not is_typeddict(hint) and not any(hasattr(hint, mark) for mark in _RECORDS):
        return None
    hints = get_type_hints(hint)
    return {name: plain(kind) for name, kind in hints.items() if not name.startswith("_") and name != "model_config"}


def is_enum(hint: Type) -> bool:
    """Whether it is an Enum whose members equal nothing but themselves."""
    return isinstance(hint, type) and issubclass(hint, enum.Enum)


def is_mapping_record(hint: Type) -> bool:
    """Whether it is a TypedDict, which is a dict, as other records are not."""
    return is_typeddict(plain(hint))


def surely_there(hint: Type, name: str) -> bool:
    """Whether every value of this record has the field: the border checks it."""
    required = getattr(plain(hint), "__required_keys__", None)
    return required is None or name in required


def fits(given: Type, wanted: Type) -> bool:
    """Whether a value of one type may go where the other is wanted; in doubt it may: the border checks it."""
    given_choices, wanted_choices = choices(given), choices(wanted)
    if NOTHING in (given, wanted):
        return given is NOTHING
    if Any in given_choices or Any in wanted_choices or wanted is object:
        return True
    return all(any(_fits_one(each, other) for other in wanted_choices) for each in given_choices)


def _fits_one(given: Type, wanted: Type) -> bool:
    if is_list(given) or is_list(wanted):
        return is_list(given) and is_list(wanted) and fits(item_of(given), item_of(wanted))
    given_fields, wanted_fields = fields_of(given), fields_of(wanted)
    if wanted_fields is not None:
        return is_dict(given) if given_fields is None else _covers(given_fields, wanted, wanted_fields)
    if is_dict(given) and is_dict(wanted):
        return fits(value_of(given), value_of(wanted))
    if is_dict(given) or is_dict(wanted) or given_fields is not None:
        return is_dict(wanted)
    if wanted is float and given is int:
        return True
    if not (isinstance(given, type) and isinstance(wanted, type)):
        return True
    if bool in (given, wanted):
        return given is wanted
    return issubclass(given, wanted) or not {given, wanted} <= _SCALARS


def _covers(given: dict[str, Type], record: Type, wanted: dict[str, Type]) -> bool:
    """Whether a record's fields are all that another one needs."""
    there = all(fits(given[name], hint) for name, hint in wanted.items() if name in given)
    return there and all(name in given or not needs(record, name) for name in wanted)


def needs(record: Type, name: str) -> bool:
    """Whether a value of the record cannot be made without the field."""
    record = plain(record)
    if is_typeddict(record):
        return name in record.__required_keys__
    return default_of(record, name) is REQUIRED


REQUIRED = object()
"""Stands for the default of a field that has none."""

COMPUTED = object()
"""Stands for a default that a function computes."""


def default_of(record: Type, name: str) -> Any:
    """A field's default; REQUIRED, or COMPUTED where only a function knows it (an empty list or dict aside)."""
    if name in getattr(record, "__dataclass_fields__", {}):
        field = record.__dataclass_fields__[name]
        return _default(field.default, field.default_factory, dataclasses.MISSING)
    if name in getattr(record, "model_fields", {}):
        field = record.model_fields[name]
        return REQUIRED if field.is_required() else _default(field.default, field.default_factory, None)
    if name in getattr(record, "__struct_fields__", ()):
        import msgspec

        [found] = [field for field in msgspec.structs.fields(record) if field.name == name]
        return _default(found.default, found.default_factory, msgspec.NODEFAULT)
    return REQUIRED


def _default(value: Any, factory: Any, missing: Any) -> Any:
    if factory is not missing and factory is not None:
        return factory() if factory in (list, dict) else COMPUTED
    return REQUIRED if value is missing and missing is not None else value


def shown(hint: Type) -> str:
    """As a message names it."""
    if hint is NONE:
        return "None"
    return (
        hint.__name__
        if isinstance(hint, type) and not get_args(hint)
        else str(hint).replace("[typing.Never]", "").replace("[str, typing.Never]", "").replace("typing.", "")
    )
