"""Functions for those who invoke them over HTTP, and for those who look: Lambda's own paths, and the logs."""

import asyncio
import base64
import binascii
import math
import sys
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stepwell.api.exchange import GONE
from stepwell.api.runtime import runtime_routes
from stepwell.api.wire import CREDENTIAL
from stepwell.config import Config
from stepwell.engine.identity import new_uuid
from stepwell.integrations.call import Postponed
from stepwell.integrations.functions.bindings import Bound, Elsewhere, Local, Served, Unusable
from stepwell.integrations.functions.functions import Functions
from stepwell.integrations.functions.invocation import PAYLOAD_LIMIT, Invocation, InvocationType, Outcome
from stepwell.integrations.functions.names import FunctionName, read_name
from stepwell.integrations.functions.refusals import (
    InvalidParameterValueException,
    InvalidRequestContentException,
    Refusal,
    RequestTooLargeException,
    ResourceNotFoundException,
    ServiceException,
)

API = "/2015-03-31/functions"
JSON = "application/json"
SLACK = 1024
"""Bytes by which an answer may exceed the limit, to be told then by its size and not as a broken request."""

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"

Endpoint = Callable[[Request], Awaitable[Response]]


def function_routes(functions: Functions, config: Config) -> list[BaseRoute]:
    """Lambda's own paths for those who invoke and those who look, and what `stepwell logs` reads."""
    door = InvokeApi(functions, config)
    return [
        Route(f"{API}/{{name}}/invocations", _telling(door.invoke), methods=["POST"]),
        Route(f"{API}/{{name}}", _telling(door.get), methods=["GET"]),
        Route(f"{API}/{{name}}/configuration", _telling(door.get_configuration), methods=["GET"]),
        Route(API, _telling(door.list), methods=["GET"]),
        Route(f"{API}/", _telling(door.list), methods=["GET"]),
        *runtime_routes(functions),
        Route("/functions/logs", door.logs, methods=["GET"]),
        Route("/functions/{name}/logs", door.logs, methods=["GET"]),
    ]


class InvokeApi:
    """Invoke, GetFunction, GetFunctionConfiguration and ListFunctions, as boto3.client("lambda") calls them."""

    def __init__(self, functions: Functions, config: Config) -> None:
        self._functions = functions
        self._config = config

    async def invoke(self, request: Request) -> Response:
        """Lambda API reference, "Invoke". Raises Refusal."""
        kind = _kind(request.headers.get("x-amz-invocation-type", "RequestResponse"))
        payload = await _body(request, kind)
        invocation = Invocation(
            id=new_uuid(),
            function=self._name(request),
            payload=payload or b"{}",
            client_context=_context(request.headers.get("x-amz-client-context")),
        )
        _check_json(invocation.payload)
        outcome = await self._unless_gone(request, invocation, kind)
        return self._answer(invocation, kind, outcome, request.headers.get("x-amz-log-type") == "Tail")

    async def _unless_gone(self, request: Request, invocation: Invocation, kind: InvocationType) -> Outcome | None:
        """An invocation whose caller hangs up is not begun, if it has not been."""
        gone: asyncio.Future[None] | None = request.scope.get(GONE)

        def withdraw(_: asyncio.Future[None]) -> None:
            self._functions.withdraw(invocation.id)

        if gone is not None:
            gone.add_done_callback(withdraw)
        try:
            return await self._functions.invoke(invocation, kind)
        finally:
            if gone is not None:
                gone.remove_done_callback(withdraw)

    def _answer(self, invocation: Invocation, kind: InvocationType, outcome: Outcome | None, tail: bool) -> Response:
        headers = {"x-amzn-RequestId": invocation.id}
        if outcome is None:
            return Response(b"", 202 if kind == "Event" else 204, headers)
        headers["X-Amz-Executed-Version"] = outcome.version
        if outcome.failed:
            headers["X-Amz-Function-Error"] = "Unhandled"
        if tail:
            headers["X-Amz-Log-Result"] = base64.b64encode(self._functions.output.tail(invocation.id)).decode()
        return Response(outcome.payload, 200, headers, JSON)

    async def get(self, request: Request) -> Response:
        function, bound = self._found(request)
        location = bound.spec.root if isinstance(bound, Local) else ""
        return _json({"Configuration": _configuration(function, bound), "Code": {"Location": location}})

    async def get_configuration(self, request: Request) -> Response:
        return _json(_configuration(*self._found(request)))

    async def list(self, request: Request) -> Response:
        region, shown = self._region(request), []
        for name in self._functions.names:
            function = FunctionName(region, self._config.account, name)
            bound = self._functions.find(function)
            if bound is not None:
                shown.append(_configuration(function, bound))
        return _json({"Functions": shown})

    async def logs(self, request: Request) -> Response:
        """What functions have printed: of one, or of an execution (`execution`, an ARN) and its `state`."""
        asked = request.query_params
        found = self._functions.output.find(request.path_params.get("name"), asked.get("execution"), asked.get("state"))
        return _json({"logs": found})

    def _found(self, request: Request) -> tuple[FunctionName, Bound]:
        function = self._name(request)
        bound = self._functions.find(function)
        if bound is None:
            raise ResourceNotFoundException(function.arn)
        return function, bound

    def _name(self, request: Request) -> FunctionName:
        qualifier = request.query_params.get("Qualifier")
        return read_name(request.path_params["name"], self._region(request), self._config.account, qualifier)

    def _region(self, request: Request) -> str:
        signed = CREDENTIAL.search(request.headers.get("authorization", "").encode("latin-1"))
        return signed[1].decode() if signed else self._config.region


def _telling(endpoint: Endpoint) -> Endpoint:
    """Tells refusals as Lambda does: the error's name in a header."""

    @wraps(endpoint)
    async def telling(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            status = getattr(refusal, "told_status", refusal.status)
            told = {"Type": refusal.type, "Message": refusal.message, "message": refusal.message}
            return _json(told, status, {"x-amzn-ErrorType": refusal.code})
        except Postponed:
            told = {"Type": "Server", "Message": "The server stops."}
            return _json(told, 503, {"x-amzn-ErrorType": ServiceException.__name__})

    return telling


async def _body(request: Request, kind: str) -> bytes:
    """Raises RequestTooLargeException as early as can be."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > PAYLOAD_LIMIT + SLACK:
            raise RequestTooLargeException(len(body), kind, PAYLOAD_LIMIT)
    return bytes(body)


def _kind(text: str) -> InvocationType:
    if text not in ("RequestResponse", "Event", "DryRun"):
        raise InvalidParameterValueException(
            f"1 validation error detected: Value '{text}' at 'invocationType' failed to satisfy constraint: "
            "Member must satisfy enum value set: [Event, RequestResponse, DryRun]"
        )
    return cast(InvocationType, text)


def _context(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        context = base64.b64decode(text, validate=True)
        msgspec.json.decode(context)
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object.") from None
    return context


def _check_json(payload: bytes) -> None:
    try:
        msgspec.json.decode(payload, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise InvalidRequestContentException(f"Could not parse request body into json: {problem}") from None


def _configuration(function: FunctionName, bound: Bound) -> dict[str, Any]:
    """A FunctionConfiguration, as far as there is one."""
    shown: dict[str, Any] = {
        "FunctionName": function.name,
        "FunctionArn": function.arn,
        "Version": function.version,
        "State": "Active",
        "PackageType": "Zip",
    }
    match bound:
        case Local(spec):
            environment = {"Variables": dict(spec.environment)}
            shown |= {"Handler": spec.handler, "Environment": environment, "MemorySize": spec.memory}
            shown |= {"Timeout": math.ceil(spec.timeout), "Runtime": RUNTIME, "Description": "Run by this server"}
        case Served(timeout):
            shown |= {"Timeout": math.ceil(timeout), "Description": "Run by workers"}
        case Elsewhere(endpoint):
            shown["Description"] = f"Run by {endpoint}"
        case Unusable(reason):
            shown |= {"State": "Failed", "StateReason": reason}
    return shown


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(value), status, {"x-amzn-RequestId": new_uuid(), **(headers or {})}, JSON)
