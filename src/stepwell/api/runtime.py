"""Lambda's Runtime API, for workers who serve functions: any Lambda runtime client can be one, in any language.

AWS_LAMBDA_RUNTIME_API=HOST:PORT/functions/NAME (Lambda developer guide, "Using the Lambda runtime API").
"""

import asyncio
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stepwell.api.access import RUNTIME
from stepwell.api.exchange import GONE
from stepwell.integrations.functions.functions import Functions, NotForWorkers
from stepwell.integrations.functions.invocation import PAYLOAD_LIMIT, Invocation, Outcome, failure

PREFIX = "/functions/{name}" + RUNTIME.rstrip("/")
ERROR_TYPE = "lambda-runtime-function-error-type"
OUTPUT_LIMIT = 256 * 1024
"""Bytes of an invocation's output that a worker may hand in at a time."""


def runtime_routes(functions: Functions) -> list[BaseRoute]:
    """The Runtime API of every function."""
    api = RuntimeApi(functions)
    one = f"{PREFIX}/invocation/{{id}}"
    return [
        Route(f"{PREFIX}/invocation/next", api.next, methods=["GET"]),
        Route(f"{one}/response", api.response, methods=["POST"]),
        Route(f"{one}/error", api.error, methods=["POST"]),
        Route(f"{one}/output", api.output, methods=["POST"]),  # ours: Lambda's runtimes print to Lambda itself
        Route(f"{PREFIX}/init/error", api.init_error, methods=["POST"]),
    ]


class RuntimeApi:
    """Gives invocations to workers, and takes their answers."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def next(self, request: Request) -> Response:
        """The next invocation, however long there is none."""
        gone = request.scope.get(GONE) or asyncio.get_running_loop().create_future()
        try:
            job = await self._functions.next(request.path_params["name"], gone, request.headers.get("user-agent", ""))
        except NotForWorkers as problem:
            return _refuse(409, "NotForWorkers", str(problem))
        if job is None:
            return _refuse(503, "ServiceUnavailable", "The server stops.")
        return Response(job.invocation.payload, 200, _headers(job.invocation, job.deadline), "application/json")

    async def response(self, request: Request) -> Response:
        return await self._take(request, failed=False)

    async def error(self, request: Request) -> Response:
        return await self._take(request, failed=True)

    async def _take(self, request: Request, failed: bool) -> Response:
        name, id = request.path_params["name"], request.path_params["id"]
        body = await _read(request, PAYLOAD_LIMIT)
        if body is None:
            outcome = failure("Function.ResponseSizeTooLarge", _TOO_LARGE)
        elif failed:
            outcome = Outcome(_with_type(body, request.headers.get(ERROR_TYPE)), failed=True)
        else:
            outcome = Outcome(body)
        if self._functions.workers(name).answer(id, outcome) is None:
            return _refuse(400, "InvalidRequestID", "Invalid request ID")
        return _refuse(413, "RequestEntityTooLarge", _TOO_LARGE) if body is None else _ACCEPTED

    async def output(self, request: Request) -> Response:
        """What the function has printed."""
        name, id = request.path_params["name"], request.path_params["id"]
        invocation = self._functions.workers(name).find(id)
        if invocation is None:
            return _refuse(400, "InvalidRequestID", "Invalid request ID")
        body = await _read(request, OUTPUT_LIMIT)
        if body is None:
            return _refuse(413, "RequestEntityTooLarge", f"Hand in at most {OUTPUT_LIMIT} bytes of output at a time.")
        self._functions.output.add(invocation, body)
        return _ACCEPTED

    async def init_error(self, request: Request) -> Response:
        """The worker's handler cannot be used: as on Lambda, that is the failure of who waits."""
        body = await _read(request, PAYLOAD_LIMIT) or b"{}"
        told = _with_type(body, request.headers.get(ERROR_TYPE, "Runtime.Unknown"))
        self._functions.workers(request.path_params["name"]).fail_first(lambda _: Outcome(told, failed=True))
        return _ACCEPTED


_TOO_LARGE = f"Response payload size exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes)."
_ACCEPTED = Response(b'{"status":"OK"}\n', 202, media_type="application/json")


def _headers(invocation: Invocation, deadline: int) -> dict[str, str]:
    headers = {
        "Lambda-Runtime-Aws-Request-Id": invocation.id,
        "Lambda-Runtime-Deadline-Ms": str(deadline),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.function.arn,
        "Lambda-Runtime-Trace-Id": invocation.trace,
    }
    if invocation.client_context is not None:
        context = msgspec.json.encode(msgspec.json.decode(invocation.client_context))
        headers["Lambda-Runtime-Client-Context"] = context.decode("ascii", "replace")
    return headers


def _with_type(body: bytes, type: str | None) -> bytes:
    """The error, with the type that the worker told in a header only."""
    try:
        error: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        error = {"errorMessage": body.decode("utf-8", "replace")}
    if type is None or not isinstance(error, dict) or error.get("errorType"):
        return body
    return msgspec.json.encode({**error, "errorType": type})


async def _read(request: Request, limit: int) -> bytes | None:
    """The body; None when it is larger than that."""
    body, large = bytearray(), False
    async for piece in request.stream():
        large = large or len(body) + len(piece) > limit
        if not large:
            body += piece
    return None if large else bytes(body)


def _refuse(status: int, type: str, message: str) -> Response:
    content = msgspec.json.encode({"errorMessage": message, "errorType": type})
    return Response(content, status, media_type="application/json")
