"""What counts as stuck, and how it is told."""

import pytest

from stepwell.console.series import DAY, Series, percentile
from stepwell.console.stuck import activity_without_worker, duration, late_callbacks
from stepwell.engine.waiting import WaitingTask
from stepwell.store.protocol import ExecutionRow

NOW = 1_800_000_000_000
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:order"
MINUTE = 60_000


def asked(ago: int) -> WaitingTask:
    """A task that has waited for so many milliseconds."""
    return WaitingTask(
        execution=1,
        position=2,
        execution_arn="arn:x",
        execution_name="x",
        machine_arn=MACHINE,
        state="Ask",
        event=3,
        since=NOW - ago,
        resource="sqs:sendMessage.waitForTaskToken",
        input="{}",
        expires=None,
    )


def lately(count: int, took: int) -> dict[str, Series]:
    """So many executions ended within the last day, each after so many milliseconds."""
    series = Series(DAY)
    for number in range(count):
        series.end(
            ExecutionRow(
                id=number,
                arn="a",
                machine_arn=MACHINE,
                revision="r",
                name="n",
                express=False,
                status="SUCCEEDED",
                started_at=NOW - 1000 - took,
                stopped_at=NOW - 1000,
            )
        )
    return {MACHINE: series}


@pytest.mark.parametrize(
    ("ended", "took", "waits", "late"),
    [
        (0, 0, 23 * 60 * MINUTE, False),
        (0, 0, 24 * 60 * MINUTE + 1, True),  # a day, whatever is usual
        (19, MINUTE, 10 * MINUTE, False),  # too few to speak of usual
        (20, MINUTE, 3 * MINUTE, False),
        (20, MINUTE, 3 * MINUTE + 1, True),
        (20, 100, MINUTE, False),  # a minute at least
        (20, 100, MINUTE + 1, True),
        (20, 100 * 3600_000, 24 * 60 * MINUTE + 1, True),  # a day at most
    ],
)
def test_a_task_is_late_after_three_times_what_is_usual(ended: int, took: int, waits: int, late: bool) -> None:
    assert bool(list(late_callbacks([asked(waits)], lately(ended, took), NOW))) is late


def test_a_late_task_is_told_with_what_mends_it() -> None:
    assert list(late_callbacks([asked(10 * MINUTE)], lately(20, MINUTE), NOW)) == [
        {
            "kind": "callback-older-than-usual",
            "since": (NOW - 10 * MINUTE) / 1000,
            "text": "Ask has waited for its answer for 10 min, where executions of this machine usually end within "
            "1 min. Answer it with its task token, or stop the execution.",
            "executionArn": "arn:x",
            "state": "Ask",
        }
    ]


def test_an_activity_waits_for_a_worker_since_one_could_have_asked() -> None:
    arn = "arn:aws:states:eu-west-1:123456789012:activity:bake"
    told = activity_without_worker(arn, 2, NOW - 5000, NOW - 1000)
    assert told["since"] == (NOW - 1000) / 1000
    assert told["text"].startswith("2 tasks wait for a worker of bake, and none asks.")


@pytest.mark.parametrize(
    ("span", "said"), [(900, "0 s"), (59_999, "59 s"), (60_000, "1 min"), (7_200_000, "2 h"), (172_800_000, "2 days")]
)
def test_spans_are_told_as_people_say_them(span: int, said: str) -> None:
    assert duration(span) == said


def test_percentiles_are_those_of_the_nearest_rank() -> None:
    assert [percentile(range(1, 101), percent) for percent in (50, 95)] == [50, 95]  # type: ignore[arg-type]
    assert (percentile([7.0], 95), percentile([], 50)) == (7.0, None)


def test_a_bucket_keeps_a_bounded_number_of_durations_and_counts_all() -> None:
    (series,) = lately(1_000, MINUTE).values()
    assert sum(series.shown(NOW, 0)["succeeded"]) == 1_000
    assert len(series.durations()) == 100


def test_buckets_of_the_past_are_dropped() -> None:
    series = Series(DAY)
    for day in range(3):
        series.start(NOW + day * 24 * 3600_000)
    assert sum(series.shown(NOW + 2 * 24 * 3600_000, 0)["started"]) == 1
    assert len(series._buckets) == 1
