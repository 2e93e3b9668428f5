"""Readers of the console's live streams that draw nothing: what they cost is the server's part."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlencode, urlsplit

from benchmarks.client import Refused

READY = b"event: ready\n"
PART = 256 * 1024


@contextlib.asynccontextmanager
async def stream(url: str, **query: str) -> AsyncIterator[asyncio.StreamReader]:
    """`GET /console/live`, once its head has come; hung up at the end. Raises Refused."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=PART)
    try:
        target = f"/console/live?{urlencode(query)}"
        writer.write(f"GET {target} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise Refused(f"{target}: {head.decode(errors='replace')}")
        yield reader
    finally:
        writer.close()


async def until_ready(url: str, execution: str) -> int:
    """Bytes of all that was there of an execution. Raises Refused."""
    size, end = 0, b""
    async with stream(url, execution=execution) as reader:
        while READY not in end:
            part = await reader.read(PART)
            if not part:
                raise Refused(f"The stream of {execution} ended before it was ready.")
            size += len(part)
            end = (end + part)[-len(part) - len(READY) :]
    return size


@contextlib.asynccontextmanager
async def readers(url: str, count: int) -> AsyncIterator[None]:
    """So many readers of what changes on the whole server. Raises Refused."""

    async def read() -> None:
        async with stream(url) as reader:
            opened.release()
            while await reader.read(PART):
                pass

    opened = asyncio.Semaphore(0)
    reading = [asyncio.create_task(read()) for _ in range(count)]
    try:
        for _ in reading:
            await opened.acquire()
        yield
    finally:
        for one in reading:
            one.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
