"""A target's line: rows of the outbox in order, sent to one target, tried again, and given up at last.

Executions are told of side by side, the events of each one after the other. A row's end is remembered when all rows
before it have come to theirs, so that a crash makes some events be sent again, and none be left out.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import msgspec
from msgspec.structs import replace

from stepwell.clock import Clock, Milliseconds
from stepwell.core.work import Work
from stepwell.engine.background import Background
from stepwell.integrations.targets.target import Event, NotSent, Target

log = logging.getLogger(__name__)

WINDOW = 200
"""Events in line at one time."""

SPREAD = 2_000
"""Rows that may lie behind one that cannot be told yet; a crash has so many told once more at most."""

TRIES = 5
"""How often an event is tried again that fails while others get through."""

SHORTEST: Milliseconds = 500
LONGEST: Milliseconds = 60_000
"""Bounds of the pause after a failure; it doubles while nothing gets through."""

LISTED = 100
"""Events given up that are remembered by name; all are counted."""

Row = tuple[int, Work]
"""A notice, with its place in the order of arrival."""


class GivenUp(msgspec.Struct, frozen=True):
    """An event that a target was not told of."""

    at: Milliseconds  # when it was given up
    execution_arn: str
    status: str
    why: str


class TargetRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How far a target was told, as stored: all rows up to one, which `execution` and `position` identify."""

    name: str
    created_at: Milliseconds
    place: int
    execution: int = 0
    position: int = 0
    given_up: int = 0
    last_given_up: tuple[GivenUp, ...] = ()  # the latest at the end

    @property
    def key(self) -> str:
        return f"target:{self.name}"

    @property
    def scope(self) -> str:
        return ""

    @classmethod
    def new(cls, name: str, now: Milliseconds, rows: Sequence[Row]) -> "TargetRecord":
        """Of a target that is told of what comes after these rows."""
        record = cls(name=name, created_at=now, place=0)
        return record.after(rows[-1]) if rows else record

    def after(self, row: Row) -> "TargetRecord":
        place, work = row
        return replace(self, place=place, execution=work.execution, position=work.position)

    def resumed(self, rows: Sequence[Row]) -> "TargetRecord":
        """The same among the rows there are. Where its row is gone places may mean others now: then all are told."""
        there = any((place, work.execution, work.position) == self._row for place, work in rows)
        return self if there else replace(self, place=0)

    @property
    def _row(self) -> tuple[int, int, int]:
        return self.place, self.execution, self.position


class Waiting:
    """An event in line."""

    __slots__ = ("done", "row", "told_then", "tries", "why")

    def __init__(self, row: Row) -> None:
        self.row = row
        self.done = False  # told, not wanted, or given up
        self.why = ""  # it failed the last time
        self.tries = 0  # since it first failed, between which others got through
        self.told_then = 0  # how many others had been told when it failed


class TargetLine:
    """Tells one target of everything after its cursor.

    `read` gives rows after a place, `event` what a row stands for; `moved` is called when the cursor has moved.
    """

    def __init__(
        self,
        target: Target,
        record: TargetRecord,
        clock: Clock,
        background: Background,
        read: Callable[[int], Awaitable[Sequence[Row]]],
        event: Callable[[Work], Awaitable[Event | None]],
        moved: Callable[[], None],
    ) -> None:
        self.target = target
        self.record = record
        self.changed = False  # the record, since it was stored
        self.behind = 0  # rows after the cursor that have not come to their end
        self.told = 0
        self.problem: str | None = None  # why the last event failed; None once one got through
        self._clock = clock
        self._background = background
        self._read = read
        self._event = event
        self._moved = moved
        self._news = asyncio.Event()
        self._window: deque[Waiting] = deque()  # since the cursor, in order
        self._queues: dict[int, deque[Waiting]] = {}  # by execution
        self._read_to = record.place
        self._failures = 0  # rounds, one after the other, in which nothing got through
        self._down = False  # an event failed that was not refused: nobody else needs to try in this round

    def wake(self) -> None:
        """There is one more row."""
        self.behind += 1
        self._news.set()

    async def run(self) -> None:
        while True:
            self._news.clear()
            await self._background.until_done(self._fill)
            if not self._queues:
                await self._news.wait()
                continue
            failed = [] if self.behind > self.target.keep else await self._round()
            await self._give_up_hopeless()
            self._move_on()
            if self.behind <= self.target.keep:
                await self._pause([waiting.tries for waiting in failed if not waiting.done])

    async def _fill(self) -> None:
        while len(self._window) < SPREAD and sum(map(len, self._queues.values())) < WINDOW:
            rows = await self._read(self._read_to)
            for row in rows:
                waiting = Waiting(row)
                self._window.append(waiting)
                self._queues.setdefault(row[1].execution, deque()).append(waiting)
                self._read_to = row[0]
            if not rows:
                self.behind = sum(map(len, self._queues.values()))
                return

    # -- sending -------------------------------------------------------------------------------------------------------

    async def _round(self) -> list[Waiting]:
        """Try all that is in line, or one alone while the target is away; what failed."""
        told = self.told
        failed = [waiting for waiting in await self._try() if waiting is not None]
        self._failures = self._failures + 1 if failed and self.told == told else 0
        return failed

    async def _try(self) -> list[Waiting | None]:
        self._down = False
        first, *others = self._queues
        failed = [await self._serve(self._queues[first])] if self._failures else []
        if any(failed):
            self._queues[first] = self._queues.pop(first)  # the next time another one is tried
            return failed
        room = asyncio.Semaphore(self.target.concurrency)
        rest = others if self._failures else [first, *others]
        failed += await asyncio.gather(*(self._serve_in(room, self._queues[execution]) for execution in rest))
        for execution in [execution for execution, queue in self._queues.items() if not queue]:
            del self._queues[execution]
        return failed

    async def _serve_in(self, room: asyncio.Semaphore, queue: deque[Waiting]) -> Waiting | None:
        async with room:
            return await self._serve(queue)

    async def _serve(self, queue: deque[Waiting]) -> Waiting | None:
        """Tell of one execution, until an event of it fails; that one."""
        while queue and not self._down:
            waiting = queue[0]
            try:
                await self._tell(waiting)
            except NotSent as problem:
                self._failed(waiting, problem)
                return waiting
            queue.popleft()
            self._end(waiting)
        return None

    async def _tell(self, waiting: Waiting) -> None:
        event = await self._event_of(waiting)
        if event is None:
            await self._give_up(waiting, "its execution is not there any more")
        elif self.target.wants(event):
            try:
                await self.target.sender.send(event)
            except NotSent:
                raise
            except Exception as fault:  # ours, or of a library: the line must go on for the others
                log.exception("target %s: sending broke", self.target.name)
                raise NotSent(f"{type(fault).__name__}: {fault}") from fault
            self.told += 1
            self.problem = None

    async def _event_of(self, waiting: Waiting) -> Event | None:
        event: Event | None = None

        async def find() -> None:
            nonlocal event
            event = await self._event(waiting.row[1])

        await self._background.until_done(find)
        return event

    def _failed(self, waiting: Waiting, problem: NotSent) -> None:
        if waiting.why and self.told > waiting.told_then:  # otherwise it may be the target that is at fault
            waiting.tries += 1
        waiting.why, waiting.told_then = str(problem), self.told
        if self.problem is None:
            log.warning("target %s does not take an event: %s", self.target.name, problem)
        self.problem = str(problem)
        self._down = self._down or not problem.refused

    async def _pause(self, tries: Sequence[int]) -> None:
        """Leave the target alone that is away, or that has failed to take events so often."""
        if not self._failures and not tries:
            return
        doubled: Milliseconds = SHORTEST * 2 ** min(max(self._failures, *tries, 0), 10)
        end = self._clock.now() + min(doubled, LONGEST)
        while self._clock.now() < end:  # it may wake us early
            await self._clock.sleep_until(end)

    # -- coming to an end ----------------------------------------------------------------------------------------------

    def _end(self, waiting: Waiting) -> None:
        waiting.done = True
        self.behind -= 1

    def _move_on(self) -> None:
        """Put the cursor behind all that has come to its end."""
        record = self.record
        while self._window and self._window[0].done:
            record = record.after(self._window.popleft().row)
        if record is not self.record:
            self.record, self.changed = record, True
            self._moved()

    async def _give_up_hopeless(self) -> None:
        """Events that were tried often enough, that are too old while the target is away, or that are too many."""
        before = self.record.given_up
        for execution, queue in list(self._queues.items()):
            while queue and (why := await self._hopeless(queue[0])):
                waiting = queue.popleft()
                await self._give_up(waiting, why)
                self._end(waiting)
            if not queue:
                del self._queues[execution]
        if self.record.given_up > before:
            log.warning("target %s: %d events are given up, the last one of %s: %s", self.target.name,
                        self.record.given_up - before, self.record.last_given_up[-1].execution_arn,
                        self.record.last_given_up[-1].why)  # fmt: skip

    async def _hopeless(self, waiting: Waiting) -> str | None:
        if waiting.tries >= TRIES:
            return f"failed {waiting.tries + 1} times, while others got through: {waiting.why}"
        if self.behind > self.target.keep:
            return f"more than {self.target.keep} events wait: {self.problem or 'the target is too slow'}"
        if self.problem is not None and (event := await self._event_of(waiting)) is not None:
            age = self._clock.now() - event.at
            if age > self.target.give_up:
                return f"not taken for {age / 3_600_000:.1f} hours: {self.problem}"
        return None

    async def _give_up(self, waiting: Waiting, why: str) -> None:
        event = await self._event_of(waiting)
        arn, status = (event.execution_arn, event.status) if event else (f"execution {waiting.row[1].execution}", "")
        lost = (*self.record.last_given_up, GivenUp(self._clock.now(), arn, status, why))[-LISTED:]
        self.record = replace(self.record, given_up=self.record.given_up + 1, last_given_up=lost)
        self.changed = True
        self._moved()
