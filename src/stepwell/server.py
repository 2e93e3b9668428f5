"""The composition root: the only place that knows all parts, and puts a server together from them."""

import asyncio
import contextlib
import gc
import ipaddress
import logging
import os
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from types import FrameType
from typing import Any

import uvicorn
from prometheus_client import CollectorRegistry

from stepwell.api.access import Access
from stepwell.api.app import create_app
from stepwell.api.front import Front
from stepwell.api.functions import function_routes
from stepwell.api.guarded import Limits, guarded
from stepwell.api.hosts import Hosts
from stepwell.api.http_events import HttpEvents, http_event_route
from stepwell.api.keys import Keys
from stepwell.api.pace import Pace
from stepwell.api.wire import Wire
from stepwell.api.within import NestedExecutions, OwnApi, SdkOperations
from stepwell.clock import Clock, WallClock
from stepwell.config import Config, ConfigError, Settings
from stepwell.console.console import Console
from stepwell.engine.engine import Engine
from stepwell.integrations.aws.registration import register
from stepwell.integrations.aws.services import Services
from stepwell.integrations.functions.functions import Functions
from stepwell.integrations.functions.tasks import FunctionTasks
from stepwell.integrations.http.settings import HttpSettings
from stepwell.integrations.http.task import HttpTask
from stepwell.integrations.outgoing import Outgoing
from stepwell.metrics import RequestCollector, TargetCollector, registry
from stepwell.store.protocol import Store

log = logging.getLogger(__name__)

GRACE = 4
"""Seconds that requests in flight get when the server is told to stop."""

REST_SECONDS = 120
"""How long a connection may stay without a request."""

FILES_KEPT = 200
"""Files that stay for the store and for calls that the server makes, however many connections there are."""


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


def check_exposure(listener: socket.socket, config: Config, keys: Keys | None) -> None:
    """Raises ConfigError when anyone beyond this machine could call the server, and nobody said that they may."""
    address = listener.getsockname()[0]
    if keys is None and not config.insecure and not ipaddress.ip_address(address).is_loopback:
        raise ConfigError(
            f"{config.host} can be reached from other machines, and whoever reaches it could do anything. "
            "Name those who may call with --access-keys FILE, listen on --host 127.0.0.1, "
            "or take everyone with --insecure."
        )


def access(listener: socket.socket, config: Config, keys: Keys | None) -> Access:
    """The door of a server that listens there."""
    hosts = Hosts([listener.getsockname()[0], config.host], config.allow_host)
    return Access(keys, hosts, Pace(config.client_rate) if config.client_rate else None)


def tls(config: Config) -> ssl.SSLContext | None:
    """The server's certificate, ready for use; None without one. Raises ConfigError."""
    if config.tls_cert is None and config.tls_key is None:
        return None
    if config.tls_cert is None or config.tls_key is None:
        raise ConfigError("A certificate and its key go together. Give both: --tls-cert FILE --tls-key FILE.")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(config.tls_cert, config.tls_key, password=_no_password)
    except (OSError, ValueError) as problem:  # ssl.SSLError is an OSError
        files = f"{config.tls_cert} and {config.tls_key}"
        raise ConfigError(f"{files} are no certificate and key in PEM: {problem}.") from None
    return context


def _no_password() -> str:
    raise ValueError("the key has a password, and nobody is there to type it. Write it without one")


def integrate(
    engine: Engine,
    services: Services | None = None,
    http: HttpSettings | None = None,
    settings: Settings | None = None,
) -> None:
    """Tell the engine who makes the calls of which service.

    `services`: where AWS's are; `http`: of HTTP Tasks; `settings`: stepwell.toml, for what may change.
    Raises ConfigError.
    """
    own = OwnApi(engine)
    functions = Functions(settings or Settings(), engine.clock, engine.config.worker_seconds)
    register(engine.integrations, services or Services(), engine.config.payload_limit)
    engine.integrations.register("states", NestedExecutions(own))
    engine.integrations.register("aws-sdk:sfn", SdkOperations(own))
    engine.integrations.register("http", HttpTask(http or HttpSettings(), engine.clock, engine.config.payload_limit))
    engine.integrations.register("lambda", FunctionTasks(functions, engine.clock))


def functions_of(engine: Engine) -> Functions:
    """The functions whose calls the engine makes."""
    tasks = engine.integrations.find("lambda")
    assert isinstance(tasks, FunctionTasks)
    return tasks.functions


@contextlib.asynccontextmanager
async def running_engine(
    store: Store,
    config: Config,
    clock: Clock | None = None,
    services: Services | None = None,
    http: HttpSettings | None = None,
    outgoing: Outgoing | None = None,
    settings: Settings | None = None,
) -> AsyncIterator[Engine]:
    """An engine over an opened store; at the end everything decided is written. Raises ConfigError."""
    engine = Engine(store, clock or WallClock(), config, outgoing)
    integrate(engine, services, http, settings)
    functions = functions_of(engine)
    functions.start()
    await engine.start()
    try:
        yield engine
    finally:
        functions.begin_stop()
        await engine.stop()
        await functions.stop()


def function_environment(listener: socket.socket, certificate: ssl.SSLContext | None) -> dict[str, str]:
    """What leads functions to this server when they send a task's success with an AWS SDK."""
    if "AWS_ENDPOINT_URL_SFN" in os.environ:
        return {}
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    shown = f"[{host}]" if ":" in host else host
    return {"AWS_ENDPOINT_URL_SFN": f"{'https' if certificate else 'http'}://{shown}:{port}"}


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


def files_allowed() -> int:
    """How many files and connections this process may have open, once it has asked for as many as it may."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return sys.maxsize
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses "unlimited"
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


def http_settings(
    engine: Engine,
    metrics: CollectorRegistry,
    access: Access,
    certificate: ssl.SSLContext | None = None,
    front: Front | None = None,
) -> uvicorn.Config:
    """How uvicorn is to serve the engine: the API directly, all else as an ASGI application.

    `front` has the requests for services that are not ours.
    """
    requests = RequestCollector()
    metrics.register(requests)
    metrics.register(TargetCollector(engine.runner.status_events.figures))
    wire = Wire(engine, requests.count, access)
    limits = Limits(engine.config, most=max(1, files_allowed() - FILES_KEPT))
    console = Console(engine)
    routes = [*console.routes(), *function_routes(functions_of(engine), engine.config)]
    if front is not None:
        routes.append(http_event_route(HttpEvents(functions_of(engine), engine.config, front.http_events)))
    settings = uvicorn.Config(
        create_app(engine, metrics, routes=routes, access=access, front=front, page=console.pages.front),
        loop="none",  # ours runs already
        http=guarded(limits, wire, front),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=REST_SECONDS,
        server_header=False,
        proxy_headers=False,
    )
    settings.load()
    settings.ssl = certificate
    return settings


async def serve(
    store: Store,
    config: Config,
    listener: socket.socket,
    ready: Callable[[], None],
    *,
    keys: Keys | None = None,
    certificate: ssl.SSLContext | None = None,
    services: Services | None = None,
    http: HttpSettings | None = None,
    outgoing: Outgoing | None = None,
    file: Settings | None = None,
    front: Front | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT: answer what is in flight, write what was decided, let go of the data.

    `ready` is called once requests are taken; `file` is stepwell.toml, for what may change; `front` has the
    requests for services that are not ours. Raises ConfigError, StoreHeld, StoreTooNew and other StoreErrors.
    """
    await store.open()
    try:
        parts = running_engine(store, config, services=services, http=http, outgoing=outgoing, settings=file)
        async with parts as engine, front or contextlib.nullcontext():
            functions = functions_of(engine)
            functions.environment = function_environment(listener, certificate)
            door = access(listener, config, keys)
            settings = http_settings(engine, registry(engine.figures), door, certificate, front)
            loop = asyncio.get_running_loop()

            def stopping() -> None:
                loop.call_soon_threadsafe(engine.begin_stop)
                loop.call_soon_threadsafe(functions.begin_stop)

            server = _Uvicorn(settings, ready, stopping)
            await server.serve(sockets=[listener])
    finally:
        await store.close()


def seldom_collect() -> None:
    """Have the garbage collector leave alone what is there from the start, and look at the new less often.

    Requests and executions hardly ever leave rings behind, and looking for some took a tenth of a busy server's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def run(serving: Coroutine[Any, Any, None]) -> None:
    """`serve`, in an event loop of its own; returns after a signal."""
    # uvicorn raises the signal again when it is done; by then there is nothing left to do.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    seldom_collect()
    try:
        import uvloop
    except ImportError:  # no wheel on Windows
        asyncio.run(serving)
    else:
        uvloop.run(serving)
