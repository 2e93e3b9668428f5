"""A real HTTP server that answers as it is told, byte for byte, and remembers what it was asked."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec


class Asked(msgspec.Struct):
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]  # names in lower case
    body: str

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)


Answer = Callable[[Asked], Awaitable[bytes]]


def answer(body: Any = None, status: str = "200 OK", **headers: str) -> bytes:
    """An answer: JSON unless `body` is bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *(f"{n}: {v}" for n, v in given.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


class Api:
    """Listens on a port of its own; `says` is what it answers, in order, the last one for ever."""

    def __init__(self, *says: bytes | Answer, tls: ssl.SSLContext | None = None) -> None:
        self.says = list(says)
        self.asked: list[Asked] = []
        self.connections = 0
        self._tls = tls
        self._server: asyncio.Server
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "Api":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                self.asked.append(asked := await _read(reader))
                said = self.says[0] if len(self.says) == 1 else self.says.pop(0)
                writer.write(said if isinstance(said, bytes) else await said(asked))
                await writer.drain()
                if isinstance(said, bytes) and not said.startswith(b"HTTP/1.1"):
                    break  # rubbish: and that is the end of it
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, target, headers, body.decode())
