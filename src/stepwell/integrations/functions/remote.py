"""An endpoint that is like Lambda's, AWS's own included: called by botocore, in threads of our own."""

import asyncio
import base64
import contextlib
from collections.abc import Callable
from importlib import import_module
from threading import Lock, Thread
from typing import Any

from stepwell.integrations.functions.invocation import Invocation, InvocationType, Outcome
from stepwell.integrations.functions.refusals import ServiceException, Told

NO_BOTOCORE = "botocore, which calls functions at an endpoint, is not installed. Run: pip install 'stepwell[aws]'"
PATIENCE = 910
"""Seconds to wait for an answer: a function may take 900."""


class SdkClientException(ServiceException):
    """The endpoint could not be reached, or there are no credentials for it."""


class Remote:
    """The functions of one endpoint. Credentials are found as all AWS tools do: environment, profile, role."""

    def __init__(self, endpoint: str, concurrency: int) -> None:
        """`endpoint`: a URL, or `aws`."""
        self._url = None if endpoint == "aws" else endpoint
        self._concurrency = concurrency
        self._room = asyncio.Semaphore(concurrency)
        self._clients: dict[str, Any] = {}
        self._turn = Lock()

    async def run(self, invocation: Invocation, kind: InvocationType) -> Outcome:
        """Have it answer. Raises Refusal."""
        async with self._room:
            return await in_thread(lambda: self._invoke(invocation, kind))

    def _invoke(self, invocation: Invocation, kind: InvocationType) -> Outcome:
        client = self._client(invocation.function.region)
        exceptions = import_module("botocore.exceptions")
        name = invocation.function
        options = {"Qualifier": name.qualifier} if name.qualifier else {}
        if invocation.client_context is not None:
            options["ClientContext"] = base64.b64encode(invocation.client_context).decode()
        try:
            answer = client.invoke(
                FunctionName=name.written or name.name, InvocationType=kind, Payload=invocation.payload, **options
            )
            payload = answer["Payload"].read()
        except exceptions.ClientError as error:
            told, meta = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
            message = told.get("Message") or error.response.get("Message") or str(error)
            status, id = meta.get("HTTPStatusCode", 400), meta.get("RequestId", invocation.id)
            raise Told(told.get("Code", "ServiceException"), message, status, id) from error
        except exceptions.BotoCoreError as error:
            raise SdkClientException(f"Unable to execute HTTP request: {error}") from error
        return Outcome(payload, "FunctionError" in answer, answer.get("ExecutedVersion", "$LATEST"))

    def _client(self, region: str) -> Any:
        with self._turn:
            if region not in self._clients:
                try:
                    session, config = import_module("botocore.session"), import_module("botocore.config")
                except ImportError:
                    raise ServiceException(NO_BOTOCORE) from None
                options = config.Config(
                    read_timeout=PATIENCE, retries={"total_max_attempts": 1}, max_pool_connections=self._concurrency
                )
                self._clients[region] = session.Session().create_client(
                    "lambda", region_name=region, endpoint_url=self._url, config=options
                )
            return self._clients[region]


async def in_thread(work: Callable[[], Outcome]) -> Outcome:
    """Do it in a thread that keeps no server from ending: an answer may be a quarter of an hour away."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Outcome] = loop.create_future()

    def settle(outcome: Outcome | None, problem: Exception | None) -> None:
        if done.done():
            return
        if problem is not None:
            done.set_exception(problem)
        elif outcome is not None:
            done.set_result(outcome)

    def run() -> None:
        found: tuple[Outcome | None, Exception | None]
        try:
            found = work(), None
        except Exception as problem:
            found = None, problem
        with contextlib.suppress(RuntimeError):  # the server has ended meanwhile
            loop.call_soon_threadsafe(settle, *found)

    Thread(target=run, name="function-endpoint", daemon=True).start()
    return await done
