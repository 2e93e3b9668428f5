"""The executions in memory: found by number, read from the store when needed, let go when memory is short."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Any

from msgspec.structs import replace

from stepwell.asl.states import StateMachine
from stepwell.core import journal
from stepwell.core.evolve import evolve
from stepwell.core.execution import Execution
from stepwell.core.facts import Fact, Start
from stepwell.engine.apart import Apart
from stepwell.engine.express import ExpressJournals, KeptJournal
from stepwell.engine.past import Past
from stepwell.store.protocol import ExecutionRow, Store, Stored, StoreError

BASE = 6_000
"""Bytes that an execution takes in memory besides its texts (measured: 5.2 to 6.4 KB with one waiting task)."""


class Keep(Enum):
    """How much of an execution is written to disk."""

    ALL = "all"  # Standard: every entry
    START = "start"  # asynchronous Express: that it began, until it has ended
    NOTHING = "nothing"  # synchronous Express


class Resident:
    """An execution in memory, and what the shell knows of it besides its state."""

    __slots__ = (
        "apart",
        "bytes",
        "closed",
        "execution",
        "keep",
        "kept",
        "machine",
        "past",
        "queued",
        "row",
        "runnable_row",
        "unwritten",
    )

    def __init__(self, execution: Execution, machine: StateMachine, row: ExecutionRow, keep: Keep) -> None:
        self.execution = execution
        self.machine = machine
        self.row = row
        self.keep = keep
        self.unwritten = 0  # commits on their way
        self.queued = False  # a further slice is scheduled
        self.runnable_row = False  # the store says that it can go on
        self.closed: asyncio.Future[None] | None = None  # done at its end, for whoever waits for it
        self.kept: KeptJournal | None = None  # of an Express execution, where that is wanted
        self.bytes = BASE
        self.past = Past() if machine.jsonata else None  # for the day when it must run apart
        self.apart: Apart[Any] | None = Apart() if machine.wild else None  # it does; holds the runner's deliveries

    def anew(self, id: int, aside: str | None = None) -> "Resident":
        """The same execution before anything happened to it."""
        row = replace(self.row, id=id, status="RUNNING", stopped_at=None, aside=aside)
        return Resident(Execution(id), self.machine, row, self.keep)

    def writes(self, fact: Fact) -> bool:
        """Whether what comes of this fact is written to disk."""
        return self.keep is Keep.ALL or (self.keep is Keep.START and isinstance(fact, Start))

    @property
    def idle(self) -> bool:
        """Nothing would be lost by forgetting it: the store knows all of it."""
        busy = self.unwritten or self.queued or (self.apart is not None and self.apart.busy)
        return self.keep is Keep.ALL and not busy and self.closed is None


class Unloadable(Exception):
    """An execution is there but our code cannot make its state from its journal."""

    def __init__(self, row: ExecutionRow, cause: Exception) -> None:
        super().__init__(f"{row.arn}: {type(cause).__name__}: {cause}")
        self.row = row


class Residents:
    """Executions in memory, least recently used first.

    `machine` gives the compiled definition of a machine ARN and revision; `unloadable` is told of executions that
    our code cannot load.
    """

    def __init__(
        self,
        store: Store,
        machine: Callable[[str, str], Awaitable[StateMachine]],
        unloadable: Callable[[Unloadable], None],
        budget: int,
        express: ExpressJournals,
    ) -> None:
        self._store = store
        self._machine = machine
        self._unloadable = unloadable
        self._budget = budget
        self._express = express
        self._by_id: OrderedDict[int, Resident] = OrderedDict()
        self._by_arn: dict[str, int] = {}
        self.forgetting: set[int] = set()  # being deleted from the store: not to be brought back to life any more
        self._loading: dict[int, asyncio.Future[set[int]]] = {}
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, id: int) -> bool:
        return id in self._by_id

    def get(self, id: int) -> Resident | None:
        resident = self._by_id.get(id)
        if resident is not None:
            self._by_id.move_to_end(id)
        return resident

    def of_revision(self, revision: str) -> list[Resident]:
        """Those that run by this revision of a state machine."""
        return [resident for resident in self._by_id.values() if resident.row.revision == revision]

    def of_machine(self, machine_arn: str) -> bool:
        """Whether any of them is of this state machine."""
        return any(resident.row.machine_arn == machine_arn for resident in self._by_id.values())

    def by_arn(self, arn: str) -> Resident | None:
        id = self._by_arn.get(arn)
        return None if id is None else self._by_id[id]

    def add(self, resident: Resident) -> None:
        if resident.keep is not Keep.ALL:
            resident.kept = self._express.begin()
        self._by_id[resident.execution.id] = resident
        self._by_arn[resident.row.arn] = resident.execution.id
        self.bytes += resident.bytes
        if self.bytes > self._budget:
            self._let_go(resident)

    def release(self, error: Exception) -> None:
        """Nobody is to wait for an end any longer."""
        for resident in self._by_id.values():
            if resident.closed is not None and not resident.closed.done():
                resident.closed.set_exception(error)

    def grew(self, resident: Resident, bytes: int) -> None:
        resident.bytes += bytes
        self.bytes += bytes

    def drop(self, id: int) -> None:
        resident = self._by_id.pop(id, None)
        if resident is not None:
            self.bytes -= resident.bytes
            self._by_arn.pop(resident.row.arn, None)
            if resident.kept is not None:
                resident.kept.release()

    def _let_go(self, newest: Resident) -> None:
        """Forget the idle ones that nobody asked for longest, down to nine tenths of the budget.

        `newest` stays, however large it is: somebody is about to use it.
        """
        for id in list(self._by_id):
            if self.bytes <= self._budget * 9 // 10:
                return
            resident = self._by_id[id]
            if resident.idle and resident is not newest:
                self.drop(id)

    async def load(self, ids: Sequence[int]) -> set[int]:
        """Take these executions into memory and return those that run. Raises StoreError.

        Where memory is short, some of those returned may have been let go again already: ask `get`.
        """
        there = {id for id in ids if id in self._by_id}
        missing = dict.fromkeys(id for id in ids if id not in there)
        mine = [id for id in missing if id not in self._loading]
        theirs = {self._loading[id] for id in missing if id in self._loading}
        if mine:
            there |= await self._load(mine)
        for other in theirs:
            there |= await other & missing.keys()
        return there

    async def ended(self, id: int) -> Resident | None:
        """An execution that has ended, for whoever lets it go on: it is not kept here until it is added.

        Raises StoreError, Unloadable.
        """
        for stored in await self._store.load([id]):
            if stored.row.status != "RUNNING":
                return await self._revive(stored)
        return None

    async def _load(self, ids: Sequence[int]) -> set[int]:
        done: asyncio.Future[set[int]] = asyncio.get_running_loop().create_future()
        self._loading.update(dict.fromkeys(ids, done))
        there: set[int] = set()
        try:
            for stored in await self._store.load(ids):
                if stored.row.status == "RUNNING":
                    try:
                        self.add(await self._revive(stored))
                    except Unloadable as problem:
                        self._unloadable(problem)
                    else:
                        there.add(stored.row.id)
        except BaseException as error:
            # Others wait for this too. That we were cancelled does not mean that they were.
            done.set_exception(error if isinstance(error, Exception) else StoreError("Loading was given up."))
            done.exception()  # seen, whether or not anybody else waits for it
            raise
        else:
            done.set_result(there)
        finally:
            for id in ids:
                del self._loading[id]
        return there

    async def _revive(self, stored: Stored) -> Resident:
        row = stored.row
        execution = Execution(row.id)
        size = 0
        try:
            machine = await self._machine(row.machine_arn, row.revision)
            for chunk in stored.chunks:
                size += len(chunk.data)
                for entry in journal.decode(chunk.data):
                    evolve(execution, entry)
        except StoreError:
            raise
        except Exception as cause:
            raise Unloadable(row, cause) from cause
        execution.drain_work()
        resident = Resident(execution, machine, row, Keep.START if row.express else Keep.ALL)
        resident.bytes += 3 * size
        if resident.past is not None:
            resident.past = Past(chunk.data for chunk in stored.chunks)
            resident.bytes += resident.past.bytes
        resident.runnable_row = any(work.kind == "runnable" for work in stored.work)
        return resident
