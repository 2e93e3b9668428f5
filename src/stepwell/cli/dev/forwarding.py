"""Requests for services that are not ours, streamed through to the stand-ins for AWS."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from yarl import URL

from stepwell.api.front import Front, RawHeaders

_OF_THE_CONNECTION = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"expect", b"upgrade", b"te"})


class Forwarding(Front):
    """Requests are passed on as they come, over connections that are held while it is entered."""

    def __init__(self, url: str) -> None:
        """`url`: where the stand-in is."""
        super().__init__()
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Forwarding":
        self._session = aiohttp.ClientSession(
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
            connector=aiohttp.TCPConnector(limit=0),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request as the stand-in does; 502 when it does not answer."""
        assert self._session is not None
        path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
        url = URL(f"{self._url}{path}{'?' if query else ''}{query}", encoded=True)
        headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in _end_to_end(scope["headers"])]
        said = dict(scope["headers"])
        has_body = said.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in said
        try:
            async with self._session.request(
                scope["method"],
                url,
                headers=headers,
                skip_auto_headers=("User-Agent", "Content-Type", "Accept", "Accept-Encoding"),
                data=_body(receive) if has_body else None,
                allow_redirects=False,
            ) as answer:
                await _pass_back(answer, send)
        except aiohttp.ClientConnectionError as problem:
            refusal = PlainTextResponse(f"The stand-in for AWS at {self._url} does not answer: {problem}\n", 502)
            await refusal(scope, receive, send)


def _end_to_end(headers: RawHeaders) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in headers if name.lower() not in _OF_THE_CONNECTION]


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def _pass_back(answer: aiohttp.ClientResponse, send: Send) -> None:
    start: dict[str, Any] = {"type": "http.response.start", "status": answer.status}
    await send(start | {"headers": _end_to_end(answer.raw_headers)})
    async for piece in answer.content.iter_any():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
