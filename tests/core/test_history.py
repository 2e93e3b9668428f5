"""The order of events, and which event each of them names as previous."""

from definitions import catcher, chain, fail, mapping, parallel, passing, retrier, task, waiting
from stepwell.core import facts as f

from .journey import Journey, failing


def test_a_chain_names_the_event_before_but_the_first_state_names_none(run):
    assert run(chain(A=passing(), B=waiting(1))).order == [
        ("ExecutionStarted", 0),
        ("PassStateEntered", 0),
        ("PassStateExited", 2),
        ("WaitStateEntered", 3),
        ("WaitStateExited", 4),
        ("ExecutionSucceeded", 5),
    ]


def test_a_fail_state_is_not_exited(run):
    assert run(chain(F=fail())).order == [("ExecutionStarted", 0), ("FailStateEntered", 0), ("ExecutionFailed", 2)]


def test_a_retry_schedules_again_without_entering_again(run):
    journey = run(chain(T=task(Retry=[retrier()])), answers={"T": [*failing("E"), 1]})
    assert journey.order == [
        ("ExecutionStarted", 0),
        ("TaskStateEntered", 0),
        ("ActivityScheduled", 2),
        ("ActivityStarted", 3),
        ("ActivityFailed", 4),
        ("ActivityScheduled", 5),
        ("ActivityStarted", 6),
        ("ActivitySucceeded", 7),
        ("TaskStateExited", 8),
        ("ExecutionSucceeded", 9),
    ]
    assert journey.path == ["T"]


def test_a_caught_task_exits_after_its_failed_event(run):
    journey = run(chain(T=task(Catch=[catcher("A")]), A=passing()), answers={"T": failing("E")})
    assert journey.order[4:] == [
        ("ActivityFailed", 4),
        ("TaskStateExited", 5),
        ("PassStateEntered", 6),
        ("PassStateExited", 7),
        ("ExecutionSucceeded", 8),
    ]


def test_an_uncaught_task_fails_the_execution_after_its_failed_event(run):
    journey = run(chain(T=task()), answers={"T": failing("E", "why")})
    assert journey.order[4:] == [("ActivityFailed", 4), ("ExecutionFailed", 5)]
    assert journey.events[-1]["executionFailedEventDetails"] == {"error": "E", "cause": "why"}


def test_the_branches_of_a_parallel_begin_at_its_start_and_it_ends_after_the_branch_that_ended_last(run):
    assert run(chain(P=parallel(chain(A=passing()), chain(B=passing())))).order == [
        ("ExecutionStarted", 0),
        ("ParallelStateEntered", 0),
        ("ParallelStateStarted", 2),
        ("PassStateEntered", 3),
        ("PassStateExited", 4),
        ("PassStateEntered", 3),
        ("PassStateExited", 6),
        ("ParallelStateSucceeded", 7),
        ("ParallelStateExited", 7),
        ("ExecutionSucceeded", 9),
    ]


def test_the_iterations_of_a_map_that_run_at_once_begin_at_its_start(run):
    assert run(chain(M=mapping(chain(A=passing()))), [1, 2]).order == [
        ("ExecutionStarted", 0),
        ("MapStateEntered", 0),
        ("MapStateStarted", 2),
        ("MapIterationStarted", 3),
        ("MapIterationStarted", 3),
        ("PassStateEntered", 4),
        ("PassStateExited", 6),
        ("MapIterationSucceeded", 7),
        ("PassStateEntered", 5),
        ("PassStateExited", 9),
        ("MapIterationSucceeded", 10),
        ("MapStateSucceeded", 11),
        ("MapStateExited", 11),
        ("ExecutionSucceeded", 13),
    ]


def test_the_iterations_of_a_map_that_run_one_after_another_begin_at_the_last_state_event_of_the_one_before(run):
    assert run(chain(M=mapping(chain(A=passing()), MaxConcurrency=1)), [1, 2]).order == [
        ("ExecutionStarted", 0),
        ("MapStateEntered", 0),
        ("MapStateStarted", 2),
        ("MapIterationStarted", 3),
        ("PassStateEntered", 4),
        ("PassStateExited", 5),
        ("MapIterationSucceeded", 6),
        ("MapIterationStarted", 6),
        ("PassStateEntered", 8),
        ("PassStateExited", 9),
        ("MapIterationSucceeded", 10),
        ("MapStateSucceeded", 11),
        ("MapStateExited", 11),
        ("ExecutionSucceeded", 13),
    ]


def test_a_map_without_items_ends_after_its_start(run):
    assert run(chain(M=mapping(chain(A=passing()))), []).order[2:] == [
        ("MapStateStarted", 2),
        ("MapStateSucceeded", 3),
        ("MapStateExited", 3),
        ("ExecutionSucceeded", 5),
    ]


def test_a_map_runs_no_more_iterations_at_once_than_it_may():
    journey = Journey(chain(M=mapping(chain(T=task()), MaxConcurrency=2))).start([1, 2, 3])
    started = [type for type, _ in journey.order].count("MapIterationStarted")
    assert started == 2
    journey.answer("T", None)
    assert [type for type, _ in journey.order].count("MapIterationStarted") == 3


def test_the_limit_on_concurrency_holds_whatever_the_map_asks_for():
    journey = Journey(chain(M=mapping(chain(T=task()))), map_concurrency=3).start([0] * 10)
    assert [type for type, _ in journey.order].count("ActivityScheduled") == 3


def test_a_failure_inside_a_map_aborts_the_other_iterations_and_all_name_the_failing_event():
    journey = Journey(chain(M=mapping(chain(T=task())))).start([1, 2])
    journey.take("T")
    journey.refuse("T", "E")
    failing_event = len(journey.order) - 5
    assert journey.order[-6:] == [
        ("ActivityFailed", 10),
        ("MapIterationFailed", failing_event),
        ("TaskStateAborted", failing_event),
        ("MapIterationAborted", failing_event),
        ("MapStateFailed", failing_event),
        ("ExecutionFailed", failing_event + 4),
    ]


def test_a_failure_inside_a_parallel_aborts_the_other_branches():
    journey = Journey(chain(P=parallel(chain(T=task()), chain(W=waiting())))).start()
    journey.take("T")
    journey.refuse("T", "E")
    failed = len(journey.order) - 3
    assert journey.order[-4:] == [
        ("ActivityFailed", failed - 1),
        ("WaitStateAborted", failed),
        ("ParallelStateFailed", failed),
        ("ExecutionFailed", failed + 2),
    ]
    assert journey.execution.work == {}


def test_a_fail_state_inside_a_parallel_is_the_event_that_the_others_name(run):
    assert run(chain(P=parallel(chain(F=fail())))).order[3:] == [
        ("FailStateEntered", 3),
        ("ParallelStateFailed", 4),
        ("ExecutionFailed", 5),
    ]


def test_a_retried_parallel_starts_again_and_is_called_failed_only_after_the_last_try(run):
    definition = chain(P=parallel(chain(T=task()), Retry=[retrier(MaxAttempts=1)]))
    journey = run(definition, answers={"T": failing("E")})
    assert [type for type, _ in journey.order] == [
        "ExecutionStarted",
        "ParallelStateEntered",
        "ParallelStateStarted",
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivityFailed",
        "ParallelStateStarted",
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivityFailed",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]
    assert journey.order[7] == ("ParallelStateStarted", 7)


def test_a_caught_map_is_failed_exited_and_left_without_any_work():
    definition = chain(M=mapping(chain(T=task(TimeoutSeconds=9)), Catch=[catcher("W")]), W=waiting())
    journey = Journey(definition).start([1, 2, 3])
    journey.take("T")
    journey.refuse("T", "E")
    assert journey.path[-1] == "W"
    assert [type for type, _ in journey.order][-3:] == ["MapStateFailed", "MapStateExited", "WaitStateEntered"]
    assert [work.kind for work in journey.execution.work.values()] == ["wait"]
    assert list(journey.execution.branches) == [0]
    assert len(journey.execution.owners) == 1


def test_nested_groups_are_aborted_from_the_inside_out():
    inner = chain(M=mapping(chain(W=waiting())))
    journey = Journey(chain(P=parallel(inner, chain(T=task())))).start([1])
    journey.take("T")
    journey.refuse("T", "E")
    assert [type for type, _ in journey.order][-6:] == [
        "ActivityFailed",
        "WaitStateAborted",
        "MapIterationAborted",
        "MapStateAborted",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]


def test_stop_and_the_machines_timeout_name_no_previous_event(run):
    journey = Journey(chain(W=waiting())).start()
    assert journey.give(f.Stop("Mine", "why"))
    assert journey.order[-1] == ("ExecutionAborted", 0)
    assert (journey.status, journey.failure) == ("ABORTED", ("Mine", "why"))
    timed = run({**chain(W=waiting(9)), "TimeoutSeconds": 5})
    assert timed.order[-1] == ("ExecutionTimedOut", 0)
    assert (timed.status, timed.failure) == ("TIMED_OUT", ("States.Timeout", None))


def test_a_started_activity_shows_its_worker_and_its_limits():
    journey = Journey(chain(T=task(TimeoutSeconds=20, HeartbeatSeconds=5))).start()
    journey.take("T", "anna")
    details = [
        event.get("activityScheduledEventDetails") or event.get("activityStartedEventDetails")
        for event in journey.events
    ]
    assert details[-2]["timeoutInSeconds"] == 20
    assert details[-2]["heartbeatInSeconds"] == 5
    assert details[-1] == {"workerName": "anna"}
