"""A transport that sends the head of an answer and its body in one write: one system call less for each."""

import asyncio
from collections.abc import Callable
from typing import Any

_HEAD = b"HTTP/1.1 "
_INTERIM = b"HTTP/1.1 1"  # `100 Continue` is waited for: it goes at once


class JoinedWrites:
    """A transport that keeps the head of an answer until the body, or the end, follows."""

    __slots__ = ("_closed", "_head", "_transport")

    def __init__(self, transport: asyncio.Transport, closed: Callable[[], None]) -> None:
        """`closed` is told of a close; what was written may be on its way still."""
        self._transport = transport
        self._closed = closed
        self._head: bytes | None = None

    def write(self, data: bytes) -> None:
        head, self._head = self._head, None
        if head is not None:
            self._transport.write(head + data)
        elif data.startswith(_HEAD) and not data.startswith(_INTERIM):
            self._head = data
        else:
            self._transport.write(data)

    def close(self) -> None:
        if self._head is not None:
            self.write(b"")
        self._transport.close()
        self._closed()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
