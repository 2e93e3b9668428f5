"""One state tried by itself: entered with a given input, context and variables, its work done by a mock or a call.

The state's own functions do it all, and the journal they write says how it ended. What they come across on the way is
seen because the expressions of the state under test are wrapped, so a state that is not tested pays nothing.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from stepwell.asl import states as asl
from stepwell.asl.specimen import Specimen
from stepwell.core import dataflow
from stepwell.core import facts as f
from stepwell.core import journal as j
from stepwell.core.advance import WORK, Limits, Moment, WorkTable, enter, start
from stepwell.core.document import Document
from stepwell.core.execution import Branch, Execution
from stepwell.core.inspection import Seen, inspect, watched
from stepwell.core.retry_catch import catcher_of, fail
from stepwell.core.states import map as map_state
from stepwell.core.states import parallel, task, wait
from stepwell.core.turn import Turn
from stepwell.errors import ExpressionError, Failure, States
from stepwell.expressions.scope import Expression, Json, Watch

LONGEST_TEST = 300
"""Seconds; a state that takes longer fails with States.Timeout (API reference, TestState)."""

THRESHOLD = Failure("States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded")


class Unthinkable(Exception):
    """The test supposes what could never come about. The message is for the client."""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What the state meets. `result` (JSON text) or `failure` is the mock: Parallel and Map need one.

    A Task without one ends in a Wanted call; whoever makes it tries the state again with the answer.

    `context` None: a context object as AWS makes one up. `retries`: how often each retrier was used before.
    `reader_data` (JSON text): what the Map's ItemReader would have read.
    """

    start: f.Start
    variables: Mapping[str, Json] = {}
    context: Mapping[str, Any] | None = None
    result: str | None = None
    failure: Failure | None = None
    retries: int = 0
    failed_iterations: int = 0
    reader_data: str | None = None


class Wanted(msgspec.Struct, frozen=True):
    """The call that a Task would make."""

    resource: str  # the action, or a function's ARN
    resource_type: str | None
    input: str  # JSON text
    credentials: str | None
    timeout: int | None  # seconds


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended. `status`: SUCCEEDED, FAILED, RETRIABLE or CAUGHT_ERROR; `output` is JSON text.

    CALL, which AWS has not: the state is not through, for it wants a `call` made.
    """

    status: str
    call: Wanted | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    next: str | None = None
    inspection: dict[str, Any]  # AWS's InspectionData


def try_state(
    specimen: Specimen, given: Given, moment: Moment, limits: Limits, *, watch: Watch | None = None
) -> Outcome:
    """Enter the state, do its work or take the mock's, and tell what came of it. Raises Unthinkable."""
    return _Trial(specimen, given, moment, limits, watch).outcome()


class _Trial(Turn):
    """The turn in which the state under test is entered and left."""

    def __init__(self, specimen: Specimen, given: Given, moment: Moment, limits: Limits, watch: Watch | None) -> None:
        self.given = given
        self.specimen = specimen
        self.seen: Seen = {}
        state = watched(specimen.state, self.seen)
        machine = replace(specimen.machine, states={**specimen.machine.states, state.name: state})
        super().__init__(machine, Execution(0), moment, limits, watch)
        self.state = state
        start(self, given.start)
        self.branch = self.execution.root
        self.branch.variables = {name: Document.of(value) for name, value in given.variables.items()}
        enter(self, self.branch, _WORK)

    def context_of(self, branch: Branch, index: int | None) -> Mapping[str, Any]:
        """The context object given, or the one that AWS makes up; with the item that a Map begins to work on."""
        if self.given.context is not None:
            context = dict(self.given.context)
        else:
            context = {**super().context_of(branch, None), **self._made_up(branch)}
            if not self.execution.role_arn:  # recorded
                context["Execution"] = {**context["Execution"], "RoleArn": None}
        if index is not None:
            assert branch.group is not None
            context["Map"] = {"Item": {"Index": index, "Value": branch.group.items.value[index]}}
        return context

    def _made_up(self, branch: Branch) -> dict[str, Any]:
        """What the state would find in a Map's iteration, or while it waits for a token."""
        made: dict[str, Any] = {}
        if self.specimen.within_map:
            made["Map"] = {"Item": {"Index": 0, "Value": branch.input.value}}
        if isinstance(self.state, asl.Task) and self.state.resource.endswith(".waitForTaskToken"):
            made["Task"] = {"Token": f"{self.seed:032x}"}
        return made

    # -- what came of it -----------------------------------------------------------------------------------------------

    def outcome(self) -> Outcome:
        last = self.entries[-1]
        match last:
            case j.StateExited() if self.failure is None:
                return self._told("SUCCEEDED", None, output=self.branch.data.text, next=last.next)
            case j.StateExited():
                return self._told("CAUGHT_ERROR", self.failure, output=self.branch.data.text, next=last.next)
            case j.RetryScheduled():
                return self._told("RETRIABLE", self.failure)
            case j.TaskStarted():
                return Outcome(status="CALL", call=self._wanted(), inspection={})
            case j.ExecutionFailed(error=error, cause=cause):
                return self._told("FAILED", Failure(error, cause))
        raise AssertionError(f"{last} does not end the test of a state")

    def _told(
        self, status: str, failure: Failure | None, output: str | None = None, next: str | None = None
    ) -> Outcome:
        details = self._error_details(status)
        inspection = inspect(self.state, self.branch, self.seen)
        return Outcome(
            status=status,
            output=output,
            next=next,
            error=None if failure is None else failure.error,
            cause=None if failure is None else failure.cause,
            inspection=inspection | ({"errorDetails": details} if details else {}),
        )

    def _wanted(self) -> Wanted:
        tried = self.branch.task
        assert tried is not None
        return Wanted(tried.resource, tried.resource_type, tried.input.text, tried.credentials, tried.timeout)

    def _error_details(self, status: str) -> dict[str, int]:
        last = self.entries[-1]
        if isinstance(last, j.RetryScheduled):
            return {"retryIndex": last.retrier, "retryBackoffIntervalSeconds": (last.due - last.at) // 1000}
        if status == "CAUGHT_ERROR":
            assert isinstance(self.state, asl.Task | asl.Parallel | asl.Map)
            assert self.failure is not None
            index = catcher_of(self.state, self.failure)
            assert index is not None
            return {"catchIndex": index}
        return {}


# -- what the states do that nobody helps ------------------------------------------------------------------------------


def _wait(trial: _Trial, branch: Branch, state: asl.Wait) -> None:
    """Nobody waits while a state is tested, but one that would take too long fails."""
    wait.enter_wait(trial, branch, state)
    entry = trial.entries[-1]
    if not isinstance(entry, j.WaitingUntil):
        return
    if entry.due - trial.now > LONGEST_TEST * 1000:
        fail(trial, branch, Failure(States.TIMEOUT))
    else:
        wait.wait_ended(trial, branch, state)


# -- the work that a mock does -----------------------------------------------------------------------------------------


def _task(trial: _Trial, branch: Branch, state: asl.Task) -> None:
    _have_retried(trial, branch)
    task.attempt(trial, branch, state)
    if trial.given.failure is not None:
        task.refused(trial, branch, trial.given.failure, "Failed")
        return
    if trial.given.result is None:
        return
    trial.seen["result"] = Document(trial.given.result)
    task.answered(trial, branch, state, trial.given.result)


def _parallel(trial: _Trial, branch: Branch, state: asl.Parallel) -> None:
    _have_retried(trial, branch)
    parallel.start_branches(trial, branch, state)
    _settle(trial, branch, state)


def _map(trial: _Trial, branch: Branch, state: asl.Map) -> None:
    _have_retried(trial, branch)
    given = dataflow.effective_input(trial, branch, state)
    items = _items(trial, branch, state, given)
    trial.seen["afterItemsPath"] = items
    map_state.array_given(state, items)
    trial.seen["maxConcurrency"] = Document.of(map_state.wanted_concurrency(trial, branch, state, given.value))
    payload = trial.payload(items)
    number = len(items.value)
    if trial.given.failed_iterations > number:
        raise Unthinkable(
            f"mapIterationFailureCount is {trial.given.failed_iterations}, but the Map has {number} items"
        )
    entry = j.MapStarted(*trial.head(branch), payload, number, "", number)
    trial.add_with(entry, items)
    if state.item_selector is not None:
        selected = [map_state.selected_item(trial, branch, state, index).value for index in range(number)]
        trial.seen["afterItemSelector"] = Document.of(selected)
    exceeded = _exceeds_tolerance(trial, branch, state, given)
    _settle(trial, branch, state, THRESHOLD if exceeded else None)


def _items(trial: _Trial, branch: Branch, state: asl.Map, given: Document) -> Document:
    """What the ItemReader would have read, where the test says; else ItemsPath or Items of the input."""
    if trial.given.reader_data is None:
        return map_state.items_of(trial, branch, state, given)
    items = Document(trial.given.reader_data)
    pointer = _member(_member(state.item_reader, "ReaderConfig"), "ItemsPointer")
    if isinstance(pointer, str):
        items = Document.of(_pointed(items.value, pointer))
        trial.seen["afterItemsPointer"] = items
    return items


def _member(value: Json, name: str) -> Json:
    return value.get(name) if isinstance(value, dict) else None


def _pointed(value: Json, pointer: str) -> Json:
    """What a JSON pointer (RFC 6901) leads to."""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            raise ExpressionError(
                States.RUNTIME, f"The ItemsPointer '{pointer}' leads to nothing in the data of the ItemReader."
            ) from None
    return value


def _exceeds_tolerance(trial: _Trial, branch: Branch, state: asl.Map, given: Document) -> bool:
    """Whether more iterations failed than the state says it tolerates. Recorded: unless it says so, any number may."""
    assert branch.group is not None
    failed = trial.given.failed_iterations
    counted = {"Count": failed, "Percentage": 100 * failed / max(branch.group.length, 1)}
    limits: dict[str, int | float | Expression] = {
        "Count": state.tolerated_failure_count,
        "Percentage": state.tolerated_failure_percentage,
    }
    exceeded = False
    for name, limit in limits.items():
        field = f"ToleratedFailure{name}"
        if field not in trial.specimen.raw and f"{field}Path" not in trial.specimen.raw:
            continue
        value = limit if isinstance(limit, int | float) else limit.evaluate(trial.scope(branch, given.value))
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            shown = Document.of(value).text
            raise ExpressionError(States.RUNTIME, f"The {field} field must be a number of at least 0 but was: {shown}")
        trial.seen[f"toleratedFailure{name}"] = Document.of(float(value) if name == "Percentage" else value)
        exceeded = exceeded or counted[name] > value
    return exceeded


def _settle(trial: _Trial, branch: Branch, state: asl.Parallel | asl.Map, failure: Failure | None = None) -> None:
    """The mock stands for all the branches, or iterations, together."""
    failure = trial.given.failure or failure
    if failure is not None:
        fail(trial, branch, failure)
        return
    assert trial.given.result is not None
    result = dataflow.within_limit(trial, branch, Document(trial.given.result))
    trial.seen["result"] = result
    dataflow.leave(trial, branch, state, result, state.next)


def _have_retried(trial: _Trial, branch: Branch) -> None:
    retries = trial.given.retries
    if retries:
        assert isinstance(trial.state, asl.Task | asl.Parallel | asl.Map)
        branch.retries = dict.fromkeys(range(len(trial.state.retry)), retries)
        branch.retry_count = retries


_WORK: WorkTable = {**WORK, asl.Wait: _wait, asl.Task: _task, asl.Parallel: _parallel, asl.Map: _map}
