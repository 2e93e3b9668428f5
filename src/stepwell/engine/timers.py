"""Timers: a heap of those due soon; the others wait in the store until their time comes near."""

import asyncio
import heapq
from collections.abc import Sequence

from stepwell.clock import Clock, Milliseconds
from stepwell.core.work import Work
from stepwell.store.protocol import Store

Key = tuple[int, int, str]
"""Execution, position, kind."""

PAGE = 5_000  # timers read from the store at a time
MOST = 200_000  # timers held in memory
BATCH = 500  # timers fired together
IDLE: Milliseconds = 3_600_000  # how long to sleep when there is nothing to wait for
_FOREVER: Milliseconds = 1 << 62


class Timers:
    """Knows every timer due up to a horizon; what lies beyond is read from the store when the time comes.

    A timer that was ended or moved stays in the heap and is passed over: `_armed` says which due time counts.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._heap: list[tuple[Milliseconds, Key]] = []
        self._armed: dict[Key, Milliseconds] = {}
        self._unkept: set[Key] = set()  # of those, the ones that the store does not have
        self._horizon: Milliseconds = -1  # every timer due at or before it is in the heap
        self._seen: tuple[Milliseconds, int, int, str] = (-1, 0, 0, "")  # last row read
        self._touched: set[Key] | None = None  # while rows are read: timers that we know better than they do
        self._most = MOST
        self._earlier = asyncio.Event()  # a timer was set that comes before all others

    def __contains__(self, key: Key) -> bool:
        return key in self._armed

    def __len__(self) -> int:
        return len(self._armed)

    def set(self, work: Work, *, kept: bool = True) -> None:
        """Set or move a timer. `kept`: the store has it, so it may be forgotten until its time is near."""
        assert work.due is not None
        key = (work.execution, work.position, work.kind)
        if self._touched is not None:
            self._touched.add(key)
        if not kept:
            self._unkept.add(key)
        else:
            self._unkept.discard(key)
            if work.due > self._horizon:
                self._armed.pop(key, None)
                return
        first = self._heap[0][0] if self._heap else _FOREVER
        self._armed[key] = work.due
        heapq.heappush(self._heap, (work.due, key))
        if len(self._heap) > self._most and self._touched is None:
            self._forget_the_far()
        if work.due < first:
            self._earlier.set()

    def end(self, key: Key) -> None:
        """The timer is not wanted any more."""
        if self._touched is not None:
            self._touched.add(key)
        if self._armed.pop(key, None) is not None:
            self._unkept.discard(key)

    def _forget_the_far(self) -> None:
        """Draw the horizon nearer: half of the timers go, to be read again in time."""
        live = sorted({(due, key) for due, key in self._heap if self._armed.get(key) == due})
        middle = live[len(live) // 2][0] if live else _FOREVER
        if middle < self._horizon:  # at the horizon itself there may be some that were not read yet
            self._horizon = middle
            self._seen = (middle, _FOREVER, 0, "")
        self._heap = [(due, key) for due, key in live if due <= self._horizon or key in self._unkept]
        self._armed = {key: due for due, key in self._heap}
        # Where very many are due at the same moment few can go: do not try again at each further one.
        self._most = max(MOST, 2 * len(self._heap))

    async def due(self) -> Sequence[Key]:
        """Up to BATCH timers whose time has come; empty when there are none at the moment."""
        now = self._clock.now()
        if self._horizon <= now and not (self._heap and self._heap[0][0] <= now):
            await self._read_ahead()
        fired: list[Key] = []
        while self._heap and self._heap[0][0] <= now and len(fired) < BATCH:
            due, key = heapq.heappop(self._heap)
            if self._armed.get(key) == due:
                del self._armed[key]
                self._unkept.discard(key)
                fired.append(key)
        return fired

    def next_look(self) -> Milliseconds:
        """When `due` is to be asked again, if nothing earlier is set meanwhile."""
        while self._heap and self._armed.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        first = self._heap[0][0] if self._heap else self._clock.now() + IDLE
        return min(first, self._horizon)

    async def wait(self) -> None:
        """Sleep until `due` is worth asking again: it is time, or a timer was set that comes before all others."""
        self._earlier.clear()
        sleep = asyncio.ensure_future(self._clock.sleep_until(self.next_look()))
        earlier = asyncio.ensure_future(self._earlier.wait())
        try:
            await asyncio.wait((sleep, earlier), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            earlier.cancel()

    async def _read_ahead(self) -> None:
        """Read the next page of timers and move the horizon to its end."""
        before, self._horizon = self._horizon, _FOREVER  # what is set while we read must not be forgotten
        self._touched = set()
        try:
            rows = await self._store.due(_FOREVER - 1, self._seen, PAGE)
            for work in rows:
                if (work.execution, work.position, work.kind) not in self._touched:
                    self.set(work)
        except BaseException:
            self._horizon = before
            raise
        finally:
            self._touched = None
        if len(rows) == PAGE:
            last = rows[-1]
            assert last.due is not None
            self._seen = (last.due, last.execution, last.position, last.kind)
            self._horizon = last.due
