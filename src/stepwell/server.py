"""The composition root: the only place that knows all parts, and puts a server together from them."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable
from types import FrameType

import uvicorn

from stepwell.api.app import create_app
from stepwell.api.joined import JoinedHttpProtocol
from stepwell.clock import Clock, WallClock
from stepwell.config import Config
from stepwell.engine.engine import Engine
from stepwell.metrics import registry
from stepwell.store.protocol import Store

log = logging.getLogger(__name__)

GRACE = 4
"""Seconds that requests in flight get when the server is told to stop."""


class AddressTaken(Exception):
    """Another program listens on the address."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises AddressTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as problem:
        listener.close()
        raise AddressTaken(
            f"cannot listen on {host}:{port}: {problem.strerror}. Try --port 0 for a free port."
        ) from None
    listener.listen(2048)
    return listener


@contextlib.asynccontextmanager
async def running_engine(store: Store, config: Config, clock: Clock | None = None) -> AsyncIterator[Engine]:
    """An engine over an opened store; at the end everything decided is written."""
    engine = Engine(store, clock or WallClock(), config)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()


class _Uvicorn(uvicorn.Server):
    """uvicorn, telling us at once when a signal asks it to stop: long polls are answered before it waits for them."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._stopping()


async def serve(store: Store, config: Config, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT: answer what is in flight, write what was decided, let go of the data.

    `ready` is called once requests are taken. Raises StoreHeld, StoreTooNew and other StoreErrors.
    """
    await store.open()
    try:
        async with running_engine(store, config) as engine:
            app = create_app(engine, registry(engine.figures))
            settings = uvicorn.Config(
                app,
                loop="none",  # ours runs already
                http=JoinedHttpProtocol,
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=GRACE,
                timeout_keep_alive=120,
                server_header=False,
                proxy_headers=False,
            )
            loop = asyncio.get_running_loop()

            def stopping() -> None:
                loop.call_soon_threadsafe(engine.begin_stop)

            server = _Uvicorn(settings, ready, stopping)
            await server.serve(sockets=[listener])
    finally:
        await store.close()


def run(store: Store, config: Config, listener: socket.socket, ready: Callable[[], None]) -> None:
    """`serve` in an event loop of its own; returns after a signal."""
    # uvicorn raises the signal again when it is done; by then there is nothing left to do.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    try:
        import uvloop
    except ImportError:  # no wheel on Windows
        asyncio.run(serve(store, config, listener, ready))
    else:
        uvloop.run(serve(store, config, listener, ready))
