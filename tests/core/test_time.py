"""Waits, time-outs, heartbeats, stopping, and slices."""

import pytest

from definitions import catcher, chain, mapping, parallel, passing, retrier, task, waiting
from stepwell.core import facts as f
from stepwell.core.work import WorkKind

from .journey import NOON, SILENT, Journey, failing

HOUR = 3600


def test_a_wait_of_thirty_days_ends_after_thirty_days(run):
    journey = Journey(chain(W=waiting(30 * 24 * HOUR))).start()
    journey.pass_time(30 * 24 * HOUR - 0.001)
    assert journey.status == "RUNNING"
    journey.pass_time(0.001)
    assert journey.status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"SecondsPath": "$.n"}, 7),
        ({"TimestampPath": "$.at"}, 10),
        ({"Timestamp": "2023-11-14T22:13:30Z"}, 10),
        ({"Timestamp": "2023-11-14T22:13:19Z"}, 0),
        ({"Seconds": 0}, 0),
    ],
)
def test_a_wait_ends_when_its_field_says(run, fields, seconds):
    journey = run(chain(W={"Type": "Wait", **fields}), {"n": 7, "at": "2023-11-14T23:13:30+01:00"})
    assert journey.now == NOON + seconds * 1000
    assert journey.status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (-1, "The SecondsPath parameter references a negative value: $.n == -1"),
        (1.5, "The SecondsPath parameter cannot be parsed as a long value: $.n == 1.5"),
        (100_000_000, "Wait state delay is too long."),
    ],
)
def test_a_wait_that_cannot_be_fails_the_execution(run, value, cause):
    error, told = run(chain(W={"Type": "Wait", "SecondsPath": "$.n"}), {"n": value}).failure
    assert error == "States.Runtime"
    assert told.endswith(cause)


def test_an_activitys_time_counts_from_when_a_worker_has_it():
    journey = Journey(chain(T=task(TimeoutSeconds=10))).start()
    journey.pass_time(HOUR)
    assert journey.status == "RUNNING"
    journey.take("T")
    journey.pass_time(9.999)
    assert journey.status == "RUNNING"
    journey.pass_time(0.001)
    assert journey.order[-2:] == [("ActivityTimedOut", 4), ("ExecutionFailed", 5)]
    assert journey.failure == ("States.Timeout", None)


def test_another_tasks_time_counts_from_when_it_was_scheduled():
    function = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    definition = chain(T={"Type": "Task", "Resource": function, "TimeoutSeconds": 10})
    journey = Journey(definition).start()
    journey.pass_time(10)
    assert journey.failure == ("States.Timeout", None)


def test_a_heartbeat_moves_the_heartbeats_deadline_and_never_the_timeouts():
    journey = Journey(chain(T=task(TimeoutSeconds=60, HeartbeatSeconds=10))).start()
    journey.take("T")
    before = len(journey.order)
    for _ in range(5):
        journey.pass_time(9)
        assert journey.give(f.Heartbeat(journey.position("T")))
    assert len(journey.order) == before  # the history does not know of heartbeats
    journey.pass_time(9.9)
    assert journey.status == "RUNNING"
    journey.give(f.Heartbeat(journey.position("T")))
    journey.pass_time(6)
    assert journey.failure[0] == "States.Timeout"
    assert journey.now - NOON >= 60_000


def test_a_missed_heartbeat_is_called_a_timeout_and_may_be_caught_by_either_name(run):
    for name in ("States.Timeout", "States.HeartbeatTimeout"):
        definition = chain(T=task(HeartbeatSeconds=10, Catch=[catcher("A", name)]), A=passing())
        journey = run(definition, answers={"T": [SILENT]})
        assert journey.path == ["T", "A"]
        assert journey.output == {"Error": "States.Timeout", "Cause": None} or journey.output["Cause"] == ""
        assert journey.now == NOON + 10_000


def test_a_heartbeat_cannot_have_been_missed_while_the_server_was_away():
    journey = Journey(chain(T=task(HeartbeatSeconds=10))).start()
    journey.take("T")
    timer = journey.timers()[0][1]
    back = journey.now = NOON + HOUR * 1000
    assert journey.fire(timer, awake_since=back - 3000)
    assert journey.status == "RUNNING"
    assert journey.moved[(timer.position, WorkKind.HEARTBEAT)] == back + 7000
    journey.now = back + 7000
    journey.fire(timer, awake_since=back - 3000)
    assert journey.failure[0] == "States.Timeout"


def test_a_timed_out_try_hears_no_answer_and_the_next_try_has_a_place_of_its_own():
    journey = Journey(chain(T=task(TimeoutSeconds=10, Retry=[retrier()]))).start()
    journey.take("T")
    first = journey.position("T")
    journey.pass_time(11)
    assert not journey.give(f.TaskAnswered(first, "1"))
    assert not journey.give(f.Heartbeat(first))
    assert journey.position("T") != first
    journey.take("T")
    assert journey.answer("T", "late but well")
    assert journey.output == "late but well"


def test_an_answer_is_accepted_once():
    journey = Journey(chain(T=task(), W=waiting())).start()
    position = journey.position("T")
    journey.take("T")
    assert journey.give(f.TaskAnswered(position, "1"))
    length = journey.execution.length
    for again in (f.TaskAnswered(position, "2"), f.TaskTaken(position, "w"), f.TaskReturned(position)):
        assert not journey.give(again)
    assert journey.execution.length == length


def test_a_task_that_was_put_back_can_be_taken_again_and_its_time_begins_anew():
    journey = Journey(chain(T=task(TimeoutSeconds=10))).start()
    journey.take("T")
    journey.pass_time(8)
    assert journey.give(f.TaskReturned(journey.position("T")))
    assert [work.kind for work in journey.execution.work.values()] == ["activity"]
    journey.pass_time(8)
    assert journey.take("T", "another")
    journey.pass_time(8)
    assert journey.answer("T", 1)
    assert journey.status == "SUCCEEDED"


def test_a_timer_of_something_that_is_over_changes_nothing():
    journey = Journey(chain(T=task(TimeoutSeconds=10), W=waiting())).start()
    journey.take("T")
    timer = journey.timers()[0][1]
    journey.answer("T", 1)
    length = journey.execution.length
    assert not journey.fire(timer)
    assert journey.execution.length == length


def test_the_machines_time_runs_out_whatever_it_waits_for(run):
    for state in (waiting(HOUR), task(), parallel(chain(A=task()), chain(B=waiting(HOUR)))):
        journey = run({**chain(S=state), "TimeoutSeconds": 100}, answers={"S": [SILENT], "A": [SILENT]})
        assert (journey.status, journey.now) == ("TIMED_OUT", NOON + 100_000)
        assert journey.execution.work == {}


def test_nothing_reaches_an_execution_that_has_ended():
    journey = Journey(chain(T=task())).start()
    position = journey.position("T")
    journey.give(f.Stop(None, None))
    assert journey.execution.work == {}
    for fact in (f.Stop("again", None), f.Continue(), f.TaskAnswered(position, "1"), f.TaskTaken(position, None)):
        assert not journey.give(fact)
    assert journey.failure == (None, None)


def test_time_never_goes_back_within_an_execution():
    journey = Journey(chain(A=passing(), W=waiting(10), B=passing())).start()
    journey.now -= HOUR * 1000
    journey.fire(journey.timers()[0][1])
    times = [entry.at for entry in journey.entries]
    assert times == sorted(times)


def test_an_execution_of_a_machine_that_is_being_deleted_ends_at_its_next_transition():
    journey = Journey(chain(W=waiting(10), A=passing())).start()
    journey.deleting = True
    journey.pass_time(10)
    assert journey.path == ["W"]
    assert journey.order[-2:] == [("WaitStateExited", 2), ("ExecutionAborted", 0)]


# -- slices ------------------------------------------------------------------------------------------------------------


AGAIN = {"Variable": "$", "IsPresent": True, "Next": "A"}
LOOP = chain(A=passing(), C={"Type": "Choice", "Choices": [AGAIN], "Default": "End"}, End=passing())


def test_a_loop_never_keeps_others_from_running():
    journey = Journey(LOOP, slice_entries=50)
    journey.deliver(f.Start(arn="a", machine_arn="m", revision="r", name="n", role_arn="r", input="{}"))
    for _ in range(100):
        assert len(journey.deliver(f.Continue()).entries) <= 54
    assert journey.status == "RUNNING"


def test_a_slice_ends_when_its_payloads_are_large_enough():
    large = {"x": "x" * 100_000}
    definition = chain(**{f"S{n}": passing(Result={**large, "n": n}) for n in range(10)})
    journey = Journey(definition, slice_bytes=200_000).start()
    assert journey.status == "SUCCEEDED"
    assert 5 <= len(journey.steps) <= 6


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20])
def test_the_size_of_the_slices_leaves_no_trace_in_the_history(run, size):
    inner = chain(A=passing(Result=1), T=task(Retry=[retrier()]))
    definition = chain(
        P=parallel(chain(M=mapping(inner, MaxConcurrency=2)), chain(W=waiting(3), B=passing()), ResultPath="$[0]"),
        End=passing(),
    )
    answers = {"T": [*failing("E"), "one", "two", *failing("E"), "three"]}
    whole = run(definition, [1, 2, 3, 4], answers)
    sliced = run(definition, [1, 2, 3, 4], answers, slice_entries=size)
    assert whole.status == "SUCCEEDED"
    assert sliced.events == whole.events
    assert len(sliced.steps) > len(whole.steps) or size == 20
