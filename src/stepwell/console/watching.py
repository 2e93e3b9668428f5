"""Who looks at executions right now: they hear of each commit, and nobody is asked to wait for them."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from stepwell.core import journal as j
from stepwell.core.advance import Transition
from stepwell.core.work import WorkKind
from stepwell.engine.engine import Engine
from stepwell.engine.residents import Keep, Resident
from stepwell.errors import ServiceUnavailable, ThrottlingException
from stepwell.store.protocol import ExecutionRow

NAMED = 200
"""Executions that a reader is told of by name at a time; beyond that it is told that there are more."""
READERS = 500
"""Streams at one time."""


class Reader:
    """One stream's side of it: what has happened since it last asked, in bounded memory."""

    def __init__(self) -> None:
        self.changed: dict[int, ExecutionRow] = {}  # as it stands now
        self.more = False
        self.waiting = False  # some task waits for an answer now, or waits no more
        self.ended = False  # the server stops
        self._news = asyncio.Event()

    def note(self, row: ExecutionRow) -> None:
        """This execution's row is another one now."""
        if row.id in self.changed or len(self.changed) < NAMED:
            self.changed[row.id] = row
        else:
            self.more = True
        self.wake()

    def wake(self) -> None:
        self._news.set()

    def end(self) -> None:
        self.ended = True
        self.wake()

    def note_waiting(self) -> None:
        """The list of tasks that wait for an answer is another one now."""
        self.waiting = True
        self.wake()

    def take(self) -> tuple[list[ExecutionRow], bool]:
        """What has changed since the last time, and whether there was more."""
        taken = [*self.changed.values()], self.more
        self.changed, self.more = {}, False
        return taken

    def take_waiting(self) -> bool:
        """Whether the list of waiting tasks has changed since the last time."""
        taken, self.waiting = self.waiting, False
        return taken

    def settled(self) -> None:
        """What happens from now on is news."""
        self._news.clear()

    async def news(self, seconds: float) -> bool:
        """Wait for news; False when there were none for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        return self._news.is_set()


class Watching:
    """An onlooker while there are readers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._of_all: set[Reader] = set()
        self._of_one: dict[int, set[Reader]] = defaultdict(set)
        self._count = 0

    @contextlib.contextmanager
    def all(self) -> Iterator[Reader]:
        """Changes of any execution that is listed. Raises ThrottlingException, ServiceUnavailable."""
        with self._entered() as reader:
            self._of_all.add(reader)
            try:
                yield reader
            finally:
                self._of_all.discard(reader)

    @contextlib.contextmanager
    def one(self, execution: int) -> Iterator[Reader]:
        """One execution's changes, and each commit of it. Raises ThrottlingException, ServiceUnavailable."""
        with self._entered() as reader:
            self._of_one[execution].add(reader)
            try:
                yield reader
            finally:
                self._of_one[execution].discard(reader)
                if not self._of_one[execution]:
                    del self._of_one[execution]

    def check_room(self) -> None:
        """Raises ThrottlingException, ServiceUnavailable."""
        if self._engine.runner.released:
            raise ServiceUnavailable("The server is stopping.")
        if self._count >= READERS:
            raise ThrottlingException(f"{READERS} live streams are open, and there may be no more. Close some pages.")

    @contextlib.contextmanager
    def _entered(self) -> Iterator[Reader]:
        self.check_room()
        if not self._count:
            self._engine.runner.onlookers.append(self)
        self._count += 1
        try:
            yield Reader()
        finally:
            self._count -= 1
            if not self._count:
                self._engine.runner.onlookers.remove(self)

    # -- as an onlooker ------------------------------------------------------------------------------------------------

    def see(self, resident: Resident, transition: Transition) -> None:
        row = changed_row(resident, transition)
        if row is not None and row.express and (row.stopped_at is not None or resident.keep is not Keep.START):
            row = None  # not listed yet: `kept` tells of it
        if row is not None and self._is_listed(row):
            for reader in self._of_all:
                reader.note(row)
        if self._of_all and _changes_waiting(transition):
            for reader in self._of_all:
                reader.note_waiting()
        for reader in self._of_one.get(resident.execution.id, ()):
            if row is not None:
                reader.note(row)
            reader.wake()

    def kept(self, row: ExecutionRow) -> None:
        self._tell(row)

    def aside(self, row: ExecutionRow) -> None:
        self._tell(row)

    def release(self) -> None:
        for reader in self._of_all.union(*self._of_one.values()):
            reader.end()

    def _tell(self, row: ExecutionRow) -> None:
        for reader in self._of_all | self._of_one.get(row.id, set()):
            reader.note(row)

    def _is_listed(self, row: ExecutionRow) -> bool:
        return not row.express or self._engine.keeps_express


def changed_row(resident: Resident, transition: Transition) -> ExecutionRow | None:
    """The row as these entries make it, if they do; the resident's own may be ahead of what stands."""
    entries, row = transition.entries, resident.row
    if not entries:
        return None
    status = j.STATUS.get(type(entries[-1]))
    if status is not None:
        return replace(row, status=status, stopped_at=entries[-1].at)
    if transition.position == 0 or isinstance(entries[0], j.ExecutionRedriven):
        return row if row.stopped_at is None else replace(row, status="RUNNING", stopped_at=None)
    return None


def _changes_waiting(transition: Transition) -> bool:
    """Whether a task began to wait for an answer with it, or ended to."""
    return any(work.kind == WorkKind.CALLBACK for work in transition.opened) or any(
        kind == WorkKind.CALLBACK for _, kind in transition.closed
    )
