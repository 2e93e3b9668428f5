"""What happens when a state fails: a retrier takes the error, or a catcher, or the scope around it fails too."""

from collections.abc import Sequence

from stepwell.asl.states import Catcher, Map, Parallel, Retrier, State, Task
from stepwell.clock import Milliseconds
from stepwell.core import dataflow
from stepwell.core import journal as j
from stepwell.core.document import Document
from stepwell.core.execution import Branch, Phase
from stepwell.core.turn import RunApart, Turn
from stepwell.errors import ExpressionError, Failure, States
from stepwell.expressions.jsonata_errors import JsonataTimeout
from stepwell.expressions.scope import LONGEST_EVALUATION

UNCATCHABLE = frozenset({States.RUNTIME})
"""Always the end of the execution (developer guide, "Error names")."""

LONGEST_ERROR = 256
LONGEST_CAUSE = 32_768


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
    turn.failure = failure
    while True:
        state = turn.machine.states[branch.state]
        if isinstance(state, Task | Parallel | Map) and failure.error not in UNCATCHABLE:
            if _retry(turn, branch, state, failure, heartbeat, last):
                return
            try:
                if _catch(turn, branch, state, failure, heartbeat, last):
                    return
            except ExpressionError as error:  # of the catcher's own: nobody catches that
                failure = failure_of(turn, branch, error)
        last = _fail_group(turn, branch, state, failure, last)
        if branch.parent is None:
            turn.add(j.ExecutionFailed(*turn.head(branch, last), failure.error, failure.cause))
            return
        branch = _stop_siblings(turn, branch, last)
        heartbeat = False


def failure_of(turn: Turn, branch: Branch, error: ExpressionError) -> Failure:
    """An expression that could not be evaluated, as the failure of the state that `branch` is in.

    Raises RunApart for one that might be evaluated, given the time that AWS gives it.
    """
    if isinstance(error, JsonataTimeout) and turn.limits.time_limit < LONGEST_EVALUATION:
        raise RunApart from error
    if error.error == States.DATA_LIMIT_EXCEEDED:
        return Failure(error.error, error.cause)
    where = f"An error occurred while executing the state '{branch.state}' (entered at the event id"
    return shortened(Failure(error.error, f"{where} #{branch.entered_event}). {error.cause}"))


def shortened(failure: Failure) -> Failure:
    """The failure within the lengths that the API model gives `error` and `cause`, in characters."""
    error, cause = failure.error, failure.cause
    if len(error or "") <= LONGEST_ERROR and len(cause or "") <= LONGEST_CAUSE:
        return failure
    return Failure(error and error[:LONGEST_ERROR], cause and cause[:LONGEST_CAUSE])


def fail_expression(turn: Turn, branch: Branch, error: ExpressionError) -> None:
    """An expression of the state that `branch` is in could not be evaluated.

    Recorded: EvaluationFailed names the event before the state's entry, but in a Wait the entry.
    """
    failure = failure_of(turn, branch, error)
    if error.error == States.QUERY_EVALUATION_ERROR:
        entering = branch.last == branch.entered_event and turn.machine.states[branch.state].type != "Wait"
        previous = branch.before if entering else branch.last
        cause = failure.cause or ""
        turn.add(j.EvaluationFailed(*turn.head(branch, previous), branch.state, error.error, cause, error.location))
    fail(turn, branch, failure)


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
    index = catcher_of(state, failure, heartbeat=heartbeat)
    if index is None:
        return False
    catcher = state.catch[index]
    output, assigned = _caught(turn, branch, state, catcher, failure)
    _fail_group(turn, branch, state, failure, last)
    dataflow.exit_state(turn, branch, state, output, catcher.next, assigned)
    return True


def catcher_of(state: Task | Parallel | Map, failure: Failure, *, heartbeat: bool = False) -> int | None:
    """Which catcher takes the failure, by its index."""
    for index, catcher in enumerate(state.catch):
        if matches(failure.error, catcher.error_equals, heartbeat=heartbeat):
            return index
    return None


def _caught(
    turn: Turn, branch: Branch, state: Task | Parallel | Map, catcher: Catcher, failure: Failure
) -> tuple[Document, dict[str, str] | None]:
    """A catcher's output and variables."""
    error_output = Document.of({"Error": failure.error, "Cause": failure.cause})
    if state.language == "JSONPath":
        scope = turn.scope(branch, error_output.value)
        output = dataflow.place(branch.input, error_output, catcher.result_path)
    else:
        scope = turn.scope(branch, branch.input.value, error_output=error_output)
        output = error_output if catcher.output is None else Document.of(catcher.output.evaluate(scope))
    dataflow.within_limit(turn, branch, output)
    return output, dataflow.assignments(turn, branch, scope, catcher.assign)


def _fail_group(turn: Turn, branch: Branch, state: State, failure: Failure, last: int) -> int:
    """Write the end of a Parallel or Map that was under way; returns the event that comes before what follows."""
    never_began = isinstance(state, Map) and failure.error == States.QUERY_EVALUATION_ERROR  # fails all the same
    if branch.phase is not Phase.JOINING and not never_began:
        return last
    turn.add(j.GroupFailed(*turn.head(branch, last), state.type))
    return turn.execution.events


def _stop_siblings(turn: Turn, branch: Branch, failing: int) -> Branch:
    """The branch takes its siblings with it; returns the branch that is in the Parallel or Map."""
    execution = turn.execution
    assert branch.parent is not None
    parent = execution.branches[branch.parent]
    assert parent.group is not None
    if parent.group.type == "Map":
        turn.add(j.MapIterationFailed(*turn.head(branch, failing), parent.state, branch.index))
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
        turn.add(j.GroupAborted(*turn.head(branch, failing), kind))
    elif branch.phase in _ABORTABLE:
        kind = turn.machine.states[branch.state].type
        if kind in ("Task", "Wait"):
            turn.add(j.StateAborted(*turn.head(branch, failing), kind))
    if parent.group.type == "Map" and branch.phase is not Phase.ENDED:
        turn.add(j.MapIterationAborted(*turn.head(branch, failing), parent.state, branch.index))


_ABORTABLE = frozenset({Phase.WAITING, Phase.SCHEDULED, Phase.STARTED, Phase.RETRYING})
