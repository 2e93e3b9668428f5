"""What stepwell.toml says about HTTP Tasks: the table [http], and a table [connections.NAME] for each connection."""

import ipaddress
import ssl
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from stepwell.config import ConfigError, Problems, config_file, converted, read_table
from stepwell.integrations.http.address import url_fault

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that is kept elsewhere: `{env = "VARIABLE"}` of the server, or `{file = "PATH"}`."""

    env: str | None = None
    file: str | None = None


SECRET = 'a text, {env = "VARIABLE"} or {file = "PATH"}'
Value = Annotated[str | Kept, msgspec.Meta(description=SECRET)]

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
    problems = Problems()
    table = problems.of(lambda: _http(http, f"{where}, [http]"), _HttpTable())
    read = {
        name: problems.of(partial(_connection, given, f"{where}, [connections.{name}]", table.plain), Connection())
        for name, given in connections.items()
    }
    problems.tell()
    return HttpSettings(
        connections=read,
        allow=tuple(ipaddress.ip_network(text) for text in table.allow),
        plain=table.plain,
        ca_file=table.ca_file,
        timeout_seconds=table.timeout_seconds,
    )


def _http(given: Any, where: str) -> _HttpTable:
    table: _HttpTable = converted(given, _HttpTable, where)
    problems = [f"{where}: {fault}" for fault in (*map(_network_fault, table.allow), _ca_fault(table.ca_file)) if fault]
    if problems:
        raise ConfigError(*problems)
    return table


def _network_fault(text: str) -> str | None:
    try:
        ipaddress.ip_network(text)
    except ValueError as problem:
        return f"allow: {problem}. Write addresses or networks: 127.0.0.1, ::1, 10.0.0.0/8."
    return None


def _ca_fault(file: str | None) -> str | None:
    if file is None:
        return None
    try:
        ssl.create_default_context(cafile=file)
    except OSError as problem:  # ssl.SSLError is one
        return f"ca_file: {file} cannot be used: {problem.strerror}."
    return None


def _connection(given: Any, where: str, plain: bool) -> Connection:
    connection: Connection = converted(given, Connection, where)
    problems = []
    kinds = [kind for kind in ("basic", "api_key", "oauth") if getattr(connection, kind) is not None]
    if len(kinds) > 1:
        problems.append(f"it has {' and '.join(kinds)}. Keep one of them.")
    for value in _values(msgspec.to_builtins(connection)):
        if isinstance(value, dict) and (value["env"] is None) == (value["file"] is None):
            problems.append(f"a secret is {SECRET}.")
    if connection.oauth is not None and (fault := url_fault(connection.oauth.endpoint, plain)):
        problems.append(f"oauth.endpoint {fault}")
    if problems:
        raise ConfigError(*(f"{where}: {problem}" for problem in dict.fromkeys(problems)))
    return connection


def _values(table: Any) -> list[Any]:
    """Everything in it that is, or should be, a secret's reference."""
    if not isinstance(table, dict):
        return []
    if table.keys() == {"env", "file"}:
        return [table]
    return [found for member in table.values() for found in _values(member)]
