"""A worker's side of Lambda's Runtime API: one thread asks for each invocation that may run at a time."""

import asyncio
import base64
import http.client
import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from stepwell.clock import WallClock
from stepwell.integrations.functions.invocation import Invocation, Outcome, failure
from stepwell.integrations.functions.names import read_name
from stepwell.integrations.functions.output import Output
from stepwell.integrations.functions.pool import Pool
from stepwell.integrations.functions.process import Spec
from stepwell.integrations.functions.refusals import Refusal
from stepwell.version import __version__

log = logging.getLogger(__name__)

PAUSE = 0.5
"""Seconds between two attempts to reach a server that is away."""
PATIENCE = 60
"""Seconds for which an answer is offered to a server that is away, or has not taken up its work again."""
GRACE = 30
"""Seconds that handlers get to finish when the worker is told to stop."""


class Refused(Exception):
    """The server answered with another status than it should."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"{status}: {body.decode(errors='replace').strip()}")
        self.status = status


class Server:
    """Where a worker's server is, and how to sign in."""

    def __init__(self, url: str, key: tuple[str | None, str | None]) -> None:
        self.url = (url if "://" in url else f"http://{url}").rstrip("/")
        self.headers = {"User-Agent": f"stepwell/{__version__}"}
        id, secret = key
        if id and secret:
            self.headers["Authorization"] = f"Basic {base64.b64encode(f'{id}:{secret}'.encode()).decode()}"

    def connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(parts.hostname or "127.0.0.1", parts.port)


class Worker:
    """Functions in warm processes of this one's, for a server elsewhere."""

    def __init__(self, server: Server, specs: Mapping[str, Spec], concurrency: int) -> None:
        self._server = server
        self._specs = specs
        self._concurrency = concurrency
        self._stopping = threading.Event()
        self._busy = 0

    async def serve(self, ready: Callable[[], None]) -> None:
        """Until SIGTERM or SIGINT."""
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        clock = WallClock()
        pools = []
        for name, spec in self._specs.items():
            output = Output(clock)
            pool = Pool(read_name(name, "us-east-1", "123456789012"), spec, clock, output, self._concurrency, 0, 300)
            pools.append(pool)
            for _ in range(self._concurrency):
                slot = Slot(self, self._server, name, pool, output, loop)
                threading.Thread(target=slot.serve, name=f"serving {name}", daemon=True).start()
        ready()
        await stop.wait()
        self._stopping.set()
        end = loop.time() + GRACE
        while self._busy and loop.time() < end:
            await asyncio.sleep(0.02)
        await asyncio.gather(*(pool.stop() for pool in pools))

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def begin(self) -> None:
        """An invocation has come."""
        self._busy += 1

    def end(self) -> None:
        """It is answered."""
        self._busy -= 1


class Slot:
    """One invocation at a time, over one connection: so the server knows when we are gone."""

    def __init__(
        self, worker: Worker, server: Server, name: str, pool: Pool, output: Output, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._worker = worker
        self._server = server
        self._name = name
        self._pool = pool
        self._output = output
        self._loop = loop
        self._path = f"/functions/{name}/2018-06-01/runtime/invocation/"
        self._connection: http.client.HTTPConnection | None = None
        self._connected_at = 0.0

    def serve(self) -> None:
        """In a thread of its own, until the process ends."""
        said = ""
        while not self._worker.stopping:
            try:
                headers, payload = self._ask("GET", "next", 200)
            except (OSError, http.client.HTTPException, Refused) as problem:
                self._hang_up()
                if str(problem) != said:
                    log.warning("%s cannot be served to %s: %s", self._name, self._server.url, problem)
                said = str(problem)
                time.sleep(PAUSE)
                continue
            said = ""
            self._worker.begin()
            try:
                self._serve(headers, payload)
            finally:
                self._worker.end()

    def _serve(self, headers: Mapping[str, str], payload: bytes) -> None:
        context = headers.get("Lambda-Runtime-Client-Context")
        invocation = Invocation(
            id=headers["Lambda-Runtime-Aws-Request-Id"],
            function=read_name(headers["Lambda-Runtime-Invoked-Function-Arn"], "", ""),
            payload=payload,
            client_context=context.encode() if context else None,
        )
        outcome = asyncio.run_coroutine_threadsafe(self._run(invocation), self._loop).result()
        printed = self._output.take(invocation.id)
        if printed:
            self._hand_in(invocation.id, "output", printed)
        self._hand_in(invocation.id, "error" if outcome.failed else "response", outcome.payload)

    async def _run(self, invocation: Invocation) -> Outcome:
        try:
            return await self._pool.run(invocation)
        except Refusal as refusal:
            return failure(refusal.code, refusal.message)

    def _hand_in(self, id: str, what: str, body: bytes) -> None:
        """Tell the server. One that was restarted takes the answer, too, as soon as it has taken up its work."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self._ask("POST", f"{id}/{what}", 202, body)
                return
            except (OSError, http.client.HTTPException) as problem:
                self._hang_up()
                away: Exception = problem
            except Refused as refusal:
                if refusal.status not in (400, 503) or self._connected_long:
                    log.warning("The server does not take the %s of %s: %s", what, id, refusal)
                    return
                away = refusal
            if time.monotonic() > end:
                log.warning("The %s of %s could not be handed in: %s", what, id, away)
                return
            time.sleep(PAUSE)

    @property
    def _connected_long(self) -> bool:
        """Whether this server has been there for longer than it takes to take up its work."""
        return time.monotonic() - self._connected_at > PATIENCE / 6

    def _ask(self, method: str, path: str, status: int, body: bytes | None = None) -> tuple[Any, bytes]:
        """Headers and body of the answer. Raises OSError, HTTPException, Refused."""
        if self._connection is None:
            connection = self._server.connect()
            connection.connect()
            self._connection, self._connected_at = connection, time.monotonic()
        headers = self._server.headers | ({"Content-Type": "application/json"} if body is not None else {})
        self._connection.request(method, self._path + path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != status:
            raise Refused(answer.status, content)
        return answer.headers, content

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
