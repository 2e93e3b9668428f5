"""A live server on a free port, and the real SDK as its client: for tests of the API and of all behind it."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
import uvicorn
from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError
from prometheus_client import CollectorRegistry

from stepwell.api.keys import Keys
from stepwell.config import Config, Settings
from stepwell.engine.engine import Engine
from stepwell.integrations.aws.services import Services
from stepwell.integrations.http.settings import HttpSettings
from stepwell.integrations.outgoing import Outgoing
from stepwell.server import REST_SECONDS, access, http_settings, running_engine
from stepwell.store.memory import MemoryStore
from stepwell.store.protocol import Store

ROLE = "arn:aws:iam::123456789012:role/any"
PASS = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}})
WAIT = json.dumps({"StartAt": "Nap", "States": {"Nap": {"Type": "Wait", "Seconds": 600, "End": True}}})
CREDENTIALS = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}


class LiveServer:
    """A whole server in a thread, with a store in memory, reached over real sockets."""

    def __init__(
        self,
        keys: Keys | None = None,
        rest_seconds: float = REST_SECONDS,
        services: Services | None = None,
        http: HttpSettings | None = None,
        outgoing: Outgoing | None = None,
        directory: Path | None = None,
        store: Store | None = None,
        **settings: Any,
    ) -> None:
        """`directory`: where there may be a stepwell.toml. `store`: where the data are."""
        self.store = store or MemoryStore()
        self.services = services
        self.http = http
        self.outgoing = outgoing
        self.rest_seconds = rest_seconds
        self.config = Config(**{"poll_seconds": 0.2, "worker_seconds": 0, **settings})
        self.settings = Settings([directory] if directory else [])
        self.keys = keys
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.engine: Engine
        self.loop: asyncio.AbstractEventLoop
        self._uvicorn: uvicorn.Server
        self._http = httpx.Client(timeout=30)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10), "the server did not start"

    def stop(self) -> None:
        """May be called again."""
        self._http.close()
        self.begin_stop()
        self._uvicorn.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive(), "the server did not stop"

    def begin_stop(self) -> None:
        """As a signal makes the server: whoever waits is answered."""
        with contextlib.suppress(RuntimeError):  # it has stopped already
            self.loop.call_soon_threadsafe(self.engine.begin_stop)

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        running = running_engine(
            self.store,
            self.config,
            services=self.services,
            http=self.http,
            outgoing=self.outgoing,
            settings=self.settings,
        )
        await self.store.open()
        async with running as self.engine:
            door = access(self.socket, self.config, self.keys)
            options = http_settings(self.engine, CollectorRegistry(), door)
            options.timeout_graceful_shutdown = 1
            options.timeout_keep_alive = self.rest_seconds  # type: ignore[assignment]  # float does as well
            self._uvicorn = uvicorn.Server(options)
            self._ready.set()
            await self._uvicorn.serve(sockets=[self.socket])
        await self.store.close()

    def client(self, region: str = "us-east-1", **credentials: str) -> Any:
        """A boto3 client that sends what its caller says: no retries, no checks of its own."""
        credentials = credentials or CREDENTIALS
        options = ClientConfig(inject_host_prefix=False, retries={"max_attempts": 0}, parameter_validation=False)
        return boto3.client("stepfunctions", endpoint_url=self.url, region_name=region, config=options, **credentials)

    def functions(self, **credentials: str) -> Any:
        """A boto3 client of Lambda that is led here."""
        options = ClientConfig(retries={"max_attempts": 0}, parameter_validation=False)
        given = credentials or CREDENTIALS
        return boto3.client("lambda", endpoint_url=self.url, region_name="us-east-1", config=options, **given)

    def post(self, operation: str, body: bytes | str | dict[str, Any], **headers: str) -> httpx.Response:
        """What no SDK would send."""
        content = json.dumps(body) if isinstance(body, dict) else body
        target = {"X-Amz-Target": f"AWSStepFunctions.{operation}", **headers}
        return self._http.post(self.url + "/", content=content, headers=target)


@contextlib.contextmanager
def refused(code: str, message: str | None = None) -> Iterator[None]:
    """The block must end in the API's error of this code, with this text."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code
    if message is not None:
        assert error["Message"] == message


@contextlib.contextmanager
def live_servers() -> Iterator[Callable[..., LiveServer]]:
    """Starts servers, with settings where the caller has some; all are stopped at the end."""
    with contextlib.ExitStack() as stack:

        def start(**settings: Any) -> LiveServer:
            live = LiveServer(**settings)
            live.start()
            stack.callback(live.stop)
            return live

        yield start
