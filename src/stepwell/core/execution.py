"""An execution's state, and `evolve`: the only place where it changes, one journal entry at a time, in place.

`evolve` evaluates no expression and reads no clock: everything a later decision needs stands in the entry. Live
running and recovery both come through here, so they cannot disagree.

What a branch can be, and which entry moves it where:

    from                     entry                    to
    READY                    StateEntered             ENTERED
    ENTERED, RETRYING        TaskScheduled            SCHEDULED
    ENTERED, RETRYING        ParallelStarted          JOINING (its branches begin READY)
    ENTERED, RETRYING        MapStarted               JOINING
    JOINING                  MapIterationStarted      JOINING (the iteration begins READY)
    ENTERED                  WaitingUntil             WAITING
    SCHEDULED                TaskStarted              STARTED
    STARTED                  TaskPutBack              SCHEDULED
    SCHEDULED, STARTED       TaskSubmitted            STARTED
    SCHEDULED, STARTED       TaskSucceeded, -Failed   ENTERED
    JOINING                  GroupSucceeded, -Failed  ENTERED
    ENTERED                  RetryScheduled           RETRYING
    any but ENDED            StateExited              READY, or ENDED at the end of its scope
    any but ENDED            StateAborted, …Aborted   ABORTED

ENTERED is never seen between two facts but for a state that failed the execution.
"""

from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Any

from stepwell.clock import Milliseconds
from stepwell.core import journal as j
from stepwell.core.document import Document
from stepwell.core.work import Work, WorkKind


class Phase(Enum):
    """What a branch is doing; see the table at the top."""

    READY = "ready"  # about to enter `state` with `data`
    ENTERED = "entered"  # in `state`, between two of its entries
    WAITING = "waiting"  # in a Wait state
    SCHEDULED = "scheduled"  # its task waits to be taken or answered
    STARTED = "started"  # its task is being worked on
    RETRYING = "retrying"  # waiting for a retrier's delay
    JOINING = "joining"  # waiting for its children
    ENDED = "ended"  # through its scope; `data` is the output
    ABORTED = "aborted"  # stopped because a sibling failed


class Try:
    """A try of a task: what a token stands for."""

    __slots__ = ("family", "heartbeat", "input", "position", "resource", "resource_type", "timeout")

    def __init__(self, entry: j.TaskScheduled, position: int, input: Document) -> None:
        self.position = position
        self.input = input  # what the worker is given
        self.family = entry.family
        self.resource = entry.resource
        self.resource_type = entry.resource_type
        self.timeout = entry.timeout
        self.heartbeat = entry.heartbeat


class Group:
    """The children of a Parallel or Map state, and what they have come to."""

    __slots__ = ("children", "concurrency", "ended", "items", "length", "results", "start", "started", "type")

    def __init__(self, type: str, length: int, items: Document, start: str = "", concurrency: int = 0) -> None:
        self.type = type
        self.length = length
        self.items = items
        self.start = start
        self.concurrency = concurrency
        self.started = 0
        self.ended = 0
        self.results: list[Document | None] = [None] * length
        self.children: dict[int, None] = {}  # branches that live, in order


class Branch:
    """One line of control: the execution's own, a Parallel's branch, a Map's iteration."""

    __slots__ = (
        "before",
        "data",
        "entered_at",
        "entered_event",
        "group",
        "id",
        "index",
        "input",
        "item",
        "last",
        "owned",
        "parent",
        "phase",
        "result",
        "retries",
        "retry_count",
        "state",
        "task",
        "variables",
        "work",
    )

    def __init__(self, id: int, parent: int | None, index: int, state: str, data: Document, last: int) -> None:
        self.id = id
        self.parent = parent
        self.index = index
        self.state = state
        self.data = data  # before a state: its input to be; at the end: the output
        self.input = data  # raw input of the state it is in
        self.result: Document | None = None  # of its task, until it leaves the state
        self.item: Document | None = None  # of an iteration: its input
        self.last = last  # event that the next one names as previous
        self.phase = Phase.READY
        self.before = last  # event before the state was entered
        self.entered_event = 0
        self.entered_at = 0
        self.retry_count = 0
        self.retries: dict[int, int] | None = None  # retrier -> how often, in this visit of the state
        self.task: Try | None = None
        self.group: Group | None = None
        self.variables: dict[str, Document] | None = None
        self.work: list[tuple[int, str]] | None = None  # keys of its open work
        self.owned: int | None = None  # position of the wait, retry or try that it is in


class Execution:
    """Everything the core knows of an execution. Changed by `evolve` alone."""

    __slots__ = (
        "alias_arn",
        "arn",
        "branches",
        "cause",
        "closed_work",
        "error",
        "events",
        "id",
        "input",
        "last_at",
        "length",
        "machine_arn",
        "name",
        "next_branch",
        "opened_work",
        "output",
        "owners",
        "ready",
        "revision",
        "role_arn",
        "started_at",
        "status",
        "stopped_at",
        "version_arn",
        "work",
    )

    def __init__(self, id: int) -> None:
        self.id = id
        self.arn = ""
        self.machine_arn = ""
        self.revision = ""
        self.name = ""
        self.role_arn = ""
        self.version_arn: str | None = None
        self.alias_arn: str | None = None
        self.input = _NOTHING
        self.output: Document | None = None
        self.error: str | None = None
        self.cause: str | None = None
        self.status = "RUNNING"
        self.started_at: Milliseconds = 0
        self.stopped_at: Milliseconds | None = None
        self.last_at: Milliseconds = 0
        self.length = 0  # journal entries
        self.events = 0  # those of AWS's history
        self.branches: dict[int, Branch] = {}
        self.next_branch = 0
        self.ready: deque[int] = deque()  # branches that can go on at once
        self.owners: dict[int, int] = {}  # position of a wait, retry or try -> branch that is in it
        self.work: dict[tuple[int, str], Work] = {}
        self.opened_work: dict[tuple[int, str], Work] = {}  # since the last `drain_work`
        self.closed_work: list[tuple[int, str]] = []

    @property
    def root(self) -> Branch:
        return self.branches[0]

    @property
    def running(self) -> bool:
        return self.status == "RUNNING"

    @property
    def express(self) -> bool:
        return ":express:" in self.arn

    def owner(self, position: int) -> Branch | None:
        """The branch whose wait, retry or try of a task began at this position, while it is in it."""
        id = self.owners.get(position)
        return None if id is None else self.branches[id]

    def drain_work(self) -> tuple[list[Work], list[tuple[int, str]]]:
        """Work opened and closed since the last call; what was both is neither."""
        opened, closed = list(self.opened_work.values()), self.closed_work
        self.opened_work = {}
        self.closed_work = []
        return opened, closed


_NOTHING = Document("null", None)


def evolve(execution: Execution, entry: j.Entry, document: Document | None = None) -> None:
    """Take one entry into the state.

    `document` is the entry's payload where the caller has it at hand already; it saves decoding the text again and
    never says anything else than the entry does.
    """
    position = execution.length
    execution.length = position + 1
    execution.last_at = entry.at
    if entry.event:
        execution.events = entry.event
    _RULES[type(entry)](execution, entry, position, document)


class BrokenReference(Exception):
    """An entry refers to a text that its branch does not carry: the journal is not one that we wrote."""


def _document(entry: Any, position: int, document: Document | None, *carried: Document | None) -> Document:
    """The payload: at hand, or the text in the entry, or that one of the branch's documents to which it refers."""
    if document is not None:
        return document
    if isinstance(entry.payload, str):
        return Document(entry.payload, position=position)
    for candidate in carried:
        if candidate is not None and candidate.position == entry.payload:
            return candidate
    raise BrokenReference(f"entry {position} refers to the text of entry {entry.payload}, which its branch has not")


# -- work ------------------------------------------------------------------------------------------------------------


def _open(
    execution: Execution,
    branch: Branch | None,
    position: int,
    kind: str,
    due: Milliseconds | None = None,
    queue: str | None = None,
) -> None:
    key = (position, kind)
    work = Work(execution.id, position, kind, due, queue)
    execution.work[key] = work
    execution.opened_work[key] = work
    if branch is not None:
        if branch.work is None:
            branch.work = []
        branch.work.append(key)


def _close(execution: Execution, key: tuple[int, str]) -> None:
    if execution.work.pop(key, None) is None:
        return
    if execution.opened_work.pop(key, None) is None:
        execution.closed_work.append(key)


def _own(execution: Execution, branch: Branch, position: int) -> None:
    branch.owned = position
    execution.owners[position] = branch.id


def _close_all(execution: Execution, branch: Branch) -> None:
    if branch.owned is not None:
        del execution.owners[branch.owned]
        branch.owned = None
    if branch.work:
        for key in branch.work:
            _close(execution, key)
        branch.work = None


# -- the execution itself ----------------------------------------------------------------------------------------------


def _execution_started(x: Execution, e: j.ExecutionStarted, position: int, document: Document | None) -> None:
    x.arn, x.machine_arn, x.revision, x.name = e.arn, e.machine_arn, e.revision, e.name
    x.role_arn, x.version_arn, x.alias_arn = e.role_arn, e.version_arn, e.alias_arn
    x.started_at = e.at
    x.input = _document(e, position, document, _NOTHING)
    x.branches[0] = Branch(0, None, 0, e.start_at, x.input, 0)
    x.next_branch = 1
    x.ready.append(0)
    if e.due is not None:
        _open(x, None, position, WorkKind.EXECUTION_TIMEOUT, due=e.due)


def _execution_closed(x: Execution, e: Any, position: int, document: Document | None) -> None:
    x.status = j.STATUS[type(e)]
    x.stopped_at = e.at
    x.ready.clear()
    for key in list(x.work):
        _close(x, key)
    if isinstance(e, j.ExecutionSucceeded):
        x.output = _document(e, position, document, x.root.data)
    else:
        x.error, x.cause = e.error, e.cause


# -- states ------------------------------------------------------------------------------------------------------------


def _state_entered(x: Execution, e: j.StateEntered, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    branch.input = _document(e, position, document, branch.data)
    branch.phase = Phase.ENTERED
    branch.before = branch.last
    branch.entered_event = branch.last = e.event
    branch.entered_at = e.at
    branch.retries = None
    branch.retry_count = 0


def _state_exited(x: Execution, e: j.StateExited, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    branch.data = _document(e, position, document, branch.input, branch.result)
    branch.result = None
    branch.last = e.event
    if branch.group is not None:
        _drop_children(x, branch)
    _close_all(x, branch)
    if e.assigned:
        variables = dict(branch.variables or {})
        variables.update({name: Document(text) for name, text in e.assigned.items()})
        branch.variables = variables
    if e.next is not None:
        branch.state = e.next
        branch.phase = Phase.READY
        if not x.ready or x.ready[0] != branch.id:
            x.ready.appendleft(branch.id)
        return
    branch.phase = Phase.ENDED
    if branch.parent is None:
        if not x.ready or x.ready[0] != branch.id:
            x.ready.appendleft(branch.id)
    else:
        _child_ended(x, branch, x.branches[branch.parent])


def _child_ended(x: Execution, child: Branch, parent: Branch) -> None:
    group = parent.group
    assert group is not None
    group.results[child.index] = child.data
    group.ended += 1
    parent.last = child.last
    if x.ready and x.ready[0] == child.id:
        x.ready.popleft()
    if group.type == "Map":
        x.ready.appendleft(child.id)
    elif group.ended == group.length:
        x.ready.appendleft(parent.id)


def _state_aborted(x: Execution, e: j.StateAborted, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    branch.phase = Phase.ABORTED
    branch.task = None
    _close_all(x, branch)


def _evaluation_failed(x: Execution, e: j.EvaluationFailed, position: int, document: Document | None) -> None:
    x.branches[e.branch].last = e.event


def _waiting_until(x: Execution, e: j.WaitingUntil, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    branch.phase = Phase.WAITING
    _blocked(x, branch)
    _own(x, branch, position)
    _open(x, branch, position, WorkKind.WAIT, due=e.due)


def _retry_scheduled(x: Execution, e: j.RetryScheduled, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    if branch.group is not None:
        _drop_children(x, branch)
    _close_all(x, branch)  # the delay of a retry before, whose try did not come about
    branch.retries = dict(branch.retries or {})
    branch.retries[e.retrier] = branch.retries.get(e.retrier, 0) + 1
    branch.retry_count += 1
    branch.last = e.previous
    branch.phase = Phase.RETRYING
    _blocked(x, branch)
    _own(x, branch, position)
    _open(x, branch, position, WorkKind.RETRY, due=e.due)


def _blocked(x: Execution, branch: Branch) -> None:
    """The branch waits for a fact now: it is first in line when live, and in line somewhere after a restart."""
    if x.ready and x.ready[0] == branch.id:
        x.ready.popleft()
    elif branch.id in x.ready:
        x.ready.remove(branch.id)


# -- tasks -------------------------------------------------------------------------------------------------------------


def _task_scheduled(x: Execution, e: j.TaskScheduled, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    _close_all(x, branch)
    _own(x, branch, position)
    branch.task = Try(e, position, _document(e, position, document, branch.input))
    branch.phase = Phase.SCHEDULED
    branch.last = e.event
    _blocked(x, branch)
    kind = WorkKind.ACTIVITY if e.family == "Activity" else WorkKind.CALL
    _open(x, branch, position, kind, queue=e.resource)
    _open_deadlines(x, branch, position, e)


def _open_deadlines(x: Execution, branch: Branch, position: int, e: j.TaskScheduled | j.TaskStarted) -> None:
    if e.timeout_due is not None:
        _open(x, branch, position, WorkKind.TASK_TIMEOUT, due=e.timeout_due)
    if e.heartbeat_due is not None:
        _open(x, branch, position, WorkKind.HEARTBEAT, due=e.heartbeat_due)


def _task_started(x: Execution, e: j.TaskStarted, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    assert branch.task is not None
    branch.phase = Phase.STARTED
    branch.last = e.event
    _close(x, (branch.task.position, WorkKind.ACTIVITY))
    _open_deadlines(x, branch, branch.task.position, e)


def _task_put_back(x: Execution, e: j.TaskPutBack, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    assert branch.task is not None
    branch.phase = Phase.SCHEDULED
    _close_all(x, branch)
    _own(x, branch, branch.task.position)
    _open(x, branch, branch.task.position, WorkKind.ACTIVITY, queue=branch.task.resource)


def _task_submitted(x: Execution, e: j.TaskSubmitted, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    assert branch.task is not None
    branch.phase = Phase.STARTED
    branch.last = e.event
    _close(x, (branch.task.position, WorkKind.CALL))


def _task_ended(x: Execution, e: Any, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    if isinstance(e, j.TaskSucceeded):
        branch.result = _document(e, position, document)
    branch.phase = Phase.ENTERED
    branch.task = None
    branch.last = e.event
    _close_all(x, branch)


# -- Parallel and Map --------------------------------------------------------------------------------------------------


def _begin_child(x: Execution, parent: Branch, index: int, state: str, data: Document, last: int) -> Branch:
    child = Branch(x.next_branch, parent.id, index, state, data, last)
    child.variables = parent.variables
    x.next_branch += 1
    x.branches[child.id] = child
    x.ready.append(child.id)
    assert parent.group is not None
    parent.group.children[child.id] = None
    parent.group.started += 1
    return child


def _drop_children(x: Execution, branch: Branch) -> None:
    group = branch.group
    assert group is not None
    for id in group.children:
        child = x.branches.pop(id)
        _close_all(x, child)
        if child.group is not None:
            _drop_children(x, child)
        _blocked(x, child)
    branch.group = None


def _parallel_started(x: Execution, e: j.ParallelStarted, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    data = _document(e, position, document, branch.input)
    _close_all(x, branch)
    branch.phase = Phase.JOINING
    branch.last = e.event
    branch.group = Group("Parallel", len(e.starts), data)
    _blocked(x, branch)
    for index, state in enumerate(e.starts):
        _begin_child(x, branch, index, state, data, e.event)


def _map_started(x: Execution, e: j.MapStarted, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    items = _document(e, position, document, branch.input)
    _close_all(x, branch)
    branch.phase = Phase.JOINING
    branch.last = e.event
    branch.group = Group("Map", e.length, items, e.start, e.concurrency)
    _blocked(x, branch)


def _iteration_started(x: Execution, e: j.MapIterationStarted, position: int, document: Document | None) -> None:
    parent = x.branches[e.branch]
    assert parent.group is not None
    data = _document(e, position, document, parent.input)
    child = _begin_child(x, parent, e.index, parent.group.start, data, e.event)
    child.item = data


def _iteration_succeeded(x: Execution, e: j.MapIterationSucceeded, position: int, document: Document | None) -> None:
    child = x.branches.pop(e.branch)
    assert child.parent is not None
    parent = x.branches[child.parent]
    assert parent.group is not None
    parent.last = e.event
    del parent.group.children[child.id]
    _blocked(x, child)


def _iteration_stopped(x: Execution, e: Any, position: int, document: Document | None) -> None:
    child = x.branches[e.branch]
    if child.phase is not Phase.ENDED:
        child.phase = Phase.ABORTED
    _blocked(x, child)


def _group_succeeded(x: Execution, e: j.GroupSucceeded, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    branch.phase = Phase.ENTERED
    _blocked(x, branch)


def _group_failed(x: Execution, e: j.GroupFailed, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    branch.phase = Phase.ENTERED
    branch.last = e.event
    _stop_children(x, branch)


def _group_aborted(x: Execution, e: j.GroupAborted, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    branch.phase = Phase.ABORTED
    _stop_children(x, branch)


def _stop_children(x: Execution, branch: Branch) -> None:
    """The children stay, for a redrive to see which had ended, but nothing is done for them any more."""
    if branch.group is None:
        return
    for id in branch.group.children:
        child = x.branches[id]
        _close_all(x, child)
        _blocked(x, child)
        if child.phase is not Phase.ENDED:
            child.phase = Phase.ABORTED
        _stop_children(x, child)


_RULES: dict[type[j.Entry], Callable[[Execution, Any, int, Document | None], None]] = {
    j.ExecutionStarted: _execution_started,
    j.ExecutionSucceeded: _execution_closed,
    j.ExecutionFailed: _execution_closed,
    j.ExecutionAborted: _execution_closed,
    j.ExecutionTimedOut: _execution_closed,
    j.StateEntered: _state_entered,
    j.StateExited: _state_exited,
    j.StateAborted: _state_aborted,
    j.EvaluationFailed: _evaluation_failed,
    j.WaitingUntil: _waiting_until,
    j.RetryScheduled: _retry_scheduled,
    j.TaskScheduled: _task_scheduled,
    j.TaskStarted: _task_started,
    j.TaskPutBack: _task_put_back,
    j.TaskSubmitted: _task_submitted,
    j.TaskSucceeded: _task_ended,
    j.TaskFailed: _task_ended,
    j.ParallelStarted: _parallel_started,
    j.MapStarted: _map_started,
    j.MapIterationStarted: _iteration_started,
    j.MapIterationSucceeded: _iteration_succeeded,
    j.MapIterationFailed: _iteration_stopped,
    j.MapIterationAborted: _iteration_stopped,
    j.GroupSucceeded: _group_succeeded,
    j.GroupFailed: _group_failed,
    j.GroupAborted: _group_aborted,
}
