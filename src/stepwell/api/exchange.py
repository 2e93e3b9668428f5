"""A request for `POST /` and its answer, served inside the HTTP protocol: no ASGI messages between the two.

All else goes its way through uvicorn as ever. What a request meets on that way (a scope, an event for each message, a
look at each header of the answer, two writes) took a quarter of the server's time.
"""

import asyncio
from typing import Any, ClassVar, Protocol

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from stepwell.api.front import Front
from stepwell.errors import RequestEntityTooLarge

GONE = "stepwell.gone"
"""Where a request's ASGI scope has the future that is done once the connection is lost."""


class ClientGone(Exception):
    """The client hung up: nobody is there to be answered."""


class Exchange(RequestResponseCycle):
    """In uvicorn's eyes a cycle as any other: it puts the body's pieces there, and says that the client hung up."""

    def __init__(self, http: "DirectHttpProtocol") -> None:
        self.client = http.client
        self.url = http.url
        self.headers = dict(http.headers)
        self.gone = http.gone
        self._http = http
        self.keep_alive = http.parser.should_keep_alive() and http.parser.get_http_version() != "1.0"
        self.waiting_for_100_continue = http.expect_100_continue
        self.message_event = http.moved
        self.disconnected = False
        self.body = bytearray()
        self.more_body = True
        self.response_started = False
        self.response_complete = False

    @property
    def query(self) -> bytes:
        """What follows the path's question mark."""
        return httptools.parse_url(self.url).query or b""

    async def run_asgi(self, app: ASGI3Application) -> None:
        """Called by uvicorn when it is this request's turn."""
        try:
            await self._http.api.serve(self)
        finally:
            if not self.response_complete:  # nobody will answer any more
                self._http.transport.close()

    async def read(self, limit: int) -> bytes:
        """The whole body. Raises RequestEntityTooLarge above `limit` bytes, as early as can be, and ClientGone."""
        announced = self.headers.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > limit:
            raise _too_large(limit)
        while self.more_body and len(self.body) <= limit:
            if self.gone.done():
                raise ClientGone
            if self.waiting_for_100_continue:
                self.waiting_for_100_continue = False
                self._http.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._http.flow.resume_reading()
            self.message_event.clear()
            await self.message_event.wait()
        if len(self.body) > limit:
            raise _too_large(limit)
        return bytes(self.body)

    async def answer(self, status: int, headers: bytes, body: bytes) -> None:
        """Send the answer; `headers` are whole lines. Nothing happens when the client has hung up."""
        if self._http.flow.write_paused:
            await self._http.flow.drain()
        if self.gone.done():
            return
        lines = [STATUS_LINE[status]]
        for name, value in self._http.server_state.default_headers:
            lines += (name, b": ", value, b"\r\n")
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        lines += (headers, b"content-length: %d\r\n\r\n" % len(body), body)
        self.response_started = self.response_complete = True
        self._http.transport.write(b"".join(lines))
        if not self.keep_alive:
            self._http.transport.close()
        self._http.on_response_complete()


class Api(Protocol):
    """Whoever answers what is sent to `POST /`."""

    async def serve(self, exchange: Exchange) -> None: ...


class DirectHttpProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, except that `POST /` is given to the API and not to the ASGI application."""

    api: ClassVar[Api]
    front: ClassVar[Front | None] = None
    """Has the requests for `/` that are signed for other services than ours."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.gone: asyncio.Future[None] = self.loop.create_future()
        """Done once the client has hung up."""
        self.moved = asyncio.Event()
        """Set by uvicorn when something came, and at the end."""

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.gone.set_result(None)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[GONE] = self.gone  # type: ignore[literal-required]  # ASGI has room for what is ours

    def on_headers_complete(self) -> None:
        if not self._is_call():
            super().on_headers_complete()
            return
        before, exchange = self.cycle, Exchange(self)
        self.cycle = exchange
        if before is None or before.response_complete:
            self._start_asgi_task(exchange, self.app)
        else:  # answers go out in the order of the requests
            self.flow.pause_reading()
            self.pipeline.appendleft((exchange, self.app))

    def _is_call(self) -> bool:
        if self.parser.get_method() != b"POST" or (self.front and self.front.takes(self.headers, self.url)):
            return False
        return self.url == b"/" or httptools.parse_url(self.url).path == b"/"


def _too_large(limit: int) -> RequestEntityTooLarge:
    return RequestEntityTooLarge(f"The request has more than {limit} bytes.")
