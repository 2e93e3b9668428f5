"""Tables of settings held against the types they are read as: all that is wrong in one, in words for people."""

import difflib
import json
from collections.abc import Iterable, Iterator
from datetime import date, time
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import inspect


def mistakes(value: Any, kind: Any, key: str = "") -> Iterator[str]:
    """Sentences about what keeps `value`, which stands under `key`, from being a `kind`; none if it is one.

    A setting is named by its way through the tables: `oauth.headers.X-Tenant`, `statuses[0]`. No value is told that is
    free to choose: it may be a secret. `Meta(description=…)` in a type says what is expected where that says more.
    """
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        yield from list(_within(value, kind, key)) or [_unfit(value, kind, key)]


def instead(name: str, known: Iterable[str]) -> str:
    """What a name that is none might have been: the one that is most like it, or else all there are."""
    near = difflib.get_close_matches(name, known, 1)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(known))}."


def expected(kind: Any) -> str:
    """What a setting of this type is to be."""
    return _expected(inspect.type_info(kind))


def _unfit(value: Any, kind: Any, key: str) -> str:
    said = f"expected {expected(kind)}, found {_found(value, kind)}."
    choices = [str(choice) for choice in get_args(_bare(kind))] if get_origin(_bare(kind)) is Literal else []
    near = difflib.get_close_matches(value, choices, 1) if isinstance(value, str) else []
    return f"{key}{': ' if key else ''}{said}{f' Did you mean {near[0]}?' if near else ''}"


# -- going down --------------------------------------------------------------------------------------------------------


def _within(value: Any, kind: Any, key: str) -> Iterator[str]:
    """What is wrong further down, where `value` has a further down and `kind` too."""
    options = [option for option in _options(kind) if option is not type(None)]
    if isinstance(value, list):
        for option in options:
            if get_origin(option) in (list, tuple):
                for index, item in enumerate(value):
                    yield from mistakes(item, get_args(option)[0], f"{key}[{index}]")
    elif isinstance(value, dict):
        structs = [option for option in options if _is_struct(option)]
        if len(structs) > 1:
            yield from _tagged(value, structs, key)
        elif structs:
            yield from _members(value, structs[0], key)
        for option in options:
            if get_origin(option) is dict:
                for name, member in value.items():
                    yield from mistakes(member, get_args(option)[1], _below(key, name))


def _tagged(table: dict[str, Any], structs: list[Any], key: str) -> Iterator[str]:
    """Of several kinds of tables a member says which one this is."""
    field, kinds = structs[0].__struct_config__.tag_field, {each.__struct_config__.tag: each for each in structs}
    tag = table.get(field)
    if tag in kinds:
        yield from _members(table, kinds[tag], key)
    elif tag is None:
        yield f"{_below(key, field)} is missing: expected {_choice(kinds)}."
    else:
        yield _unfit(tag, Literal[tuple(kinds)], _below(key, field))


def _members(table: dict[str, Any], kind: Any, key: str) -> Iterator[str]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name, value in table.items():
        if name in fields:
            yield from mistakes(value, fields[name].type, _below(key, name))
        elif name != kind.__struct_config__.tag_field:
            yield f"{_below(key, name)}: there is no such setting. {instead(name, fields)}"
    for name, field in fields.items():
        if field.required and name not in table:
            yield f"{_below(key, name)} is missing: expected {expected(field.type)}."


def _below(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _options(kind: Any) -> tuple[Any, ...]:
    bare = _bare(kind)
    return tuple(map(_bare, get_args(bare))) if get_origin(bare) in (Union, UnionType) else (bare,)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


# -- words -------------------------------------------------------------------------------------------------------------


def _expected(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata():
            return str((kind.extra_json_schema or {}).get("description") or _expected(kind.type))
        case inspect.UnionType():
            return " or ".join(_expected(each) for each in kind.types if not isinstance(each, inspect.NoneType))
        case inspect.LiteralType():
            return _choice(kind.values)
        case inspect.StrType():
            return f"a text of the form {kind.pattern}" if kind.pattern else "a text"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            return "a whole number" * isinstance(kind, inspect.IntType) + _range(kind)
        case inspect.VarTupleType() | inspect.ListType():
            return "a list"
        case _:
            return "a table"


def _range(kind: inspect.IntType | inspect.FloatType) -> str:
    number = "" if isinstance(kind, inspect.IntType) else "a number"
    if kind.ge is not None and kind.le is not None:
        return f"{number} from {kind.ge:g} to {kind.le:g}"
    least = f" above {kind.gt:g}" if kind.gt is not None else f" of {kind.ge:g} or more" if kind.ge is not None else ""
    return number + least + (f", at most {kind.le:g}" if kind.le is not None else "")


def _choice(values: Iterable[object]) -> str:
    *others, last = (json.dumps(value) for value in values)
    return f"{', '.join(others)} or {last}" if others else last


def _found(value: Any, kind: Any) -> str:
    plain = {type(None) if option is None else get_origin(option) or option for option in _options(kind)}
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value) if plain & {int, float, bool} else "a number"
        case str() if Literal in plain:
            return json.dumps(value)
        case str():
            return "another text" if str in plain else "a text"
        case list():
            return "a list"
        case dict():
            return "a table"
        case date() | time():
            return "a date or time"
    return type(value).__name__
