"""One address for all services: what is signed for a service that is not ours goes on to a stand-in for AWS."""

import re
from collections.abc import AsyncIterator, Iterable
from typing import Any

import aiohttp
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from yarl import URL

from stepwell.api.http_events import HttpEvent

OURS = frozenset({b"states", b"lambda"})
"""Services, as signatures name them, that this server is itself."""
_SIGNED = re.compile(rb"/\d{8}/[a-z0-9-]+/([a-z0-9-]+)/aws4_request")
"""The credential scope of Signature Version 4, in a header or in the query of a presigned URL."""
_PRESIGNED = re.compile(rb"[?&]AWSAccessKeyId=")
"""S3's presigned URLs before Version 4, which boto3 makes still."""
_OF_THE_CONNECTION = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"expect", b"upgrade", b"te"})

LARGEST = 5 * 1024**3
"""Bytes of a request's body: as many as S3 takes in one."""

RawHeaders = Iterable[tuple[bytes, bytes]]


def service_of(headers: RawHeaders, url: bytes) -> bytes | None:
    """The service that a request is signed for; None: it is not signed."""
    said = next((value for name, value in headers if name == b"authorization"), b"")
    found = _SIGNED.search(said) or _SIGNED.search(url.replace(b"%2F", b"/"))
    if found is not None:
        return found[1]
    return b"s3" if _PRESIGNED.search(url) else None


class Front:
    """Requests for other services, passed on as they come. An asynchronous context manager: it holds connections."""

    def __init__(self, url: str) -> None:
        """`url`: where the stand-in is."""
        self.http_events: list[HttpEvent] = []
        """Functions that get requests which nobody signed; may change."""
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Front":
        self._session = aiohttp.ClientSession(
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
            connector=aiohttp.TCPConnector(limit=0),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    def takes(self, headers: RawHeaders, url: bytes) -> bool:
        """Whether a request is for somebody else."""
        return (service_of(headers, url) or b"states") not in OURS

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
