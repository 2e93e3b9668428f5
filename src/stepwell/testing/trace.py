"""The trace: an execution's journal as the states it visited, folded by the core's own `evolve`."""

from collections.abc import Sequence
from typing import Any

from stepwell.asl import states as asl
from stepwell.clock import Milliseconds
from stepwell.core import dataflow
from stepwell.core import journal as j
from stepwell.core.evolve import evolve
from stepwell.core.execution import Branch, Execution
from stepwell.core.retry_catch import catcher_of
from stepwell.core.turn import Limits, Moment, Turn
from stepwell.errors import ExpressionError, Failure

DEFAULT = -1
"""In the place of a rule's number: a Choice took its Default."""


class Visit:
    """One visit of a state."""

    def __init__(self, state: asl.State, parent: "Visit | None", index: int, at: Milliseconds, input: str) -> None:
        self.state = state
        self.parent = parent  # of the Parallel or Map around it
        self.index = index  # which branch or iteration of that
        self.entered = at
        self.left: Milliseconds | None = None
        self.input = input  # JSON text
        self.output: str | None = None
        self.next: str | None = None
        self.status = "RUNNING"  # SUCCEEDED, CAUGHT, FAILED, ABORTED
        self.attempts = 0  # of a Task, Parallel or Map
        self.given: list[str] = []  # to each try of a task: JSON texts
        self.failures: list[Failure] = []  # of tries, and of the state itself
        self.retriers: list[int] = []  # which took an error, one for each retry
        self.catcher: int | None = None
        self.rule: int | None = None  # of a Choice
        self.variables: dict[str, str] = {}  # when it was entered: JSON texts
        self.children: list[Visit] = []
        self.failed = False  # the last try has
        self.attempt_of_parent = 0 if parent is None else parent.attempts


class Trace:
    """What an execution has done so far."""

    def __init__(self, machine: asl.StateMachine, id: int, entries: Sequence[j.Entry]) -> None:
        self.machine = machine
        self.execution = Execution(id)
        self.entries = entries
        self.visits: list[Visit] = []
        self._at: dict[int, Visit] = {}  # by branch
        for entry in entries:
            self._before(entry)
            evolve(self.execution, entry)
            self._after(entry)

    @property
    def top(self) -> list[Visit]:
        """The visits outside of any Parallel or Map."""
        return [visit for visit in self.visits if visit.parent is None]

    def text(self, payload: j.Payload) -> str:
        """A payload's text, where it may be that of an earlier entry."""
        if isinstance(payload, str):
            return payload
        return str(self.entries[payload].payload)  # type: ignore[attr-defined]

    # -- before the state has changed ----------------------------------------------------------------------------------

    def _before(self, entry: j.Entry) -> None:
        match entry:
            case j.StateExited():
                self._exited(entry)
            case j.TaskFailed(error=error, cause=cause):
                self._failed(entry.branch, Failure(error, cause))
            case j.EvaluationFailed(error=error, cause=cause):
                self._failed(entry.branch, Failure(error, cause))
            case j.RetryScheduled(retrier=retrier):
                self._retried(self._at[entry.branch], retrier, entry.at)
            case j.GroupFailed():
                self._group_failed(self._at[entry.branch], entry.at)
            case j.ExecutionFailed(error=error, cause=cause):
                self._execution_failed(Failure(error, cause), entry.at)
            case j.ExecutionAborted() | j.ExecutionTimedOut() | j.ExecutionSucceeded():
                self._end_open(entry.at)
            case _:
                pass

    def _failed(self, branch: int, failure: Failure) -> None:
        visit = self._at[branch]
        visit.failed = True
        visit.failures.append(failure)

    def _retried(self, visit: Visit, retrier: int, at: Milliseconds) -> None:
        visit.retriers.append(retrier)
        visit.failed = True
        if isinstance(visit.state, asl.Parallel | asl.Map):
            self._group_failed(visit, at)

    def _group_failed(self, visit: Visit, at: Milliseconds) -> None:
        """A Parallel or Map fails as the first of its children did."""
        visit.failed = True
        children = [child for child in visit.children if child.attempt_of_parent == visit.attempts]
        for child in children:
            if child.status == "RUNNING" and (child.failed or isinstance(child.state, asl.Fail)):
                child.status, child.left = "FAILED", at
        failed = [child for child in children if child.status == "FAILED" and child.failures]
        if failed:
            visit.failures.append(failed[-1].failures[-1])
        self._stop(children, at)

    def _execution_failed(self, failure: Failure, at: Milliseconds) -> None:
        visits = [visit for visit in self.visits if visit.status == "RUNNING"]
        for visit in visits:
            if visit.parent is None or visit.failed:
                visit.status, visit.left = "FAILED", at
                if not visit.failures or (visit.parent is None and visit.failures[-1] != failure):
                    visit.failures.append(failure)
        self._end_open(at)

    def _end_open(self, at: Milliseconds) -> None:
        self._stop(self.visits, at)

    def _stop(self, visits: Sequence[Visit], at: Milliseconds) -> None:
        for visit in visits:
            if visit.status == "RUNNING":
                visit.status, visit.left = "ABORTED", at
            if visit.children and visits is not self.visits:
                self._stop(visit.children, at)

    def _exited(self, entry: j.StateExited) -> None:
        visit = self._at[entry.branch]
        visit.left, visit.output, visit.next = entry.at, self.text(entry.payload), entry.next
        visit.status = "SUCCEEDED"
        state = visit.state
        if isinstance(state, asl.Choice):
            visit.rule = self._rule(state, entry)
        elif isinstance(state, asl.Task | asl.Parallel | asl.Map) and (visit.failed or entry.next != state.next):
            visit.status = "CAUGHT"
            visit.catcher = _catcher(state, visit, entry.next)

    def _rule(self, state: asl.Choice, entry: j.StateExited) -> int:
        """Which rule held: where several lead to the same state, they are asked again."""
        leading = [number for number, rule in enumerate(state.rules) if rule.next == entry.next]
        branch = self.execution.branches[entry.branch]
        if len(leading) + (state.default == entry.next) > 1:
            turn = Turn(self.machine, self.execution, Moment(entry.at, 0), Limits())
            leading = [number for number in leading if _holds(turn, branch, state, number)]
        return leading[0] if leading else DEFAULT

    # -- after it has --------------------------------------------------------------------------------------------------

    def _after(self, entry: j.Entry) -> None:
        match entry:
            case j.StateEntered():
                self._entered(entry)
            case j.TaskScheduled():
                self._tries(entry.branch).given.append(self.text(entry.payload))
            case j.ParallelStarted() | j.MapStarted():
                self._tries(entry.branch)
            case j.TaskSucceeded() | j.GroupSucceeded():
                self._at[entry.branch].failed = False
            case j.StateAborted() | j.GroupAborted():
                visit = self._at[entry.branch]
                visit.status, visit.left = "ABORTED", entry.at
            case _:
                pass

    def _tries(self, branch: int) -> Visit:
        visit = self._at[branch]
        visit.attempts += 1
        visit.failed = False
        return visit

    def _entered(self, entry: j.StateEntered) -> None:
        branch = self.execution.branches[entry.branch]
        parent = None if branch.parent is None else self._at[branch.parent]
        state = self.machine.states[entry.name]
        visit = Visit(state, parent, branch.index, entry.at, self.text(entry.payload))
        visit.variables = {name: document.text for name, document in (branch.variables or {}).items()}
        if isinstance(state, asl.Fail):
            visit.failures.append(Failure(_literal(state.error), _literal(state.cause)))
            visit.failed = True
        self.visits.append(visit)
        self._at[entry.branch] = visit
        if parent is not None:
            parent.children.append(visit)


def _literal(text: Any) -> str | None:
    return text if isinstance(text, str) else None


def _holds(turn: Turn, branch: Branch, state: asl.Choice, number: int) -> bool:
    try:
        given = dataflow.effective_input(turn, branch, state)
        return bool(state.rules[number].condition.evaluate(turn.scope(branch, given.value)))
    except ExpressionError:
        return False


def _catcher(state: asl.Task | asl.Parallel | asl.Map, visit: Visit, target: str | None) -> int | None:
    """The first that takes the error and leads there; a missed heartbeat goes by either of two names."""
    if visit.failures:
        for heartbeat in (False, True):
            index = catcher_of(state, visit.failures[-1], heartbeat=heartbeat)
            if index is not None and state.catch[index].next == target:
                return index
    return next((index for index, catcher in enumerate(state.catch) if catcher.next == target), None)
