"""Histories compared: exactly, or, where branches ran at the same time, in any order that is possible."""

import itertools
from collections.abc import Iterable
from typing import Any

from .bindings import Bindings
from .matching import match

Event = dict[str, Any]

# Their previousEventId names whichever branch came last (or first made room), so the scope's opening stands for it.
_JOINS = {
    "MapIterationStarted",
    "MapStateSucceeded",
    "MapStateExited",
    "ParallelStateSucceeded",
    "ParallelStateExited",
}
_LOST = "ParallelStateSucceeded"
_OPENINGS = {"MapStateStarted", "ParallelStateStarted"}
_CLOSINGS = {"MapStateExited", "ParallelStateExited"}


def compare(expected: list[Event], actual: list[Event], bindings: Bindings, concurrent: bool) -> list[str]:
    """The differences between a recorded history and ours.

    Ids and order are exact. With `concurrent`, a history that differs in them may still be another order
    in which the same branches could have run. Events that were recorded with their ids masked are compared
    as a heap.
    """
    faults = inconsistencies(actual)
    if any(_is_masked(event) for event in expected):
        return faults + _compare_masked(expected, actual, bindings)
    tried = bindings.copy()
    differences = match(expected, actual, tried, "history")
    if differences and concurrent:
        tried = bindings.copy()
        differences = _compare_forests(expected, actual, tried)
    if not differences:
        bindings.adopt(tried)
    return faults + differences


def inconsistencies(events: list[Event]) -> list[str]:
    """What cannot be in any history: gaps in the ids, causes after their effects, exits without entries."""
    ordered = sorted(events, key=lambda event: event["id"])
    by_id = {event["id"]: event for event in ordered}
    faults = []
    if [event["id"] for event in ordered] != list(range(1, len(ordered) + 1)):
        faults.append(f"history: the ids are not 1 to {len(ordered)}: {[event['id'] for event in ordered]}")
    for earlier, later in itertools.pairwise(ordered):
        if later["timestamp"] < earlier["timestamp"]:
            faults.append(f"history: event {later['id']} is older than event {earlier['id']}")
    for event in ordered:
        previous = event["previousEventId"]
        if previous >= event["id"] or (previous and previous not in by_id):
            faults.append(f"history: event {event['id']} names {previous} as its previous event")
        elif event["type"].endswith("StateExited") and not _was_entered(event, by_id):
            faults.append(f"history: event {event['id']} leaves a state that was not entered")
    return faults


def _was_entered(event: Event, by_id: dict[int, Event]) -> bool:
    return any(
        ancestor["type"].endswith("StateEntered")
        and ancestor["stateEnteredEventDetails"]["name"] == event["stateExitedEventDetails"]["name"]
        for ancestor in _ancestors(event, by_id)
    )


def _ancestors(event: Event, by_id: dict[int, Event]) -> Iterable[Event]:
    while event["previousEventId"] in by_id and event["previousEventId"] < event["id"]:
        event = by_id[event["previousEventId"]]
        yield event


def _is_masked(event: Event) -> bool:
    return event["id"] in (0, [0])


def _compare_masked(expected: list[Event], actual: list[Event], bindings: Bindings) -> list[str]:
    """Events with ids by their ids; all others in any order.

    The recordings with masked ids have also lost the event of type `_LOST`.
    """
    placed = {event["id"]: event for event in expected if not _is_masked(event)}
    heap = [event for event in expected if _is_masked(event)]
    rest = [event for event in actual if event["id"] not in placed]
    if _LOST not in {event["type"] for event in expected}:
        rest = [event for event in rest if event["type"] != _LOST]
    ours = {event["id"]: event for event in actual}
    differences = []
    for number, event in placed.items():
        if number in ours:
            differences += match(event, ours[number], bindings, f"history[{number}]")
        else:
            differences.append(f"history: there is no event {number} ({event['type']})")
    return differences + _compare_heaps(heap, rest, bindings)


def _compare_heaps(expected: list[Event], actual: list[Event], bindings: Bindings) -> list[str]:
    left = list(actual)
    differences = []
    for event in expected:
        for candidate in left:
            tried = bindings.copy()
            if not _match_content(event, candidate, tried):
                bindings.adopt(tried)
                left.remove(candidate)
                break
        else:
            differences.append(f"history: there is no {_told(event)} like the recorded {_content(event)}")
    return differences + [f"history: event {event['id']}, {_told(event)}, is not recorded" for event in left]


def _compare_forests(expected: list[Event], actual: list[Event], bindings: Bindings) -> list[str]:
    return _compare_children(0, 0, _children(expected), _children(actual), bindings)


Forest = dict[int, list[Event]]


def _children(events: list[Event]) -> Forest:
    by_id = {event["id"]: event for event in events}
    children: Forest = {}
    for event in sorted(events, key=lambda event: event["id"]):
        children.setdefault(_parent(event, by_id), []).append(event)
    return children


def _parent(event: Event, by_id: dict[int, Event]) -> int:
    """The previous event; for a join, the event that opened the scope it closes."""
    if event["type"] not in _JOINS:
        return int(event["previousEventId"])
    depth = 0
    for ancestor in _ancestors(event, by_id):
        if ancestor["type"] in _CLOSINGS:
            depth += 1
        elif ancestor["type"] in _OPENINGS and depth:
            depth -= 1
        elif ancestor["type"] in _OPENINGS:
            return int(ancestor["id"])
    return int(event["previousEventId"])


def _compare_children(one: int, other: int, expected: Forest, actual: Forest, bindings: Bindings) -> list[str]:
    """Pair the events that follow one event with those that follow the other, each with all that follows it."""
    left = list(actual.get(other, ()))
    for event in expected.get(one, ()):
        nearest: list[str] = []
        for candidate in left:
            tried = bindings.copy()
            differences = _match_content(event, candidate, tried)
            differences += _compare_children(event["id"], candidate["id"], expected, actual, tried)
            if not differences:
                bindings.adopt(tried)
                left.remove(candidate)
                break
            if candidate["type"] == event["type"] and (not nearest or len(differences) < len(nearest)):
                nearest = differences
        else:
            return nearest or [f"history: after event {other} there is no {_told(event)} (recorded: {event['id']})"]
    return [f"history: event {event['id']}, {_told(event)}, follows {other}, not recorded" for event in left]


def _match_content(expected: Event, actual: Event, bindings: Bindings) -> list[str]:
    return match(_content(expected), _content(actual), bindings, f"history[{actual['id']}]")


def _content(event: Event) -> Event:
    return {name: value for name, value in event.items() if name not in ("id", "previousEventId")}


def _told(event: Event) -> str:
    names = [details["name"] for details in event.values() if isinstance(details, dict) and "name" in details]
    return " ".join([event["type"], *map(repr, names)])
