"""Recorded executions: what GetExecutionHistory gave of a run elsewhere, as answers for a run here."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from stepwell.errors import Failure, States
from stepwell.testing.answers import After, TaskCall, Unanswered
from stepwell.testing.drawing import first_difference, first_step_apart

if TYPE_CHECKING:
    from stepwell.testing.results import Run

_SCHEDULED = ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled")
_FAILED = ("Failed", "TimedOut", "ScheduleFailed", "StartFailed", "SubmitFailed")
_CLOSING = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionAborted": "ABORTED",
    "ExecutionTimedOut": "TIMED_OUT",
}


class UnusableRecording(Exception):
    """A file is no history of an execution."""


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded try of a task."""

    state: str
    given: Any  # what the task was given
    outcome: Any  # a Failure, or the result
    seconds: float


class Recording:
    """A recorded execution.

    `source`: a file with the answer of GetExecutionHistory (`aws stepfunctions get-execution-history`), or that answer
    itself, or its events. Raises UnusableRecording.
    """

    def __init__(self, source: str | Path | Mapping[str, Any] | list[Any]) -> None:
        self.source = str(source) if isinstance(source, str | Path) else "the recording"
        self._events = sorted(_events(source, self.source), key=lambda event: int(event["id"]))
        self._by_id = {event["id"]: event for event in self._events}
        if not self._events or self._events[0]["type"] != "ExecutionStarted":
            raise UnusableRecording(
                f"{self.source} does not begin with ExecutionStarted. Export all pages of the history: "
                "aws stepfunctions get-execution-history --execution-arn ARN > history.json"
            )
        self.tries = list(self._tries())

    @property
    def input(self) -> Any:
        return json.loads(self._events[0]["executionStartedEventDetails"].get("input", "{}"))

    @property
    def started(self) -> datetime:
        return datetime.fromtimestamp(_seconds(self._events[0]["timestamp"]), UTC)

    @property
    def status(self) -> str:
        """RUNNING where the recording has no end."""
        return _CLOSING.get(self._events[-1]["type"], "RUNNING")

    @property
    def output(self) -> Any:
        """None where there is none."""
        details = self._events[-1].get("executionSucceededEventDetails", {})
        return json.loads(details["output"]) if "output" in details else None

    @property
    def error(self) -> str | None:
        last = self._events[-1]
        found: str | None = (last.get(_details_of(last["type"])) or {}).get("error")
        return found

    @property
    def path(self) -> list[str]:
        """The states that were entered outside of any Parallel or Map."""
        return [
            event["stateEnteredEventDetails"]["name"]
            for event in self._events
            if event["type"].endswith("StateEntered") and not self._inside(event)
        ]

    @property
    def tasks(self) -> dict[str, Callable[[Any, TaskCall], Any]]:
        """Answers by state: each try gets what the recorded one with the same input got, else the next in order."""
        states = dict.fromkeys(each.state for each in self.tries)
        return {state: self._answering([each for each in self.tries if each.state == state]) for state in states}

    def _answering(self, tries: list[Try]) -> Callable[[Any, TaskCall], Any]:
        left = list(tries)

        def answer(input: Any, call: TaskCall) -> Any:
            if not left:
                raise Unanswered(f"{self.source} has {len(tries)} tries of {call.state!r}; this is one more.")
            given = input if call.resource != "lambda:invoke" else None
            found = next((each for each in left if given is not None and each.given == given), None) or next(
                (each for each in left if isinstance(each.given, dict) and each.given.get("Payload") == input), left[0]
            )
            left.remove(found)
            return After(found.seconds, found.outcome)

        return answer

    def differences(self, run: "Run") -> list[str]:
        """What is not as it was recorded: one line each."""
        found = []
        if run.status != self.status and self.status != "RUNNING":
            found.append(f"status: {run.status}, recorded {self.status}")
        if run.error != self.error:
            found.append(f"error: {run.error}, recorded {self.error}")
        if list(run.path) != self.path:
            found.append("path: " + first_step_apart(run.path, self.path).replace("expected", "recorded"))
        if run.status == self.status == "SUCCEEDED" and (apart := first_difference(run.output, self.output)):
            found.append("output: " + apart.replace("expected", "recorded"))
        return found + list(self._changed_tries(run))

    def _changed_tries(self, run: "Run") -> Iterator[str]:
        for state in dict.fromkeys(each.state for each in self.tries):
            recorded = [each.given for each in self.tries if each.state == state]
            given = run.state(state).given if state in run else []
            if len(given) != len(recorded):
                yield f"{state}: {len(given)} tries, recorded {len(recorded)}"
            for number, (one, other) in enumerate(zip(given, recorded, strict=False), 1):
                if apart := first_difference(one, other):
                    yield f"{state}, try {number}, is given {apart.replace('expected', 'recorded')}"

    # -- reading events ------------------------------------------------------------------------------------------------

    def _tries(self) -> Iterator[Try]:
        """Every try that has come to an end, in the order in which they began."""
        ends: dict[int, dict[str, Any]] = {}
        for event in self._events:
            if event["type"].endswith(("Succeeded", *_FAILED)) and event["type"].startswith(
                ("Task", "LambdaFunction", "Activity")
            ):
                begun = self._back(event, _SCHEDULED)
                if begun is not None:
                    ends[begun["id"]] = event
        for id, end in sorted(ends.items()):
            begun = self._by_id[id]
            entered = self._back(begun, ("TaskStateEntered",))
            if entered is None:
                continue
            details = begun.get(_details_of(begun["type"]), {})
            yield Try(
                state=entered["stateEnteredEventDetails"]["name"],
                given=json.loads(details.get("parameters") or details.get("input") or "null"),
                outcome=_outcome(end),
                seconds=max(_seconds(end["timestamp"]) - _seconds(begun["timestamp"]), 0.0),
            )

    def _back(self, event: Mapping[str, Any], types: tuple[str, ...]) -> dict[str, Any] | None:
        """The nearest event of these types on the way back."""
        found = self._by_id.get(event["previousEventId"])
        while found is not None and found["type"] not in types:
            found = self._by_id.get(found["previousEventId"])
        return found

    def _inside(self, event: Mapping[str, Any]) -> bool:
        """Whether the state is in a Parallel or Map: on the way back more of these begin than end."""
        open_groups = 0
        found = self._by_id.get(event["previousEventId"])
        while found is not None:
            if found["type"] in ("MapStateStarted", "ParallelStateStarted"):
                if open_groups == 0:
                    return True
                open_groups -= 1
            elif found["type"] in ("MapStateExited", "ParallelStateExited"):
                open_groups += 1
            elif found["type"] in ("MapStateEntered", "ParallelStateEntered") and open_groups:
                open_groups = min(open_groups, 0)
            found = self._by_id.get(found["previousEventId"])
        return False


def _events(source: Any, name: str) -> list[dict[str, Any]]:
    found = source
    if isinstance(source, str | Path):
        try:
            found = json.loads(Path(source).read_text("utf-8-sig"))
        except (OSError, ValueError) as problem:
            raise UnusableRecording(f"{name} cannot be read as JSON: {problem}") from None
    found = found.get("events") if isinstance(found, Mapping) else found
    if not isinstance(found, list) or not all(isinstance(event, dict) and "type" in event for event in found):
        raise UnusableRecording(f"{name} is no answer of GetExecutionHistory: an object with events is expected.")
    return found


def _details_of(type: str) -> str:
    return type[0].lower() + type[1:] + "EventDetails"


def _outcome(end: Mapping[str, Any]) -> Any:
    details = end.get(_details_of(end["type"]), {})
    if end["type"].endswith("Succeeded"):
        return json.loads(details.get("output", "null"))
    timed_out = States.TIMEOUT if end["type"].endswith("TimedOut") else None
    return Failure(details.get("error") or timed_out, details.get("cause"))


def _seconds(timestamp: Any) -> float:
    """Seconds since the epoch: the CLI writes ISO 8601, the API numbers."""
    if isinstance(timestamp, int | float):
        return float(timestamp)
    return datetime.fromisoformat(str(timestamp).replace("Z", "+00:00")).timestamp()
