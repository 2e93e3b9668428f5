"""The stores' SQL: every statement stands in a .sql file, under its name and a sentence on what it does."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_MIGRATION = re.compile(r"(\d{4})_\w+\.sql")


class Migration(msgspec.Struct, frozen=True):
    """A step from one layout of the tables to the next."""

    number: int
    name: str
    script: str


@cache
def statements(dialect: str) -> Mapping[str, str]:
    """The named statements of a dialect (`sqlite`, `postgres`)."""
    found: dict[str, str] = {}
    for file in _files(dialect):
        if _MIGRATION.fullmatch(file.name):
            continue
        _, *parts = _NAME.split(file.read_text("utf-8"))
        found.update(zip(parts[::2], map(str.strip, parts[1::2]), strict=True))
    return found


@cache
def migrations(dialect: str) -> Sequence[Migration]:
    """The migrations of a dialect, in order, numbered from 1 without a gap."""
    return [
        Migration(int(number.group(1)), file.name.removesuffix(".sql"), file.read_text("utf-8"))
        for file in _files(dialect)
        if (number := _MIGRATION.fullmatch(file.name))
    ]


def _files(dialect: str) -> Sequence[Traversable]:
    folder = files(__name__) / dialect
    return sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
