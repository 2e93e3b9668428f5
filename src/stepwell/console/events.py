"""One execution's events, read and encoded in slices that nobody else has to wait for."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence

import msgspec

from stepwell.arns import parse_arn
from stepwell.console.brief import Briefs, BriefView
from stepwell.core import journal as j
from stepwell.engine.engine import Engine
from stepwell.engine.reading import EVERYTHING
from stepwell.engine.residents import Keep
from stepwell.store.protocol import Chunk, ExecutionRow

SLICE = 0.008
"""Seconds for which the event loop is held at a time, roughly."""
FRAME = 256 * 1024
"""Bytes of a frame, roughly."""
FIRST_PAGE, LARGEST_PAGE = 64, 2_000
PAGE_BYTES = 512 * 1024
"""How much is read from the store at a time, in entries and, as the size of what came before lets expect, in bytes."""

_split = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_entry: Callable[[msgspec.Raw], j.AnyEntry] = msgspec.msgpack.Decoder(j.AnyEntry).decode
_encode = msgspec.json.Encoder().encode


async def read_chunks(engine: Engine, row: ExecutionRow, first: int, last: int) -> list[Chunk]:
    """The chunks with these entries; of an Express execution also those that are in memory until its end."""
    found = list(await engine.store.journal(row.id, first, last))
    resident = engine.runner.residents.get(row.id) if row.express else None
    if resident is not None and resident.kept is not None:
        before = 1 if resident.keep is Keep.START else 0  # entries that are on disk
        chunks = resident.kept.since(max(0, first - before), LARGEST_PAGE)
        found += [Chunk(before + start, 0, data) for start, data in chunks]
    return found


class Events:
    """The events after one of a given id, encoded a frame at a time, as long as there are some."""

    def __init__(self, engine: Engine, row: ExecutionRow, after: int = 0) -> None:
        self._engine = engine
        self._row = row
        self._after = after
        self._next = after  # position; an event's is never below its id less one
        self._page = FIRST_PAGE
        self._entries: deque[tuple[int, msgspec.Raw]] = deque()  # read, and not told yet
        self._briefs = Briefs()
        self._view = BriefView(self._briefs, parse_arn(row.arn).region)

    async def frame(self) -> bytes | None:
        """A JSON array of the events that come next, perhaps empty; None when there are no more for now.

        Raises StoreError.
        """
        if not self._entries and not await self._read():
            self._briefs.clear()  # it may be long until something comes
            return None
        await asyncio.sleep(0)  # reading was a slice of its own
        until = time.perf_counter() + SLICE
        parts: list[bytes] = []
        size = 0
        while self._entries and size < FRAME and time.perf_counter() < until:
            position, raw = self._entries.popleft()
            entry = _entry(raw)
            payload = getattr(entry, "payload", None)
            if isinstance(payload, int) and self._briefs.get(payload) is None:
                await self._resolve(payload)
            self._briefs.note(position, entry)
            if entry.event > self._after and (event := self._view.event(entry)) is not None:
                parts.append(_encode(event))
                size += len(parts[-1])
        return b"[" + b",".join(parts) + b"]"

    async def _read(self) -> bool:
        """Have the next entries; False when there are none."""
        chunks = await read_chunks(self._engine, self._row, self._next, self._next + self._page - 1)
        size = 0
        for chunk in chunks:
            size += len(chunk.data)
            for position, raw in enumerate(_split(chunk.data), chunk.position):
                if position >= self._next:
                    self._entries.append((position, raw))
        if not self._entries:
            return False
        self._next = self._entries[-1][0] + 1
        self._page = _fitting(self._page, size)
        return True

    async def _resolve(self, position: int) -> None:
        for chunk in await read_chunks(self._engine, self._row, position, position):
            for place, raw in enumerate(_split(chunk.data), chunk.position):
                self._briefs.note(place, _entry(raw))


def _fitting(page: int, size: int) -> int:
    """How many entries to read next, when so many took so many bytes."""
    return max(1, min(LARGEST_PAGE, page * 4, page * PAGE_BYTES // max(1, size)))


async def find_entry(engine: Engine, row: ExecutionRow, id: int) -> tuple[int, j.AnyEntry] | None:
    """The entry of the event with this id, and its position. Raises StoreError."""
    first = max(0, id - 1)
    while chunks := await read_chunks(engine, row, first, first + FIRST_PAGE):
        entries = split_entries(chunks, first)
        for position, entry in entries:
            if entry.event == id:
                return position, entry
            if entry.event > id:
                return None
        first = entries[-1][0] + 1
    return None


async def entry_at(engine: Engine, row: ExecutionRow, position: int) -> j.AnyEntry | None:
    """The entry at a position; nothing else of its chunk is decoded. Raises StoreError."""
    for chunk in await read_chunks(engine, row, position, position):
        raws = _split(chunk.data)
        if chunk.position <= position < chunk.position + len(raws):
            return _entry(raws[position - chunk.position])
    return None


async def last_entry(engine: Engine, row: ExecutionRow) -> j.AnyEntry | None:
    """The last entry on disk. Raises StoreError."""
    chunks = await engine.store.journal(row.id, 0, EVERYTHING, newest=1)
    return _entry(_split(chunks[-1].data)[-1]) if chunks else None


def split_entries(chunks: Sequence[Chunk], first: int) -> list[tuple[int, j.AnyEntry]]:
    """The entries from position `first` on, each with its position."""
    found = []
    for chunk in chunks:
        for position, raw in enumerate(_split(chunk.data), chunk.position):
            if position >= first:
                found.append((position, _entry(raw)))
    return found
