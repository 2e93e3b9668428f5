"""The check of a whole store that nobody runs on: all that must hold of its executions, work and revisions."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

import msgspec

from stepwell.asl.parse import compile_definition
from stepwell.asl.states import StateMachine
from stepwell.engine.check_execution import Finding, Inspection
from stepwell.engine.records import Revision, StateMachineRecord, revision_key
from stepwell.store.protocol import ExecutionRow, Resource, Store, Stored, Work, WorkKind

PAGE = 100  # executions read at a time, journals and all
ROWS = 1_000  # rows of other kinds read at a time
EXAMPLES = 100  # problems of a kind that are kept; all are counted

REVISION = "a revision is missing or does not compile"
STATE = "a state is not in the definition"
INDEX = "work that no execution has"
UNREADABLE = "a record cannot be read"

_FOREVER = (1 << 62) - 1


class Problem(msgspec.Struct, frozen=True):
    """Something that must not be."""

    kind: str
    subject: str  # ARN of the execution or the machine
    detail: str


class Report:
    """What a check has seen, and what was wrong."""

    def __init__(self) -> None:
        self.executions = 0
        self.entries = 0
        self.work = 0
        self.revisions = 0
        self.aside = 0  # executions that an earlier build could not go on with: no problem of the data
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, list[Problem]] = {}

    @property
    def sound(self) -> bool:
        return not self.counts

    def add(self, problem: Problem) -> None:
        self.counts[problem.kind] += 1
        kept = self.examples.setdefault(problem.kind, [])
        if len(kept) < EXAMPLES:
            kept.append(problem)


async def check(store: Store, progress: Callable[[int], None] = lambda executions: None) -> Report:
    """Look at everything in an opened store on which no server runs. Raises StoreError when it cannot be read.

    `progress` is called with the number of executions seen so far. Memory: one page of journals, a number for
    each execution that has work, and the definitions in use.
    """
    examination = _Examination(store)
    await examination.machines()
    async for rows in _pages(store):
        for stored in await store.load([row.id for row in rows]):
            await examination.execution(stored)
        progress(examination.report.executions)
    await examination.open_work()
    return examination.report


async def _pages(store: Store) -> AsyncIterator[Sequence[ExecutionRow]]:
    after = None
    while rows := await store.executions(None, None, after, PAGE):
        yield rows
        after = rows[-1].place


class _Examination:
    """A check under way."""

    def __init__(self, store: Store) -> None:
        self.report = Report()
        self._store = store
        self._machines: dict[str, StateMachine | None] = {}  # by revision; None: cannot be had, and reported
        self._working: dict[int, int] = {}  # execution -> rows of work

    async def machines(self) -> None:
        """Every machine has the revision that it says is its current one."""
        after = None
        while page := await self._store.list("stateMachine", None, after, ROWS):
            for resource in page:
                try:
                    record = msgspec.msgpack.decode(resource.body, type=StateMachineRecord)
                except msgspec.DecodeError as problem:
                    self.report.add(Problem(UNREADABLE, resource.arn, str(problem)))
                else:
                    await self._machine(record.arn, record.revision)
            after = page[-1].arn

    async def execution(self, stored: Stored) -> None:
        inspection = Inspection(stored)
        row = stored.row
        for kind, detail in inspection.findings():
            self.report.add(Problem(kind, row.arn, detail))
        machine = await self._machine(row.machine_arn, row.revision)
        if machine is not None:
            for kind, detail in _state_findings(inspection, machine):
                self.report.add(Problem(kind, row.arn, detail))
        self.report.executions += 1
        self.report.entries += len(inspection.entries)
        self.report.aside += row.aside is not None
        if stored.work:
            self._working[row.id] = len(stored.work)

    async def _machine(self, machine_arn: str, revision: str) -> StateMachine | None:
        key = revision_key(machine_arn, revision)
        if key not in self._machines:
            self.report.revisions += 1
            self._machines[key] = self._compiled(key, await self._store.get(key))
        return self._machines[key]

    def _compiled(self, key: str, resource: Resource | None) -> StateMachine | None:
        if resource is None:
            self.report.add(Problem(REVISION, key, "there is no such revision"))
            return None
        try:
            revision = msgspec.msgpack.decode(resource.body, type=Revision)
            return compile_definition(revision.definition, revision.type)
        except Exception as problem:  # whatever it is that keeps it from compiling
            self.report.add(Problem(REVISION, key, f"{type(problem).__name__}: {problem}"))
            return None

    async def open_work(self) -> None:
        """Walk the work as recovery does, by due time and by queue: it must be that which the executions have."""
        found: Counter[int] = Counter()
        async for page in self._work_pages():
            for work in page:
                found[work.execution] += 1
        self.report.work = found.total()
        for execution in sorted(found.keys() | self._working.keys()):
            listed, kept = found[execution], self._working.get(execution, 0)
            if listed != kept:
                self.report.add(Problem(INDEX, f"execution {execution}", f"{listed} rows are listed, it has {kept}"))

    async def _work_pages(self) -> AsyncIterator[Sequence[Work]]:
        after = (-1, 0, 0, "")
        while timers := await self._store.due(_FOREVER, after, ROWS):
            yield timers
            last = timers[-1]
            assert last.due is not None
            after = (last.due, last.execution, last.position, last.kind)
        listed = (WorkKind.ACTIVITY, WorkKind.CALL, WorkKind.CALLBACK, WorkKind.RUNNABLE)
        for kind in (*listed, *sorted(WorkKind.NOTICES)):
            place = 0
            while rows := await self._store.queued(kind, None, place, ROWS):
                yield [work for _, work in rows]
                place = rows[-1][0]


def _state_findings(inspection: Inspection, machine: StateMachine) -> Iterator[Finding]:
    states: Sequence[str] = sorted({branch.state for branch in inspection.execution.branches.values()})
    for name in states:
        if name not in machine.states:
            yield STATE, f"a branch is in {name}, which the revision does not have"
