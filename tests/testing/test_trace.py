"""What a run tells of states that failed, were tried again, caught, or decided."""

import json
from typing import Any

from definitions import catcher, chain, fail, mapping, parallel, passing, retrier, task, waiting
from stepwell.errors import Failure
from stepwell.testing import NEVER, After, run
from stepwell.testing.coverage import Coverage


def drawn(definition: Any, input: Any = None, **tasks: Any) -> list[str]:
    return [line.strip() for line in str(run(definition, input, tasks=tasks)).splitlines()[1:]]


def test_a_parallel_that_is_tried_again_keeps_its_tries_apart() -> None:
    both = parallel(chain(A=task()), chain(W=waiting(100)), Retry=[retrier("X")], Catch=[catcher("S")])
    result = run(chain(P=both, E=passing(), S=fail("Sorry")), tasks={"A": [Failure("X"), After(5, 1)]})
    assert str(result).splitlines() == [
        "machine FAILED after 0:01:41: Sorry",
        "  ✓ P (Parallel, 2 attempts, 0:01:41, X)",
        "    ✗ [0] A (Task, X)",
        "    – [1] W (Wait)",
        "    ✓ [0] A (Task, 5 s)",
        "    ✓ [1] W (Wait, 0:01:40)",
        "  ✓ E (Pass)",
        "  ✗ S (Fail, Sorry)",
    ]
    state = result.state("P")
    assert (state.attempts, state.failures, state.paths) == (2, [Failure("X")], [["A"], ["W"]])


def test_an_iteration_that_fails_takes_its_map_along() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 1, "Next": "F"}], "Default": "Z"}
    each = mapping(chain(T=choice, F=fail("Bad"), Z={"Type": "Succeed"}), Catch=[catcher("C", "Bad")])
    assert drawn(chain(M=each, C=passing()), [0, 1]) == [
        "↷ M (Map, Bad, caught by Catch[0])",
        "✓ [0] T (Choice, Default)",
        "✓ [0] Z (Succeed)",
        "✓ [1] T (Choice, Choices[0])",
        "✗ [1] F (Fail, Bad)",
        "✓ C (Pass)",
    ]


def test_the_catcher_is_the_first_that_takes_the_error() -> None:
    catchers = [catcher("A", "X"), catcher("B", "Y"), catcher("B")]
    machine = chain(T=task(Catch=catchers, TimeoutSeconds=9, HeartbeatSeconds=3, Next="End"), A=passing(End=True),
                    B=passing(End=True), End=passing())  # fmt: skip
    assert drawn(machine, T=Failure("Y"))[0] == "↷ T (Task, Y, caught by Catch[1])"
    assert drawn(machine, T=Failure("Z"))[0] == "↷ T (Task, Z, caught by Catch[2])"
    heartbeat = json.loads(json.dumps(machine))
    heartbeat["States"]["T"]["Catch"] = [catcher("A", "X"), catcher("B", "States.HeartbeatTimeout")]
    assert drawn(heartbeat, T=NEVER)[0] == "↷ T (Task, 3 s, States.Timeout, caught by Catch[1])"


def test_rules_that_lead_to_the_same_state_are_told_apart() -> None:
    rules = [{"Variable": "$.n", "NumericEquals": n, "Next": "Z"} for n in (1, 2)]
    machine = chain(C={"Type": "Choice", "Choices": rules, "Default": "Z"}, Z=passing())
    assert [drawn(machine, {"n": n})[0] for n in (1, 2, 3)] == [
        "✓ C (Choice, Choices[0])",
        "✓ C (Choice, Choices[1])",
        "✓ C (Choice, Default)",
    ]


def test_a_long_run_is_drawn_in_part() -> None:
    lines = drawn(chain(M=mapping(chain(T=passing()))), list(range(100)))
    assert len(lines) == 61
    assert lines[30] == "⋮ 41 more"


def test_coverage_counts_what_runs_came_through() -> None:
    both = parallel(chain(A=task(Retry=[retrier("X"), retrier("Y")])), Catch=[catcher("S", "Z"), catcher("S")])
    machine = chain(P=both, E=passing(End=True), S=passing())
    coverage = Coverage()
    coverage.take(run(machine, tasks={"A": [Failure("Y"), 1]}))
    coverage.take(run(machine, tasks={"A": Failure("Z")}))
    again = Coverage()
    again.merge(json.loads(json.dumps(coverage.dump())))
    [covered] = again
    assert [item.label for item in covered.missed()] == ["P: Catch[1] of States.ALL → S", "A: Retry[0] of X"]
    assert covered.counts["/States/P/Branches/0/States/A"] == 2
    assert (covered.figures("states"), covered.figures("catchers"), covered.figures()) == ((4, 4), (1, 2), (10, 12))
