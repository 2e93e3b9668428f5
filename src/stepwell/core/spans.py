"""Spans: an execution as a trace shows it, with what it did and when, one within the other.

The execution is a span, every visit of a state is one, and so is every iteration of a Map and branch of a Parallel.
"""

from collections.abc import Callable, Iterable
from typing import Any

from stepwell.clock import Milliseconds
from stepwell.core import journal as j

Value = str | int


class Span:
    """A stretch of time. `key` numbers it within its execution, also when a redrive prolongs it."""

    __slots__ = ("attributes", "end", "failed", "failures", "key", "name", "parent", "start")

    def __init__(self, key: int, parent: int | None, name: str, start: Milliseconds, **attributes: Value) -> None:
        self.key = key
        self.parent = parent  # a key
        self.name = name
        self.start = start
        self.end = start
        self.failed: str | None = None  # why it did not come through
        self.failures: list[tuple[Milliseconds, str, str]] = []  # errors on the way, with their causes
        self.attributes: dict[str, Value] = {f"stepwell.{name.replace('_', '.')}": v for name, v in attributes.items()}


def spans(entries: Iterable[j.Entry]) -> list[Span]:
    """The spans of an execution, outer ones first; after a redrive, only those that it began or prolonged.

    None where the entries do not begin with the execution's start.
    """
    fold = _Fold()
    for entry in entries:
        if fold.spans or isinstance(entry, j.ExecutionStarted):
            rule = _RULES.get(type(entry))
            if rule is not None:
                rule(fold, entry)
    return [span for span in fold.spans if span.key in fold.touched]


class _Fold:
    """What is known of an execution's spans after some entries."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.touched: set[int] = set()
        self.places: dict[int, Span] = {}  # branch -> the span that its states are in
        self.states: dict[int, Span] = {}  # branch -> the state that it is in, or was in when it was stopped
        self.within: dict[int, list[int]] = {}  # branch -> its children
        self.branches = 0
        self.inner: dict[int, Milliseconds] = {}  # key of a span with others in it -> when the last of them ended
        self.of_parallel: set[int] = set()  # keys of branches, which end without an entry of their own

    def begin(self, parent: Span | None, name: str, at: Milliseconds, **attributes: Value) -> Span:
        span = Span(len(self.spans), None if parent is None else parent.key, name, at, **attributes)
        self.spans.append(span)
        self.touched.add(span.key)
        if parent is not None:
            self.inner.setdefault(parent.key, at)
        return span

    def begin_child(self, branch: int, name: str, at: Milliseconds, **attributes: Value) -> Span:
        """A branch of a Parallel or an iteration of a Map, which get the next free number of a branch."""
        child = self.branches
        self.branches += 1
        self.within.setdefault(branch, []).append(child)
        self.places[child] = self.begin(self.states.get(branch), name, at, **attributes)
        return self.places[child]

    def finish(self, span: Span | None, at: Milliseconds, failed: str | None = None) -> None:
        if span is not None:
            span.end, span.failed = at, failed
            self.touched.add(span.key)
            if span.parent is not None:
                self.inner[span.parent] = max(at, self.inner[span.parent])

    def finish_children(self, branch: int, at: Milliseconds) -> None:
        """A Parallel or a Map is left, or tried again: its branches or iterations are over."""
        for child in self.within.pop(branch, ()):
            self.come_through(self.places.pop(child, None), at)
            self.states.pop(child, None)
            self.finish_children(child, at)

    def come_through(self, place: Span | None, at: Milliseconds) -> None:
        """End a branch of a Parallel with the last state in it."""
        if place is None or place.key not in self.of_parallel:
            return
        end = self.inner.get(place.key, at)
        if end != place.end or place.failed:
            self.finish(place, end)


def _started(fold: _Fold, e: j.ExecutionStarted) -> None:
    machine = e.machine_arn.rpartition(":")[2]
    fold.places[0] = fold.begin(None, machine, e.at, execution_arn=e.arn, state_machine_arn=e.machine_arn)
    fold.branches = 1


def _closed(fold: _Fold, e: Any) -> None:
    root = fold.spans[0]
    status = j.STATUS[type(e)]
    root.attributes["stepwell.status"] = status
    if status == "SUCCEEDED":
        fold.finish(root, e.at)
        return
    why = ": ".join(text for text in (e.error or status, e.cause) if text)
    fold.finish(root, e.at, why)
    root.failures.append((e.at, e.error or status, e.cause or ""))
    for branch, place in fold.places.items():
        if branch not in fold.states and place.key in fold.inner:
            fold.come_through(place, e.at)
        elif place.failed is None:
            fold.finish(place, e.at, why)
    for state in fold.states.values():
        if state.failed is None:
            fold.finish(state, e.at, why)


def _redriven(fold: _Fold, e: j.ExecutionRedriven) -> None:
    fold.touched = {0}
    fold.spans[0].attributes["stepwell.redrives"] = e.count
    for span in fold.spans:
        span.failures.clear()  # they were told before


def _entered(fold: _Fold, e: j.StateEntered) -> None:
    place = fold.places.get(e.branch)
    fold.states[e.branch] = fold.begin(place, e.name, e.at, state_name=e.name, state_type=e.type)


def _exited(fold: _Fold, e: j.StateExited) -> None:
    fold.finish_children(e.branch, e.at)
    fold.finish(fold.states.pop(e.branch, None), e.at)


def _stopped(fold: _Fold, e: Any) -> None:
    fold.finish(fold.states.get(e.branch), e.at, "stopped, since a sibling failed")


def _parallel(fold: _Fold, e: j.ParallelStarted) -> None:
    fold.finish_children(e.branch, e.at)  # of an earlier try
    for index in range(len(e.starts)):
        fold.of_parallel.add(fold.begin_child(e.branch, f"branch {index}", e.at, branch_index=index).key)


def _map(fold: _Fold, e: j.MapStarted) -> None:
    fold.finish_children(e.branch, e.at)
    if e.branch in fold.states:
        fold.states[e.branch].attributes["stepwell.map.items"] = e.length


def _iteration(fold: _Fold, e: j.MapIterationStarted) -> None:
    fold.begin_child(e.branch, f"{e.name}[{e.index}]", e.at, map_index=e.index)


def _iteration_succeeded(fold: _Fold, e: j.MapIterationSucceeded) -> None:
    fold.finish(fold.places.pop(e.branch, None), e.at)


def _iteration_failed(fold: _Fold, e: Any) -> None:
    failed = isinstance(e, j.MapIterationFailed)
    fold.finish(fold.places.get(e.branch), e.at, "failed" if failed else "stopped, since a sibling failed")


def _scheduled(fold: _Fold, e: j.TaskScheduled) -> None:
    state = fold.states.get(e.branch)
    if state is not None:
        state.attributes["stepwell.resource"] = f"{e.resource_type}:{e.resource}" if e.resource_type else e.resource


def _failed(fold: _Fold, e: j.TaskFailed | j.EvaluationFailed) -> None:
    state = fold.states.get(e.branch)
    if state is not None:
        state.failures.append((e.at, e.error or "", e.cause or ""))
        fold.touched.add(state.key)


def _retried(fold: _Fold, e: j.RetryScheduled) -> None:
    state = fold.states.get(e.branch)
    if state is not None:
        state.attributes["stepwell.retries"] = int(state.attributes.get("stepwell.retries", 0)) + 1


_RULES: dict[type[j.Entry], Callable[[_Fold, Any], None]] = {
    j.ExecutionStarted: _started,
    j.ExecutionSucceeded: _closed,
    j.ExecutionFailed: _closed,
    j.ExecutionAborted: _closed,
    j.ExecutionTimedOut: _closed,
    j.ExecutionRedriven: _redriven,
    j.StateEntered: _entered,
    j.StateExited: _exited,
    j.StateAborted: _stopped,
    j.GroupAborted: _stopped,
    j.EvaluationFailed: _failed,
    j.TaskScheduled: _scheduled,
    j.TaskFailed: _failed,
    j.ParallelStarted: _parallel,
    j.MapStarted: _map,
    j.MapIterationStarted: _iteration,
    j.MapIterationSucceeded: _iteration_succeeded,
    j.MapIterationFailed: _iteration_failed,
    j.MapIterationAborted: _iteration_failed,
    j.RetryScheduled: _retried,
}
