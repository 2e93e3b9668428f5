"""One request as an operation sees it: who serves it, and for which region it came."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import msgspec

from stepwell.api.pages import Pages
from stepwell.api.sizes import sized_members
from stepwell.core.journal import Parent
from stepwell.engine.engine import Engine
from stepwell.engine.queues import Gone

Answer = dict[str, Any]
"""The members of an answer; absent ones are left out, so that None is a null on the wire."""


class Call(msgspec.Struct, frozen=True):
    """What an operation needs beside its request."""

    engine: Engine
    pages: Pages
    region: str
    gone: Gone  # done once the client has hung up
    parent: Parent | None = None  # the try of a task that asks for this
    trace: str | None = None  # the trace header of the HTTP request

    @property
    def account(self) -> str:
        return self.engine.config.account


Request = TypeVar("Request", bound=msgspec.Struct)


class Operation(Generic[Request]):
    """An operation of the API: what it reads, who serves it, and whether it may take long."""

    def __init__(
        self,
        request: type[Request],
        serve: Callable[[Call, Request], Awaitable[Answer]],
        waits: bool = False,
    ) -> None:
        self.decoder = msgspec.json.Decoder(request)
        self.sized = sized_members(request)
        self.serve = serve
        self.waits = waits
