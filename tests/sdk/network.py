"""A network between a client and its server that loses what it is told to lose."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Network:
    """Passes bytes on, and cuts connections: all while `away`, or when the reply to an operation is due."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._far = parts.hostname, parts.port
        self._server: asyncio.Server
        self._open: set[asyncio.StreamWriter] = set()
        self.away = False
        self.losing: list[str] = []  # operations, the reply to each of which is lost once
        self.lost: list[str] = []
        self.seen: list[str] = []  # operations in the order of their requests

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """Be away, and break every connection."""
        self.away = True
        for writer in self._open:
            writer.close()
        self._open.clear()

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)

    def refuse(self) -> int:
        """Take no connections any more; returns the port, to `start` at again."""
        port: int = self._server.sockets[0].getsockname()[1]
        self._server.close()
        self.cut()
        self.away = False
        return port

    async def _serve(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        if self.away:
            to_near.close()
            return
        far, to_far = await asyncio.open_connection(*self._far)
        self._open |= {to_near, to_far}
        losing: list[str] = []
        back = asyncio.create_task(self._answer(far, to_near, losing))
        with contextlib.suppress(OSError):
            while data := await near.read(1 << 20):
                operation = _operation(data)
                if operation:
                    self.seen.append(operation)
                if operation in self.losing:
                    self.losing.remove(operation)
                    losing.append(operation)
                to_far.write(data)
        back.cancel()
        to_far.close()
        to_near.close()

    async def _answer(self, far: asyncio.StreamReader, to_near: asyncio.StreamWriter, losing: list[str]) -> None:
        with contextlib.suppress(OSError):
            while data := await far.read(1 << 20):
                if losing:
                    self.lost.append(losing.pop())
                    break
                to_near.write(data)
        to_near.close()


def _operation(data: bytes) -> str:
    _, found, rest = data.partition(b"AWSStepFunctions.")
    return rest.split(b"\r\n", 1)[0].decode() if found else ""


@asynccontextmanager
async def network(url: str) -> AsyncIterator[Network]:
    between = Network(url)
    await between.start()
    try:
        yield between
    finally:
        between.cut()
        between._server.close()
