"""What is there over HTTP beside the AWS API: health, metrics, a greeting, and what others add."""

import textwrap
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from stepwell.api.access import DATA, REALM, Access, Caller, NotSignedIn
from stepwell.api.front import Front
from stepwell.api.hosts import CURE
from stepwell.api.targets import targets_shown
from stepwell.engine.engine import Engine
from stepwell.errors import (
    ApiError,
    MissingAuthenticationTokenException,
    RequestEntityTooLarge,
    ThrottlingException,
)
from stepwell.sigv4 import Request
from stepwell.store.protocol import StoreError

SIGNED_LIMIT = 8 * 1024 * 1024
"""Bytes of a signed body: it must be whole before anybody believes it."""

Endpoint = Callable[[HttpRequest], Awaitable[Response]]

WELCOME = """Stepwell speaks the AWS Step Functions API at this address (POST /).

Point any AWS SDK or the CLI here:
    aws stepfunctions list-state-machines --endpoint-url {url}
{cure}

GET /         for browsers: the console
GET /healthz  whether the server can serve
GET /metrics  Prometheus metrics
GET /regions  regions that have state machines or activities
GET /targets  targets of status-change events: what waits for them, and what was given up
"""


def create_app(
    engine: Engine,
    metrics: CollectorRegistry,
    *,
    routes: Sequence[BaseRoute] = (),
    lifespan: Lifespan[Any] | None = None,
    access: Access | None = None,
    front: Front | None = None,
    page: Endpoint | None = None,
) -> ASGIApp:
    """What the server shows beside the API. `routes` are added to ours; `lifespan` starts and stops what is behind.

    `page` answers at `/` instead of the greeting.

    `front` has what is signed for services that are not ours.

    Without `access` anyone may call who does so by a name of this machine's own.
    """
    door = access or Access()

    async def healthz(request: HttpRequest) -> Response:
        try:
            await engine.store.counts()
        except StoreError as problem:
            return JSONResponse({"status": "unavailable", "reason": str(problem)}, status_code=503)
        return JSONResponse({"status": "ok"})

    async def regions(request: HttpRequest) -> Response:
        try:
            return JSONResponse({"regions": await engine.catalog.regions()})
        except StoreError as problem:
            return JSONResponse({"reason": str(problem)}, status_code=503)

    async def targets(request: HttpRequest) -> Response:
        return JSONResponse({"targets": targets_shown(engine)})

    async def exposition(request: HttpRequest) -> Response:
        return Response(generate_latest(metrics), media_type=CONTENT_TYPE_LATEST)

    shown = {"/healthz": healthz, "/metrics": exposition, "/regions": regions, "/targets": targets, "/": page or greet}
    ours = [Route(path, answer) for path, answer in shown.items()]
    behind = Starlette(routes=[*ours, *routes], lifespan=lifespan)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            try:
                caller = door.meet_visitor(scope)
                if caller is not None:
                    receive = await _proven(caller, scope, receive)
            except (ApiError, NotSignedIn) as refusal:
                await _refuse(refusal, scope["path"])(scope, receive, send)
                return
        foreign = front is not None and scope["type"] == "http" and front.takes(scope["headers"], _url(scope))
        await (front if front is not None and foreign else behind)(scope, receive, send)

    return app


async def greet(request: HttpRequest) -> Response:
    """For programs, and people with programs, that look what is here."""
    return PlainTextResponse(WELCOME.format(url=str(request.base_url).rstrip("/"), cure=textwrap.fill(CURE, 80)))


def _url(scope: Scope) -> bytes:
    return bytes(scope["raw_path"]) + b"?" + bytes(scope["query_string"])


async def _proven(caller: Caller, scope: Scope, receive: Receive) -> Receive:
    """The request's body, once it has proved who sent it. Raises InvalidSignatureException, RequestEntityTooLarge."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > SIGNED_LIMIT:
            raise RequestEntityTooLarge(f"The request has more than {SIGNED_LIMIT} bytes.")
    method, path = scope["method"].encode(), scope["raw_path"]
    caller.prove(Request(dict(scope["headers"]), bytes(body), scope["query_string"], method, path))
    whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def again() -> Message:
        return whole.pop() if whole else await receive()

    return again


def _refuse(refusal: ApiError | NotSignedIn, path: str) -> Response:
    """As a browser or a scraper reads it; as the API's clients do what the console reads.

    The console is not told of HTTP Basic: the browser would ask for a password in a window of its own.
    """
    if path.startswith(DATA):
        if isinstance(refusal, NotSignedIn):
            return refused(MissingAuthenticationTokenException(), 401)
        return refused(refusal)
    if isinstance(refusal, NotSignedIn):
        return PlainTextResponse(f"{refusal}\n", 401, {"WWW-Authenticate": f'Basic realm="{REALM}"'})
    status = 429 if isinstance(refusal, ThrottlingException) else refusal.status
    return PlainTextResponse(f"{refusal}\n", status, {"x-amzn-errortype": refusal.code})


def refused(error: ApiError, status: int | None = None) -> Response:
    """As the API tells it."""
    body = msgspec.json.encode({"__type": error.code, "message": error.message})
    return Response(body, status or error.status, media_type="application/json")
