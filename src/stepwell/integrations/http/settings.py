"""What stepwell.toml says about HTTP Tasks: the table [http], and a table [connections.NAME] for each connection."""

import ipaddress
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from stepwell.config import ConfigError, config_file, explained, read_table

Table = TypeVar("Table", bound=msgspec.Struct)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that is kept elsewhere: `{env = "VARIABLE"}` of the server, or `{file = "PATH"}`."""

    env: str | None = None
    file: str | None = None


Value = str | Kept

Parameters = dict[str, Value]


class Basic(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """HTTP Basic authentication."""

    username: Value
    password: Value


class ApiKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A header with a key."""

    name: str
    value: Value


class OAuth(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """OAuth 2.0 client credentials (RFC 6749, 4.4). Headers, query and body are those of the token's request."""

    endpoint: str
    client_id: Value
    client_secret: Value
    method: Literal["GET", "POST", "PUT"] = "POST"
    send: Literal["header", "body"] = "header"  # where the token's request has client id and secret
    headers: Parameters = {}
    query: Parameters = {}
    body: Parameters = {}


class Connection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How APIs are called: at most one authorization, and what is added to each request."""

    basic: Basic | None = None
    api_key: ApiKey | None = None
    oauth: OAuth | None = None
    headers: Parameters = {}
    query: Parameters = {}
    body: Parameters = {}


class _HttpTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    allow: tuple[str, ...] = ()
    plain: bool = False
    ca_file: str | None = None
    timeout_seconds: Annotated[float, msgspec.Meta(gt=0, le=60)] = 60


class HttpSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of HTTP Tasks."""

    connections: Mapping[str, Connection] = {}
    allow: tuple[Network, ...] = ()  # networks that may be reached although they are not public
    plain: bool = False  # whether http:// may be called too
    ca_file: str | None = None  # PEM file of the authorities to trust instead of the system's
    timeout_seconds: float = 60


def load_http(directories: Iterable[Path]) -> HttpSettings:
    """The settings of the first stepwell.toml in `directories`. Raises ConfigError."""
    file = config_file(directories)
    if file is None:
        return HttpSettings()
    return read_settings(read_table(file, "http"), read_table(file, "connections"), str(file))


def read_settings(http: Mapping[str, Any], connections: Mapping[str, Any], where: str) -> HttpSettings:
    """The settings that two tables have; `where` names their file. Raises ConfigError."""
    table = _converted(http, _HttpTable, f"[http] in {where}")
    if table.ca_file is not None:
        _check_ca_file(table.ca_file, where)
    return HttpSettings(
        connections={name: _connection(name, table, where) for name, table in connections.items()},
        allow=tuple(_network(text, where) for text in table.allow),
        plain=table.plain,
        ca_file=table.ca_file,
        timeout_seconds=table.timeout_seconds,
    )


def _connection(name: str, table: Any, where: str) -> Connection:
    title = f"[connections.{name}] in {where}"
    connection = _converted(table, Connection, title)
    given = [kind for kind in ("basic", "api_key", "oauth") if getattr(connection, kind) is not None]
    if len(given) > 1:
        raise ConfigError(f"{title} has {' and '.join(given)}. Keep one of them.")
    for value in _values(msgspec.to_builtins(connection)):
        if isinstance(value, dict) and (value["env"] is None) == (value["file"] is None):
            raise ConfigError(f'{title}: a secret is a text, {{env = "VARIABLE"}} or {{file = "PATH"}}.')
    return connection


def _values(table: Any) -> list[Any]:
    """Everything in it that is, or should be, a secret's reference."""
    if not isinstance(table, dict):
        return []
    if table.keys() == {"env", "file"}:
        return [table]
    return [found for member in table.values() for found in _values(member)]


def _check_ca_file(file: str, where: str) -> None:
    try:
        ssl.create_default_context(cafile=file)
    except OSError as problem:  # ssl.SSLError is one
        raise ConfigError(f"ca_file of [http] in {where}: {file} cannot be used: {problem.strerror}.") from None


def _network(text: str, where: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as problem:
        raise ConfigError(
            f"allow of [http] in {where}: {problem}. Write addresses or networks: 127.0.0.1, ::1, 10.0.0.0/8."
        ) from None


def _converted(table: Any, kind: type[Table], title: str) -> Table:
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as problem:
        # The message names the place and the types, never a value: it may be a secret.
        raise ConfigError(f"{title}: {explained(problem, kind)}") from None
