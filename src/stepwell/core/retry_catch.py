"""What happens when a state fails: a retrier takes the error, or a catcher, or the scope around it fails too."""

from collections.abc import Sequence

from stepwell.asl.states import Map, Parallel, Retrier, State, Task
from stepwell.clock import Milliseconds
from stepwell.core import dataflow
from stepwell.core import journal as j
from stepwell.core.document import Document
from stepwell.core.execution import Branch, Phase
from stepwell.core.turn import Turn
from stepwell.errors import ExpressionError, Failure, States

UNCATCHABLE = frozenset({States.RUNTIME})
"""Always the end of the execution (developer guide, "Error names")."""


def matches(error: str | None, names: Sequence[str], *, heartbeat: bool = False) -> bool:
    """Whether ErrorEquals `names` take `error`.

    `heartbeat`: the error is a missed heartbeat, which the history calls States.Timeout; either name takes it.
    """
    if error in names or (heartbeat and States.HEARTBEAT_TIMEOUT in names):
        return True
    if States.TASK_FAILED in names and error != States.TIMEOUT:
        return error not in UNCATCHABLE
    return States.ALL in names and error not in UNCATCHABLE


def delay(retrier: Retrier, attempt: int, jitter: float) -> Milliseconds:
    """How long to wait before the `attempt`-th retry (from 1); `jitter` is drawn from [0, 1)."""
    try:
        seconds = retrier.interval_seconds * retrier.backoff_rate ** (attempt - 1)
    except OverflowError:
        seconds = float("inf")
    seconds = min(seconds, retrier.max_delay_seconds or LONGEST_DELAY)
    return round(seconds * 1000 * (jitter if retrier.jitter else 1))


LONGEST_DELAY = 31_622_400
"""Seconds: a year, the longest that an execution can live."""


def fail(turn: Turn, branch: Branch, failure: Failure, *, heartbeat: bool = False) -> None:
    """The state that `branch` is in has failed: give the error to a retrier, a catcher, or the scope around it."""
    last = branch.last  # the failing event: what comes of it names it as previous
    while True:
        state = turn.machine.states[branch.state]
        if isinstance(state, Task | Parallel | Map) and failure.error not in UNCATCHABLE:
            if _retry(turn, branch, state, failure, heartbeat, last):
                return
            try:
                if _catch(turn, branch, state, failure, heartbeat, last):
                    return
            except ExpressionError as error:  # of the catcher's own: nobody catches that
                failure = failure_of(branch, error)
        last = _fail_group(turn, branch, state, last)
        if branch.parent is None:
            event = turn.next_event()
            turn.add(j.ExecutionFailed(turn.now, event, last, 0, failure.error, failure.cause))
            return
        branch = _stop_siblings(turn, branch, last)
        heartbeat = False


def failure_of(branch: Branch, error: ExpressionError) -> Failure:
    """An expression that could not be evaluated, as the failure of the state that `branch` is in."""
    if error.error == States.DATA_LIMIT_EXCEEDED:
        return Failure(error.error, error.cause)
    where = f"An error occurred while executing the state '{branch.state}' (entered at the event id"
    return Failure(error.error, f"{where} #{branch.entered_event}). {error.cause}")


def _retry(
    turn: Turn, branch: Branch, state: Task | Parallel | Map, failure: Failure, heartbeat: bool, last: int
) -> bool:
    for index, retrier in enumerate(state.retry):
        if matches(failure.error, retrier.error_equals, heartbeat=heartbeat):
            used = (branch.retries or {}).get(index, 0)
            if used >= retrier.max_attempts:
                return False
            jitter = turn.chance().random() if retrier.jitter else 1.0
            due = turn.now + delay(retrier, used + 1, jitter)
            turn.add(j.RetryScheduled(turn.now, 0, last, branch.id, index, due))
            return True
    return False


def _catch(
    turn: Turn, branch: Branch, state: Task | Parallel | Map, failure: Failure, heartbeat: bool, last: int
) -> bool:
    for catcher in state.catch:
        if matches(failure.error, catcher.error_equals, heartbeat=heartbeat):
            error_output = Document.of({"Error": failure.error, "Cause": failure.cause})
            placed = dataflow.place(branch.input, error_output, catcher.result_path)
            dataflow.within_limit(turn, branch, placed)
            assigned = dataflow.assignments(turn, branch, error_output, catcher.assign)
            _fail_group(turn, branch, state, last)
            dataflow.exit_state(turn, branch, state, placed, catcher.next, assigned)
            return True
    return False


def _fail_group(turn: Turn, branch: Branch, state: State, last: int) -> int:
    """Write the end of a Parallel or Map that was under way; returns the event that comes before what follows."""
    if branch.phase is not Phase.JOINING:
        return last
    event = turn.next_event()
    turn.add(j.GroupFailed(turn.now, event, last, branch.id, state.type))
    return event


def _stop_siblings(turn: Turn, branch: Branch, failing: int) -> Branch:
    """The branch takes its siblings with it; returns the branch that is in the Parallel or Map."""
    execution = turn.execution
    assert branch.parent is not None
    parent = execution.branches[branch.parent]
    assert parent.group is not None
    if parent.group.type == "Map":
        event = turn.next_event()
        turn.add(j.MapIterationFailed(turn.now, event, failing, branch.id, parent.state, branch.index))
    for id in list(parent.group.children):
        if id != branch.id:
            _abort(turn, execution.branches[id], parent, failing)
    return parent


def _abort(turn: Turn, branch: Branch, parent: Branch, failing: int) -> None:
    execution = turn.execution
    assert parent.group is not None
    if branch.group is not None:
        for id in list(branch.group.children):
            _abort(turn, execution.branches[id], branch, failing)
        kind = turn.machine.states[branch.state].type
        turn.add(j.GroupAborted(turn.now, turn.next_event(), failing, branch.id, kind))
    elif branch.phase in _ABORTABLE:
        kind = turn.machine.states[branch.state].type
        if kind in ("Task", "Wait"):
            turn.add(j.StateAborted(turn.now, turn.next_event(), failing, branch.id, kind))
    if parent.group.type == "Map" and branch.phase is not Phase.ENDED:
        event = turn.next_event()
        turn.add(j.MapIterationAborted(turn.now, event, failing, branch.id, parent.state, branch.index))


_ABORTABLE = frozenset({Phase.WAITING, Phase.SCHEDULED, Phase.STARTED, Phase.RETRYING})
