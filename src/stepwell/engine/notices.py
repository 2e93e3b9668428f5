"""Notices: what others must be told because of a commit. Their rows outlive the execution, until they were told."""

import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from stepwell.core import journal as j
from stepwell.core.work import Work, WorkKey, WorkKind
from stepwell.engine.background import Background
from stepwell.engine.calls import Calls, call_of
from stepwell.engine.reading import EVERYTHING, Journal
from stepwell.integrations.call import Call, CallFailed
from stepwell.store.protocol import Commit, Store

log = logging.getLogger(__name__)

TIMES = 5
"""How often a service is asked to stop a job until that is given up; AWS too does its best only."""

PAGE = 500


class Notices:
    """Tells those concerned, and then forgets the notice. `write` commits what is no journal."""

    def __init__(self, store: Store, calls: Calls, background: Background, write: Callable[[Commit], None]) -> None:
        self._store = store
        self._calls = calls
        self._background = background
        self._write = write
        self._kinds: dict[str, Callable[[Work], Coroutine[Any, Any, None]]] = {
            WorkKind.NOTICE_ENDED: self._tell_parent,
            WorkKind.NOTICE_STOP: self._stop_job,
        }

    def add(self, work: Work) -> None:
        """A notice is in the store."""
        self._background.spawn(self._give(work), f"a notice ({work.kind})")

    async def take_up(self) -> None:
        """Those that an earlier run left."""
        for kind in self._kinds:
            place = 0
            rows: Sequence[tuple[int, Work]] = ()

            async def add_page(kind: str = kind) -> None:
                nonlocal place, rows
                rows = await self._store.queued(kind, None, place, PAGE)
                for _, work in rows:
                    self.add(work)
                place = rows[-1][0] if rows else place

            await self._background.until_done(add_page)
            while rows:
                await self._background.until_done(add_page)

    async def _give(self, work: Work) -> None:
        await self._background.until_done(lambda: self._kinds[work.kind](work))
        self._write(Commit(execution=work.execution, position=0, closed=[WorkKey(*_key(work))]))

    async def _tell_parent(self, work: Work) -> None:
        """The child has ended: whoever started it looks after it."""
        assert work.queue is not None
        execution, _, position = work.queue.partition(":")
        self._calls.ask((int(execution), int(position)))

    async def _stop_job(self, work: Work) -> None:
        call, submitted = await self._read_call(work)
        for attempt in range(1, TIMES + 1):
            try:
                await self._calls.stop_job(call, submitted)
                return
            except CallFailed as problem:
                log.warning("%s: the job of state %s could not be stopped (attempt %d of %d): %s",
                            call.execution_arn, call.state, attempt, TIMES, problem)  # fmt: skip
                await self._background.pause()

    async def _read_call(self, work: Work) -> tuple[Call, str | None]:
        """The call of a try that is over, from the journal; and what the service answered, if it did."""
        row = next(iter(stored.row for stored in await self._store.load([work.execution])))
        journal = Journal(self._store, row.id, row.arn)
        entries = [journal[position] for position in await journal.read(0, EVERYTHING)]
        scheduled = entries[work.position]
        assert isinstance(scheduled, j.TaskScheduled)
        of_branch = [entry for entry in entries[: work.position] if entry.branch == scheduled.branch]
        state = next(entry.name for entry in reversed(of_branch) if isinstance(entry, j.StateEntered))
        later = (entry for entry in entries[work.position + 1 :] if entry.branch == scheduled.branch)
        # The next try, of a redrive, may have its own job by now.
        ends = j.TaskSubmitted | j.TaskFailed | j.TaskScheduled
        submitted = next((entry for entry in later if isinstance(entry, ends)), None)
        input = journal.text(scheduled.payload)
        call = call_of(row.arn, row.machine_arn, row.id, work.position, state, scheduled, input)
        return call, journal.text(submitted.payload) if isinstance(submitted, j.TaskSubmitted) else None


def _key(work: Work) -> tuple[int, int, str]:
    return work.execution, work.position, work.kind
