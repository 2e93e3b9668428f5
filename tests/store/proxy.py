"""A network between a store and its database that fails at the worst moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import asyncpg


class Proxy:
    """Passes bytes on, until the commit at which it is told to fail."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._server: asyncio.Server | None = None
        self.lose: str | None = None  # "request" or "answer": what of the next COMMIT gets lost
        self.away = False  # refuse new connections
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()
        return self._parts._replace(netloc=f"postgres@{host}:{port}", query="").geturl()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Break every connection."""
        for writer in self._open:
            writer.close()
        self._open.clear()

    async def _serve(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        if self.away:
            to_near.close()
            return
        far, to_far = await self._connect()
        self._open |= {to_near, to_far}
        back = asyncio.create_task(self._pass_on(far, to_near))
        while data := await _some(near):
            if self.lose and b"COMMIT" in data:
                if self.lose == "answer":
                    back.cancel()
                    await asyncio.wait([back])
                    to_far.write(data)
                    await far.read(1)  # so it has been carried out
                self.lose = None
                break
            to_far.write(data)
        back.cancel()
        to_near.close()
        to_far.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await _some(reader):
            writer.write(data)
        writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = parse_qs(self._parts.query).get("host")
        if folder:
            port = self._parts.port or 5432
            return await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._parts.hostname, self._parts.port or 5432)


async def _some(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(65536)
    except OSError:
        return b""


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[Proxy]:
    proxy = Proxy(url)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()


async def execute(url: str, sql: str) -> None:
    """Do something to a database behind the store's back."""
    db = await asyncpg.connect(url)
    try:
        await db.execute(sql)
    finally:
        await db.close()


END_ALL_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
