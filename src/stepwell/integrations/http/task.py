"""The HTTP Task: `arn:aws:states:::http:invoke`, from the state's Parameters to its result."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec

from stepwell.clock import Clock
from stepwell.errors import States
from stepwell.integrations.call import Call, CallFailed
from stepwell.integrations.http import connection as connections
from stepwell.integrations.http.connection import HIDDEN
from stepwell.integrations.http.oauth import Tokens
from stepwell.integrations.http.request import Request, merge, read_task
from stepwell.integrations.http.response import Response, readable, result_of
from stepwell.integrations.http.settings import HttpSettings

if TYPE_CHECKING:
    from stepwell.integrations.http.client import Client

_UNAUTHORIZED = (401, 407)


class Trace(msgspec.Struct):
    """What TestState shows of an exchange, in InspectionData's words; filled as far as the exchange comes."""

    reveal: bool  # whether the connection's values are shown
    request: dict[str, str] = {}
    response: dict[str, str] = {}

    def shown(self) -> dict[str, dict[str, str]]:
        """Members of InspectionData."""
        members = {"request": self.request, "response": self.response}
        return {name: value for name, value in members.items() if value}


class HttpTask:
    """Makes the requests of HTTP Tasks. `most`: bytes that an answer's body may have."""

    def __init__(self, settings: HttpSettings, clock: Clock, most: int) -> None:
        self._settings = settings
        self._most = most
        self._http: Client | None = None
        self._tokens = Tokens(self._send, clock, settings.plain)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    async def _send(self, request: Request, most: int) -> Response:
        if self._http is None:  # loading aiohttp takes a quarter of a second, of no use to most servers
            self._http = import_module("stepwell.integrations.http.client").Client(self._settings)
        return await self._http.send(request, most)

    async def call(self, call: Call) -> str:
        """Send the request; returns Headers, ResponseBody, StatusCode and StatusText."""
        return await self.exchange(call, None)

    async def poll(self, call: Call, submitted: str) -> str | None:
        raise CallFailed(States.RUNTIME, "An HTTP Task starts no job.")

    async def stop(self, call: Call, submitted: str | None) -> None:
        raise CallFailed(States.RUNTIME, "An HTTP Task starts no job.")

    async def exchange(self, call: Call, trace: Trace | None) -> str:
        """As `call`; what is sent and answered is noted in `trace`. Raises CallFailed."""
        if call.action != "invoke" or call.pattern:
            raise CallFailed(States.RUNTIME, f"There is no {call.resource}: HTTP Tasks are http:invoke.")
        task = read_task(call.input, self._settings.plain)
        name, connection = connections.find(self._settings.connections, task.connection)
        token = None if connection.oauth is None else await self._tokens.token(name, connection.oauth)
        added = connections.added(name, connection, token)
        request = merge(task, added, call.region)
        if trace is not None:
            shown = request if trace.reveal else merge(task, added.hidden(), call.region)
            trace.request = _shown_request(shown)
        response = await self._send(request, self._most)
        if trace is not None:
            trace.response = _shown_response(response, () if trace.reveal else added.secrets)
        if token is not None and response.status in _UNAUTHORIZED:
            self._tokens.refused(name, token)
        return result_of(response, call.state, self._most)


def _shown_request(request: Request) -> dict[str, str]:
    return {
        "protocol": request.url.partition(":")[0],
        "method": request.method,
        "url": request.url,
        "headers": _shown_headers(request.headers),
        **({} if request.body is None else {"body": request.body}),
    }


def _shown_response(response: Response, hide: Sequence[str]) -> dict[str, str]:
    """`hide`: what the server may have repeated and nobody is to see."""
    shown = {
        "protocol": response.protocol,
        "statusCode": str(response.status),
        "statusMessage": response.reason,
        "headers": _shown_headers(response.headers),
        "body": readable(response.body, "utf-8") or "",
    }
    for secret in hide:
        shown = {part: text.replace(secret, HIDDEN) for part, text in shown.items()}
    return shown


def _shown_headers(headers: list[tuple[str, str]]) -> str:
    """JSON: each header's values, by name."""
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    return msgspec.json.encode(values).decode()
