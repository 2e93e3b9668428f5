"""A connection ready for use: its secrets read, and what it adds to each request.

Secrets are read when a request is made, so that a changed one counts at once, and never appear in an error.
"""

import base64
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from stepwell.integrations.call import CallFailed
from stepwell.integrations.http.settings import Connection, Kept, OAuth, Parameters, Value

HIDDEN = "[hidden]"
"""What is shown instead of a secret."""


class ConnectionFault(CallFailed):
    """`Events.ConnectionResource.…` (developer guide, "Connection errors")."""

    def __init__(self, kind: str, cause: str) -> None:
        super().__init__(f"Events.ConnectionResource.{kind}", cause)


class Added(msgspec.Struct, kw_only=True):
    """What a connection adds to a request. Its values win over the state's."""

    headers: dict[str, str]
    query: dict[str, str]
    body: dict[str, str]
    secrets: tuple[str, ...]  # those of the values that nobody may see, and what they are made of

    def hidden(self) -> "Added":
        """The same with nothing to be seen of the secrets."""
        return Added(**{part: self._hide(getattr(self, part)) for part in ("headers", "query", "body")}, secrets=())

    def _hide(self, values: dict[str, str]) -> dict[str, str]:
        return {name: HIDDEN if value in self.secrets else value for name, value in values.items()}


def name_of(connection: str) -> str:
    """The name of a connection, of which this is the ARN or the name itself."""
    kind, slash, rest = connection.partition("/")
    return rest.partition("/")[0] if slash and kind.startswith("arn:") and kind.endswith(":connection") else connection


def find(connections: Mapping[str, Connection], arn: str) -> tuple[str, Connection]:
    """Its name and the connection. Raises ConnectionFault."""
    name = name_of(arn)
    if name not in connections:
        there = ", ".join(sorted(connections)) or "none"
        raise ConnectionFault(
            "ResourceNotFound",
            f"There is no connection {name}. Add a table [connections.{name}] to stepwell.toml. There are: {there}.",
        )
    return name, connections[name]


def added(name: str, connection: Connection, token: str | None = None) -> Added:
    """What the connection adds, with `token` for OAuth. Raises ConnectionFault for a secret that cannot be read."""
    headers = read_all(name, connection.headers)
    secrets: list[str] = []
    if connection.basic is not None:
        password = read(name, connection.basic.password)
        headers["Authorization"] = basic(f"{read(name, connection.basic.username)}:{password}")
        secrets = [headers["Authorization"], password]
    elif connection.api_key is not None:
        headers[connection.api_key.name] = read(name, connection.api_key.value)
        secrets = [headers[connection.api_key.name]]
    elif token is not None:
        headers["Authorization"] = f"Bearer {token}"
        secrets = [headers["Authorization"], token]
    for parameters in (connection.headers, connection.query, connection.body):
        secrets += [read(name, value) for value in parameters.values() if isinstance(value, Kept)]
    return Added(
        headers=headers,
        query=read_all(name, connection.query),
        body=read_all(name, connection.body),
        secrets=tuple(sorted(filter(None, secrets), key=len, reverse=True)),  # so that none hides a part of another
    )


def basic(pair: str) -> str:
    """The header's value for `user:password`."""
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def client(name: str, oauth: OAuth) -> tuple[str, str]:
    """The client's id and secret. Raises ConnectionFault."""
    return read(name, oauth.client_id), read(name, oauth.client_secret)


def read_all(name: str, parameters: Parameters) -> dict[str, str]:
    return {key: read(name, value) for key, value in parameters.items()}


def read(name: str, value: Value) -> str:
    """A value of the connection of this name, from where it is kept. Raises ConnectionFault."""
    if isinstance(value, str):
        return value
    if value.env is not None:
        if value.env not in os.environ:
            raise _unreadable(name, f"the environment variable {value.env}, which is not set")
        return os.environ[value.env]
    assert value.file is not None
    try:
        return Path(value.file).read_text("utf-8").strip()
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
        raise _unreadable(name, f"the file {value.file}, which cannot be read: {why}") from None


def _unreadable(name: str, what: str) -> ConnectionFault:
    return ConnectionFault("InvalidConnectionState", f"The connection {name} needs {what}.")
