"""Access keys: who may call the server, read from a file that may change while the server runs, or given to it."""

import logging
import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from stepwell.config import ConfigError, mark

log = logging.getLogger(__name__)

KEY_ID = "STEPWELL_ACCESS_KEY_ID"
SECRET = "STEPWELL_SECRET_ACCESS_KEY"
READS = frozenset({"GetExecutionHistory", "ValidateStateMachineDefinition"})
"""What changes nothing, beside all that begins with Describe or List."""


class AccessKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One access key. It never shows its secret, whoever prints it."""

    name: Annotated[str, msgspec.Meta(pattern=r"\A[\w.@+=,-]{1,64}\Z")]  # of the person or program that has it
    id: Annotated[str, msgspec.Meta(pattern=r"\A\w{3,128}\Z")]
    secret: Annotated[str, msgspec.Meta(min_length=16)]
    rights: Literal["full", "read-only"] = "full"

    def __repr__(self) -> str:
        return f"AccessKey(name={self.name!r}, id={self.id!r}, rights={self.rights!r})"

    def may(self, operation: str) -> bool:
        """Whether the key has the right to call an operation of the API."""
        return self.rights == "full" or operation.startswith(("Describe", "List")) or operation in READS


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: Annotated[list[AccessKey], msgspec.Meta(min_length=1)]


class Keys:
    """Access keys by id, some that stay and those of a file, which is read again once it has changed.

    A file that has become unreadable or wrong is told of in the log, and the keys it had stay.
    """

    def __init__(self, file: Path | None = None, fixed: tuple[AccessKey, ...] = ()) -> None:
        """Raises ConfigError when the file cannot be read, or two keys have one id."""
        self._file = file
        self._fixed = fixed
        self._mark: object = None
        self._keys = {key.id: key for key in fixed}
        if file is not None:
            self._mark = mark(file)
            self._keys = _read(file, fixed)
            _warn_of_readers(file)

    def find(self, id: str) -> AccessKey | None:
        """The key of this id, as the file has it now."""
        if self._file is not None and mark(self._file) != self._mark:
            self._read_again(self._file)
        return self._keys.get(id)

    def _read_again(self, file: Path) -> None:
        self._mark = mark(file)
        try:
            self._keys = _read(file, self._fixed)
        except ConfigError as problem:
            log.error("The access keys stay as they were: %s", problem)
        else:
            log.info("The access keys are now those of: %s", ", ".join(sorted(key.name for key in self._keys.values())))


def load_keys(file: str | None, environ: Mapping[str, str]) -> Keys | None:
    """The keys of a file and the one in the environment, or None where neither is. Raises ConfigError."""
    id, secret = environ.get(KEY_ID), environ.get(SECRET)
    if (id is None) != (secret is None):
        raise ConfigError(f"{KEY_ID} and {SECRET} make an access key together. Set both, or neither.")
    fixed: tuple[AccessKey, ...] = ()
    if id is not None:
        try:
            fixed = (msgspec.convert({"name": "environment", "id": id, "secret": secret}, AccessKey),)
        except msgspec.ValidationError as problem:
            raise ConfigError(f"{KEY_ID} and {SECRET} make no access key: {problem}.") from None
    return Keys(Path(file) if file else None, fixed) if file or fixed else None


def _read(file: Path, fixed: tuple[AccessKey, ...]) -> dict[str, AccessKey]:
    """Raises ConfigError, which names no secret."""
    try:
        found = msgspec.convert(tomllib.loads(file.read_text("utf-8")), _File).key
    except OSError as problem:
        raise ConfigError(f"The access keys in {file} cannot be read: {problem.strerror}.") from None
    except msgspec.ValidationError as problem:
        hint = "Each key is a [[key]] with name, id, secret, and rights: full or read-only"
        raise ConfigError(f"The access keys in {file} are wrong: {problem}. {hint}.") from None
    except ValueError as problem:
        raise ConfigError(f"The access keys in {file} are no TOML: {problem}.") from None
    keys = [*fixed, *found]
    by_id = {key.id: key for key in keys}
    if len(by_id) < len(keys):
        twice = next(key.id for key in keys if by_id[key.id] is not key)
        raise ConfigError(f"The access key {twice} is there twice ({file}). Give each an id of its own.")
    return by_id


def _warn_of_readers(file: Path) -> None:
    if os.name == "posix" and os.stat(file).st_mode & stat.S_IRWXO:
        log.warning("Every user of this machine can read the access keys in %s. Run: chmod 600 %s", file, file)
