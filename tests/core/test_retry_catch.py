"""Retry and Catch: who takes an error, how often, and after what delay."""

import pytest

from definitions import catcher, chain, mapping, parallel, passing, retrier, task
from stepwell.asl.states import Retrier
from stepwell.core.retry_catch import delay, matches

from .journey import Journey, failing


@pytest.mark.parametrize(
    ("error", "names", "taken"),
    [
        ("Card.Declined", ["Card.Declined"], True),
        ("Card.Declined", ["Other", "Card.Declined"], True),
        ("Card.Declined", ["Card"], False),
        ("Card.Declined", ["States.ALL"], True),
        ("Card.Declined", ["States.TaskFailed"], True),
        (None, ["States.ALL"], True),
        (None, ["States.TaskFailed"], True),
        ("States.Timeout", ["States.ALL"], True),
        ("States.Timeout", ["States.Timeout"], True),
        ("States.Timeout", ["States.TaskFailed"], False),
        ("States.Timeout", ["States.TaskFailed", "States.Timeout"], True),
        ("States.Timeout", ["States.HeartbeatTimeout"], False),
        ("States.DataLimitExceeded", ["States.ALL"], True),
        ("States.Runtime", ["States.ALL"], False),
        ("States.Runtime", ["States.TaskFailed"], False),
    ],
)
def test_an_error_is_taken_by_its_name_or_by_a_wildcard_that_holds_it(error, names, taken):
    assert matches(error, names) is taken


@pytest.mark.parametrize("name", ["States.Timeout", "States.HeartbeatTimeout", "States.ALL"])
def test_a_missed_heartbeat_is_taken_by_either_name(name):
    assert matches("States.Timeout", [name], heartbeat=True)


@pytest.mark.parametrize(
    ("fields", "delays"),
    [
        ({}, [1, 2, 4]),
        ({"interval_seconds": 3, "backoff_rate": 1.5}, [3, 4.5, 6.75]),
        ({"interval_seconds": 5, "backoff_rate": 1.0}, [5, 5, 5]),
        ({"interval_seconds": 3, "backoff_rate": 2.0, "max_delay_seconds": 5}, [3, 5, 5]),
    ],
)
def test_a_delay_grows_by_the_backoff_rate_up_to_its_limit(fields, delays):
    of_retrier = Retrier(error_equals=("States.ALL",), **fields)
    assert [delay(of_retrier, attempt, 0.5) / 1000 for attempt in (1, 2, 3)] == delays


def test_no_delay_is_too_large_a_number():
    of_retrier = Retrier(error_equals=("States.ALL",), interval_seconds=99_999_999, backoff_rate=1e300)
    assert delay(of_retrier, 99_999_999, 1.0) == 31_622_400_000


def test_full_jitter_draws_from_nothing_to_the_whole_delay():
    of_retrier = Retrier(error_equals=("States.ALL",), interval_seconds=8, jitter=True)
    assert [delay(of_retrier, 1, drawn) for drawn in (0.0, 0.25, 0.999)] == [0, 2000, 7992]


def test_jitter_is_the_seeds_so_that_a_test_can_repeat_it(run):
    definition = chain(T=task(Retry=[retrier(IntervalSeconds=8, JitterStrategy="FULL")]))

    def tries(seed):
        return run(definition, answers={"T": [*failing("E", times=2), 1]}, seed=seed).tries("T")

    assert tries(seed=1) == tries(seed=1)
    assert len({tuple(tries(seed)) for seed in range(20)}) > 10
    for seed in range(20):
        first, second, third = tries(seed)
        assert 0 <= second - first <= 8
        assert 0 <= third - second <= 16


def test_a_task_is_tried_again_after_each_delay_and_three_times_unless_it_says_otherwise(run):
    journey = run(chain(T=task(Retry=[retrier()])), answers={"T": failing("E")})
    assert journey.tries("T") == [0, 1, 3, 7]
    assert journey.failure == ("E", None)


def test_a_catcher_takes_the_error_after_the_last_retry(run):
    definition = chain(
        Charge=task(Retry=[retrier("Card.Declined", MaxAttempts=1)], Catch=[catcher("Apologise")]), Apologise=passing()
    )
    journey = run(definition, answers={"Charge": failing("Card.Declined")})
    assert len(journey.tries("Charge")) == 2
    assert journey.path == ["Charge", "Apologise"]  # a retry does not re-enter its state


def test_no_attempts_means_never_and_hides_the_retriers_after_it(run):
    definition = chain(T=task(Retry=[retrier("E", MaxAttempts=0), retrier()]))
    assert run(definition, answers={"T": failing("E")}).tries("T") == [0]
    assert run(definition, answers={"T": [*failing("Other"), 1]}).tries("T") == [0, 1]


def test_each_retrier_counts_for_itself_also_when_errors_alternate(run):
    definition = chain(
        T=task(Retry=[retrier("A", IntervalSeconds=10, MaxAttempts=2), retrier("B", IntervalSeconds=1, MaxAttempts=2)])
    )
    errors = [*failing("A"), *failing("B"), *failing("A"), *failing("B"), *failing("A")]
    journey = run(definition, answers={"T": errors})
    assert journey.tries("T") == [0, 10, 11, 31, 33]
    assert journey.failure[0] == "A"


def test_the_counters_begin_anew_with_each_visit_of_the_state(run):
    rule = {"Variable": "$.again", "BooleanEquals": True, "Next": "T"}
    definition = chain(
        T=task(Retry=[retrier(MaxAttempts=1)]), C={"Type": "Choice", "Choices": [rule], "Default": "End"}, End=passing()
    )
    failure = failing("E")
    journey = run(definition, answers={"T": [*failure, {"again": True}, *failure, {"again": False}]})
    assert journey.status == "SUCCEEDED"
    assert journey.path == ["T", "C", "T", "C", "End"]


def test_the_first_catcher_that_takes_the_error_is_followed(run):
    definition = chain(
        T=task(Catch=[catcher("A", "X"), catcher("B", "States.TaskFailed"), catcher("C")]),
        A=passing(End=True),
        B=passing(End=True),
        C=passing(End=True),
    )
    assert run(definition, answers={"T": failing("X")}).path == ["T", "A"]
    assert run(definition, answers={"T": failing("Y")}).path == ["T", "B"]
    assert run(definition, answers={"T": failing("States.Timeout")}).path == ["T", "C"]


def test_an_error_of_ours_is_never_retried_or_caught(run):
    definition = chain(
        M=mapping(chain(A=passing()), Retry=[retrier("States.Runtime")], Catch=[catcher("B")]), B=passing()
    )
    journey = run(definition, {"no": "array"})
    assert journey.path == ["M"]
    assert journey.failure[0] == "States.Runtime"


def test_what_a_branch_fails_with_is_taken_by_the_parallel_around_it(run):
    definition = chain(P=parallel(chain(T=task()), Catch=[catcher("A", "Card.Declined")]), A=passing())
    journey = run(definition, answers={"T": failing("Card.Declined")})
    assert journey.path == ["P", "T", "A"]
    assert journey.output["Error"] == "Card.Declined"


def test_the_innermost_group_that_takes_the_error_has_it(run):
    inner = chain(M=mapping(chain(T=task()), Catch=[catcher("Inner")]), Inner=passing())
    definition = chain(P=parallel(inner, Catch=[catcher("Sorry")]), Outer=passing(End=True), Sorry=passing())
    assert run(definition, None, {"T": failing("E")}).status == "FAILED"  # {} is no array: an error of ours
    assert run(definition, [1], {"T": failing("E")}).path == ["P", "M", "T", "Inner", "Outer"]


def test_a_retried_map_runs_all_its_iterations_again(run):
    definition = chain(M=mapping(chain(T=task()), Retry=[retrier()], MaxConcurrency=1))
    journey = run(definition, [1, 2], {"T": ["a", *failing("E"), "b", "c"]})
    assert journey.output == ["b", "c"]
    assert len(journey.tries("T")) == 4


def test_a_retry_whose_own_parameters_fail_again_leaves_one_delay_not_two(run):
    parameters = {"x.$": "States.ArrayGetItem($.list, 5)"}
    definition = chain(T=task(Parameters=parameters, Retry=[retrier(MaxAttempts=3)]))
    journey = Journey(definition).start({"list": []})
    assert [work.kind for work in journey.execution.work.values()] == ["retry"]
    journey.pass_time(1)
    assert [work.kind for work in journey.execution.work.values()] == ["retry"]
    assert len(journey.execution.owners) == 1
    journey.pass_time(100)
    assert journey.status == "FAILED"


def test_a_result_that_its_selector_cannot_read_may_be_retried(run):
    definition = chain(T=task(ResultSelector={"x.$": "States.ArrayGetItem($.list, 0)"}, Retry=[retrier()]))
    journey = run(definition, answers={"T": [{"list": []}, {"list": ["first"]}]})
    assert journey.output == {"x": "first"}
