"""Requests that a template has API Gateway give to functions: the event made of one, and the answer of what comes back.

API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs" (format 2.0, type HttpApi), and
"Lambda proxy integrations in API Gateway" (1.0, type Api).
"""

import base64
import re
import time
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from stepwell.config import Config
from stepwell.engine.identity import new_uuid
from stepwell.integrations.functions.functions import Functions
from stepwell.integrations.functions.invocation import Invocation, Outcome
from stepwell.integrations.functions.names import FunctionName
from stepwell.integrations.functions.refusals import Refusal

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
LARGEST = 6 * 1024 * 1024
"""Bytes of a body: Lambda's limit of a payload."""


class HttpEvent(msgspec.Struct, frozen=True):
    """A function that gets the requests for a path."""

    method: str  # upper case; ANY
    path: str  # /orders/{id}, /files/{rest+}
    function: str
    format: Literal["1.0", "2.0"]

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The parameters in the path; None: the request is not for it."""
        if self.method not in ("ANY", method):
            return None
        pattern = re.sub(
            r"\\{(\w+)(\\\+)?\\}", lambda f: f"(?P<{f[1]}>{'.+' if f[2] else '[^/]+'})", re.escape(self.path)
        )
        found = re.fullmatch(pattern, path)
        return None if found is None else found.groupdict()


class HttpEvents:
    """Gives requests to functions, by the events there are now."""

    def __init__(self, functions: Functions, config: Config, events: list[HttpEvent]) -> None:
        """`events` may change; the first that fits counts."""
        self._functions = functions
        self._config = config
        self._events = events

    async def serve(self, request: Request) -> Response:
        """404 when no event is for the request."""
        for event in list(self._events):
            parameters = event.match(request.method, request.url.path)
            if parameters is not None:
                return await self._give(event, parameters, request)
        return JSONResponse({"message": "Not Found"}, 404)

    async def _give(self, event: HttpEvent, parameters: dict[str, str], request: Request) -> Response:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST:
                return JSONResponse({"message": "Request Entity Too Large"}, 413)
        id = new_uuid()
        told = (_version_2 if event.format == "2.0" else _version_1)(event, parameters, request)
        told["requestContext"] |= {"requestId": id, "accountId": self._config.account, "apiId": "local"}
        payload = msgspec.json.encode(told | _body(bytes(body)))
        function = FunctionName(self._config.region, self._config.account, event.function)
        try:
            outcome = await self._functions.invoke(Invocation(id=id, function=function, payload=payload))
        except Refusal:
            outcome = None
        return _answer(event, outcome)


def http_event_route(events: HttpEvents) -> BaseRoute:
    """What comes after all other routes."""
    return Route("/{path:path}", events.serve, methods=METHODS)


def _body(body: bytes) -> dict[str, Any]:
    try:
        return {"body": body.decode() if body else None, "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def _version_2(event: HttpEvent, parameters: dict[str, str], request: Request) -> dict[str, Any]:
    route = f"{event.method} {event.path}"
    query = {name: ",".join(request.query_params.getlist(name)) for name in request.query_params}
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": request.url.path,
        "rawQueryString": request.url.query,
        "cookies": [f"{name}={value}" for name, value in request.cookies.items()],
        "headers": {name: ",".join(request.headers.getlist(name)) for name in request.headers},
        **({"queryStringParameters": query} if query else {}),
        **({"pathParameters": parameters} if parameters else {}),
        "requestContext": {
            "domainName": request.url.hostname,
            "http": {
                "method": request.method,
                "path": request.url.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.client.host if request.client else "",
                "userAgent": request.headers.get("user-agent", ""),
            },
            "routeKey": route,
            "stage": "$default",
            "timeEpoch": int(time.time() * 1000),
        },
    }


def _version_1(event: HttpEvent, parameters: dict[str, str], request: Request) -> dict[str, Any]:
    queries = {name: request.query_params.getlist(name) for name in request.query_params}
    return {
        "resource": event.path,
        "path": request.url.path,
        "httpMethod": request.method,
        "headers": dict(request.headers),
        "multiValueHeaders": {name: request.headers.getlist(name) for name in request.headers},
        "queryStringParameters": dict(request.query_params) or None,
        "multiValueQueryStringParameters": queries or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": event.path,
            "httpMethod": request.method,
            "path": request.url.path,
            "stage": "local",
            "requestTimeEpoch": int(time.time() * 1000),
            "identity": {"sourceIp": request.client.host if request.client else ""},
        },
    }


def _answer(event: HttpEvent, outcome: Outcome | None) -> Response:
    """As API Gateway answers; what it cannot understand is the function's fault: 500, in the format 1.0 502."""
    fault = JSONResponse({"message": "Internal Server Error"}, 500 if event.format == "2.0" else 502)
    if outcome is None or outcome.failed:
        return fault
    try:
        said = msgspec.json.decode(outcome.payload)
        if not isinstance(said, dict) or "statusCode" not in said:
            return JSONResponse(said) if event.format == "2.0" else fault
        body = str(said.get("body") or "")
        whole = base64.b64decode(body, validate=True) if said.get("isBase64Encoded") else body.encode()
        answer = Response(whole, int(said["statusCode"]))
        headers = {**(said.get("headers") or {}), **(said.get("multiValueHeaders") or {})}
        if "content-type" not in {name.lower() for name in headers}:
            headers["content-type"] = "text/plain;charset=utf-8" if event.format == "2.0" else "application/json"
        for name, value in headers.items():
            for one in value if isinstance(value, list) else [value]:
                answer.headers.append(name, str(one))
        for cookie in said.get("cookies") or ():
            answer.headers.append("set-cookie", str(cookie))
    except (ValueError, TypeError, AttributeError):
        return fault
    return answer
