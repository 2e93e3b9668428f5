"""A restart at any commit makes the very same execution, which goes on in the very same way."""

import json
import random
from collections.abc import Sequence
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from definitions import catcher, chain, mapping, parallel, passing, retrier, task, waiting
from stepwell.core import facts as f
from stepwell.core import journal as j
from stepwell.core.advance import advance
from stepwell.core.evolve import BrokenReference, evolve
from stepwell.core.execution import Execution
from stepwell.errors import Failure

from .journey import SILENT, Journey, failing, folded, picture

ERRORS = ["A", "B", "States.Timeout"]
ANSWERS = [1, "text", {"n": 3, "list": [1, 2]}, [1, 2, 3], None, *[Failure(error) for error in ERRORS], SILENT]


class Definitions:
    """Draws small definitions; names are unique throughout, as the language wants them."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.names = 0

    def name(self) -> str:
        self.names += 1
        return f"S{self.names}"

    def scope(self, depth: int) -> dict[str, Any]:
        states: dict[str, Any] = {}
        for _ in range(self.draw(st.integers(1, 3))):
            kinds = [self.passing, self.waiting, self.task, self.choice]
            kinds += [self.parallel, self.mapping] * 2 if depth else []
            self.draw(st.sampled_from(kinds))(states, depth)
        last = self.name()
        states[last] = passing()
        return chain(**states)

    def passing(self, states: dict[str, Any], depth: int) -> None:
        field = [
            {},
            {"Result": [1, 2]},
            {"Result": "é", "ResultPath": "$.r"},
            {"ResultPath": None},
            {"InputPath": None},
        ]
        states[self.name()] = passing(**self.draw(st.sampled_from(field)))

    def waiting(self, states: dict[str, Any], depth: int) -> None:
        states[self.name()] = waiting(self.draw(st.integers(0, 3)))

    def task(self, states: dict[str, Any], depth: int) -> None:
        own = [{}, {"ResultPath": None}, {"ResultSelector": {"x.$": "$.n"}}, {"Parameters": {"p.$": "$"}}]
        fields = self.draw(st.sampled_from(own))
        states[self.name()] = task(TimeoutSeconds=4, HeartbeatSeconds=2, **fields, **self.rescue(states))

    def rescue(self, states: dict[str, Any]) -> dict[str, Any]:
        """Retriers and catchers; a catcher leads to a state that was there before or to a new one that follows."""
        fields: dict[str, Any] = {}
        if self.draw(st.booleans()):
            attempts = self.draw(st.integers(0, 2))
            fields["Retry"] = [retrier("A", MaxAttempts=1), retrier(MaxAttempts=attempts, JitterStrategy="FULL")]
        if self.draw(st.booleans()):
            landing = self.name()
            states[landing] = passing()
            fields["Catch"] = [catcher(landing, ResultPath=self.draw(st.sampled_from(["$", "$.error", None])))]
        return fields

    def choice(self, states: dict[str, Any], depth: int) -> None:
        here, there = self.name(), self.name()
        rule = {"Variable": "$.n", "IsPresent": self.draw(st.booleans()), "Next": there}
        states[here] = {"Type": "Choice", "Choices": [rule], "Default": there}
        states[there] = passing()

    def parallel(self, states: dict[str, Any], depth: int) -> None:
        branches = [self.scope(depth - 1) for _ in range(self.draw(st.integers(1, 3)))]
        states[self.name()] = parallel(*branches, **self.rescue(states))

    def mapping(self, states: dict[str, Any], depth: int) -> None:
        states[self.name()] = passing(Result=list(range(self.draw(st.integers(0, 3)))))
        most = self.draw(st.integers(0, 2))
        states[self.name()] = mapping(self.scope(depth - 1), MaxConcurrency=most, **self.rescue(states))


@st.composite
def journeys(draw: Any) -> Journey:
    """A random machine, run with random answers in slices of a random size; stopped and redriven now and then."""
    definition = Definitions(draw).scope(depth=2)
    chance = random.Random(draw(st.integers(0, 1 << 30)))
    size = draw(st.sampled_from([1, 2, 5, 500]))
    input = draw(st.sampled_from([{}, [1, 2], {"n": 1, "list": []}]))
    journey = Journey(definition, seed=chance.randrange(1000), slice_entries=size, history=400)
    journey.start(input).travel(lambda state: chance.choice(ANSWERS), most=draw(st.sampled_from([3, 10, 1000])))
    for _ in range(draw(st.integers(0, 3))):
        if journey.execution.running:
            journey.deliver(f.Stop(None, None))
        journey.deliver(f.Redrive())
        if draw(st.booleans()):
            journey.settle()
            journey.travel(lambda state: chance.choice(ANSWERS), most=draw(st.sampled_from([1, 10, 1000])))
    return journey


def chunks(journey: Journey) -> list[bytes]:
    return [j.encode(transition.entries) for _, _, transition in journey.steps]


def replayed(journey: Journey, execution: Execution, steps: Sequence[Any]) -> None:
    """Give the execution the facts of these steps: the same must come of each."""
    for fact, moment, before in steps:
        assert advance(journey.machine, execution, fact, moment, journey.limits) == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(journeys())
def test_what_is_read_back_after_any_commit_is_what_was_running_and_goes_on_alike(journey):
    live, stored = Execution(1), chunks(journey)
    ends = range(len(stored)) if len(stored) < 40 else random.Random(1).sample(range(len(stored)), 40)
    for step in range(len(stored)):
        fact, moment, before = journey.steps[step]
        assert advance(journey.machine, live, fact, moment, journey.limits) == before  # it can be repeated at all
        if step in ends:
            again = folded(stored[: step + 1])
            assert picture(again) == picture(live)
            replayed(journey, again, journey.steps[step + 1 :])
            assert picture(again) == picture(journey.execution)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(journeys())
def test_the_work_that_commits_opened_and_closed_is_the_work_there_is(journey):
    rows: dict[tuple[int, str], Any] = {}
    for _, _, transition in journey.steps:
        for work in transition.opened:
            assert (work.position, work.kind) not in rows
            rows[(work.position, work.kind)] = work
        for key in transition.closed:
            del rows[key]
    assert rows == journey.execution.work
    if not journey.execution.running:
        assert rows == {}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(journeys())
def test_nothing_of_an_execution_is_left_over(journey):
    execution = journey.execution
    for branch in execution.branches.values():
        if branch.owned is not None:
            assert execution.owners[branch.owned] == branch.id
    assert set(execution.owners.values()) <= set(execution.branches)
    assert len(execution.owners) == sum(branch.owned is not None for branch in execution.branches.values())
    assert [event["id"] for event in journey.events] == list(range(1, len(journey.events) + 1))
    assert all(event["previousEventId"] < event["id"] for event in journey.events)
    assert execution.running or not execution.ready
    json.dumps(journey.events)


def test_a_tasks_result_is_its_output_after_a_restart_in_the_next_state():
    journey = Journey(chain(T=task(), W=waiting())).start({"given": 1})
    journey.answer("T", {"result": 2})
    again = folded(chunks(journey))
    assert again.root.data.value == {"result": 2}
    assert picture(again) == picture(journey.execution)


def test_a_restart_in_the_middle_of_a_map_finds_finished_running_and_waiting_iterations():
    journey = Journey(chain(M=mapping(chain(T=task()), MaxConcurrency=2))).start([1, 2, 3])
    journey.answer("T", "first")
    again = folded(chunks(journey))
    group = again.root.group
    assert group is not None
    assert (group.started, group.ended, group.length) == (3, 1, 3)
    assert picture(again) == picture(journey.execution)


def test_what_a_retry_has_used_up_is_known_after_a_restart(run):
    journey = Journey(chain(T=task(Retry=[retrier(MaxAttempts=2)]))).start()
    journey.refuse("T", "E")
    again = folded(chunks(journey))
    assert again.root.retries == {0: 1}
    assert picture(again) == picture(journey.execution)
    assert run(chain(T=task(Retry=[retrier(MaxAttempts=2)])), answers={"T": failing("E")}).tries("T") == [0, 1, 3]


def test_a_reference_to_a_text_that_is_not_there_is_not_passed_over():
    journey = Journey(chain(A=passing(), W=waiting())).start({"given": 1})
    broken = j.StateExited(journey.now, 3, 2, 0, "A", "Pass", 99, "W")
    execution = folded([j.encode(journey.entries[:2])])
    with pytest.raises(BrokenReference, match="refers to the text of entry 99"):
        evolve(execution, broken)
