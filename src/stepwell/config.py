"""The server's settings: AWS's limits by default, changed by `stepwell.toml` and by environment variables."""

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast, get_origin

import msgspec

from stepwell.tables import expected, instead, mistakes

PREFIX = "STEPWELL_"
OF_AWS = {"SFN_MOCK_CONFIG": "mock_config"}
"""Variables of AWS's own local emulator, and the settings that they are here."""
FILE = "stepwell.toml"
ELSEWHERE = frozenset({"STEPWELL_DATA", "STEPWELL_URL", "STEPWELL_ACCESS_KEY_ID", "STEPWELL_SECRET_ACCESS_KEY"})
"""Variables of our prefix that are no settings: where the data and the server are, and an access key."""

Positive = Annotated[int, msgspec.Meta(ge=1)]
Region = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9-]{1,32}\Z", description="a region such as eu-west-1")]
MEBIBYTE = 1024 * 1024
ADDRESS = "an address that begins with https:// or http://"
HOUR = 1 / 24
"""The shortest retention, in days."""


class ConfigError(Exception):
    """Settings are unknown or cannot be used. Each problem says which, where it stands, and what would do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


T = TypeVar("T")


class Problems:
    """What is wrong with settings that are read one after the other, to be told at once."""

    def __init__(self) -> None:
        self._found: dict[str, None] = {}  # once, though several readers come across it

    def of(self, read: Callable[[], T], otherwise: T) -> T:
        """What is read; its ConfigError is kept, and `otherwise` taken meanwhile."""
        try:
            return read()
        except ConfigError as error:
            self._found |= dict.fromkeys(error.problems)
            return otherwise

    def tell(self) -> None:
        """Raises ConfigError with all of them, if there are any."""
        if self._found:
            raise ConfigError(*self._found)


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of one server, sizes in bytes. A raised limit lets machines run that AWS would refuse."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8083  # 0 takes a free one
    account: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{12}\Z", description="12 digits")] = "123456789012"
    region: Region = "us-east-1"  # of unsigned requests
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
    counts as not given. Raises ConfigError.
    """
    file = config_file(directories)
    given = {name: value for name, value in settings.items() if value is not None}
    problems = Problems()
    nothing: dict[str, Any] = {}
    found = (
        problems.of(
            lambda: {} if file is None else _settings(read_table(file, "server"), str(file), strict=True), nothing
        )
        | problems.of(lambda: _settings(_variables(environ or {}), "the environment", strict=False), nothing)
        | problems.of(lambda: _settings(given, "the command line", strict=True), nothing)
    )
    problems.tell()
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
    unknown = [name for name in tables if name not in TABLES]
    if unknown:
        raise ConfigError(*(f"{file}: there is no table [{name}]. {instead(name, TABLES)}" for name in unknown))
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


def _settings(settings: Mapping[str, Any], where: str, strict: bool) -> dict[str, Any]:
    """The settings of one place, each of its type. `strict` refuses numbers written as text."""
    types = {field.name: field.type for field in msgspec.structs.fields(Config)}
    taken, problems = {}, []
    for name, value in settings.items():
        if name not in types:
            problems.append(_unknown(name, where, types))
            continue
        try:
            taken[name] = msgspec.convert(_listed(value, types[name], strict), types[name], strict=strict)
        except msgspec.ValidationError:
            problems.append(f"{name} = {value!r} in {where}: expected {expected(types[name])}.")
    if problems:
        raise ConfigError(*problems)
    return taken


def _listed(value: Any, type: Any, strict: bool) -> Any:
    """Text from the environment that stands for a list has commas between its items."""
    if strict or get_origin(type) is not tuple:
        return value
    return [item.strip() for item in value.split(",") if item.strip()]


def _unknown(name: str, where: str, known: Iterable[str]) -> str:
    written = PREFIX + name.upper() if where == "the environment" else name
    return f"Unknown setting {written} in {where}. {instead(name, known)}"


def converted(table: Any, kind: type[T] | Any, where: str) -> T:
    """A table as a value of its type. `where` names the file and the table. Raises ConfigError with all mistakes."""
    problems = [f"{where}: {mistake}" for mistake in mistakes(table, kind)]
    if problems:
        raise ConfigError(*problems)
    return cast(T, msgspec.convert(table, kind))


def unwritable(file: Path) -> str | None:
    """Why nothing can be appended to this file, which is made where it is missing; None when it can."""
    try:
        file.open("ab").close()
    except OSError as problem:
        return f"{file} cannot be written: {problem.strerror}."
    return None
