"""Recorded histories as answers: a run from elsewhere, replayed here against a changed definition."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from definitions import chain, mapping, parallel, passing, retrier, task
from stepwell.testing import After, Failure, Machine, Recording, Run, run
from stepwell.testing.recorded import UnusableRecording

ORDER = chain(
    Check=passing(Parameters={"size.$": "$.size"}),
    Charge=task(Retry=[retrier("Card.Slow", IntervalSeconds=5)]),
    Each=mapping(chain(Pack=task())),
    Both=parallel(chain(Left=passing()), chain(Right=passing())),
)


def recorded() -> Run:
    charge = [After(2, Failure("Card.Slow")), After(3, [{"item": 1}, {"item": 2}])]
    return run(ORDER, {"size": 2, "x": 1}, tasks={"Charge": charge, "Pack": lambda item: item["item"] * 10})


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """As `aws stepfunctions get-execution-history` writes it."""
    file = tmp_path / "history.json"
    file.write_text(json.dumps({"events": recorded().history}))
    return file


def test_a_recording_tells_what_the_execution_did(history: Path) -> None:
    recording = Recording(history)
    assert (recording.input, recording.status, recording.output) == ({"size": 2, "x": 1}, "SUCCEEDED", [[10, 20]] * 2)
    assert recording.path == ["Check", "Charge", "Each", "Both"]
    assert [(each.state, each.outcome) for each in recording.tries] == [
        ("Charge", Failure("Card.Slow")),
        ("Charge", [{"item": 1}, {"item": 2}]),
        ("Pack", 10),
        ("Pack", 20),
    ]


def test_a_replay_of_the_same_definition_differs_in_nothing(history: Path) -> None:
    replay = Machine(ORDER).run(recorded=history)
    assert Recording(history).differences(replay) == []
    assert (replay.elapsed, replay.started) == (timedelta(seconds=2 + 5 + 3), Recording(history).started)


def test_each_iteration_gets_what_the_one_with_the_same_input_got(history: Path) -> None:
    events: dict[str, Any] = json.loads(history.read_text())
    swapped = json.dumps(events).replace('"output": "10"', '"output": "11"')
    history.write_text(swapped)
    answers = Recording(history).tasks
    reordered = chain(Each=mapping(chain(Pack=task())))
    assert run(reordered, [{"item": 2}, {"item": 1}], tasks={"Pack": answers["Pack"]}).output == [20, 11]


def test_a_changed_definition_shows_what_is_different_now(history: Path) -> None:
    changed = json.loads(json.dumps(ORDER))
    changed["States"]["Check"]["Parameters"] = {"size.$": "$.x"}
    changed["States"]["Both"]["Branches"][0]["States"]["Left"]["Result"] = "left"
    changed["States"]["Charge"]["Next"] = "Both"
    del changed["States"]["Each"]
    assert Recording(history).differences(Machine(changed).run(recorded=history)) == [
        "path: step 3 after 'Charge': 'Both', recorded 'Each'",
        'output: $[0]: is "left", recorded [10, 20]',
        "Charge, try 1, is given $.size: is 1, recorded 2",
        "Charge, try 2, is given $.size: is 1, recorded 2",
        "Pack: 0 tries, recorded 2",
    ]


def test_what_was_not_recorded_is_answered_by_the_test(history: Path) -> None:
    more = json.loads(json.dumps(ORDER))
    more["States"]["Both"] = {**task(), "End": True}
    replay = Machine(more).run(recorded=history, tasks={"Both": "new"})
    assert replay.output == "new"


def test_times_may_be_written_as_the_cli_does() -> None:
    events = recorded().history
    for event in events:
        event["timestamp"] = "2024-05-01T10:00:00.500000+02:00"
    assert str(Recording(events).started) == "2024-05-01 08:00:00.500000+00:00"


def test_half_a_history_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableRecording, match="does not begin with ExecutionStarted"):
        Recording(recorded().history[3:])
    with pytest.raises(UnusableRecording, match="an object with events is expected"):
        Recording({"executions": []})
    with pytest.raises(UnusableRecording, match="cannot be read"):
        Recording(tmp_path / "none.json")
