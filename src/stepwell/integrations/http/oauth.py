"""OAuth access tokens: fetched with a client's credentials, kept until shortly before they end, or are refused.

As with EventBridge's connections (user guide, "Authorization methods"): an API's 401 or 407 makes a token worthless,
and the next request, that of a Retry for example, fetches another one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from stepwell.clock import Clock, Milliseconds
from stepwell.integrations.call import CallFailed
from stepwell.integrations.http.address import url_fault
from stepwell.integrations.http.connection import ConnectionFault, basic, client, read_all
from stepwell.integrations.http.form import encode_pairs
from stepwell.integrations.http.request import FORM, Request
from stepwell.integrations.http.response import Response
from stepwell.integrations.http.settings import OAuth

Send = Callable[[Request, int], Awaitable[Response]]
"""See `Client.send`."""

EARLY: Milliseconds = 60_000
"""A token that ends within this time is not used any more (EventBridge user guide)."""

LARGEST = 65_536
"""Bytes of a token endpoint's answer."""


class Token(msgspec.Struct, frozen=True):
    text: str
    ends: Milliseconds | None  # None: nobody said


class Tokens:
    """The tokens of all connections, one for each."""

    def __init__(self, send: Send, clock: Clock, plain: bool) -> None:
        self._send = send
        self._clock = clock
        self._plain = plain
        self._tokens: dict[str, Token] = {}
        self._fetching: dict[str, asyncio.Task[Token]] = {}

    async def token(self, name: str, oauth: OAuth) -> str:
        """A connection's token; those that ask at once wait for one request, and share its failure too.

        Raises ConnectionFault.
        """
        there = self._tokens.get(name)
        if there is None or (there.ends is not None and there.ends - EARLY <= self._clock.now()):
            if name not in self._fetching:
                self._fetching[name] = asyncio.create_task(self._fetch(name, oauth), name=f"a token for {name}")
                self._fetching[name].add_done_callback(lambda fetched: self._fetched(name, fetched))
            there = await asyncio.shield(self._fetching[name])
        return there.text

    def _fetched(self, name: str, fetched: "asyncio.Task[Token]") -> None:
        del self._fetching[name]
        if not fetched.cancelled() and fetched.exception() is None:
            self._tokens[name] = fetched.result()

    def refused(self, name: str, token: str) -> None:
        """The API did not take it: forget it, unless there is another one by now."""
        there = self._tokens.get(name)
        if there is not None and there.text == token:
            del self._tokens[name]

    async def _fetch(self, name: str, oauth: OAuth) -> Token:
        if (fault := url_fault(oauth.endpoint, self._plain)) is not None:
            raise _fault(name, f"the token endpoint {fault}")
        try:
            answer = await self._send(_request(name, oauth), LARGEST)
        except ConnectionFault:
            raise
        except CallFailed as problem:
            raise _fault(name, f"no token came. {problem.failure.cause}") from None
        if not 200 <= answer.status < 300:
            raise _fault(name, f"{oauth.endpoint} answered {answer.status} {answer.reason} instead of a token.")
        try:
            members: Any = msgspec.json.decode(answer.body)
        except ValueError:
            members = None
        text = members.get("access_token") if isinstance(members, dict) else None
        if not isinstance(text, str):
            raise _fault(name, f"{oauth.endpoint} answered without an access_token.")
        seconds = members.get("expires_in")
        lasts = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        return Token(text, self._clock.now() + int(seconds * 1000) if lasts else None)


def _request(name: str, oauth: OAuth) -> Request:
    """The token's request: the client's credentials where `send` says, and the connection's own parameters."""
    id, secret = client(name, oauth)
    headers = read_all(name, oauth.headers)
    body = {"grant_type": "client_credentials", **read_all(name, oauth.body)}
    if oauth.send == "header":
        headers.setdefault("Authorization", basic(f"{id}:{secret}"))
    else:
        body = {"client_id": id, "client_secret": secret, **body}
    query = read_all(name, oauth.query)
    if oauth.method == "GET":
        query, body = {**body, **query}, {}
    url = f"{oauth.endpoint}{'&' if '?' in oauth.endpoint else '?'}{encode_pairs([*query.items()])}"
    return Request(
        method=oauth.method,
        url=url if query else oauth.endpoint,
        headers=[("Accept", "application/json"), ("Content-Type", FORM), *headers.items()],
        body=encode_pairs([*body.items()]) if body else None,
    )


def _fault(name: str, why: str) -> ConnectionFault:
    return ConnectionFault("InvalidConnectionState", f"The connection {name} cannot be authorized: {why}")
