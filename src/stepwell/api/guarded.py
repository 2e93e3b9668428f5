"""HTTP connections with limits: how many, how much they may say before a request is whole, and how long it may take.

uvicorn has a time-out for connections that idle between requests, and none for those that never send a request, send
half of one, or do not read their answer (measured with 0.54: they stay for ever).
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from enum import IntEnum
from http import HTTPStatus
from typing import Any, ClassVar

from stepwell.api.exchange import Api, DirectHttpProtocol
from stepwell.api.front import LARGEST, Front
from stepwell.api.pace import owner
from stepwell.config import Config

WIRE_OVERHEAD = 8
"""A body that comes in many small chunks takes up to some six times its bytes."""


class Limits:
    """What connections may do, and how many there are."""

    def __init__(self, config: Config, most: int = sys.maxsize) -> None:
        """`most`: connections that the system has room for."""
        self.header_bytes = config.header_limit
        self.request_bytes = config.header_limit + WIRE_OVERHEAD * config.request_limit
        self.seconds = config.request_seconds
        self._all = min(config.connection_limit, most)
        self._each = min(config.client_connection_limit, max(1, self._all * 3 // 4))
        self._open: Counter[str] = Counter()

    def enter(self, client: str) -> bool:
        """Whether there is room for one more connection of this client, which is counted then."""
        if self._open.total() >= self._all or self._open[client] >= self._each:
            return False
        self._open[client] += 1
        return True

    def leave(self, client: str) -> None:
        """A connection that was counted has ended."""
        self._open[client] -= 1
        if not self._open[client]:
            del self._open[client]


class Stage(IntEnum):
    """Where in a request its client is."""

    BETWEEN = 0
    HEAD = 1
    BODY = 2


class ToldOfClose:
    """A transport whose close is told of: what was written before may be on its way still."""

    __slots__ = ("_told", "_transport", "is_closing", "write")

    def __init__(self, transport: asyncio.Transport, told: Callable[[], None]) -> None:
        self._transport = transport
        self._told = told
        self.write = transport.write
        self.is_closing = transport.is_closing

    def close(self) -> None:
        self._transport.close()
        self._told()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class TooMuch(Exception):
    """A request's line and headers are longer than the server reads."""


class GuardedHttpProtocol(DirectHttpProtocol):
    """HTTP/1.1 for clients that nobody knows. What a whole request in one piece costs is three attributes."""

    limits: ClassVar[Limits]

    def connection_made(self, transport: Any) -> None:
        super().connection_made(ToldOfClose(transport, self._look_at_answer))
        self._client = owner(self.client[0]) if self.client else ""
        self._stage = Stage.BETWEEN
        self._piece = 0  # bytes of the data that came last
        self._before = 0  # bytes of the request that came before them
        self._too_much = False
        self._since: float | None = self.loop.time()  # when we began to wait for a whole request
        self._resting_since: float | None = None  # when the last answer was sent, until something comes again
        self._reader: asyncio.TimerHandle | None = None
        self._writer: asyncio.TimerHandle | None = None
        self._counted = self.limits.enter(self._client)
        if self._counted:
            self._reader = self.loop.call_later(self.limits.seconds, self._look_at_request)
        else:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "There are as many connections as there may be.")

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._since = None
        for timer in (self._reader, self._writer, self.timeout_keep_alive_task):
            if timer is not None:
                timer.cancel()
        self._reader = self._writer = self.timeout_keep_alive_task = None
        if self._counted:
            self.limits.leave(self._client)
            self._counted = False

    def data_received(self, data: bytes) -> None:
        if not self._counted:
            return
        self._piece = len(data)
        super().data_received(data)
        if self._stage or self.cycle is None or self.cycle.response_complete:
            self._go_on_waiting()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._stage = Stage.HEAD
        self._since = None

    def on_headers_complete(self) -> None:
        if self._before + self._piece > self.limits.header_bytes:
            self._before = 0
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > self.limits.header_bytes:
                self._too_much = True
                raise TooMuch  # the parser stops, and uvicorn asks us to refuse
        self._stage = Stage.BODY
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._stage = Stage.BETWEEN
        self._since = None

    def send_400_response(self, msg: str) -> None:
        if self._too_much:
            self._refuse_headers()
        else:
            super().send_400_response(msg)

    def _go_on_waiting(self) -> None:
        """Note that a request is not whole yet."""
        if self._since is None:
            self._since = self.loop.time()
            self._before = 0  # what else was in this piece belongs to the request before
        else:
            self._before += self._piece
        if self._reader is None:
            self._reader = self.loop.call_later(self.limits.seconds, self._look_at_request)
        if self.transport.is_closing():
            return
        if self._stage is not Stage.BODY and self._before > self.limits.header_bytes:
            self._refuse_headers()
        elif self._before > self.limits.request_bytes:
            self._close()

    def _look_at_request(self) -> None:
        """Close the connection when the request has not come in time."""
        self._reader = None
        if self._since is None or self.transport.is_closing():
            return
        if self.flow.read_paused:
            self._since = self.loop.time()  # it is we who do not read
        left = self._since + self.limits.seconds - self.loop.time()
        if left > 0:
            self._reader = self.loop.call_later(left, self._look_at_request)
        elif self._stage and self._may_answer():
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"The request was not whole within {self.limits.seconds:g} s.")
        else:
            self._close()

    def _may_answer(self) -> bool:
        """Whether what is written now is the answer to the request that is being read."""
        if self.cycle is None or self.cycle.response_complete:
            return True
        return self._stage is Stage.BODY and not self.cycle.response_started and not self.pipeline

    def _refuse_headers(self) -> None:
        reason = f"The request's line and headers have more than {self.limits.header_bytes} bytes."
        self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, reason)

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(reason)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write((head + reason).encode("ascii"))
        self._close()

    def _close(self) -> None:
        self._since = None
        self.transport.close()

    def on_response_complete(self) -> None:
        """As uvicorn's, but one timer serves a connection for long, where uvicorn sets one after each answer."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._resting_since = self.loop.time()
            if self.timeout_keep_alive_task is None:
                self._look_at_rest_after(self.timeout_keep_alive)

    def _unset_keepalive_if_required(self) -> None:
        """Called by uvicorn when something comes: the timer goes on, and finds that nobody rests."""
        self._resting_since = None

    def _look_at_rest_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self._look_at_rest)

    def _look_at_rest(self) -> None:
        """Close the connection when nobody has asked anything for long."""
        self.timeout_keep_alive_task = None
        if self._resting_since is None or self.transport.is_closing():
            return
        left = self._resting_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._look_at_rest_after(left)
        else:
            self._close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._look_at_answer()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._writer is not None and not self.transport.is_closing():
            self._writer.cancel()
            self._writer = None

    def _look_at_answer(self, unsent_before: int | None = None) -> None:
        """Cut the connection when nothing of the answer has been taken since the last look."""
        if self._writer is not None:
            self._writer.cancel()
        self._writer = None
        unsent = self.transport.get_write_buffer_size()
        if not unsent:
            return
        if unsent_before is not None and unsent >= unsent_before:
            self.transport.abort()
        else:
            self._writer = self.loop.call_later(self.limits.seconds, self._look_at_answer, unsent)


def guarded(limits: Limits, api: Api, front: Front | None = None) -> type[GuardedHttpProtocol]:
    """The protocol, with these limits, for this API and perhaps for other services behind `front`."""
    if front is not None:
        limits.request_bytes = LARGEST
    return type("GuardedHttpProtocol", (GuardedHttpProtocol,), {"limits": limits, "api": api, "front": front})
