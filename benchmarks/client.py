"""A lean HTTP client: keep-alive connections, ready-made requests, and no parsing beyond status and length.

Server and client share the machine, so what the client spends is taken from what is measured.
"""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"[Cc]onnection: close")
# What an SDK sends of its signature: a server may look for the service's name in it.
_SCOPE = "20260101/us-east-1/states/aws4_request"
_AUTHORIZATION = f"AWS4-HMAC-SHA256 Credential=any/{_SCOPE}, SignedHeaders=host, Signature=00"
_SERVED = frozenset({200, 201, 202})

Answered = Callable[[int, bytes], None]
"""Told of an answer: its status (0 when the connection was lost instead) and its body."""


class Refused(Exception):
    """A request was not served. The message has the status and the body."""


def aws_request(operation: str, **members: Any) -> bytes:
    """A request to the Step Functions API, ready to be sent."""
    target = f"AWSStepFunctions.{operation}"
    return http_request("/", members, **{"X-Amz-Target": target, "Authorization": _AUTHORIZATION})


def http_request(path: str, body: Any, content_type: str = "application/x-amz-json-1.0", **headers: str) -> bytes:
    """A POST of JSON, ready to be sent; a GET when `body` is None."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines += [f"Content-Type: {content_type}", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


class Connection(asyncio.Protocol):
    """A connection with at most one request on its way. Made anew when the server closes it after an answer."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._transport: asyncio.Transport | None = None
        self._opening: asyncio.Task[None] | None = None
        self._received = b""
        self._answered: Answered | None = None
        self._last_answer: tuple[int, bytes] | None = None  # given once the connection that it closes is gone

    def send(self, request: bytes, answered: Answered) -> None:
        """Send a request; `answered` is called from the event loop, and may send the next one."""
        self._answered = answered
        if self._transport is not None:
            self._transport.write(request)
        else:
            self._opening = asyncio.create_task(self._open(request))

    async def _open(self, request: bytes) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: self, *self._address)
        except OSError as problem:
            self.connection_lost(problem)
        else:
            assert self._transport is not None
            self._transport.write(request)

    async def call(self, request: bytes) -> bytes:
        """The body of the answer. Raises Refused."""
        done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        def answered(status: int, body: bytes) -> None:
            if done.cancelled():
                return
            if status in _SERVED:
                done.set_result(body)
            else:
                done.set_exception(Refused(f"{status}: {body[:500].decode(errors='replace')}"))

        self.send(request, answered)
        return await done

    async def aws(self, operation: str, **members: Any) -> Any:
        """The decoded answer of an operation of the Step Functions API. Raises Refused."""
        return msgspec.json.decode(await self.call(aws_request(operation, **members)))

    def close(self) -> None:
        self._answered = None
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance

    def data_received(self, data: bytes) -> None:
        if self._received:
            data = self._received + data
        head = data.find(b"\r\n\r\n")
        if head < 0 or len(data) < (end := head + 4 + self._length(data, head)):
            self._received = data
            return
        self._received = b""
        answer = (int(data[9:12]), data[head + 4 : end])
        if _CLOSE.search(data, 0, head) and self._transport is not None:
            self._last_answer = answer
            self._transport.close()
        else:
            self._give(*answer)

    def _give(self, status: int, body: bytes) -> None:
        answered, self._answered = self._answered, None
        if answered is not None:
            answered(status, body)

    def _length(self, data: bytes, head: int) -> int:
        found = _LENGTH.search(data, 0, head)
        if found is None:
            raise Refused(f"An answer without a content-length: {data[:head].decode(errors='replace')}")
        return int(found[1])

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        last, self._last_answer = self._last_answer, None
        self._give(*(last or (0, str(exc or "the server closed the connection").encode())))


@contextlib.asynccontextmanager
async def connected(url: str, count: int = 1) -> AsyncIterator[Sequence[Connection]]:
    """So many connections to the server at `url`, closed at the end."""
    address = urlsplit(url)
    made = [Connection(address.hostname or "127.0.0.1", address.port or 80) for _ in range(count)]
    try:
        yield made
    finally:
        for connection in made:
            connection.close()


class Load(msgspec.Struct, frozen=True):
    """What a load took."""

    requests: int
    seconds: float
    cpu_seconds: float  # the client's own

    @property
    def client_us(self) -> float:
        """Microseconds of CPU time the client itself spent for a request."""
        return 1e6 * self.cpu_seconds / self.requests


async def drive(connections: Sequence[Connection], requests: Iterable[bytes]) -> Load:
    """Send these requests, each connection its next one as soon as the last is answered. Raises Refused."""
    following = iter(requests)
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    count, busy = 0, len(connections)

    def drive_one(connection: Connection) -> None:
        def answered(status: int, body: bytes) -> None:
            nonlocal count
            if status not in _SERVED:
                if not done.done():
                    done.set_exception(Refused(f"{status}: {body[:500].decode(errors='replace')}"))
                return
            count += 1
            send_next()

        def send_next() -> None:
            nonlocal busy
            request = next(following, None)
            if request is not None:
                connection.send(request, answered)
                return
            busy -= 1
            if busy == 0 and not done.done():
                done.set_result(None)

        send_next()

    began, cpu = time.perf_counter(), time.process_time()
    for connection in connections:
        drive_one(connection)
    await done
    return Load(count, time.perf_counter() - began, time.process_time() - cpu)
