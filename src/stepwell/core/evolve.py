"""`evolve`: the only place where an execution's state changes, one journal entry at a time, in place.

It evaluates no expression and reads no clock: everything a later decision needs stands in the entry. Live running and
recovery both come through here, so they cannot disagree. What may follow what is the table in `execution`.
"""

from collections.abc import Callable
from typing import Any

from stepwell.core import journal as j
from stepwell.core import mocks
from stepwell.core.children import begin_child, child_ended, drop_children, stop_children
from stepwell.core.document import Document
from stepwell.core.execution import Branch, Execution, Group, Phase, Try
from stepwell.core.open_work import abandon, blocked, close_work, let_go, open_work, own
from stepwell.core.redrive import begin_again
from stepwell.core.work import Work, WorkKind, callback_queue


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


# -- the execution itself ----------------------------------------------------------------------------------------------


def _execution_started(x: Execution, e: j.ExecutionStarted, position: int, document: Document | None) -> None:
    x.arn, x.machine_arn, x.revision, x.name = e.arn, e.machine_arn, e.revision, e.name
    x.role_arn, x.version_arn, x.alias_arn = e.role_arn, e.version_arn, e.alias_arn
    x.parent = e.parent
    x.mocks = {} if e.mocks is None else mocks.decode(e.mocks)
    x.started_at = e.at
    x.input = _document(e, position, document)
    x.branches[0] = Branch(0, None, 0, e.start_at, x.input, 0)
    if e.variables:
        x.root.variables = {name: Document(text) for name, text in e.variables.items()}
    x.next_branch = 1
    x.ready.append(0)
    if e.due is not None:
        open_work(x, None, position, WorkKind.EXECUTION_TIMEOUT, due=e.due)


def _execution_closed(x: Execution, e: Any, position: int, document: Document | None) -> None:
    x.status = j.STATUS[type(e)]
    x.stopped_at = e.at
    x.ready.clear()
    for id in list(x.owners.values()):
        abandon(x, x.branches[id])
    for key in list(x.work):
        close_work(x, key)
    if x.parent is not None and x.parent.waits:
        key = (position, WorkKind.NOTICE_ENDED)
        x.opened_work[key] = Work(x.id, *key, queue=f"{x.parent.execution}:{x.parent.position}")
    if isinstance(e, j.ExecutionSucceeded):
        x.output = _document(e, position, document, x.root.data)
    else:
        x.error, x.cause = e.error, e.cause


def _execution_redriven(x: Execution, e: j.ExecutionRedriven, position: int, document: Document | None) -> None:
    begin_again(x)
    x.status = "RUNNING"
    x.stopped_at = x.error = x.cause = None
    x.redrive_count, x.redriven_at = e.count, e.at
    if e.due is not None:
        open_work(x, None, position, WorkKind.EXECUTION_TIMEOUT, due=e.due)


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
    branch.entered_event = 0
    if branch.group is not None:
        drop_children(x, branch)
    let_go(x, branch)
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
        child_ended(x, branch, x.branches[branch.parent])


def _state_aborted(x: Execution, e: j.StateAborted, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    branch.phase = Phase.ABORTED
    abandon(x, branch)
    branch.task = None


def _evaluation_failed(x: Execution, e: j.EvaluationFailed, position: int, document: Document | None) -> None:
    x.branches[e.branch].last = e.event


def _waiting_until(x: Execution, e: j.WaitingUntil, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    branch.phase = Phase.WAITING
    blocked(x, branch)
    own(x, branch, position)
    open_work(x, branch, position, WorkKind.WAIT, due=e.due)


def _retry_scheduled(x: Execution, e: j.RetryScheduled, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    if branch.group is not None:
        drop_children(x, branch)
    let_go(x, branch)  # the delay of a retry before, whose try did not come about
    branch.retries = dict(branch.retries or {})
    branch.retries[e.retrier] = branch.retries.get(e.retrier, 0) + 1
    branch.retry_count += 1
    branch.last = e.previous
    branch.phase = Phase.RETRYING
    blocked(x, branch)
    own(x, branch, position)
    open_work(x, branch, position, WorkKind.RETRY, due=e.due)


# -- tasks -------------------------------------------------------------------------------------------------------------


def _task_scheduled(x: Execution, e: j.TaskScheduled, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    let_go(x, branch)
    own(x, branch, position)
    branch.task = Try(e, position, _document(e, position, document, branch.input), _mocked(x, branch.state))
    branch.phase = Phase.SCHEDULED
    branch.last = e.event
    blocked(x, branch)
    given_out = e.family == "Activity" and branch.task.mocked is None
    open_work(x, branch, position, WorkKind.ACTIVITY if given_out else WorkKind.CALL, queue=branch.task.service)
    _open_deadlines(x, branch, position, e)


def _mocked(x: Execution, state: str) -> int | None:
    """Which try of a mocked state begins, from 0; None: its task is done."""
    if state not in x.mocks:
        return None
    number = x.tries.get(state, 0)
    x.tries[state] = number + 1
    return number


def _open_deadlines(x: Execution, branch: Branch, position: int, e: j.TaskScheduled | j.TaskStarted) -> None:
    if e.timeout_due is not None:
        open_work(x, branch, position, WorkKind.TASK_TIMEOUT, due=e.timeout_due)
    if e.heartbeat_due is not None:
        open_work(x, branch, position, WorkKind.HEARTBEAT, due=e.heartbeat_due)


def _task_started(x: Execution, e: j.TaskStarted, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    assert branch.task is not None
    branch.phase = Phase.STARTED
    branch.last = e.event
    close_work(x, (branch.task.position, WorkKind.ACTIVITY))
    _open_deadlines(x, branch, branch.task.position, e)
    if branch.task.family == "Activity" and branch.task.heartbeat is None and branch.task.mocked is None:
        _open_callback(x, branch)  # nobody shows to be at work: it may be with a person


def _task_put_back(x: Execution, e: j.TaskPutBack, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    assert branch.task is not None
    branch.phase = Phase.SCHEDULED
    let_go(x, branch)
    own(x, branch, branch.task.position)
    open_work(x, branch, branch.task.position, WorkKind.ACTIVITY, queue=branch.task.resource)


def _task_submitted(x: Execution, e: j.TaskSubmitted, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    tried = branch.task
    assert tried is not None
    tried.submitted = _document(e, position, document)
    tried.submitted_at = e.at
    branch.phase = Phase.STARTED
    branch.last = e.event
    close_work(x, (tried.position, WorkKind.CALL))
    if tried.waits_for_job:
        open_work(x, branch, tried.position, WorkKind.JOB, due=e.at)
    elif tried.waits_for_token:
        _open_callback(x, branch)


def _open_callback(x: Execution, branch: Branch) -> None:
    assert branch.task is not None
    queue = callback_queue(x.machine_arn, branch.state)
    open_work(x, branch, branch.task.position, WorkKind.CALLBACK, queue=queue)


def _task_ended(x: Execution, e: Any, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    if isinstance(e, j.TaskSucceeded):
        branch.result = _document(e, position, document)
    branch.phase = Phase.ENTERED
    branch.task = None
    branch.last = e.event
    let_go(x, branch)


# -- Parallel and Map --------------------------------------------------------------------------------------------------


def _parallel_started(x: Execution, e: j.ParallelStarted, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    data = _document(e, position, document, branch.input)
    let_go(x, branch)
    branch.phase = Phase.JOINING
    branch.last = e.event
    branch.group = Group("Parallel", len(e.starts), data)
    blocked(x, branch)
    for index, state in enumerate(e.starts):
        begin_child(x, branch, index, state, data, e.event)


def _map_started(x: Execution, e: j.MapStarted, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    items = _document(e, position, document, branch.input)
    let_go(x, branch)
    branch.phase = Phase.JOINING
    branch.last = e.event
    branch.group = Group("Map", e.length, items, e.start, e.concurrency)
    blocked(x, branch)


def _iteration_started(x: Execution, e: j.MapIterationStarted, position: int, document: Document | None) -> None:
    parent = x.branches[e.branch]
    assert parent.group is not None
    data = _document(e, position, document, parent.input)
    child = begin_child(x, parent, e.index, parent.group.start, data, e.event)
    child.item = data
    group = parent.group
    if group.filling and not group.has_room:
        group.filling = False
        blocked(x, parent)


def _iteration_succeeded(x: Execution, e: j.MapIterationSucceeded, position: int, document: Document | None) -> None:
    child = x.branches.pop(e.branch)
    assert child.parent is not None
    parent = x.branches[child.parent]
    assert parent.group is not None
    parent.last = e.event
    del parent.group.children[child.id]
    blocked(x, child)


def _iteration_stopped(x: Execution, e: Any, position: int, document: Document | None) -> None:
    child = x.branches[e.branch]
    if child.phase is not Phase.ENDED:
        child.phase = Phase.ABORTED
    blocked(x, child)


def _group_succeeded(x: Execution, e: j.GroupSucceeded, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    branch.phase = Phase.ENTERED
    blocked(x, branch)


def _group_failed(x: Execution, e: j.GroupFailed, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    branch.phase = Phase.ENTERED
    branch.last = e.event
    blocked(x, branch)
    stop_children(x, branch)


def _group_aborted(x: Execution, e: j.GroupAborted, position: int, document: Document | None) -> None:
    branch = x.branches[e.branch]
    branch.phase = Phase.ABORTED
    stop_children(x, branch)


_RULES: dict[type[j.Entry], Callable[[Execution, Any, int, Document | None], None]] = {
    j.ExecutionStarted: _execution_started,
    j.ExecutionSucceeded: _execution_closed,
    j.ExecutionFailed: _execution_closed,
    j.ExecutionAborted: _execution_closed,
    j.ExecutionTimedOut: _execution_closed,
    j.ExecutionRedriven: _execution_redriven,
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
