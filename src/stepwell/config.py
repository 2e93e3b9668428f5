"""The server's settings: AWS's limits by default, changed by `stepwell.toml` and by environment variables."""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_origin

import msgspec
from msgspec import inspect

PREFIX = "STEPWELL_"
OF_AWS = {"SFN_MOCK_CONFIG": "mock_config"}
"""Variables of AWS's own local emulator, and the settings that they are here."""
FILE = "stepwell.toml"
ELSEWHERE = frozenset({"STEPWELL_DATA", "STEPWELL_URL", "STEPWELL_ACCESS_KEY_ID", "STEPWELL_SECRET_ACCESS_KEY"})
"""Variables of our prefix that are no settings: where the data and the server are, and an access key."""

Positive = Annotated[int, msgspec.Meta(ge=1)]
MEBIBYTE = 1024 * 1024
HOUR = 1 / 24
"""The shortest retention, in days."""


class ConfigError(Exception):
    """A setting is unknown or cannot be used. The message says which, where it stands, and what would do."""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of one server, sizes in bytes. A raised limit lets machines run that AWS would refuse."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8083  # 0 takes a free one
    account: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{12}\Z")] = "123456789012"
    region: Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9-]{1,32}\Z")] = "us-east-1"  # of unsigned requests
    payload_limit: Positive = 262_144  # UTF-8 bytes of an input, an output, a result
    definition_limit: Positive = MEBIBYTE  # of a state machine's definition
    request_limit: Positive = 2 * MEBIBYTE  # of an HTTP body: a definition and its escapes
    history_limit: Positive = 25_000  # events of a STANDARD execution
    poll_seconds: Annotated[float, msgspec.Meta(gt=0)] = 60  # GetActivityTask waits this long
    start_queue_limit: Positive = 10_000  # starts waiting for their first commit; above, ThrottlingException
    poller_limit: Positive = 10_000  # GetActivityTask calls waiting at one time
    call_limit: Positive = 1_000  # calls of integrations in flight
    worker_seconds: Annotated[float, msgspec.Meta(ge=0)] = 10  # after its start, an unknown function's worker may come
    map_concurrency: Positive = 40  # iterations of an inline Map at one time
    retention_days: Annotated[float, msgspec.Meta(ge=HOUR)] = (
        90  # closed executions stay so long, then they are deleted
    )
    keep_express_days: Annotated[float, msgspec.Meta(ge=0)] = (
        0  # so long Express executions can be listed; 0: not at all
    )
    express_journal_bytes: Positive = 64 * MEBIBYTE  # journals of Express executions to be kept, until they are written
    resident_bytes: Positive = 128 * MEBIBYTE  # executions kept in memory; the others are read when needed
    access_keys: str | None = None  # the file of those who may call; None: anyone may
    insecure: bool = False  # whether anyone who reaches an address beyond this machine's own may call
    allow_host: tuple[str, ...] = ()  # names by which clients call this server, beside loopback's and the bound one
    tls_cert: str | None = None  # PEM files: the certificate, with those that lead to a known one, and its key
    tls_key: str | None = None
    header_limit: Positive = 65_536  # bytes of a request's line and headers
    request_seconds: Annotated[float, msgspec.Meta(gt=0)] = 20  # from a request's first byte to its last
    connection_limit: Positive = 20_000  # open connections
    client_connection_limit: Positive = 15_000  # open connections of one client address
    mock_config: str | None = None  # the file of the test cases that executions may be started as
    client_rate: Annotated[float, msgspec.Meta(ge=0)] = 0  # requests a second of one client address; 0: any number


def load_config(directories: Iterable[Path] = (), environ: Mapping[str, str] | None = None, **settings: Any) -> Config:
    """Settings, by rising precedence: defaults, `[server]` of stepwell.toml, environment, `settings`.

    The first stepwell.toml in `directories` counts (name the data's, then the current one); a setting of None
    counts as not given.     Raises ConfigError.
    """
    found: dict[str, Any] = {}
    file = config_file(directories)
    if file is not None:
        found |= _converted(read_table(file, "server"), str(file), strict=True)
    found |= _converted(_variables(environ or {}), "the environment", strict=False)
    found |= _converted({k: v for k, v in settings.items() if v is not None}, "the command line", strict=True)
    return Config(**found)


def config_file(directories: Iterable[Path]) -> Path | None:
    """The first stepwell.toml in these directories."""
    return next((path for path in (Path(d) / FILE for d in directories) if path.is_file()), None)


TABLES = ("server", "services", "http", "connections", "targets", "logs", "traces", "functions")
"""The tables of stepwell.toml; each part of the server reads its own with `read_table`."""


def read_table(file: Path, name: str) -> dict[str, Any]:
    """A table of the file, empty when it is not there. Raises ConfigError, also for a table that nobody reads."""
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise ConfigError(f"{file} cannot be read: {problem}") from problem
    for unknown in tables.keys() - set(TABLES):
        raise ConfigError(f"{file}: there is no table [{unknown}]. {_instead(unknown, TABLES)}")
    table = tables.get(name, {})
    if not isinstance(table, dict):
        raise ConfigError(f"{file}: {name} must be a table. Write [{name}] on a line of its own.")
    return table


class Settings:
    """stepwell.toml, which may change while the server runs: each part of it reads its tables again."""

    def __init__(self, directories: Iterable[Path] = ()) -> None:
        self._directories = tuple(directories)

    @property
    def directory(self) -> Path:
        """What paths in the file are relative to."""
        file = config_file(self._directories)
        return Path.cwd() if file is None else file.parent.resolve()

    def table(self, name: str) -> dict[str, Any]:
        """As `read_table`; empty where there is no file. Raises ConfigError."""
        file = config_file(self._directories)
        return {} if file is None else read_table(file, name)

    def mark(self) -> object:
        """What differs once the file has been written again, or another one counts."""
        return tuple(mark(directory / FILE) for directory in self._directories)


def mark(file: Path) -> object:
    """What differs once a file has been written again; None when it is not there."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _variables(environ: Mapping[str, str]) -> dict[str, Any]:
    ours = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and name not in ELSEWHERE
    }
    return {setting: environ[name] for name, setting in OF_AWS.items() if name in environ} | ours


def _converted(settings: Mapping[str, Any], where: str, strict: bool) -> dict[str, Any]:
    """The settings of one place, each of its type. `strict` refuses numbers written as text."""
    types = {field.name: field.type for field in msgspec.structs.fields(Config)}
    converted = {}
    for name, value in settings.items():
        if name not in types:
            raise ConfigError(_unknown(name, where, types))
        try:
            converted[name] = msgspec.convert(_listed(value, types[name], strict), types[name], strict=strict)
        except msgspec.ValidationError as problem:
            raise ConfigError(f"{name} = {value!r} in {where}: {problem}.") from problem
    return converted


def _listed(value: Any, type: Any, strict: bool) -> Any:
    """Text from the environment that stands for a list has commas between its items."""
    if strict or get_origin(type) is not tuple:
        return value
    return [item.strip() for item in value.split(",") if item.strip()]


def _unknown(name: str, where: str, known: Iterable[str]) -> str:
    written = PREFIX + name.upper() if where == "the environment" else name
    return f"Unknown setting {written} in {where}. {_instead(name, known)}"


_SAID = re.compile(r"unknown field `(?P<setting>.+?)`|nvalid enum value '(?P<choice>.+?)'|nvalid value '(?P<tag>.+?)'")


def explained(problem: msgspec.ValidationError, kind: Any) -> str:
    """What is wrong with a table that is no `kind`, and the names or choices that would do.

    It tells no value that is free to choose, which may be a secret.
    """
    said = _SAID.search(str(problem))
    if said is None or said.lastgroup is None:
        return f"{problem}."
    words: dict[str, set[str]] = {"setting": set(), "choice": set(), "tag": set()}
    _collect(inspect.type_info(kind), words)
    return f"{problem}. {_instead(said[said.lastgroup], words[said.lastgroup])}"


def _collect(kind: inspect.Type, words: dict[str, set[str]]) -> None:
    """The names of settings, the choices that they have, and the kinds of tables, within a type."""
    inner: list[inspect.Type] = []
    match kind:
        case inspect.StructType():
            words["setting"].update(field.encode_name for field in kind.fields)
            if isinstance(kind.tag, str):
                words["tag"].add(kind.tag)
            inner += [field.type for field in kind.fields]
        case inspect.UnionType():
            inner += kind.types
        case inspect.LiteralType():
            words["choice"].update(str(value) for value in kind.values)
        case inspect.VarTupleType():
            inner.append(kind.item_type)
        case inspect.Metadata():
            inner.append(kind.type)
    for each in inner:
        _collect(each, words)


def _instead(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(known))}."
