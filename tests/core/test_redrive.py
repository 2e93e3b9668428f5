"""A redrive lets an execution that has ended without success go on where it failed (developer guide, "Redrive")."""

import random

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, assume, given, settings

from definitions import catcher, chain, fail, mapping, parallel, passing, retrier, task, waiting
from stepwell.core import facts as f
from stepwell.core import journal as j
from stepwell.core.execution import Phase
from stepwell.core.redrive import DAY, LONGEST, PERIOD, obstacle
from stepwell.errors import Failure

from .journey import ARN, NOON, Journey, failing, folded, picture, scripted
from .test_recovery import Definitions, chunks

SCALE = {"n": 1}


def broken_path(**fields: object) -> dict[str, object]:
    """A Pass that fails for want of `$.there`."""
    return passing(Parameters={"p.$": "$.there"}, **fields)


def pages(journey: Journey, after: int) -> list[tuple[str, int]]:
    """Type and previousEventId of the events after the one with this id."""
    return journey.order[after:]


# -- what is done again -----------------------------------------------------------------------------------------------


def test_a_task_is_scheduled_again_without_being_entered_again_and_what_came_before_is_not(run):
    journey = run(chain(A=passing(Result=1), T=task(), B=passing()), answers={"T": failing("E", "c")})
    assert (journey.status, journey.failure) == ("FAILED", ("E", "c"))
    assert journey.redrive()
    assert (journey.status, journey.failure, journey.execution.stopped_at) == ("RUNNING", (None, None), None)
    journey.travel(scripted({"T": [2]}))
    assert (journey.status, journey.output) == ("SUCCEEDED", 2)
    assert journey.path == ["A", "T", "B"]
    assert pages(journey, 3) == [
        ("TaskStateEntered", 3),
        ("ActivityScheduled", 4),
        ("ActivityStarted", 5),
        ("ActivityFailed", 6),
        ("ExecutionFailed", 7),
        ("ExecutionRedriven", 8),
        ("ActivityScheduled", 7),
        ("ActivityStarted", 10),
        ("ActivitySucceeded", 11),
        ("TaskStateExited", 12),
        ("PassStateEntered", 13),
        ("PassStateExited", 14),
        ("ExecutionSucceeded", 15),
    ]
    redriven = journey.events[8]
    assert redriven["executionRedrivenEventDetails"] == {"redriveCount": 1}


def test_a_choice_weighs_its_rules_again(run):
    rule = {"Variable": "$.n", "NumericGreaterThan": 5, "Next": "B"}
    journey = run(chain(C={"Type": "Choice", "Choices": [rule]}, B=passing()), {"n": 1})
    assert journey.failure[0] == "States.NoChoiceMatched"
    length = len(journey.events)
    assert journey.redrive()
    assert journey.failure[0] == "States.NoChoiceMatched"
    assert [type for type, _ in pages(journey, length)] == ["ExecutionRedriven", "ExecutionFailed"]


def test_a_pass_and_a_fail_do_the_same_again(run):
    for state, error in ((broken_path(End=True), "States.Runtime"), (fail("Meant"), "Meant")):
        journey = run(chain(S=state), {"x": 1})
        before = journey.failure
        assert before[0] == error
        assert journey.redrive()
        assert (journey.status, journey.failure, journey.path) == ("FAILED", before, ["S"])


def test_a_wait_for_seconds_starts_over(run):
    journey = Journey(chain(W=waiting(60), B=passing())).start()
    journey.pass_time(50)
    journey.stop()
    journey.pass_time(5)
    journey.redrive()
    journey.pass_time(59)
    assert journey.path == ["W"]
    journey.pass_time(1)
    assert journey.path == ["W", "B"]
    assert [type for type, _ in pages(journey, 2)][:3] == ["ExecutionAborted", "ExecutionRedriven", "WaitStateExited"]


def test_a_wait_for_a_moment_that_has_passed_is_left_at_once_and_for_another_waits_on():
    moment = "2023-11-14T22:14:20Z"  # a minute after NOON
    for away, status in ((30, "RUNNING"), (61, "SUCCEEDED")):
        journey = Journey(chain(W={"Type": "Wait", "Timestamp": moment})).start()
        journey.stop()
        journey.now += away * 1000
        journey.redrive()
        assert journey.status == status
        assert journey.travel(scripted({})).execution.last_at == max(NOON + 60_000, journey.now)


def test_a_state_that_was_about_to_be_entered_is_entered():
    journey = Journey(chain(A=passing(), B=passing()), slice_entries=1)
    start = f.Start(arn=ARN, machine_arn="m", revision="r", name="e", role_arn="r", input="{}")
    journey.deliver(start)
    journey.deliver(f.Stop(None, None))
    assert journey.path == []
    journey.redrive()
    assert (journey.status, journey.path) == ("SUCCEEDED", ["A", "B"])


def test_an_execution_stopped_after_its_last_state_needs_to_do_nothing_more():
    journey = Journey(chain(A=passing()), slice_entries=1)
    journey.deliver(f.Start(arn=ARN, machine_arn="m", revision="r", name="e", role_arn="r", input="{}"))
    journey.deliver(f.Continue())
    assert journey.execution.root.phase is Phase.ENDED
    journey.deliver(f.Stop(None, None))
    journey.redrive()
    assert journey.status == "SUCCEEDED"
    assert [type for type, _ in pages(journey, 3)] == ["ExecutionAborted", "ExecutionRedriven", "ExecutionSucceeded"]


def test_a_tasks_result_that_could_not_be_placed_is_asked_for_anew(run):
    journey = run(chain(T=task(ResultSelector={"x.$": "$.x"})), answers={"T": [{"y": 1}]})
    assert journey.failure[0] == "States.Runtime"
    journey.redrive()
    journey.travel(scripted({"T": [{"x": 2}]}))
    assert (journey.status, journey.output) == ("SUCCEEDED", {"x": 2})


# -- counters and time-outs -------------------------------------------------------------------------------------------


def test_retries_are_counted_from_nothing_again_and_the_context_object_says_so(run):
    tried = task(Parameters={"try.$": "$$.State.RetryCount"}, Retry=[retrier("E", MaxAttempts=2, IntervalSeconds=1)])
    journey = run(chain(T=tried), answers={"T": failing("E")})
    assert (journey.status, len(journey.tries("T"))) == ("FAILED", 3)
    journey.redrive()
    assert journey.given("T") == {"try": 0}
    journey.refuse("T", "E")
    journey.pass_time(1)
    assert journey.given("T") == {"try": 1}
    journey.travel(scripted({"T": failing("E")}))
    assert (journey.status, len(journey.tries("T"))) == ("FAILED", 6)


def test_the_context_object_tells_how_often_and_when_it_was_redriven(run):
    shown = {"count.$": "$$.Execution.RedriveCount", "context.$": "$$.Execution"}
    journey = Journey(chain(T=task(Parameters=shown))).start()
    assert journey.given("T")["count"] == 0
    assert "RedriveTime" not in journey.given("T")["context"]
    for count in (1, 2):
        journey.stop()
        journey.now += 1500
        journey.redrive()
        assert journey.given("T")["count"] == count
    assert journey.given("T")["context"]["RedriveTime"] == "2023-11-14T22:13:23.000Z"
    assert journey.given("T")["context"]["StartTime"] == "2023-11-14T22:13:20.000Z"


def test_the_time_outs_of_a_machine_and_of_a_task_start_over():
    journey = Journey({**chain(T=task(TimeoutSeconds=8)), "TimeoutSeconds": 10}).start()
    journey.pass_time(10)
    assert journey.status == "TIMED_OUT"
    journey.pass_time(100)
    journey.redrive()
    journey.pass_time(5)
    journey.take("T")
    journey.pass_time(4)
    assert journey.status == "RUNNING"
    journey.pass_time(1)
    assert journey.status == "TIMED_OUT"
    journey.redrive()
    journey.take("T")
    journey.pass_time(8)
    assert (journey.status, journey.failure[0]) == ("FAILED", "States.Timeout")


def test_a_worker_that_still_has_the_task_of_before_is_not_heard_any_more():
    journey = Journey(chain(T=task())).start()
    before = journey.position("T")
    journey.take("T")
    journey.stop()
    journey.redrive()
    assert not journey.give(f.TaskAnswered(before, "1"))
    assert not journey.give(f.Heartbeat(before))
    assert journey.position("T") != before
    assert journey.answer("T", 2)
    assert journey.output == 2


# -- Parallel and Map -------------------------------------------------------------------------------------------------


def test_a_parallel_does_the_branches_again_that_failed_or_were_stopped():
    both = parallel(chain(A=task(), A2=task()), chain(B=task(), B2=task()), chain(C=passing(Result="c")))
    journey = Journey(chain(P=both, After=passing())).start()
    journey.answer("A", 1)
    journey.refuse("B", "E")
    assert journey.status == "FAILED"
    length = len(journey.events)
    journey.redrive()
    journey.travel(scripted({"A2": ["a"], "B": [2], "B2": ["b"]}))
    assert (journey.status, journey.output) == ("SUCCEEDED", ["a", "b", "c"])
    assert journey.path == ["P", "A", "B", "C", "A2", "B2", "After"]
    again = [type for type, _ in pages(journey, length)]
    assert again[:3] == ["ExecutionRedriven", "ActivityScheduled", "ActivityScheduled"]
    assert "ParallelStateStarted" not in again
    assert again.count("ParallelStateSucceeded") == 1


def test_a_map_does_the_iterations_again_that_failed_or_were_stopped_then_those_not_begun(run):
    journey = Journey(chain(M=mapping(chain(T=task()), MaxConcurrency=2))).start([1, 2, 3, 4])
    journey.answer("T", "one")  # now the second and the third run
    journey.refuse("T", "E")
    assert journey.status == "FAILED"
    length = len(journey.events)
    journey.redrive()
    assert [work.position for work in journey.execution.work.values()] == [
        journey.execution.length - 2 + n for n in (0, 1)
    ]
    journey.travel(scripted({"T": ["two", "three", "four"]}))
    assert (journey.status, journey.output) == ("SUCCEEDED", ["one", "two", "three", "four"])
    begun = [event for event in journey.events if event["type"] == "MapIterationStarted"]
    assert [event["mapIterationStartedEventDetails"]["index"] for event in begun] == [0, 1, 2, 3]
    assert "MapStateStarted" not in [type for type, _ in pages(journey, length)]


def test_states_within_states_go_on_where_each_of_them_was():
    inner = parallel(chain(A=task()), chain(B=task(Retry=[retrier(MaxAttempts=1)]), B2=task()))
    journey = Journey(chain(M=mapping(chain(Before=passing(), P=inner)), After=passing())).start([1, 2])
    for output in ("a0", "a1"):
        journey.answer("A", output)
    journey.travel(scripted({"B": failing("E")}))
    assert journey.status == "FAILED"
    journey.redrive()
    journey.travel(scripted({"B": ["b"], "B2": ["b0", "b1"]}))
    assert (journey.status, journey.output) == ("SUCCEEDED", [["a0", "b0"], ["a1", "b1"]])
    assert [journey.path.count(name) for name in ("M", "Before", "P", "A", "B", "B2", "After")] == [1, 2, 2, 2, 2, 2, 1]


def test_a_parallel_between_two_tries_begins_with_all_its_branches():
    again = parallel(chain(A=task()), chain(B=task()), Retry=[retrier(IntervalSeconds=60)])
    journey = Journey(chain(P=again)).start()
    journey.answer("A", 1)
    journey.refuse("B", "E")
    journey.stop()
    journey.redrive()
    journey.travel(scripted({"A": ["a"], "B": ["b"]}))
    assert (journey.status, journey.output) == ("SUCCEEDED", ["a", "b"])


def test_branches_whose_outputs_could_not_be_put_together_are_put_together_again(run):
    journey = run(chain(P=parallel(chain(A=passing(Result=1)), ResultSelector={"x.$": "$.no"})))
    assert journey.failure[0] == "States.Runtime"
    length = len(journey.events)
    journey.redrive()
    again = [type for type, _ in pages(journey, length)]
    assert again == ["ExecutionRedriven", "ParallelStateSucceeded", "ExecutionFailed"]


def test_too_much_data_has_all_branches_done_again_also_those_that_succeeded():
    for group in (parallel(chain(A=task()), chain(B=task())), mapping(chain(A=task()), ItemsPath="$.items")):
        journey = Journey(chain(G=group), payload=60).start({"items": [1, 2]})
        journey.travel(scripted({"A": ["x" * 40], "B": ["y" * 40]}))
        assert journey.failure[0] == "States.DataLimitExceeded"
        journey.redrive()
        journey.travel(scripted({"A": ["a"], "B": ["b"]}))
        assert journey.status == "SUCCEEDED"
        assert journey.output in (["a", "b"], ["a", "a"])
        assert [type for type, _ in journey.order].count(f"{journey.machine.states['G'].type}StateStarted") == 2


def test_an_iteration_whose_input_could_not_be_made_is_begun_by_the_redrive():
    selector = {"n.$": "$$.Map.Item.Value.n"}
    for most, items, broken in ((2, [{"n": 1}, {}, {"n": 3}], 1), (1, [{"n": 1}, {"n": 2}, {}], 2)):
        state = mapping(chain(T=task()), ItemSelector=selector, MaxConcurrency=most)
        journey = Journey(chain(M=state)).start(items)
        journey.travel(scripted({"T": [1]}))
        assert journey.failure[0] == "States.Runtime"
        journey.redrive()  # which fails for the same reason, but does not hang, and does nothing twice
        journey.travel(scripted({"T": [1]}))
        assert (journey.status, journey.failure[0]) == ("FAILED", "States.Runtime")
        begun = [event for event in journey.events if event["type"] == "MapIterationStarted"]
        assert len(begun) == broken


def test_an_iteration_that_was_through_when_the_execution_was_stopped_is_through():
    journey = Journey(chain(M=mapping(chain(A=passing()), MaxConcurrency=1)), slice_entries=1)
    journey.deliver(f.Start(arn=ARN, machine_arn="m", revision="r", name="e", role_arn="r", input="[1,2]"))
    while not any(branch.phase is Phase.ENDED for branch in journey.execution.branches.values()):
        journey.deliver(f.Continue())
    journey.deliver(f.Stop(None, None))
    assert journey.redrive()
    assert (journey.status, journey.output, journey.path) == ("SUCCEEDED", [1, 2], ["M", "A", "A"])


def test_what_a_catcher_took_is_not_done_again(run):
    states = {"T": task(Catch=[catcher("B")]), "A": passing(End=True), "B": task()}
    journey = run(chain(**states), answers={"T": failing("E"), "B": failing("F")})
    assert journey.failure[0] == "F"
    journey.redrive()
    journey.travel(scripted({"B": ["saved"]}))
    assert (journey.output, journey.path) == ("saved", ["T", "B"])


def test_variables_are_what_they_were(run):
    task_ = task(Parameters={"v.$": "$v"})
    journey = Journey(chain(A=passing(Assign={"v": 7}), T=task_)).start()
    journey.refuse("T", "E")
    journey.redrive()
    assert journey.given("T") == {"v": 7}


# -- again and again --------------------------------------------------------------------------------------------------


def test_an_execution_is_redriven_as_often_as_it_fails(run):
    journey = run(chain(T=task()), answers={"T": failing("E")})
    for count in (1, 2, 3):
        assert journey.redrive()
        assert journey.execution.redrive_count == count
        assert not journey.redrive()  # it runs
        journey.refuse("T", "E")
    assert [type for type, _ in journey.order].count("ExecutionRedriven") == 3


def test_after_a_restart_it_is_redriven_all_the_same():
    both = parallel(chain(A=task()), chain(M=mapping(chain(B=task(), B2=task()))))
    journey = Journey(chain(P=both)).start([1, 2])
    journey.answer("B", 1)
    journey.answer("B", 2)
    journey.answer("B2", 1)
    journey.refuse("A", "E")
    again = folded(chunks(journey))
    assert picture(again) == picture(journey.execution)
    journey.redrive()
    assert picture(folded(chunks(journey))) == picture(journey.execution)
    journey.execution = folded(chunks(journey))
    journey.travel(scripted({"A": ["a"], "B2": ["b"]}))
    assert (journey.status, journey.output) == ("SUCCEEDED", ["a", [1, "b"]])


class Unforgiving(Definitions):
    """Definitions in which nothing is retried or caught."""

    def rescue(self, states):
        return {}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_whatever_fails_and_whenever_it_is_stopped_in_the_end_it_has_done_each_state_once(data):
    definition = Unforgiving(data.draw).scope(depth=2)
    chance = random.Random(data.draw(st.integers(0, 1 << 30)))
    smooth = Journey(definition).start({}).travel(lambda state: {"n": state})
    assume(smooth.status == "SUCCEEDED")
    rough = Journey(definition, slice_entries=chance.choice([1, 3, 500])).start({})
    while rough.status != "SUCCEEDED":
        if rough.execution.running:
            rough.stop()
        assert rough.deliver(f.Redrive()).accepted
        for _ in range(chance.randrange(12)):
            rough.deliver(f.Continue())
        if chance.random() < 0.7:
            rough.settle()
            unsure = 0.2 if rough.execution.redrive_count < 30 else 0.0
            rough.travel(
                lambda state: Failure("E") if chance.random() < unsure else {"n": state},  # noqa: B023
                most=chance.choice([1, 4, 1000]),
            )
    assert rough.output == smooth.output
    for entry in (j.StateEntered, j.StateExited, j.MapIterationStarted, j.MapIterationSucceeded, j.GroupSucceeded):
        done = [[e for e in journey.entries if isinstance(e, entry)] for journey in (rough, smooth)]
        assert len(done[0]) == len(done[1])
    assert (rough.execution.work, rough.execution.owners, list(rough.execution.ready)) == ({}, {}, [])


# -- what cannot be redriven ------------------------------------------------------------------------------------------

CLOSED = {"status": "FAILED", "started_at": NOON, "stopped_at": NOON + DAY, "events": 9, "now": NOON + 2 * DAY}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"status": "ABORTED"}, None),
        ({"status": "TIMED_OUT"}, None),
        ({"status": "SUCCEEDED"}, "Execution is SUCCEEDED and cannot be redriven"),
        ({"status": "RUNNING", "stopped_at": None}, "Execution is RUNNING and cannot be redriven"),
        ({"events": 24_998}, None),
        ({"events": 24_999}, "Execution history event limit exceeded"),
        ({"now": NOON + DAY + PERIOD}, None),
        ({"now": NOON + DAY + PERIOD + 1}, "Execution redrivable period exceeded"),
        ({"stopped_at": NOON + LONGEST, "now": NOON + LONGEST}, None),
        ({"stopped_at": NOON + LONGEST, "now": NOON + LONGEST + 1}, "Execution has exceeded the max execution time"),
    ],
)
def test_the_reason_against_it_is_one_of_awss(changes, reason):
    assert obstacle(**CLOSED | changes, history=25_000) == reason


def test_what_may_not_be_redriven_stays_as_it_is(run):
    succeeded = run(chain(A=passing()))
    old = run(chain(A=fail()))
    old.now += PERIOD + 1
    express = Journey(chain(A=fail()))
    express.deliver(
        f.Start(arn="arn:aws:x:express:m:e", machine_arn="m", revision="r", name="e", role_arn="r", input="{}")
    )
    full = Journey(chain(A=passing(), T=task()), history=6).start()
    full.take("T")
    for journey in (succeeded, old, express, full):
        before = picture(journey.execution)
        assert journey.execution.status != "RUNNING"
        assert not journey.redrive()
        assert picture(journey.execution) == before


def test_a_machine_being_deleted_has_no_more_transitions_after_a_redrive():
    journey = Journey(chain(T=task(), A=passing())).start()
    journey.stop()
    journey.redrive()
    journey.deleting = True
    journey.answer("T", 1)
    assert (journey.status, journey.path) == ("ABORTED", ["T"])
