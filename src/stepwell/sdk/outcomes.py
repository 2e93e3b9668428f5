"""What executions come to, and what happened on the way: errors and events as a program meets them."""

import datetime
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Status = Literal["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"]


class WorkflowFailed(Exception):
    """An execution did not succeed. `state` is the name of the state it failed in, None where none is known."""

    def __init__(self, arn: str, error: str | None, cause: str | None, state: str | None) -> None:
        self.arn = arn
        self.error = error
        self.cause = cause
        self.state = state
        what = ": ".join(part for part in (error, cause) if part) or "no reason was given"
        super().__init__(f"{arn} {self._did}{'' if state is None else f' in state {state!r}'}: {what}")

    _did = "failed"


class WorkflowTimedOut(WorkflowFailed):
    """An execution took longer than its workflow's `timeout`."""

    _did = "timed out"


class WorkflowStopped(WorkflowFailed):
    """Somebody stopped an execution."""

    _did = "was stopped"


FAILED: Mapping[str, type[WorkflowFailed]] = {
    "FAILED": WorkflowFailed,
    "TIMED_OUT": WorkflowTimedOut,
    "ABORTED": WorkflowStopped,
}


class NotKept(Exception):
    """Of an Express execution nothing can be asked for, since AWS keeps nothing of it."""

    def __init__(self, arn: str, operation: str) -> None:
        super().__init__(
            f"{operation}: {arn} is an Express execution, which leaves nothing to be asked for and cannot be stopped. "
            "client.run(…) waits for its result; stepwell serve --keep-express keeps what happened for a while."
        )


class Event(msgspec.Struct, frozen=True):
    """One event of an execution's history."""

    id: int
    previous: int  # the id of the event that led to it, 0 for none
    type: str  # as the API names it: TaskStateEntered, ActivityScheduled, …
    time: datetime.datetime
    details: dict[str, Any]  # as the API shapes them for the type

    @property
    def state(self) -> str | None:
        """The state that is entered or left by it; None for other events."""
        return self.details.get("name") if self.type.endswith(("StateEntered", "StateExited")) else None

    @property
    def ends(self) -> bool:
        """Whether the execution has ended with it."""
        return self.type in ENDS


ENDS = frozenset({"ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"})


def event_of(raw: Mapping[str, Any]) -> Event:
    details: dict[str, Any] = next((value for name, value in raw.items() if name.endswith("EventDetails")), {})
    moment = datetime.datetime.fromtimestamp(raw["timestamp"], datetime.UTC)
    return Event(raw["id"], raw.get("previousEventId", 0), raw["type"], moment, details)


def failed_in(newest_first: list[Event]) -> str | None:
    """The state that was entered last on the way to the newest event; the last of all where no way leads to that."""
    known = {event.id: event for event in newest_first}
    event: Event | None = newest_first[0] if newest_first else None
    while event is not None:
        if event.type.endswith("StateEntered"):
            return event.state
        event = known.get(event.previous)
    return next((event.state for event in newest_first if event.type.endswith("StateEntered")), None)
