"""Events are logged in the shape and at the levels of CloudWatch Logs (developer guide, "Using CloudWatch Logs")."""

import json
from typing import Any

import pytest

from definitions import chain, fail, mapping, passing, task
from stepwell.core import journal as j
from stepwell.core.history import HistoryView
from stepwell.core.log_event import MOST, is_logged, log_event, may_be_logged

from .journey import ARN, NOON, Journey, failing


def events(journey: Journey, **options: Any) -> list[tuple[j.Entry, dict[str, Any]]]:
    entries = [entry for _, _, transition in journey.steps for entry in transition.entries]

    def text(payload: j.Payload) -> str:
        return payload if isinstance(payload, str) else text(entries[payload].payload)  # type: ignore[attr-defined]

    view = HistoryView(text, "eu-west-1", **options)
    return [(entry, event) for entry in entries if (event := view.event(entry)) is not None]


def logged(journey: Journey, **options: Any) -> list[dict[str, Any]]:
    return [json.loads(log_event(event, ARN, 0)) for _, event in events(journey, **options)]


def types(journey: Journey, level: str) -> list[str]:
    return [event["type"] for entry, event in events(journey) if is_logged(level, event["type"])]


def ended(definition: dict[str, Any], input: Any = None) -> Journey:
    journey = Journey(definition).start(input)
    journey.settle()
    return journey


def test_an_event_is_told_with_numbers_as_text():
    first, second, *_ = logged(ended(chain(P=passing()), {"a": 1}))
    assert first == {
        "id": "1",
        "type": "ExecutionStarted",
        "details": {
            "input": '{"a":1}',
            "inputDetails": {"truncated": False},
            "roleArn": "arn:aws:iam::123456789012:role/r",
        },
        "previous_event_id": "0",
        "event_timestamp": str(NOON),
        "execution_arn": ARN,
        "redrive_count": "0",
    }
    assert (second["type"], second["previous_event_id"], second["details"]["name"]) == ("PassStateEntered", "0", "P")


def test_numbers_in_details_are_text_too():
    told = logged(ended(chain(M=mapping(chain(P=passing()))), [1]))
    details = {event["type"]: event["details"] for event in told}
    assert details["MapStateStarted"] == {"length": "1"}
    assert details["MapIterationStarted"] == {"index": "0", "name": "M"}
    assert details["MapStateSucceeded"] == {}


def test_without_execution_data_nothing_of_it_is_told():
    told = logged(ended(chain(P=passing(Result="secret")), "secret"), include_data=False)
    assert "secret" not in json.dumps(told)
    assert told[1]["details"] == {"name": "P"}


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("ALL", ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]),
        ("ERROR", ["FailStateEntered", "ExecutionFailed"]),
        ("FATAL", ["ExecutionFailed"]),
        ("OFF", []),
    ],
)
def test_a_level_logs_some_types(level, expected):
    assert types(ended(chain(F=fail())), level) == expected


def test_errors_of_tasks_are_of_level_error(run):
    journey = run(chain(T=task()), answers={"T": failing("E", "c")})
    assert types(journey, "ERROR") == ["ActivityFailed", "ExecutionFailed"]


def test_what_is_passed_over_at_first_sight_is_of_no_level_but_all(run):
    journey = run(chain(M=mapping(chain(T=task())), F=fail()), [1], answers={"T": [1]})
    for entry, event in events(journey):
        for level in ("ERROR", "FATAL"):
            assert may_be_logged(level, entry) or not is_logged(level, event["type"])


def test_data_that_are_too_long_are_cut():
    (first, *_) = ended(chain(P=passing()), "x\n" * 200_000), None
    text = log_event(events(first)[0][1], ARN, 0)
    told = json.loads(text)
    assert MOST // 2 < len(text) <= MOST
    assert told["details"]["inputDetails"] == {"truncated": True}
    assert told["details"]["input"].startswith('"x\\nx')
