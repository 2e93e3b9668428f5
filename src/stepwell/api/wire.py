"""The AWS JSON 1.0 protocol: `POST /` with an X-Amz-Target header."""

import logging
import re
from collections.abc import Callable
from typing import Any

import msgspec

from stepwell.api.access import Access
from stepwell.api.call import Answer, Call, Operation
from stepwell.api.constraints import decode_request
from stepwell.api.exchange import ClientGone, Exchange
from stepwell.api.operations import OPERATIONS
from stepwell.api.pages import Pages
from stepwell.api.sizes import check_sizes
from stepwell.engine.engine import Engine
from stepwell.engine.identity import new_request_id
from stepwell.errors import (
    ApiError,
    InternalFailure,
    ServiceUnavailable,
    UnknownOperationException,
)
from stepwell.sigv4 import Headers, Request
from stepwell.store.protocol import StoreError

Served = Callable[[str, str], None]
"""Told of every request: the operation's name and the error's, both "" when there is none."""

log = logging.getLogger(__name__)

TARGET = "AWSStepFunctions."
TARGETS = {f"{TARGET}{name}".encode(): (name, operation) for name, operation in OPERATIONS.items()}
CREDENTIAL = re.compile(rb"Credential=[^/,\s]+(?:/[^/,\s]+)*?/\d{8}/([a-z0-9-]{1,32})/")
ANSWER_HEADERS = b"content-type: application/x-amz-json-1.0\r\nx-amzn-requestid: %s\r\n"
encode = msgspec.json.Encoder().encode


class Wire:
    """Serves the operations of the API to those whom `access` lets in."""

    def __init__(self, engine: Engine, served: Served, access: Access) -> None:
        self._engine = engine
        self._pages = Pages(engine.store, engine.clock)
        self._served = served
        self._access = access

    async def serve(self, exchange: Exchange) -> None:
        """Answer a request, whatever it is."""
        name = ""
        try:
            caller = self._access.meet(exchange.client, exchange.headers)
            body = await exchange.read(self._engine.config.request_limit)
            if caller is not None:
                caller.prove(Request(exchange.headers, body, exchange.query))
            name, operation = find_operation(exchange.headers)
            if caller is not None:
                caller.check_right(name, self._engine.config.account)
            answer = await self._serve(operation, exchange, body)
        except ClientGone:
            return
        except ApiError as error:
            await self._refuse(exchange, name, error)
        except StoreError as error:
            log.warning("The store could not serve %s: %s", name, error)
            await self._refuse(exchange, name, ServiceUnavailable(f"The store cannot serve this now: {error}"))
        except Exception:
            log.exception("%s failed unexpectedly", name)
            hint = "An internal error occurred. The server's log has the reason."
            await self._refuse(exchange, name, InternalFailure(hint))
        else:
            await self._answer(exchange, name, 200, answer)

    async def _serve(self, operation: Operation[Any], exchange: Exchange, body: bytes) -> bytes:
        """The encoded answer. Raises ApiError, StoreError, and ClientGone when nobody is there to read it."""
        request = decode_request(operation.decoder, body)
        check_sizes(request, operation.sized, self._engine.config)
        call = Call(
            self._engine, self._pages, self._region(exchange.headers), exchange.gone, trace=_trace(exchange.headers)
        )
        answer = await operation.serve(call, request)
        if operation.waits and exchange.gone.done():
            raise ClientGone
        return encode(answer)

    def _region(self, headers: Headers) -> str:
        signed = CREDENTIAL.search(headers.get(b"authorization", b""))
        return signed[1].decode() if signed else self._engine.config.region

    async def _refuse(self, exchange: Exchange, name: str, error: ApiError) -> None:
        await self._answer(exchange, name, error.status, encode(error_body(error)), error.code)

    async def _answer(self, exchange: Exchange, name: str, status: int, body: bytes, error: str = "") -> None:
        self._served(name, error)
        await exchange.answer(status, ANSWER_HEADERS % new_request_id().encode(), body)


def _trace(headers: Headers) -> str | None:
    """The trace header, which SDKs in Lambda functions send by themselves; no more than the member may have."""
    given = headers.get(b"x-amzn-trace-id")
    return None if given is None or len(given) > 256 else given.decode("latin-1")


def find_operation(headers: Headers) -> tuple[str, Operation[Any]]:
    """The operation a request asks for. Raises UnknownOperationException."""
    found = TARGETS.get(headers.get(b"x-amz-target", b""))
    if found is not None:
        return found
    target = headers.get(b"x-amz-target", b"").decode("latin-1")
    raise UnknownOperationException(
        f"There is no operation {target!r}. Send X-Amz-Target: {TARGET}<Operation>, as the AWS SDKs do."
    )


def error_body(error: ApiError) -> Answer:
    """As clients read it: they take the error's name from what follows the `#`."""
    return {"__type": f"{error.namespace}#{error.code}", "message": error.message, **error.members}
