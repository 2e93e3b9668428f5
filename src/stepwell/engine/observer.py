"""Observers: who looks at the entries of executions once they are on disk, and never holds them up.

What is seen waits in a queue with a bound. What finds no room in it is not observed, and counted: logs and traces are a
best effort, as on AWS.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from stepwell.core import journal as j
from stepwell.core.advance import Transition
from stepwell.engine.background import Background
from stepwell.engine.catalog import Catalog
from stepwell.engine.reading import EVERYTHING, Journal
from stepwell.engine.records import Settings
from stepwell.engine.residents import Resident
from stepwell.engine.shelf import Recent
from stepwell.store.protocol import ExecutionRow, Store

log = logging.getLogger(__name__)

WAITING = 64 * 1024 * 1024
"""Bytes of entries, roughly, that may wait or be kept for Express executions that run."""

ENTRY = 300  # bytes of an entry besides its payload


class Book:
    """The entries of an Express execution that runs: they may be nowhere else."""

    __slots__ = ("bytes", "entries")

    def __init__(self) -> None:
        self.entries: dict[int, j.Entry] = {}
        self.bytes = 0


class Seen(msgspec.Struct, frozen=True):
    """Entries of one commit."""

    row: ExecutionRow
    position: int  # of the first one
    entries: Sequence[j.Entry]
    redrives: int  # by then
    ended: bool
    book: Book | None
    bytes: int


class Observer:
    """Gives what is seen of executions whose settings it `wants` to `work`, as much at a time as has gathered.

    `ends_only`: of executions whose journal is in the store, only their ends are worth looking at.
    """

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        background: Background,
        wants: Callable[[Settings], bool],
        work: Callable[[list[tuple[Seen, Settings]]], Awaitable[None]],
        *,
        ends_only: bool,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._background = background
        self._wants = wants
        self._work = work
        self._ends_only = ends_only
        self._settings: Recent[Settings] = Recent(1_000)  # by revision
        self._queue: deque[Seen] = deque()
        self._books: OrderedDict[int, Book] = OrderedDict()
        self._bytes = 0
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.unseen = 0  # entries for which there was no room

    def see(self, resident: Resident, transition: Transition) -> None:
        """These entries stand."""
        row, entries, ended = resident.row, transition.entries, not resident.execution.running
        known = self._settings.get(row.revision)
        if not entries or (known is not None and not self._wants(known)):
            return
        size = sum(map(_size, entries))
        book = self._write_down(row.id, transition, size, ended) if row.express else None
        if not ended and self._ends_only:
            return
        if self._bytes + size > WAITING:
            self.unseen += len(entries)
            return
        self._bytes += size
        self._queue.append(Seen(row, transition.position, entries, resident.execution.redrive_count, ended, book, size))
        self._idle.clear()
        self._news.set()

    def _write_down(self, execution: int, transition: Transition, size: int, ended: bool) -> Book:
        book = self._books.pop(execution, None) or Book()
        if ended:
            self._bytes -= book.bytes
        else:
            self._books[execution] = book
            book.bytes += size
            self._bytes += size
        book.entries.update(enumerate(transition.entries, transition.position))
        while self._bytes > WAITING and self._books:  # endless ones, and those that our code could not go on with
            _, oldest = self._books.popitem(last=False)
            self._bytes -= oldest.bytes
            self.unseen += len(oldest.entries)
            oldest.entries.clear()
        return book

    async def run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            seen = [*self._queue]
            self._queue.clear()
            try:
                wanted = [(one, settings) for one in seen if self._wants(settings := await self._of(one.row))]
                if wanted:
                    await self._work(wanted)
            except Exception:  # of our own: what comes next is to be seen all the same
                log.exception("observing failed")
                self.unseen += sum(len(one.entries) for one in seen)
            finally:
                self._bytes -= sum(one.bytes for one in seen)
            if not self._queue:
                self._idle.set()

    async def settle(self, seconds: float) -> None:
        """The server stops: what waits has so long to be worked on."""
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            self.unseen += sum(len(one.entries) for one in self._queue)

    async def _of(self, row: ExecutionRow) -> Settings:
        found = self._settings.get(row.revision)

        async def read() -> None:
            nonlocal found
            revision = await self._catalog.revision(row.machine_arn, row.revision)
            found = Settings() if revision is None else revision.settings

        if found is None:
            await self._background.until_done(read)
            assert found is not None
            self._settings.put(row.revision, found)
        return found

    # -- texts ---------------------------------------------------------------------------------------------------------

    async def texts(self, seen: Seen) -> Callable[[j.Payload], str]:
        """How payloads of these entries become text; "" for one that is nowhere any more."""
        known: dict[int, j.Entry] = dict(enumerate(seen.entries, seen.position))
        if seen.book is not None:
            known = seen.book.entries
        journal = Journal(self._store, seen.row.id)
        payloads = (getattr(entry, "payload", None) for entry in seen.entries)
        missing = {payload for payload in payloads if isinstance(payload, int) and payload not in known}

        async def read() -> None:
            for position in sorted(missing):
                if position not in journal:
                    await journal.read(position, position)

        await self._background.until_done(read)

        def text(payload: j.Payload) -> str:
            if isinstance(payload, str):
                return payload
            if payload in known or payload in journal:
                found = getattr(known.get(payload) or journal[payload], "payload", "")
            else:
                found = ""
            return found if isinstance(found, str) else ""

        return text

    async def all_entries(self, seen: Seen) -> Sequence[j.Entry]:
        """The whole journal of an execution that has ended, as far as it is somewhere."""
        if seen.book is not None:
            return [entry for _, entry in sorted(seen.book.entries.items())]
        journal = Journal(self._store, seen.row.id)
        positions: list[int] = []

        async def read() -> None:
            nonlocal positions
            positions = await journal.read(0, EVERYTHING)

        await self._background.until_done(read)
        return [journal[position] for position in positions if position < seen.position + len(seen.entries)]


def _size(entry: j.Entry) -> int:
    payload = getattr(entry, "payload", None)
    return ENTRY + (len(payload) if isinstance(payload, str) else 0)
