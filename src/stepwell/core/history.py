"""The history as AWS shows it: journal entries in, GetExecutionHistory's events out.

Names and members of the details are those of the API model; previousEventId and order follow recorded histories.
"""

from collections.abc import Callable, Mapping
from typing import Any

from stepwell.core import journal as j

Event = dict[str, Any]
Text = Callable[[j.Payload], str]
"""How a payload becomes text: as it is, or by looking up the entry it refers to."""

_WHOLE: Mapping[str, bool] = {"truncated": False}


class HistoryView:
    """Shows entries as AWS's events."""

    def __init__(self, text: Text, region: str, *, include_data: bool = True) -> None:
        self._text = text
        self._region = region
        self._include_data = include_data

    def event(self, entry: j.Entry) -> Event | None:
        """The event of an entry; None for an entry of ours. `timestamp` is in seconds."""
        if not entry.event:
            return None
        type, member, details = _SHAPES[entry.__class__](self, entry)
        event: Event = {
            "timestamp": entry.at / 1000,
            "type": type,
            "id": entry.event,
            "previousEventId": entry.previous,
        }
        if member is not None:
            event[member] = details
        return event

    def data(self, name: str, payload: j.Payload) -> Event:
        """The members for a payload; none where data are left out."""
        if not self._include_data:
            return {}
        return {name: self._text(payload), f"{name}Details": _WHOLE}

    def parameters(self, payload: j.Payload) -> Event:
        """The member for what a service is called with, of which AWS tells no details."""
        return {"parameters": self._text(payload)} if self._include_data else {}


Shape = tuple[str, str | None, Event]


def _failure(error: str | None, cause: str | None) -> Event:
    details: Event = {}
    if error is not None:
        details["error"] = error
    if cause is not None:
        details["cause"] = cause
    return details


def _details(type: str) -> str:
    return type[0].lower() + type[1:] + "EventDetails"


def _execution_started(view: HistoryView, e: j.ExecutionStarted) -> Shape:
    details = view.data("input", e.payload) | {"roleArn": e.role_arn}
    if e.alias_arn is not None:
        details["stateMachineAliasArn"] = e.alias_arn
    if e.version_arn is not None:
        details["stateMachineVersionArn"] = e.version_arn
    return "ExecutionStarted", "executionStartedEventDetails", details


def _execution_succeeded(view: HistoryView, e: j.ExecutionSucceeded) -> Shape:
    return "ExecutionSucceeded", "executionSucceededEventDetails", view.data("output", e.payload)


def _execution_ended(view: HistoryView, e: Any) -> Shape:
    type = e.__class__.__name__
    return type, _details(type), _failure(e.error, e.cause)


def _execution_redriven(view: HistoryView, e: j.ExecutionRedriven) -> Shape:
    return "ExecutionRedriven", "executionRedrivenEventDetails", {"redriveCount": e.count}


def _state_entered(view: HistoryView, e: j.StateEntered) -> Shape:
    return (
        f"{e.type}StateEntered",
        "stateEnteredEventDetails",
        {"name": e.name} | view.data("input", e.payload),
    )


def _state_exited(view: HistoryView, e: j.StateExited) -> Shape:
    details: Event = {"name": e.name, **view.data("output", e.payload)}
    if e.assigned:
        details["assignedVariables"] = e.assigned
        details["assignedVariablesDetails"] = _WHOLE
    return f"{e.type}StateExited", "stateExitedEventDetails", details


def _state_aborted(view: HistoryView, e: j.StateAborted | j.GroupAborted) -> Shape:
    return f"{e.type}StateAborted", None, {}


def _evaluation_failed(view: HistoryView, e: j.EvaluationFailed) -> Shape:
    details = {"error": e.error, "cause": e.cause, "state": e.state}
    if e.location is not None:
        details["location"] = e.location
    return "EvaluationFailed", "evaluationFailedEventDetails", details


def _resource(e: Any) -> Event:
    return {"resourceType": e.resource_type, "resource": e.resource} if e.family == "Task" else {}


def _task_scheduled(view: HistoryView, e: j.TaskScheduled) -> Shape:
    type = f"{e.family}Scheduled"
    if e.family == "Task":
        details = _resource(e) | {"region": view._region} | view.parameters(e.payload)
    else:
        details = {"resource": e.resource} | view.data("input", e.payload)
    if e.credentials is not None:
        details["taskCredentials"] = {"roleArn": e.credentials}
    if e.timeout is not None:
        details["timeoutInSeconds"] = e.timeout
    if e.heartbeat is not None:
        details["heartbeatInSeconds"] = e.heartbeat
    return type, _details(type), details


def _task_started(view: HistoryView, e: j.TaskStarted) -> Shape:
    type = f"{e.family}Started"
    if e.family == "LambdaFunction":
        return type, None, {}
    if e.family == "Activity":
        return type, _details(type), {} if e.worker is None else {"workerName": e.worker}
    return type, _details(type), _resource(e)


def _task_output(view: HistoryView, e: j.TaskSubmitted | j.TaskSucceeded) -> Shape:
    type = e.family + ("Submitted" if isinstance(e, j.TaskSubmitted) else "Succeeded")
    return type, _details(type), _resource(e) | view.data("output", e.payload)


def _task_failed(view: HistoryView, e: j.TaskFailed) -> Shape:
    type = f"{e.family}{e.how}"
    return type, _details(type), _resource(e) | _failure(e.error, e.cause)


def _parallel_started(view: HistoryView, e: j.ParallelStarted) -> Shape:
    return "ParallelStateStarted", None, {}


def _map_started(view: HistoryView, e: j.MapStarted) -> Shape:
    return "MapStateStarted", "mapStateStartedEventDetails", {"length": e.length}


def _iteration(view: HistoryView, e: Any) -> Shape:
    type = e.__class__.__name__
    return type, _details(type), {"name": e.name, "index": e.index}


def _group_ended(view: HistoryView, e: j.GroupSucceeded | j.GroupFailed) -> Shape:
    return f"{e.type}State{'Succeeded' if isinstance(e, j.GroupSucceeded) else 'Failed'}", None, {}


_SHAPES: dict[type[j.Entry], Callable[[HistoryView, Any], Shape]] = {
    j.ExecutionStarted: _execution_started,
    j.ExecutionSucceeded: _execution_succeeded,
    j.ExecutionFailed: _execution_ended,
    j.ExecutionAborted: _execution_ended,
    j.ExecutionTimedOut: _execution_ended,
    j.ExecutionRedriven: _execution_redriven,
    j.StateEntered: _state_entered,
    j.StateExited: _state_exited,
    j.StateAborted: _state_aborted,
    j.EvaluationFailed: _evaluation_failed,
    j.TaskScheduled: _task_scheduled,
    j.TaskStarted: _task_started,
    j.TaskSubmitted: _task_output,
    j.TaskSucceeded: _task_output,
    j.TaskFailed: _task_failed,
    j.ParallelStarted: _parallel_started,
    j.MapStarted: _map_started,
    j.MapIterationStarted: _iteration,
    j.MapIterationSucceeded: _iteration,
    j.MapIterationFailed: _iteration,
    j.MapIterationAborted: _iteration,
    j.GroupSucceeded: _group_ended,
    j.GroupFailed: _group_ended,
    j.GroupAborted: _state_aborted,
}
