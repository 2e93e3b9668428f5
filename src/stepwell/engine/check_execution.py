"""What must hold of one stored execution: its journal makes sense, and its rows say what the journal says."""

from collections.abc import Iterator, Sequence
from typing import Any

from stepwell.clock import Milliseconds
from stepwell.core import journal as j
from stepwell.core.evolve import evolve
from stepwell.core.execution import Branch, Execution, Phase
from stepwell.core.work import Work, WorkKind
from stepwell.store.protocol import Chunk, ExecutionRow, Stored

Finding = tuple[str, str]
"""Kind of problem, and what exactly was found."""

POSITIONS = "journal positions are not contiguous"
FOLD = "the journal does not fold"
EVENTS = "event ids are not 1..n in order"
REFERENCE = "a payload refers to no earlier text"
TRANSITION = "an entry its branch may not take"
ROW = "the execution's row differs from the journal"
WORK = "open work differs from the journal"
STUCK = "a branch waits for something that never comes"

_ALIVE = frozenset(Phase) - {Phase.ENDED, Phase.ABORTED}
_TRY = frozenset({Phase.ENTERED, Phase.RETRYING})
_TAKEN = frozenset({Phase.SCHEDULED, Phase.STARTED})

ALLOWED: dict[type[j.Entry], frozenset[Phase]] = {
    j.StateEntered: frozenset({Phase.READY}),
    j.StateExited: frozenset({Phase.ENTERED, Phase.WAITING, Phase.RETRYING}),
    j.StateAborted: frozenset({Phase.WAITING, Phase.RETRYING}) | _TAKEN,
    j.WaitingUntil: frozenset({Phase.ENTERED}),
    j.RetryScheduled: _TRY | {Phase.JOINING},
    j.TaskScheduled: _TRY,
    j.TaskStarted: frozenset({Phase.SCHEDULED}),
    j.TaskPutBack: frozenset({Phase.STARTED}),
    j.TaskSubmitted: _TAKEN,
    j.TaskSucceeded: _TAKEN,
    j.TaskFailed: _TAKEN,
    j.ParallelStarted: _TRY,
    j.MapStarted: _TRY,
    j.MapIterationStarted: frozenset({Phase.JOINING}),
    j.MapIterationSucceeded: frozenset({Phase.ENDED}),
    j.MapIterationFailed: _ALIVE,
    j.MapIterationAborted: _ALIVE | {Phase.ABORTED},
    j.GroupSucceeded: frozenset({Phase.JOINING}),
    j.GroupFailed: frozenset({Phase.JOINING}),
    j.GroupAborted: frozenset({Phase.JOINING}),
}
"""In which phases a branch takes an entry: the table at the top of `core.execution`, in full.

It is what keeps a state from being entered twice, and a try from being started or answered twice.
"""


class Inspection:
    """One execution, folded entry by entry while what must hold of each is looked at."""

    def __init__(self, stored: Stored) -> None:
        self.stored = stored
        self.execution = Execution(stored.row.id)
        self.entries: list[j.AnyEntry] = []
        self._redriven = 0  # the last ExecutionRedriven's id

    def findings(self) -> Iterator[Finding]:
        """All that is wrong. What rests on a journal that cannot be read is not looked at."""
        broken = False
        for finding in self._fold():
            broken = broken or finding[0] in (POSITIONS, FOLD)
            yield finding
        if broken:
            return
        yield from _row_findings(self.stored.row, self.execution)
        yield from _work_findings(self.stored.work, self.execution)
        if self.execution.running:
            yield from _stuck_findings(self.execution, self._redriven)

    def _fold(self) -> Iterator[Finding]:
        try:
            yield from self._read(self.stored.chunks)
        except Exception as problem:
            yield FOLD, f"a chunk cannot be read: {problem}"
            return
        if not self.entries or not isinstance(self.entries[0], j.ExecutionStarted):
            yield FOLD, "it does not begin with ExecutionStarted"
            return
        for position, entry in enumerate(self.entries):
            yield from self._entry_findings(position, entry)
            try:
                evolve(self.execution, entry)
            except Exception as problem:
                yield FOLD, f"{_name(entry)} at position {position}: {type(problem).__name__}: {problem}"
                return

    def _read(self, chunks: Sequence[Chunk]) -> Iterator[Finding]:
        for chunk in chunks:
            if chunk.position != len(self.entries):
                yield POSITIONS, f"position {chunk.position} follows after {len(self.entries)} entries"
            entries = j.decode(chunk.data)
            if len(entries) != chunk.count:
                yield POSITIONS, f"the chunk at {chunk.position} counts {chunk.count} entries and has {len(entries)}"
            self.entries += entries

    def _entry_findings(self, position: int, entry: j.AnyEntry) -> Iterator[Finding]:
        where = f"{_name(entry)} at position {position}"
        if entry.event:
            if entry.event != self.execution.events + 1:
                yield EVENTS, f"{where} has id {entry.event} after {self.execution.events}"
            if not 0 <= entry.previous < entry.event:
                yield EVENTS, f"{where} has id {entry.event} and previousEventId {entry.previous}"
        if entry.at < self.execution.last_at:
            yield EVENTS, f"{where} is earlier than the entry before it"
        if not self._refers_well(position, entry):
            yield REFERENCE, f"{where} refers to position {getattr(entry, 'payload', None)}"
        yield from self._transition_findings(where, entry)

    def _refers_well(self, position: int, entry: Any) -> bool:
        payload = getattr(entry, "payload", "")
        if isinstance(payload, str):
            return True
        return 0 <= payload < position and isinstance(getattr(self.entries[payload], "payload", None), str)

    def _transition_findings(self, where: str, entry: j.AnyEntry) -> Iterator[Finding]:
        if isinstance(entry, j.ExecutionRedriven):
            if self.execution.running or self.execution.status == "SUCCEEDED":
                yield TRANSITION, f"{where}: the execution is {self.execution.status}"
            self._redriven = entry.event
        elif not self.execution.running:
            yield TRANSITION, f"{where} comes after the execution had ended"
        allowed = ALLOWED.get(type(entry))
        if allowed is None:
            return
        branch = self.execution.branches.get(entry.branch)
        if branch is not None and branch.phase not in allowed:  # one that is not there fails the fold
            yield TRANSITION, f"{where}: branch {branch.id} is {branch.phase.value} in state {branch.state}"
        elif branch is not None and isinstance(entry, j.StateEntered) and entry.name != branch.state:
            yield TRANSITION, f"{where} enters {entry.name} where {branch.state} comes next"


def _name(entry: j.Entry) -> str:
    return type(entry).__name__


def _row_findings(row: ExecutionRow, execution: Execution) -> Iterator[Finding]:
    pairs = {
        "arn": (row.arn, execution.arn),
        "machine": (row.machine_arn, execution.machine_arn),
        "revision": (row.revision, execution.revision),
        "name": (row.name, execution.name),
        "version": (row.version_arn, execution.version_arn),
        "alias": (row.alias_arn, execution.alias_arn),
        "status": (row.status, execution.status),
        "start": (row.started_at, execution.started_at),
        "stop": (row.stopped_at, execution.stopped_at),
        "redrives": (row.redrive_count, execution.redrive_count),
        "last redrive": (row.redriven_at, execution.redriven_at),
    }
    for what, (kept, said) in pairs.items():
        if kept != said:
            yield ROW, f"{what}: the row says {kept}, the journal {said}"


def _work_findings(rows: Sequence[Work], execution: Execution) -> Iterator[Finding]:
    kept = {(work.position, work.kind): work for work in rows if work.kind not in WorkKind.NOTICES}
    said = dict(execution.work)
    if execution.ready:
        said[0, WorkKind.RUNNABLE] = Work(execution.id, 0, WorkKind.RUNNABLE)
    for key in sorted(kept.keys() - said.keys()):
        yield WORK, f"{_work_name(kept[key])} is kept, but nothing is to be done there"
    for key in sorted(said.keys() - kept.keys()):
        if key[1] == WorkKind.CALLBACK:
            continue  # the task began to wait before there were such rows: it is only not listed
        yield WORK, f"{_work_name(said[key])} is to be done, but not kept"
    for key in sorted(said.keys() & kept.keys()):
        if _what(kept[key]) != _what(said[key]):
            yield WORK, f"{_work_name(kept[key])}: kept {_what(kept[key])}, to be done {_what(said[key])}"


def _what(work: Work) -> tuple[Milliseconds | None, str | None]:
    """Due time and queue; what is moved without an entry is moved in the row alone."""
    return (None if work.kind in WorkKind.MOVED else work.due, work.queue)


def _work_name(work: Work) -> str:
    return f"{work.kind} of position {work.position}"


def _stuck_findings(execution: Execution, redriven: int) -> Iterator[Finding]:
    ready = set(execution.ready)
    for branch in execution.branches.values():
        does_again = branch.phase is Phase.ENTERED and branch.entered_event < redriven
        steps = branch.phase in _STEPS or does_again
        if not (steps if branch.id in ready else _moves_on(execution, branch, ready)):
            yield STUCK, f"branch {branch.id} is {branch.phase.value} in state {branch.state}"


_STEPS = frozenset({Phase.READY, Phase.ENDED, Phase.JOINING})
"""Between two slices a branch that can go on is about to enter, to end, or to see to its children.

Or to do the state again that it was in when the execution was redriven.
"""

_AWAITED: dict[Phase, tuple[str, ...]] = {
    Phase.WAITING: (WorkKind.WAIT,),
    Phase.RETRYING: (WorkKind.RETRY,),
    Phase.SCHEDULED: (WorkKind.ACTIVITY, WorkKind.CALL),
}
"""The work that ends each kind of waiting. A STARTED task waits for its worker, with a deadline or without."""


def _moves_on(execution: Execution, branch: Branch, ready: set[int]) -> bool:
    """Whether something will come for a branch that is not ready: its work, its worker, or a child's end."""
    if branch.phase is Phase.ABORTED:
        return True
    if branch.phase is Phase.JOINING:
        return branch.group is not None and any(_lives(execution.branches[id], ready) for id in branch.group.children)
    if branch.phase is Phase.ENDED:
        return branch.parent is not None
    if branch.owned is None or execution.owners.get(branch.owned) != branch.id:
        return False
    if branch.phase is Phase.STARTED:
        return True
    return any((branch.owned, kind) in execution.work for kind in _AWAITED.get(branch.phase, ()))


def _lives(child: Branch, ready: set[int]) -> bool:
    return child.phase in _ALIVE or child.id in ready
