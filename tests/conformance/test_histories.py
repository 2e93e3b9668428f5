"""Histories match in the order AWS gave them, and where branches are concurrent in any possible order only."""

import datetime
from typing import Any

import pytest

from .bindings import Bindings
from .histories import Event, compare, inconsistencies

START = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)


def event(number: int, previous: int, kind: str, name: str = "", **details: Any) -> Event:
    told: Event = {"id": number, "previousEventId": previous, "type": kind}
    told["timestamp"] = START + datetime.timedelta(milliseconds=number)
    if kind.endswith("StateEntered"):
        told["stateEnteredEventDetails"] = {"name": name, **details}
    elif kind.endswith("StateExited"):
        told["stateExitedEventDetails"] = {"name": name, **details}
    return told


def two_branches(*order: tuple[int, str, str]) -> list[Event]:
    """A Parallel of the branches A and B, whose four events come in this order."""
    last = max(number for number, kind, _ in enumerate_order(order) if kind == "PassStateExited")
    return [
        event(1, 0, "ExecutionStarted"),
        event(2, 0, "ParallelStateEntered", "Both"),
        event(3, 2, "ParallelStateStarted"),
        *(event(number, previous, kind, name) for number, (previous, kind, name) in enumerate(order, 4)),
        event(8, last, "ParallelStateSucceeded"),
        event(9, last, "ParallelStateExited", "Both"),
        event(10, 9, "ExecutionSucceeded"),
    ]


def enumerate_order(order: tuple[tuple[int, str, str], ...]) -> list[tuple[int, str, str]]:
    return [(number, kind, name) for number, (_, kind, name) in enumerate(order, 4)]


ENTERED, EXITED = "PassStateEntered", "PassStateExited"
IN_TURN = two_branches((3, ENTERED, "A"), (4, EXITED, "A"), (3, ENTERED, "B"), (6, EXITED, "B"))
INTERLEAVED = two_branches((3, ENTERED, "B"), (3, ENTERED, "A"), (5, EXITED, "A"), (4, EXITED, "B"))
CROSSED = two_branches((3, ENTERED, "A"), (3, ENTERED, "B"), (5, EXITED, "A"), (4, EXITED, "B"))


def recorded(events: list[Event]) -> list[Event]:
    return [{**each, "timestamp": "timestamp"} for each in events]


def test_a_history_matches_itself() -> None:
    assert compare(recorded(IN_TURN), IN_TURN, Bindings(), concurrent=False) == []


def test_concurrent_branches_may_come_in_another_order() -> None:
    assert compare(recorded(IN_TURN), INTERLEAVED, Bindings(), concurrent=True) == []


def test_without_concurrency_the_order_is_exact() -> None:
    assert compare(recorded(IN_TURN), INTERLEAVED, Bindings(), concurrent=False)


def test_a_chain_that_crosses_branches_is_refused() -> None:
    assert compare(recorded(IN_TURN), CROSSED, Bindings(), concurrent=True)


@pytest.mark.parametrize("lost", range(len(IN_TURN)))
def test_a_lost_event_is_missed_in_any_order(lost: int) -> None:
    assert compare(recorded(IN_TURN), [*INTERLEAVED[:lost], *INTERLEAVED[lost + 1 :]], Bindings(), concurrent=True)


@pytest.mark.parametrize("changed", range(len(IN_TURN)))
def test_a_changed_event_is_seen_in_any_order(changed: int) -> None:
    other = [*INTERLEAVED[:changed], {**INTERLEAVED[changed], "type": "Changed"}, *INTERLEAVED[changed + 1 :]]
    assert compare(recorded(IN_TURN), other, Bindings(), concurrent=True)


def masked() -> list[Event]:
    """As some recordings are: the branches' events sorted, without ids; the Parallel's success lost."""
    heap = [{**each, "id": [0], "previousEventId": 0} for each in sorted(IN_TURN[3:7], key=lambda each: each["type"])]
    return [*IN_TURN[:3], *heap, *IN_TURN[8:]]


def test_events_with_masked_ids_may_come_in_any_order() -> None:
    assert compare(recorded(masked()), INTERLEAVED, Bindings(), concurrent=True) == []


@pytest.mark.parametrize("lost", [number for number in range(len(IN_TURN)) if number != 7])
def test_events_with_masked_ids_must_all_be_there(lost: int) -> None:
    assert compare(recorded(masked()), [*INTERLEAVED[:lost], *INTERLEAVED[lost + 1 :]], Bindings(), concurrent=True)


def test_events_with_masked_ids_must_be_the_recorded_ones() -> None:
    other = [*INTERLEAVED[:4], event(5, 3, ENTERED, "C"), event(6, 5, EXITED, "C"), *INTERLEAVED[6:]]
    assert compare(recorded(masked()), other, Bindings(), concurrent=True)


def test_no_history_has_gaps_or_effects_before_causes() -> None:
    assert inconsistencies(IN_TURN) == []
    assert inconsistencies([event(1, 0, "ExecutionStarted"), event(3, 0, "PassStateEntered", "A")])
    assert inconsistencies([event(1, 2, "ExecutionStarted"), event(2, 0, "PassStateEntered", "A")])
    assert inconsistencies([event(1, 0, "ExecutionStarted"), event(2, 1, "PassStateExited", "A")])
