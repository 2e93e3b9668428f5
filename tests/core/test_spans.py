"""An execution as spans: states within it, iterations and branches within states, errors on the way."""

from typing import Any

import pytest

from definitions import catcher, chain, fail, mapping, parallel, passing, retrier, task, waiting
from stepwell.core import facts as f
from stepwell.core.spans import Span, spans

from .journey import ARN, MACHINE, NOON, Journey, failing, scripted


def of(journey: Journey) -> list[Span]:
    return spans(entry for _, _, transition in journey.steps for entry in transition.entries)


def tree(found: list[Span]) -> list[tuple[int, str]]:
    """Depth and name of each."""
    depths: dict[int | None, int] = {None: -1}
    for span in found:
        depths[span.key] = depths[span.parent] + 1
    return [(depths[span.key], span.name) for span in found]


def named(found: list[Span], name: str) -> Span:
    (span,) = [span for span in found if span.name == name]
    return span


def test_each_state_is_a_span_within_the_executions(run):
    found = of(run(chain(A=passing(), W=waiting(60))))
    assert tree(found) == [(0, "m"), (1, "A"), (1, "W")]
    assert [(span.start - NOON, span.end - NOON, span.failed) for span in found] == [
        (0, 60_000, None),
        (0, 0, None),
        (0, 60_000, None),
    ]
    assert [span.attributes for span in found] == [
        {"stepwell.execution.arn": ARN, "stepwell.state.machine.arn": MACHINE, "stepwell.status": "SUCCEEDED"},
        {"stepwell.state.name": "A", "stepwell.state.type": "Pass"},
        {"stepwell.state.name": "W", "stepwell.state.type": "Wait"},
    ]


def test_iterations_and_branches_are_nested(run):
    inner = chain(P=parallel(chain(A=passing()), chain(W=waiting(5))))
    found = of(run(chain(M=mapping(inner, MaxConcurrency=1), End=passing()), [1, 2]))
    iteration = [(3, "P"), (4, "branch 0"), (4, "branch 1"), (5, "A"), (5, "W")]
    assert tree(found) == [(0, "m"), (1, "M"), (2, "M[0]"), *iteration, (2, "M[1]"), *iteration, (1, "End")]
    assert named(found, "M[1]").attributes == {"stepwell.map.index": 1}
    assert (named(found, "M[0]").end, named(found, "M[1]").start) == (NOON + 5000, NOON + 5000)
    assert [span.end - span.start for span in found if span.name.startswith("branch")] == [0, 5000, 0, 5000]


def test_retries_are_counted_and_errors_told_where_they_were(run):
    retried = task(Retry=[retrier("E", IntervalSeconds=3)])
    found = of(run(chain(T=retried), answers={"T": [*failing("E", "c"), 1]}))
    state = named(found, "T")
    assert (state.attributes["stepwell.retries"], state.failures, state.failed) == (1, [(NOON, "E", "c")], None)
    assert state.attributes["stepwell.resource"].endswith(":activity:work")


def test_what_is_caught_fails_no_span(run):
    found = of(run(chain(T=task(Catch=[catcher("End")]), End=passing()), answers={"T": failing("E")}))
    assert [span.failed for span in found] == [None, None, None]


def test_a_failure_fails_what_it_was_in(run):
    found = of(
        run(
            chain(
                A=passing(), P=parallel(chain(W=waiting(60)), chain(B=passing()), chain(F=fail("Broken", Cause="why")))
            )
        )
    )
    failed = {span.name: span.failed for span in found}
    assert failed == {
        "m": "Broken: why",
        "A": None,
        "P": "Broken: why",
        "branch 0": "Broken: why",
        "branch 1": None,
        "branch 2": "Broken: why",
        "B": None,
        "F": "Broken: why",
        "W": "stopped, since a sibling failed",
    }
    assert found[0].failures == [(NOON, "Broken", "why")]


def test_a_redrive_prolongs_what_it_goes_on_with_and_repeats_nothing_else(run):
    journey = run(chain(A=passing(), M=mapping(chain(T=task()))), [1, 2], answers={"T": [1, *failing("E")]})
    before = of(journey)
    journey.now += 1000
    assert journey.redrive()
    journey.travel(scripted({"T": [2]}))
    after = of(journey)
    keys = {span.key: (span.name, span.parent, span.start) for span in before}
    assert [span.name for span in after] == ["m", "M", "M[1]", "T"]
    assert all(keys[span.key] == (span.name, span.parent, span.start) for span in after)
    assert {(span.end, span.failed) for span in after} == {(NOON + 1000, None)}
    assert after[0].attributes["stepwell.redrives"] == 1


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT"])
def test_however_it_ends_all_spans_end(status):
    journey = Journey({**chain(M=mapping(chain(W=waiting(60)))), "TimeoutSeconds": 5}).start([1, 2])
    journey.settle()
    if status == "ABORTED":
        journey.deliver(f.Stop("Enough", None))
    else:
        journey.travel({})
    found = of(journey)
    assert found[0].attributes["stepwell.status"] == status
    assert {(span.end, span.failed is None) for span in found} == {(journey.execution.stopped_at, False)}


def test_without_the_beginning_there_are_none():
    journey = Journey(chain(A=passing())).start()
    entries: list[Any] = [entry for _, _, transition in journey.steps for entry in transition.entries]
    assert spans(entries[1:]) == []
