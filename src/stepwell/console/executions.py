"""Executions of all regions and machines, newest first, found by name, time and what is in them."""

import json
import time
from asyncio import sleep
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request

from stepwell.arns import parse_arn
from stepwell.console.asked import moment_asked, number_asked, text_asked
from stepwell.console.events import SLICE, entry_at, last_entry
from stepwell.console.rows import row_shown
from stepwell.core import journal as j
from stepwell.engine.engine import Engine
from stepwell.errors import ValidationException
from stepwell.store.codes import STATUS_CODES
from stepwell.store.protocol import ExecutionRow

MOST = 200
"""Executions in a page."""
USUAL = 50
EXAMINED = 5_000
"""Executions that one page examines at most,"""
SECONDS = 0.25
"""and for how long: what it found by then is answered, with the place to go on after."""
ROWS = 100
"""Read from the store at a time."""
BEFORE, AFTER = 40, 80
"""Characters around what was found."""

Place = tuple[int, int]


class Found(msgspec.Struct, frozen=True):
    """Where a text was found."""

    place: str  # input, output, error
    excerpt: str


async def executions(engine: Engine, request: Request) -> dict[str, Any]:
    """`GET /console/executions`. Raises ValidationException, StoreError."""
    limit = max(1, number_asked(request, "limit", USUAL, MOST))
    wanted = _filter(request)
    started_after, text = moment_asked(request, "startedAfter"), text_asked(request, "text")
    until, slice_end = time.monotonic() + SECONDS, time.monotonic() + SLICE
    shown: list[dict[str, Any]] = []
    examined, place = 0, _place_asked(request)
    async for row in _rows(engine, request, place):
        if started_after is not None and row.place[0] < started_after:
            return _page(shown, examined, None)  # nobody's place is before their start: all that follow began earlier
        examined += 1
        place = row.place
        if time.monotonic() > slice_end:
            await sleep(0)  # others first
            slice_end = time.monotonic() + SLICE
        if wanted(row):
            found = None if text is None else await _search(engine, row, text)
            if text is None:
                shown.append(row_shown(row))
            elif found is not None:
                shown.append({**row_shown(row), "found": {"in": found.place, "excerpt": found.excerpt}})
        if len(shown) == limit or examined == EXAMINED or time.monotonic() > until:
            return _page(shown, examined, place)
    return _page(shown, examined, None)


def _page(shown: list[dict[str, Any]], examined: int, place: Place | None) -> dict[str, Any]:
    next = None if place is None else f"{place[0]}-{place[1]}"
    return {"executions": shown, "next": next, "examined": examined}


async def _rows(engine: Engine, request: Request, after: Place | None) -> AsyncIterator[ExecutionRow]:
    machine, status = text_asked(request, "stateMachineArn"), text_asked(request, "status")
    if status is not None and status not in STATUS_CODES:
        raise ValidationException(f"There is no status {status[:40]}. Give one of {', '.join(STATUS_CODES)}.")
    while rows := await engine.store.executions(machine, status, after, ROWS):
        for row in rows:
            yield row
        after = rows[-1].place
        await sleep(0)  # others first


def _place_asked(request: Request) -> Place | None:
    text = text_asked(request, "after")
    if text is None:
        return None
    shown, _, id = text.partition("-")
    if not (shown.isdecimal() and id.isdecimal() and len(text) < 40):
        raise ValidationException(f"after={text[:40]} is no place in a list. Give the `next` of the page before.")
    return int(shown), int(id)


def _filter(request: Request) -> Callable[[ExecutionRow], bool]:
    region, name = text_asked(request, "region"), text_asked(request, "name")
    after, before = moment_asked(request, "startedAfter"), moment_asked(request, "startedBefore")
    part = None if name is None else name.casefold()

    def wanted(row: ExecutionRow) -> bool:
        return (
            (region is None or parse_arn(row.arn).region == region)
            and (part is None or part in row.name.casefold())
            and (after is None or row.started_at >= after)
            and (before is None or row.started_at <= before)
        )

    return wanted


async def _search(engine: Engine, row: ExecutionRow, text: str) -> Found | None:
    found = find({"input": await _text(engine, row, await entry_at(engine, row, 0))}, text)
    if found is not None or row.stopped_at is None:
        return found
    end = await last_entry(engine, row)
    if not isinstance(end, j.Closing):
        return None  # it has just been redriven
    output = await _text(engine, row, end) if isinstance(end, j.ExecutionSucceeded) else ""
    failure = (getattr(end, "error", None), getattr(end, "cause", None))
    return find({"output": output, "error": ": ".join(part for part in failure if part)}, text)


async def _text(engine: Engine, row: ExecutionRow, entry: j.Entry | None) -> str:
    """The payload of an entry; "" where its retention was over just now."""
    payload = getattr(entry, "payload", "")
    if isinstance(payload, int):
        payload = getattr(await entry_at(engine, row, payload), "payload", "")
    return payload if isinstance(payload, str) else ""


def find(texts: Mapping[str, str], text: str) -> Found | None:
    """Which of the texts has this one, in any case or as JSON escapes it; the first one counts."""
    needles = {text.lower(), json.dumps(text)[1:-1].lower()}
    for place, there in texts.items():
        lowered = there.lower()
        for needle in needles:
            at = lowered.find(needle)
            if at >= 0:
                return Found(place, _excerpt(there, at, len(needle)))
    return None


def _excerpt(text: str, at: int, length: int) -> str:
    first, last = max(0, at - BEFORE), at + length + AFTER
    return ("…" if first else "") + text[first:last] + ("…" if last < len(text) else "")
