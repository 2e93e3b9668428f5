"""From an execution's events to the states it visited: how long, how many tries, and what came of each.

Reads the history as every client gets it: `previousEventId` tells which state an event without a name belongs to.
"""

from collections.abc import Iterable
from typing import Any

Event = dict[str, Any]

_GROUPS = ("Parallel", "Map")
_TRY_BEGINS = ("ActivityScheduled", "LambdaFunctionScheduled", "TaskScheduled")
_TRY_FAILS = ("Failed", "TimedOut", "ScheduleFailed", "StartFailed", "SubmitFailed")
_ENDS = {
    "ExecutionSucceeded": "ABORTED",  # nothing is open any more then
    "ExecutionFailed": "ABORTED",
    "ExecutionAborted": "ABORTED",
    "ExecutionTimedOut": "TIMED OUT",
}


_UNSUCCESSFUL = frozenset({"FAILED", *_ENDS.values()})


class Visit:
    """One visit of a state."""

    def __init__(self, name: str, type: str, parent: "Visit | None", iteration: int | None, entered: float) -> None:
        self.name = name
        self.type = type
        self.parent = parent  # the Parallel or Map state around it
        self.iteration = iteration  # of a Map: which item
        self.entered = entered  # epoch seconds
        self.left: float | None = None
        self.result = "RUNNING"
        self.tries = 0
        self.errors: list[str] = []  # of the tries that failed, and of the state itself
        self.worker: str | None = None
        self.children: list[Visit] = []
        self.awaits_retry = False
        self.of_try = 0 if parent is None else parent.tries  # to which try of the state around it it belongs

    @property
    def open(self) -> bool:
        return self.result == "RUNNING"

    @property
    def depth(self) -> int:
        return 0 if self.parent is None else self.parent.depth + 1

    def end(self, at: float, result: str) -> None:
        self.left, self.result = at, result

    def end_children(self, at: float, result: str) -> None:
        for child in self.children:
            child.end_children(at, result)
            if child.open:
                child.end(at, result)

    def go_on(self) -> None:
        """After a redrive: what of its last try did not come through is under way again."""
        self.left, self.result, self.awaits_retry = None, "RUNNING", False
        for child in self.children:
            if child.of_try == self.tries and child.result in _UNSUCCESSFUL:
                child.go_on()


class Visits:
    """The visits of one execution, in the order in which they began."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.all: list[Visit] = []
        self._place: dict[int, tuple[Visit | None, int | None]] = {0: (None, None)}  # event -> visit, iteration
        for event in events:
            self.take(event)

    def take(self, event: Event) -> None:
        """One more event, in order."""
        visit, iteration = self._place.get(event["previousEventId"], (None, None))
        type: str = event["type"]
        if type.endswith("StateEntered"):
            visit = self._entered(event, visit, iteration)
            iteration = None
        elif type.endswith("StateExited"):
            visit = _up_to(visit, event["stateExitedEventDetails"]["name"])
            _exited(visit, event)
        elif type.startswith(("ParallelState", "MapState")):
            visit = _open_group(visit, "Map" if type.startswith("Map") else "Parallel")
            _group_event(visit, event, self._place.get(event["previousEventId"], (None, None))[0])
        elif type.startswith("MapIteration"):
            details = event[f"m{type[1:]}EventDetails"]
            visit, iteration = _up_to(visit, details["name"]), details["index"]
        elif type in _ENDS:
            self._ended(event, visit)
        elif type == "ExecutionRedriven":
            self._redriven()
        elif type == "EvaluationFailed":
            self._evaluation_failed(event)
        elif visit is not None:
            _task_event(visit, event)
        self._place[event["id"]] = (visit, iteration)

    def tree(self) -> list[Visit]:
        """Visits with those inside a Parallel or Map below it."""
        ordered: list[Visit] = []

        def add(visits: list[Visit]) -> None:
            for visit in visits:
                ordered.append(visit)
                add(sorted(visit.children, key=lambda child: child.iteration or 0))

        add([visit for visit in self.all if visit.parent is None])
        return ordered

    def _entered(self, event: Event, before: Visit | None, iteration: int | None) -> Visit:
        begins_inside = before is not None and before.type in _GROUPS and before.open
        parent = before if begins_inside else before.parent if before is not None else None
        if not begins_inside and before is not None:
            iteration = before.iteration
        type = event["type"].removesuffix("StateEntered")
        visit = Visit(event["stateEnteredEventDetails"]["name"], type, parent, iteration, event["timestamp"])
        self.all.append(visit)
        if parent is not None:
            parent.children.append(visit)
        return visit

    def _ended(self, event: Event, failed: Visit | None) -> None:
        details = event.get(f"e{event['type'][1:]}EventDetails") or {}
        at = event["timestamp"]
        if event["type"] == "ExecutionFailed":
            if failed is not None and failed.open and not failed.errors:
                failed.errors.append(_error(details))
            _fail_upwards(failed, None, at)
        for visit in self.all:
            if visit.open:
                visit.end(at, _ENDS[event["type"]])

    def _redriven(self) -> None:
        for visit in self.all:
            if visit.parent is None and visit.result in _UNSUCCESSFUL:
                visit.go_on()

    def _evaluation_failed(self, event: Event) -> None:
        details = event["evaluationFailedEventDetails"]
        for visit in reversed(self.all):
            if visit.open and visit.name == details.get("state"):
                visit.errors.append(_error(details))
                return


def _up_to(visit: Visit | None, name: str) -> Visit | None:
    while visit is not None and visit.name != name:
        visit = visit.parent
    return visit


def _open_group(visit: Visit | None, type: str) -> Visit | None:
    while visit is not None and not (visit.type == type and visit.open):
        visit = visit.parent
    return visit


def _fail_upwards(visit: Visit | None, until: Visit | None, at: float) -> None:
    while visit is not None and visit is not until:
        if visit.open:
            visit.end(at, "FAILED")
        visit = visit.parent


def _exited(visit: Visit | None, event: Event) -> None:
    if visit is not None:
        failed = visit.result == "FAILED" or visit.awaits_retry
        visit.end(event["timestamp"], "CAUGHT" if failed else "SUCCEEDED")


def _group_event(visit: Visit | None, event: Event, cause: Visit | None) -> None:
    if visit is None:
        return
    at = event["timestamp"]
    if event["type"].endswith("Started"):
        visit.tries += 1
        _fail_upwards(cause, visit, at)
        visit.end_children(at, "ABORTED")
    elif event["type"].endswith("Failed"):
        _fail_upwards(cause, visit, at)
        visit.end_children(at, "ABORTED")
        visit.end(at, "FAILED")


def _task_event(visit: Visit, event: Event) -> None:
    type = event["type"]
    details: Event = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
    if type in _TRY_BEGINS:
        visit.tries += 1
        visit.awaits_retry = False
    elif type.endswith(_TRY_FAILS):
        visit.errors.append(_error(details))
        visit.awaits_retry = True
    elif type.endswith("Started"):
        visit.worker = details.get("workerName")


def _error(details: Event) -> str:
    error, cause = details.get("error"), details.get("cause")
    return ": ".join(part for part in (error, cause) if part) or "no reason given"
