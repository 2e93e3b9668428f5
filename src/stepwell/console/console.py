"""The console's endpoints put together: the page, and what it reads."""

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stepwell.api.access import DATA
from stepwell.api.app import Endpoint, refused
from stepwell.console.event import event
from stepwell.console.executions import executions
from stepwell.console.language import language
from stepwell.console.live import Live
from stepwell.console.overview import Overview
from stepwell.console.pages import Pages
from stepwell.console.tasks import token, waiting
from stepwell.console.watching import Watching
from stepwell.engine.engine import Engine
from stepwell.errors import ApiError, InternalFailure, ServiceUnavailable
from stepwell.store.protocol import StoreError

Answers = Callable[[Engine, Request], Awaitable[dict[str, Any]]]
"""What reads something: a JSON object."""

log = logging.getLogger(__name__)


class Console:
    """What a server shows of its engine."""

    def __init__(self, engine: Engine) -> None:
        self.pages = Pages()
        watching = Watching(engine)
        answers: dict[str, Answers] = {
            "event": event,
            "executions": executions,
            "language": language,
            "overview": Overview(engine).serve,
            "token": token,
            "waiting": waiting,
        }
        self._reads: dict[str, Endpoint] = {name: _answering(engine, read) for name, read in answers.items()}
        self._reads["live"] = Live(engine, watching).serve

    def routes(self) -> list[BaseRoute]:
        """All but `/`."""
        reads = [Route(f"{DATA}{name}", _telling(read), methods=["GET"]) for name, read in self._reads.items()]
        return [*reads, *self.pages.routes()]


def _answering(engine: Engine, read: Answers) -> Endpoint:
    async def answering(request: Request) -> Response:
        body = msgspec.json.encode(await read(engine, request))
        return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")

    return answering


def _telling(read: Endpoint) -> Endpoint:
    """Tells errors as the API does."""

    @wraps(read)
    async def telling(request: Request) -> Response:
        try:
            return await read(request)
        except ApiError as error:
            return refused(error)
        except StoreError as problem:
            return refused(ServiceUnavailable(f"The store cannot serve this now: {problem}"))
        except Exception:
            log.exception("%s failed unexpectedly", request.url.path)
            return refused(InternalFailure("An internal error occurred. The server's log has the reason."))

    return telling
