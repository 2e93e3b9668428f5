"""The outbox of status-change events: a row an event, written by the commit that changes the status.

Every target has its own line and its own cursor, the last row up to which it was told of all. What all have been told
is deleted, but for the last such row: it shows that places in the order of arrival have not begun anew.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

import msgspec

from stepwell.clock import Clock
from stepwell.core import journal as j
from stepwell.core.advance import Transition
from stepwell.core.execution import Execution
from stepwell.core.status_event import CHANGES, StatusChange, status_event
from stepwell.core.work import Work, WorkKey, WorkKind
from stepwell.engine.background import Background
from stepwell.engine.reading import CHUNKS, Journal
from stepwell.engine.shelf import Recent, Shelf
from stepwell.engine.target_line import Row, TargetLine, TargetRecord
from stepwell.errors import ExecutionDoesNotExist
from stepwell.integrations.targets.target import Event, Target
from stepwell.store.protocol import Commit, Store, StoreError

log = logging.getLogger(__name__)

PAGE = 500

REMEMBERED = 200
"""Events kept in memory for the other targets."""

REDRIVEN = "redriven"
"""In the notice of an execution that has been redriven: its journal must be searched for when."""


def status_notices(execution: Execution, transition: Transition) -> list[Work]:
    """The notices of the changes of status among these entries: the first one and the last one may be such."""
    entries, queue = transition.entries, REDRIVEN if execution.redrive_count else None
    return [
        Work(execution.id, transition.position + index, WorkKind.NOTICE_STATUS, queue=queue)
        for index in sorted({0, len(entries) - 1})
        if entries and isinstance(entries[index], CHANGES)
    ]


class StatusEvents:
    """Tells the targets of all changes of status, at least once, and of each execution in order.

    `write` commits what is no journal. `most_events`: those that a history may have.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        background: Background,
        write: Callable[[Commit], None],
        targets: Sequence[Target],
        most_events: int,
    ) -> None:
        self._store = store
        self._clock = clock
        self._background = background
        self._write = write
        self._targets = targets
        self._most_events = most_events
        self._records: Shelf[TargetRecord] = Shelf(store, "target", TargetRecord, 1_000)
        self._recent: Recent[Event] = Recent(REMEMBERED)
        self._moved = asyncio.Event()
        self._deleted = 0  # rows up to this place are gone
        self.lines: list[TargetLine] = []

    @property
    def wanted(self) -> bool:
        """Whether anybody is to be told of anything."""
        return bool(self._targets)

    async def start(self) -> None:
        """Take up what an earlier run left; later, where the store cannot be read now."""
        try:
            await self._begin()
        except StoreError as error:
            log.warning("status changes are told once the store can be read: %s", error)
            self._background.spawn(self._background.until_done(self._begin), "targets")

    async def _begin(self) -> None:
        """A target that is new is told of what happens from now on."""
        kept = {record.name: record for record in await self._records.page(None, None, 1_000)}
        for name in kept.keys() - {target.name for target in self._targets}:
            await self._records.remove(kept[name].key)
        rows = [row async for row in self._rows()]
        if not self.wanted:
            self._close(rows)
            return
        lines = []
        for target in self._targets:
            record = kept.get(target.name) or TargetRecord.new(target.name, self._clock.now(), rows)
            lines.append(self._line(target, record.resumed(rows)))
            lines[-1].behind = sum(place > lines[-1].record.place for place, _ in rows)
            await self._records.put(lines[-1].record)
        self.lines = lines
        for line in lines:
            self._background.spawn(line.run(), f"target {line.target.name}")
        self._background.spawn(self._keep(), "cursors of targets")

    def _line(self, target: Target, record: TargetRecord) -> TargetLine:
        return TargetLine(target, record, self._clock, self._background, self._page, self._event, self._moved.set)

    async def stop(self) -> None:
        """Remember how far everybody got. Call it when the lines are no longer run."""
        for line in self.lines:
            try:
                if line.changed:
                    await self._records.put(line.record)
            except StoreError as error:  # events since then are told once more
                log.warning("how far target %s was told is not remembered: %s", line.target.name, error)
            await line.target.sender.close()

    def figures(self) -> dict[str, dict[str, int]]:
        """For metrics: by target, how many events it was told, how many it was not, and how many wait."""
        return {
            line.target.name: {"told": line.told, "given_up": line.record.given_up, "waiting": line.behind}
            for line in self.lines
        }

    def wake(self) -> None:
        """A notice is in the store."""
        for line in self.lines:
            line.wake()

    # -- rows ----------------------------------------------------------------------------------------------------------

    async def _page(self, after: int) -> Sequence[Row]:
        return await self._store.queued(WorkKind.NOTICE_STATUS, None, after, PAGE)

    async def _rows(self) -> AsyncIterator[Row]:
        place = 0
        while rows := await self._page(place):
            place = rows[-1][0]
            for row in rows:
                yield row

    async def _keep(self) -> None:
        """Write down how far the targets have got, and delete what none of them needs any more."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            await self._background.until_done(self._save)

    async def _save(self) -> None:
        for line in self.lines:
            if line.changed:
                record, line.changed = line.record, False
                try:
                    await self._records.put(record)
                except BaseException:
                    line.changed = True
                    raise
        await self._delete(min(line.record.place for line in self.lines))

    async def _delete(self, end: int) -> None:
        """Rows below this place."""
        while rows := [row for row in await self._page(self._deleted) if row[0] < end]:
            self._close(rows)
            self._deleted = rows[-1][0]

    def _close(self, rows: Iterable[Row]) -> None:
        for _, work in rows:
            key = WorkKey(work.execution, work.position, work.kind)
            self._write(Commit(execution=work.execution, position=0, closed=[key]))

    # -- events --------------------------------------------------------------------------------------------------------

    async def _event(self, work: Work) -> Event | None:
        """The event that a row stands for; None when its execution is not there any more. Raises StoreError."""
        key = f"{work.execution}:{work.position}"
        event = self._recent.get(key)
        if event is None:
            try:
                change = await self._change(work)
            except ExecutionDoesNotExist:
                return None
            event = _as_sent(change, self._most_events)
            self._recent.put(key, event)
        return event

    async def _change(self, work: Work) -> StatusChange:
        journal = Journal(self._store, work.execution)
        await journal.read(0, 0)
        if work.position not in journal:
            await journal.read(work.position, work.position)
        started, entry = journal[0], journal[work.position]
        assert isinstance(started, j.ExecutionStarted)
        await journal.resolve([entry])
        return StatusChange(
            started=started,
            entry=entry,
            position=work.position,
            input=journal.text(started.payload),
            output=journal.text(entry.payload) if isinstance(entry, j.ExecutionSucceeded) else None,
            redriven=await _last_redrive(journal, work.position) if work.queue == REDRIVEN else None,
        )


async def _last_redrive(journal: Journal, position: int) -> j.ExecutionRedriven | None:
    """The last redrive that is not after this position."""
    end = position + 1
    while end > 0 and (positions := await journal.read(0, end - 1, newest=CHUNKS)):
        for found in reversed(positions):
            entry = journal[found]
            if found <= position and isinstance(entry, j.ExecutionRedriven):
                return entry
        end = min(end - 1, positions[0])
    return None


def _as_sent(change: StatusChange, most_events: int) -> Event:
    return Event(
        id=change.id,
        execution_arn=change.started.arn,
        machine_arn=change.started.machine_arn,
        status=change.status,
        at=change.entry.at,
        body=msgspec.json.encode(status_event(change, most_events)),
    )
