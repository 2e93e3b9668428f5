"""Live streams (server-sent events): which executions change, and all that happens in one of them."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from stepwell.console.asked import execution_asked, number_asked, text_asked
from stepwell.console.events import Events
from stepwell.console.rows import row_shown
from stepwell.console.watching import Reader, Watching
from stepwell.engine.engine import Engine
from stepwell.errors import ApiError
from stepwell.store.protocol import ExecutionRow, StoreError

QUIET = 15
"""Seconds after which a comment shows that the stream is alive."""
APART = 0.1
"""Seconds between two tellings of what has changed."""
EVENTS_APART = 0.03
"""Seconds between two looks at one execution's journal, so that what comes in a row is told at once."""

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Accel-Buffering": "no"}
COMMENT = b": \n\n"
EVENTS = b'event: events\ndata: {"events":%s}\n\n'

log = logging.getLogger(__name__)


class Live:
    """Serves `GET /console/live`."""

    def __init__(self, engine: Engine, watching: Watching) -> None:
        self._engine = engine
        self._watching = watching

    async def serve(self, request: Request) -> Response:
        """The stream of one execution where one is asked for, else the stream of all. Raises ApiError, StoreError."""
        self._watching.check_room()
        if text_asked(request, "execution") is None:
            return _stream(self._changes())
        after = number_asked(request, "after", 0)
        row = await execution_asked(self._engine, request)
        return _stream(self._execution(row, after))

    async def _changes(self) -> AsyncGenerator[bytes, None]:
        with self._watching.all() as reader:
            yield COMMENT
            while not reader.ended:
                if not await reader.news(QUIET):
                    yield COMMENT
                    continue
                reader.settled()
                rows, more = reader.take()
                waiting = reader.take_waiting()
                if rows or more or waiting:
                    shown = [row_shown(row) for row in rows]
                    yield frame("changed", {"executions": shown, "more": more, "waiting": waiting})
                    await asyncio.sleep(APART)

    async def _execution(self, row: ExecutionRow, after: int) -> AsyncGenerator[bytes, None]:
        with self._watching.one(row.id) as reader:
            # Again: what happened before we were a reader nobody would tell us.
            yield frame("execution", row_shown(await self._engine.store.find(row.arn) or row))
            async with aclosing(self._told(Events(self._engine, row, after), reader)) as told:
                async for one in told:
                    yield one

    async def _told(self, events: Events, reader: Reader) -> AsyncGenerator[bytes, None]:
        ready = False
        while not reader.ended:
            reader.settled()
            rows, _ = reader.take()
            while not reader.ended and (found := await events.frame()) is not None:
                if found != b"[]":
                    yield EVENTS % found
                await asyncio.sleep(0)
            for changed in rows:
                yield frame("execution", row_shown(changed))
            if not ready:
                ready = True
                yield frame("ready", {})
            await asyncio.sleep(EVENTS_APART)
            while not (reader.ended or await reader.news(QUIET)):
                yield COMMENT


def frame(event: str, data: dict[str, Any]) -> bytes:
    """One event of a stream; JSON has no line breaks."""
    return b"event: %s\ndata: %s\n\n" % (event.encode(), msgspec.json.encode(data))


def _stream(frames: AsyncGenerator[bytes, None]) -> Response:
    """Frames until there are no more, the client is gone or the store cannot answer: then clients connect again."""

    async def body() -> AsyncGenerator[bytes, None]:
        try:
            async with aclosing(frames):
                async for one in frames:
                    yield one
        except (StoreError, ApiError) as problem:
            log.warning("a live stream ends: %s", problem)

    return StreamingResponse(body(), media_type="text/event-stream", headers=HEADERS)
