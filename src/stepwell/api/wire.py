"""The AWS JSON 1.0 protocol: `POST /` with an X-Amz-Target header, as a bare ASGI application."""

import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any

import msgspec

from stepwell.api.access import Access
from stepwell.api.call import Answer, Call, Operation
from stepwell.api.constraints import decode_request
from stepwell.api.operations import OPERATIONS
from stepwell.api.pages import Pages
from stepwell.api.shapes import REQUESTS
from stepwell.api.sizes import check_sizes
from stepwell.engine.engine import Engine
from stepwell.engine.identity import new_request_id
from stepwell.errors import (
    ApiError,
    InternalFailure,
    RequestEntityTooLarge,
    ServiceUnavailable,
    UnknownOperationException,
)
from stepwell.store.protocol import StoreError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Coroutine[Any, Any, Message]]
Send = Callable[[Message], Awaitable[None]]
Served = Callable[[str, str], None]
"""Told of every request: the operation's name and the error's, both "" when there is none."""

log = logging.getLogger(__name__)

TARGET = "AWSStepFunctions."
CREDENTIAL = re.compile(rb"Credential=[^/,\s]+(?:/[^/,\s]+)*?/\d{8}/([a-z0-9-]{1,32})/")
encode = msgspec.json.Encoder().encode


class ClientGone(Exception):
    """The client hung up: nobody is there to be answered."""


class Wire:
    """Serves the operations of the API to those whom `access` lets in."""

    def __init__(self, engine: Engine, served: Served, access: Access) -> None:
        self._engine = engine
        self._pages = Pages(engine.store, engine.clock)
        self._served = served
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        name = ""
        try:
            caller = self._access.meet(scope, headers)
            body = await read_body(headers, receive, self._engine.config.request_limit)
            if caller is not None:
                caller.prove(scope["query_string"], headers, body)
            name, operation = find_operation(headers)
            if caller is not None:
                caller.check_right(name, self._engine.config.account)
            answer = await self._serve(operation, headers, body, receive)
        except ClientGone:
            return
        except ApiError as error:
            await self._refuse(send, name, error)
        except StoreError as error:
            log.warning("The store could not serve %s: %s", name, error)
            await self._refuse(send, name, ServiceUnavailable(f"The store cannot serve this now: {error}"))
        except Exception:
            log.exception("%s failed unexpectedly", name)
            hint = "An internal error occurred. The server's log has the reason."
            await self._refuse(send, name, InternalFailure(hint))
        else:
            await self._respond(send, name, 200, answer)

    async def _serve(
        self, operation: Operation[Any], headers: dict[bytes, bytes], body: bytes, receive: Receive
    ) -> bytes:
        """The encoded answer. Raises ApiError, StoreError, and ClientGone when nobody is there to read it."""
        request = decode_request(operation.decoder, body)
        check_sizes(request, operation.sized, self._engine.config)
        gone = Client(receive)
        answer = await operation.serve(Call(self._engine, self._pages, self._region(headers), gone), request)
        if operation.waits and gone.is_set():
            raise ClientGone
        return encode(answer)

    def _region(self, headers: dict[bytes, bytes]) -> str:
        signed = CREDENTIAL.search(headers.get(b"authorization", b""))
        return signed[1].decode() if signed else self._engine.config.region

    async def _refuse(self, send: Send, name: str, error: ApiError) -> None:
        await self._respond(send, name, error.status, encode(error_body(error)), error.code)

    async def _respond(self, send: Send, name: str, status: int, body: bytes, error: str = "") -> None:
        headers = [
            (b"content-type", b"application/x-amz-json-1.0"),
            (b"content-length", str(len(body)).encode()),
            (b"x-amzn-requestid", new_request_id().encode()),
        ]
        self._served(name, error)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def find_operation(headers: dict[bytes, bytes]) -> tuple[str, Operation[Any]]:
    """The operation a request asks for. Raises UnknownOperationException."""
    target = headers.get(b"x-amz-target", b"").decode("latin-1")
    name = target.removeprefix(TARGET)
    operation = OPERATIONS.get(name)
    if operation is not None and name != target:
        return name, operation
    if name != target and name in REQUESTS:
        raise UnknownOperationException(f"{name} is an operation of Step Functions that is not there yet.")
    raise UnknownOperationException(
        f"There is no operation {target!r}. Send X-Amz-Target: {TARGET}<Operation>, as the AWS SDKs do."
    )


async def read_body(headers: dict[bytes, bytes], receive: Receive, limit: int) -> bytes:
    """The whole body. Raises RequestEntityTooLarge above `limit` bytes, ClientGone."""
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > limit:
        raise too_large(limit)
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > limit:
            raise too_large(limit)
        if not message.get("more_body", False):
            return body


def too_large(limit: int) -> RequestEntityTooLarge:
    return RequestEntityTooLarge(f"The request has more than {limit} bytes.")


def error_body(error: ApiError) -> Answer:
    """As clients read it: they take the error's name from what follows the `#`."""
    return {"__type": f"{error.namespace}#{error.code}", "message": error.message, **error.members}


class Client:
    """Whoever sent the request: whether it has hung up is looked at when asked, and costs nothing before."""

    __slots__ = ("_gone", "_receive")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone = False

    def is_set(self) -> bool:
        """Whether it has hung up by now."""
        if not self._gone:
            asked = self._receive()
            try:
                asked.send(None)  # as far as it goes without waiting
            except StopIteration as answer:
                self._note(answer.value)
            else:
                asked.close()
        return self._gone

    async def wait(self) -> bool:
        """Return once it has hung up."""
        while not self._gone:
            self._note(await self._receive())
        return True

    def _note(self, message: Message) -> None:
        self._gone = message["type"] == "http.disconnect"
