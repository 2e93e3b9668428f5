"""Tallies of all machines: read from the newest executions when somebody first looks, then kept up by each commit."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from stepwell.clock import Milliseconds
from stepwell.console.series import DAY, Tally
from stepwell.console.watching import changed_row
from stepwell.core import journal as j
from stepwell.core.advance import Transition
from stepwell.engine.engine import Engine
from stepwell.engine.residents import Resident
from stepwell.store.protocol import ExecutionRow

NEWEST = 10_000
"""Executions read at the first look, and as many of those that run."""
MACHINES = 1_000
"""Machines tallied; of more, those that something happened to last."""
MOST_RUNNING = 20_000
"""Executions of one machine known to run."""
ASIDE = 100
"""Executions set aside that are named."""
ROWS = 250
"""Read at a time, between which others run."""
FORGOTTEN_AFTER = 600
"""Seconds after which nobody looks any more: tallies are dropped, and commits cost nothing again."""
LASTS: Milliseconds = DAY.seconds * DAY.buckets * 1000


class Tallies:
    """An onlooker from the first look until nobody has looked for a while."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading: asyncio.Task[None] | None = None
        self._forget: asyncio.TimerHandle | None = None
        self._clear()

    def _clear(self) -> None:
        self.since: Milliseconds = 0  # what happened from here on is tallied
        self.running_complete = True
        self.set_aside: dict[int, ExecutionRow] = {}
        self._by_machine: OrderedDict[str, Tally] = OrderedDict()
        self._running: dict[str, set[int]] = {}  # by machine
        self._meanwhile = _Meanwhile()
        self._has_read = False

    async def look(self) -> None:
        """Have tallies; they are kept up for a while. Raises StoreError."""
        if self._forget is not None:
            self._forget.cancel()
        self._forget = asyncio.get_running_loop().call_later(FORGOTTEN_AFTER, self._drop)
        if self._reading is None or (self._reading.done() and self._failed(self._reading)):
            self._reading = asyncio.create_task(self._read(), name="tallies")
        await asyncio.shield(self._reading)

    @staticmethod
    def _failed(task: "asyncio.Task[None]") -> bool:
        return task.cancelled() or task.exception() is not None

    def of(self, machine_arn: str) -> Tally:
        """A machine's; an empty one where nothing happened."""
        return self._by_machine.get(machine_arn) or Tally()

    def running(self, machine_arn: str) -> int:
        """How many of its executions run."""
        return len(self._running.get(machine_arn, ()))

    def _drop(self) -> None:
        if self in self._engine.runner.onlookers:
            self._engine.runner.onlookers.remove(self)
        self._reading = self._forget = None
        self._clear()

    # -- the first look ------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        self._clear()
        if self not in self._engine.runner.onlookers:
            self._engine.runner.onlookers.append(self)
        began = self._engine.clock.now() - LASTS
        meanwhile = self._meanwhile
        read: set[int] = set()

        def take(row: ExecutionRow) -> bool:
            if row.place[0] < began:
                return False
            read.add(row.id)
            if row.started_at >= began and row.id not in meanwhile.started:
                self._tally(row.machine_arn).start(row.started_at)
            if row.stopped_at is not None and row.id not in meanwhile.ended:
                self._tally(row.machine_arn).end(row)
            return True

        def take_running(row: ExecutionRow) -> bool:
            if row.id not in meanwhile.ended:
                self._runs(row)
            if row.aside is not None and len(self.set_aside) < ASIDE:
                self.set_aside[row.id] = row
            return True

        last = await self._each(None, take)
        self.since = began if last is None else last
        if await self._each("RUNNING", take_running) is not None:
            self.running_complete = False
        for row in meanwhile.ended.values():  # it went to the front of the list, past which we were
            if row.id not in read and row.id not in meanwhile.started and row.started_at >= began:
                self._tally(row.machine_arn).start(row.started_at)
        self._meanwhile = _Meanwhile()
        self._has_read = True

    async def _each(self, status: str | None, take: Callable[[ExecutionRow], bool]) -> Milliseconds | None:
        """Show the newest executions, until `take` wants no more; where it was given up: the place of the last one."""
        after, seen = None, 0
        while rows := await self._engine.store.executions(None, status, after, ROWS):
            for row in rows:
                if not take(row):
                    return None
            seen, after = seen + len(rows), rows[-1].place
            if seen >= NEWEST:
                return after[0]
            await asyncio.sleep(0)
        return None

    def _tally(self, machine_arn: str) -> Tally:
        found = self._by_machine.get(machine_arn)
        if found is None:
            found = self._by_machine[machine_arn] = Tally()
            if len(self._by_machine) > MACHINES:
                self._by_machine.popitem(last=False)
        self._by_machine.move_to_end(machine_arn)
        return found

    # -- as an onlooker ------------------------------------------------------------------------------------------------

    def see(self, resident: Resident, transition: Transition) -> None:
        row = changed_row(resident, transition)
        if row is None:
            return
        tally = self._tally(row.machine_arn)
        if isinstance(transition.entries[0], j.ExecutionStarted):
            tally.start(row.started_at)
            if not self._has_read:
                self._meanwhile.started.add(row.id)
        if row.stopped_at is None:
            self._runs(row)
            return
        tally.end(row)
        self._running.get(row.machine_arn, set()).discard(row.id)
        self.set_aside.pop(row.id, None)
        if not self._has_read:
            self._meanwhile.ended[row.id] = row

    def kept(self, row: ExecutionRow) -> None:
        """Its end was seen."""

    def aside(self, row: ExecutionRow) -> None:
        if len(self.set_aside) < ASIDE:
            self.set_aside[row.id] = row

    def release(self) -> None:
        """Nobody waits here."""

    def _runs(self, row: ExecutionRow) -> None:
        running = self._running.setdefault(row.machine_arn, set())
        if len(running) < MOST_RUNNING:
            running.add(row.id)
        elif row.id not in running:
            self.running_complete = False


class _Meanwhile:
    """What commits told while the store was being read, which may or may not have told it too."""

    def __init__(self) -> None:
        self.started: set[int] = set()
        self.ended: dict[int, ExecutionRow] = {}
