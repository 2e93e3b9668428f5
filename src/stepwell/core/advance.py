"""`advance`: deliver one fact to one execution; get back what follows and what must now be done.

A pure function but for the execution, which `evolve` changes in place: no await, no clock, no chance of its own.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from stepwell.asl import states as asl
from stepwell.clock import Milliseconds
from stepwell.core import facts as f
from stepwell.core import journal as j
from stepwell.core.document import Document
from stepwell.core.execution import Branch, Execution, Phase
from stepwell.core.redrive import obstacle
from stepwell.core.retry_catch import fail_expression
from stepwell.core.states import choice, map, parallel, plain, task, wait
from stepwell.core.tokens import Tokens
from stepwell.core.turn import HistoryFull, Limits, Moment, RunApart, Turn
from stepwell.core.work import Work, WorkKind
from stepwell.errors import ExpressionError, States
from stepwell.expressions.scope import Watch

__all__ = ["Limits", "Moment", "RunApart", "Transition", "advance"]


class Transition(msgspec.Struct, frozen=True):
    """What came of a fact."""

    accepted: bool  # False: the fact was for something that is not there any more; nothing changed
    position: int  # journal length before
    entries: list[j.Entry]
    opened: list[Work]  # to be done; work both opened and closed within is not here
    closed: list[tuple[int, str]]  # (position, kind)
    moved: list[Work]  # timers with a new due time


def advance(
    machine: asl.StateMachine,
    execution: Execution,
    fact: f.Fact,
    moment: Moment,
    limits: Limits,
    *,
    deleting: bool = False,
    watch: Watch | None = None,
    tokens: Tokens | None = None,
) -> Transition:
    """Deliver `fact`, then go on until every branch waits or the slice is full.

    `deleting`: the state machine is being deleted, so the execution is aborted at its next transition. `watch`: see
    `expressions.scope`. `tokens` makes the task tokens that states may see. Raises RunApart, which leaves the
    execution half-changed.
    """
    position = execution.length
    turn = Turn(machine, execution, moment, limits, watch, tokens)
    try:
        accepted = _deliver(turn, fact)
        while accepted and execution.ready and not turn.full:
            _step(turn, execution.branches[execution.ready[0]], deleting)
    except HistoryFull:
        accepted = True
        _end_full_history(turn)
    opened, closed = execution.drain_work()
    return Transition(accepted, position, turn.entries, opened, closed, turn.moved)


def _end_full_history(turn: Turn) -> None:
    limit = turn.limits.history
    cause = f"The execution reached the maximum number of history events ({limit})."
    execution = turn.execution
    turn.add(j.ExecutionFailed(turn.now, execution.events + 1, execution.events, 0, States.RUNTIME, cause))


# -- going on ---------------------------------------------------------------------------------------------------------


def _step(turn: Turn, branch: Branch, deleting: bool) -> None:
    """One ready branch goes one step further."""
    if turn.effort is not None:
        turn.effort.state = 0
    if branch.phase is Phase.READY:
        if deleting:
            _close(turn, j.ExecutionAborted, None, None)
        else:
            enter(turn, branch, WORK)
    elif branch.parent is None and branch.phase is Phase.ENDED:
        payload = turn.payload(branch.data)
        event = turn.execution.events + 1
        turn.add_with(j.ExecutionSucceeded(turn.now, event, branch.last, 0, payload), branch.data)
    elif branch.phase is Phase.ENDED:
        assert branch.parent is not None
        _guarded(turn, turn.execution.branches[branch.parent], map.iteration_ended, turn, branch)
    else:
        state: Any = turn.machine.states[branch.state]
        act = WORK[type(state)] if branch.phase is Phase.ENTERED else _GO_ON[type(state)]
        _guarded(turn, branch, act, turn, branch, state)


def enter(turn: Turn, branch: Branch, work: "WorkTable") -> None:
    """The branch enters the state that it is before; `work` says what is done there."""
    state = turn.machine.states[branch.state]
    document = branch.data
    turn.add_with(j.StateEntered(*turn.head(branch), state.name, state.type, turn.payload(document)), document)
    _guarded(turn, branch, work[type(state)], turn, branch, state)


def _guarded(turn: Turn, branch: Branch, act: Callable[..., None], *arguments: Any) -> None:
    """Act; the one place where an expression that could not be evaluated becomes a failure of the state."""
    try:
        act(*arguments)
    except ExpressionError as error:
        fail_expression(turn, branch, error)
    except RecursionError:
        fail_expression(turn, branch, ExpressionError(States.RUNTIME, "The state's data are nested too deeply."))


WorkTable = Mapping[type[asl.State], Callable[[Any, Branch, Any], None]]
"""What is done in a state of each type, once it is entered: called with the turn, the branch and the state."""

WORK: WorkTable = {
    asl.Pass: plain.enter_pass,
    asl.Succeed: plain.enter_succeed,
    asl.Fail: plain.enter_fail,
    asl.Wait: wait.enter_wait,
    asl.Choice: choice.enter_choice,
    asl.Task: task.attempt,
    asl.Parallel: parallel.start_branches,
    asl.Map: map.start_iterations,
}


_GO_ON: WorkTable = {asl.Parallel: parallel.join, asl.Map: map.go_on}
"""What is done in a state whose children need something of it."""


# -- facts ------------------------------------------------------------------------------------------------------------


def _deliver(turn: Turn, fact: f.Fact) -> bool:
    """Take the fact in; False when what it was for is not there any more."""
    if isinstance(fact, f.Start):
        start(turn, fact)
        return True
    if not turn.execution.running:
        return isinstance(fact, f.Redrive) and _redrive(turn, fact)
    return _FACTS[type(fact)](turn, fact)


def start(turn: Turn, fact: f.Start) -> None:
    """The execution begins: its first branch is about to enter the first state."""
    input = Document(fact.input)
    entry = j.ExecutionStarted(
        turn.now,
        1,
        0,
        0,
        turn.payload(input),
        fact.arn,
        fact.machine_arn,
        fact.revision,
        fact.name,
        fact.role_arn,
        fact.start_at or turn.machine.start_at,
        _deadline(turn),
        fact.version_arn,
        fact.alias_arn,
        fact.parent,
        fact.mocks,
        fact.variables,
        fact.trace_header,
    )
    turn.add_with(entry, input)


def _deadline(turn: Turn) -> Milliseconds | None:
    """When the execution times out if it begins, or is redriven, now."""
    allowed = [seconds for seconds in (turn.machine.timeout_seconds, turn.limits.duration) if seconds is not None]
    return turn.now + min(allowed) * 1000 if allowed else None


def _redrive(turn: Turn, fact: f.Redrive) -> bool:
    """An execution that has ended goes on, if it may."""
    x = turn.execution
    if x.express or obstacle(x.status, x.started_at, x.stopped_at, x.events, turn.now, turn.limits.history):
        return False
    count, due = x.redrive_count + 1, _deadline(turn)
    turn.add(j.ExecutionRedriven(*turn.head(x.root, x.events), count, due, fact.client_token))
    return True


def _redrive_running(turn: Turn, fact: f.Redrive) -> bool:
    return False


def _continue(turn: Turn, fact: f.Continue) -> bool:
    return True


def _stop(turn: Turn, fact: f.Stop) -> bool:
    _close(turn, j.ExecutionAborted, fact.error, fact.cause)
    return True


def _close(
    turn: Turn,
    closing: type[j.ExecutionAborted] | type[j.ExecutionTimedOut],
    error: str | None,
    cause: str | None,
) -> None:
    # Recorded: these two name no previous event. They may be the last event that the limit allows.
    turn.add(closing(turn.now, turn.execution.events + 1, 0, 0, error, cause))


def _timer_fired(turn: Turn, fact: f.TimerFired) -> bool:
    execution = turn.execution
    if (fact.position, fact.kind) not in execution.work:
        return False
    if fact.kind == WorkKind.EXECUTION_TIMEOUT:
        _close(turn, j.ExecutionTimedOut, States.TIMEOUT, None)
        return True
    branch = execution.owner(fact.position)
    assert branch is not None
    state: Any = turn.machine.states[branch.state]
    if fact.kind == WorkKind.WAIT:
        _guarded(turn, branch, wait.wait_ended, turn, branch, state)
    elif fact.kind == WorkKind.RETRY:
        _guarded(turn, branch, WORK[type(state)], turn, branch, state)
    elif fact.kind == WorkKind.HEARTBEAT and _was_away(turn, branch, fact):
        pass
    else:
        task.timed_out(turn, branch, heartbeat=fact.kind == WorkKind.HEARTBEAT)
    return True


def _was_away(turn: Turn, branch: Branch, fact: f.TimerFired) -> bool:
    """The server has not been up for HeartbeatSeconds: give the worker that long from when it came back."""
    tried = branch.task
    assert tried is not None
    assert tried.heartbeat is not None
    if fact.awake_since + tried.heartbeat * 1000 <= turn.now:
        return False
    task.move_heartbeat(turn, tried, fact.awake_since)
    return True


def _task_fact(act: Callable[[Turn, Branch, Any], None], *phases: Phase) -> Callable[[Turn, Any], bool]:
    """A fact about one try: refused unless that try is still the branch's, and in one of these phases."""

    def deliver(turn: Turn, fact: Any) -> bool:
        branch = turn.execution.owner(fact.position)
        if branch is None or branch.task is None or branch.phase not in phases:
            return False
        _guarded(turn, branch, act, turn, branch, fact)
        return True

    return deliver


def _submitted(turn: Turn, branch: Branch, fact: f.TaskSubmitted) -> None:
    state: Any = turn.machine.states[branch.state]
    task.submitted(turn, branch, state, fact.output)


def _answered(turn: Turn, branch: Branch, fact: f.TaskAnswered) -> None:
    state: Any = turn.machine.states[branch.state]
    task.answered(turn, branch, state, fact.output)


_FACTS: dict[type[f.Fact], Callable[[Turn, Any], bool]] = {
    f.Continue: _continue,
    f.Stop: _stop,
    f.Redrive: _redrive_running,
    f.TimerFired: _timer_fired,
    f.TaskTaken: _task_fact(lambda turn, branch, fact: task.taken(turn, branch, fact.worker), Phase.SCHEDULED),
    f.TaskReturned: _task_fact(lambda turn, branch, fact: task.put_back(turn, branch), Phase.STARTED),
    f.TaskSubmitted: _task_fact(_submitted, Phase.STARTED),
    f.JobRuns: _task_fact(lambda turn, branch, fact: task.job_runs(turn, branch, fact.ask_again), Phase.STARTED),
    f.TaskAnswered: _task_fact(_answered, Phase.SCHEDULED, Phase.STARTED),
    f.TaskRefused: _task_fact(
        lambda turn, branch, fact: task.refused(turn, branch, fact.failure, fact.how),
        Phase.SCHEDULED,
        Phase.STARTED,
    ),
    f.Heartbeat: _task_fact(lambda turn, branch, fact: task.heartbeat(turn, branch), Phase.SCHEDULED, Phase.STARTED),
}
"""Which facts there are besides Start, what each does, and in which phases of the try it is taken."""
