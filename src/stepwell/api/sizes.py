"""Members whose size is a setting of the server, in UTF-8 bytes: where they stand in a request, and the check."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.inspect import Metadata, NoneType, StructType, Type, UnionType, type_info

from stepwell.api.constraints import constraint_error, too_long
from stepwell.config import Config


class Sized(msgspec.Struct, frozen=True):
    """A text within a request."""

    member: str  # as a complaint names it: mock.result
    attributes: tuple[str, ...]  # the way to it
    setting: str  # the name of its limit in the configuration


def sized_members(request: type[msgspec.Struct]) -> tuple[Sized, ...]:
    """The members of a request type that the generated shapes mark with a setting."""
    return tuple(_sized(type_info(request), (), ()))


def check_sizes(request: msgspec.Struct, members: Iterable[Sized], config: Config) -> None:
    """Raises ValidationException that tells of every member that is too large."""
    found = [complaint for each in members if (complaint := _complaint(request, each, config))]
    if found:
        raise constraint_error(*found)


def _complaint(request: msgspec.Struct, sized: Sized, config: Config) -> str | None:
    value: object = request
    for attribute in sized.attributes:
        value = getattr(value, attribute, None)
    limit: int = getattr(config, sized.setting)
    if not isinstance(value, str) or len(value) * 4 <= limit or len(value.encode()) <= limit:
        return None
    return too_long(sized.member, limit)


def _sized(type: Type, names: tuple[str, ...], attributes: tuple[str, ...]) -> Iterator[Sized]:
    match type:
        case Metadata(extra={"setting": setting}):
            yield Sized(".".join(names), attributes, setting)
        case UnionType():
            for kind in type.types:
                yield from () if isinstance(kind, NoneType) else _sized(kind, names, attributes)
        case StructType():
            for field in type.fields:
                yield from _sized(field.type, (*names, field.encode_name), (*attributes, field.name))
