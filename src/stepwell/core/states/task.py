"""Task: work done by somebody else. One visit of the state may take several tries."""

import re

from msgspec.structs import replace

from stepwell.arns import ANY_PARTITION
from stepwell.asl.states import Task
from stepwell.clock import Milliseconds
from stepwell.core import dataflow
from stepwell.core import journal as j
from stepwell.core.document import Document
from stepwell.core.execution import Branch, Phase, Try
from stepwell.core.retry_catch import fail
from stepwell.core.turn import Turn
from stepwell.core.work import WorkKind
from stepwell.errors import ExpressionError, Failure, States
from stepwell.expressions.scope import Expression

_ACTIVITY = re.compile(rf"^arn:{ANY_PARTITION}:states:[^:]*:[^:]*:activity:")
_INTEGRATION = re.compile(rf"^arn:{ANY_PARTITION}:states:[^:]*:[^:]*:(.+?):([^:]+(?::2)?)$")


def family_of(resource: str) -> tuple[str, str | None, str]:
    """First part of the events' names, `resourceType`, and `resource` as the history shows them."""
    if _ACTIVITY.match(resource):
        return "Activity", None, resource
    integration = _INTEGRATION.match(resource)
    if integration:
        return "Task", integration[1], integration[2]
    return "LambdaFunction", None, resource


def attempt(turn: Turn, branch: Branch, state: Task) -> None:
    """Begin a try."""
    turn.tried = None
    given = dataflow.effective_input(turn, branch, state)
    parameters = dataflow.with_parameters(turn, branch, given, state.parameters)
    timeout = _seconds(turn, branch, given, state.timeout_seconds, "TimeoutSecondsPath")
    heartbeat = _seconds(turn, branch, given, state.heartbeat_seconds, "HeartbeatSecondsPath")
    credentials = _role(turn, branch, given, state.credentials)
    family, resource_type, resource = family_of(state.resource)
    # An activity's time counts from ActivityStarted (recorded), everybody else's from the beginning of the try.
    runs = family != "Activity" or state.name in turn.execution.mocks
    entry = j.TaskScheduled(
        *turn.head(branch),
        family,
        resource,
        turn.payload(parameters),
        resource_type,
        timeout,
        heartbeat,
        _due(turn, timeout) if runs else None,
        _due(turn, heartbeat) if runs else None,
        credentials,
    )
    turn.add_with(entry, parameters)
    if runs:  # nobody need take the task first: the call is made as soon as this is written
        _begin(turn, branch)


def _role(turn: Turn, branch: Branch, given: Document, credentials: Expression | None) -> str | None:
    """Credentials: the ARN of the role to call with."""
    if credentials is None:
        return None
    value = credentials.evaluate(turn.scope(branch, given.value))
    role = value.get("RoleArn") if isinstance(value, dict) else None
    if not isinstance(role, str):
        shown = Document.of(value).text
        raise ExpressionError(States.RUNTIME, f"The Credentials field must give a RoleArn that is a string: {shown}")
    return role


def _due(turn: Turn, seconds: int | None) -> Milliseconds | None:
    return None if seconds is None else turn.now + seconds * 1000


def _seconds(turn: Turn, branch: Branch, given: Document, field: int | Expression | None, name: str) -> int | None:
    if field is None or isinstance(field, int):
        return field
    value = field.evaluate(turn.scope(branch, given.value))
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        shown = Document.of(value).text
        raise ExpressionError(
            States.RUNTIME,
            f"The {name} field refers to value {shown} which is not a positive integer: {field.source}",
        )
    return value


def taken(turn: Turn, branch: Branch, worker: str | None) -> None:
    """A worker has the task: now its time runs."""
    tried = _current(branch)
    turn.add(
        j.TaskStarted(
            *turn.head(branch),
            tried.family,
            tried.resource,
            tried.resource_type,
            worker,
            _due(turn, tried.timeout),
            _due(turn, tried.heartbeat),
        )
    )


def _begin(turn: Turn, branch: Branch) -> None:
    """A call is about to be made. Written with its scheduling, so that it costs no commit of its own."""
    tried = _current(branch)
    turn.add(j.TaskStarted(*turn.head(branch), tried.family, tried.resource, tried.resource_type))


def put_back(turn: Turn, branch: Branch) -> None:
    turn.add(j.TaskPutBack(turn.now, 0, 0, branch.id))


def submitted(turn: Turn, branch: Branch, state: Task, output: str) -> None:
    """The service has taken the job or the call; its end, or an answer, is waited for."""
    tried = _current(branch)
    taken = Document(output)
    if _too_large(turn, branch, state, taken):
        return
    entry = j.TaskSubmitted(
        *turn.head(branch),
        tried.family,
        tried.resource,
        turn.payload(taken),
        tried.resource_type,
    )
    turn.add_with(entry, taken)


def job_runs(turn: Turn, branch: Branch, ask_again: Milliseconds) -> None:
    """Move the time of the next question; the history does not know of them."""
    work = turn.execution.work.get((_current(branch).position, WorkKind.JOB))
    if work is not None:
        turn.moved.append(replace(work, due=ask_again))


def _too_large(turn: Turn, branch: Branch, state: Task, result: Document) -> bool:
    """Whether this is more than a payload may be; then the try has failed."""
    if not result.exceeds(turn.limits.payload):
        return False
    error = dataflow.DataLimitExceeded(state.name)
    refused(turn, branch, Failure(error.error, error.cause), "Failed")
    return True


def answered(turn: Turn, branch: Branch, state: Task, output: str) -> None:
    """The task's result, through ResultSelector, ResultPath and OutputPath, and on."""
    tried = _current(branch)
    result = Document(output)
    if _too_large(turn, branch, state, result):
        return
    turn.tried = tried.position
    entry = j.TaskSucceeded(
        *turn.head(branch),
        tried.family,
        tried.resource,
        turn.payload(result),
        tried.resource_type,
    )
    turn.add_with(entry, result)
    dataflow.leave(turn, branch, state, result, state.next)


def refused(turn: Turn, branch: Branch, failure: Failure, how: str, *, heartbeat: bool = False) -> None:
    """The try failed or timed out."""
    tried = _current(branch)
    turn.tried = tried.position
    turn.add(
        j.TaskFailed(
            *turn.head(branch),
            tried.family,
            tried.resource,
            how,
            failure.error,
            failure.cause,
            tried.resource_type,
        )
    )
    fail(turn, branch, failure, heartbeat=heartbeat)


def timed_out(turn: Turn, branch: Branch, *, heartbeat: bool) -> None:
    """TimeoutSeconds or HeartbeatSeconds passed: States.Timeout either way, as recorded."""
    refused(turn, branch, Failure(States.TIMEOUT), "TimedOut", heartbeat=heartbeat)


def heartbeat(turn: Turn, branch: Branch) -> None:
    """Move the deadline; the history does not know of heartbeats."""
    tried = _current(branch)
    if tried.heartbeat is not None and branch.phase is Phase.STARTED:
        move_heartbeat(turn, tried, turn.now)


def move_heartbeat(turn: Turn, tried: Try, since: Milliseconds) -> None:
    work = turn.execution.work.get((tried.position, WorkKind.HEARTBEAT))
    if work is not None and tried.heartbeat is not None:
        turn.moved.append(replace(work, due=since + tried.heartbeat * 1000))


def _current(branch: Branch) -> Try:
    assert branch.task is not None
    return branch.task
