"""Fixtures: a server, and workers on the test's own event loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from api.live import LiveServer
from stepwell.sdk.client import AsyncStepwell, connect_async
from stepwell.sdk.workers import serve_workers

Serving = Callable[..., AbstractAsyncContextManager[AsyncStepwell]]


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    live = LiveServer(poll_seconds=60)
    live.start()
    yield live
    live.stop()


@asynccontextmanager
async def working(url: str, tasks: Any, **options: Any) -> AsyncIterator[AsyncStepwell]:
    """A client of the server, and workers that serve these tasks meanwhile."""
    stop = asyncio.Event()
    serving = asyncio.create_task(serve_workers(tasks, url=url, stop=stop, **options))
    try:
        async with connect_async(url) as client:
            yield client
    finally:
        stop.set()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


@pytest.fixture
def serving(server: LiveServer) -> Serving:
    """`async with serving(tasks, …) as client`."""
    return lambda tasks, **options: working(options.pop("url", server.url), tasks, **options)
