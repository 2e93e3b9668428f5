"""Status-change events are EventBridge's, member by member (developer guide, "Events detail reference")."""

import json
from typing import Any

import pytest

from definitions import chain, fail, passing, task, waiting
from stepwell.core import facts as f
from stepwell.core import journal as j
from stepwell.core.status_event import MOST, StatusChange, status_event

from .journey import ARN, MACHINE, NOON, Journey


def event(journey: Journey, position: int, redriven: j.ExecutionRedriven | None = None) -> dict[str, Any]:
    entries = [entry for _, _, transition in journey.steps for entry in transition.entries]
    started, entry = entries[0], entries[position]
    assert isinstance(started, j.ExecutionStarted)
    output = journey.execution.output
    succeeded = isinstance(entry, j.ExecutionSucceeded) and output is not None
    change = StatusChange(
        started=started,
        entry=entry,
        position=position % len(entries),
        input=str(started.payload),
        output=output.text if succeeded and output is not None else None,
        redriven=redriven,
    )
    return status_event(change, 25_000)


def test_the_start_is_told_with_the_input_and_nulls_for_what_is_not_there_yet():
    journey = Journey(chain(W=waiting(60))).start({"a": 1})
    told = event(journey, 0)
    assert told == {
        "version": "0",
        "id": told["id"],
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": "123456789012",
        "time": "2023-11-14T22:13:20Z",
        "region": "eu-west-1",
        "resources": [ARN],
        "detail": {
            "executionArn": ARN,
            "stateMachineArn": MACHINE,
            "name": "e",
            "status": "RUNNING",
            "startDate": NOON,
            "stopDate": None,
            "input": '{"a":1}',
            "inputDetails": {"included": True},
            "output": None,
            "outputDetails": None,
            "stateMachineVersionArn": None,
            "stateMachineAliasArn": None,
            "redriveCount": 0,
            "redriveDate": None,
            "redriveStatus": "NOT_REDRIVABLE",
            "redriveStatusReason": "Execution is RUNNING and cannot be redriven",
            "error": None,
            "cause": None,
        },
    }


def detail(journey: Journey, *members: str) -> list[Any]:
    told = event(journey, -1)["detail"]
    return [told[name] for name in members]


def test_success_is_told_with_the_output():
    journey = Journey(chain(P=passing(Result=[1]))).start()
    journey.settle()
    members = ("status", "stopDate", "output", "outputDetails", "redriveStatus", "redriveStatusReason")
    reason = "Execution is SUCCEEDED and cannot be redriven"
    assert detail(journey, *members) == ["SUCCEEDED", NOON, "[1]", {"included": True}, "NOT_REDRIVABLE", reason]


def test_failure_is_told_with_error_and_cause_and_can_be_redriven():
    journey = Journey(chain(F=fail("Broken", Cause="why"))).start()
    journey.settle()
    members = ("status", "output", "outputDetails", "error", "cause", "redriveStatus", "redriveStatusReason")
    assert detail(journey, *members) == ["FAILED", None, None, "Broken", "why", "REDRIVABLE", None]


def test_a_stop_is_told_with_the_reasons_given():
    journey = Journey(chain(T=task())).start()
    journey.deliver(f.Stop("Enough", "said so"))
    assert detail(journey, "status", "error", "cause") == ["ABORTED", "Enough", "said so"]


def test_the_machines_time_out_is_told():
    journey = Journey({**chain(W=waiting(60)), "TimeoutSeconds": 5}).start()
    journey.travel({})
    assert detail(journey, "status", "error", "stopDate") == ["TIMED_OUT", "States.Timeout", NOON + 5_000]


def test_a_redrive_is_told_as_running_once_more():
    journey = Journey(chain(F=fail())).start()
    journey.settle()
    redriven = j.ExecutionRedriven(NOON + 7, 9, 8, 0, 1)
    told = event(journey, 0, redriven)["detail"]
    assert (told["redriveCount"], told["redriveDate"]) == (1, NOON + 7)


@pytest.mark.parametrize(
    ("input", "output", "included"),
    [
        ("x" * 10, "y" * 10, (True, True)),
        ("x" * (MOST - 14), "y" * 6, (True, True)),  # four quotes, each with a backslash, make eight more
        ("x" * (MOST - 13), "y" * 6, (False, True)),
        ("x" * 10, "y" * MOST, (False, False)),
    ],
    ids=["small", "as much as there may be", "one byte more", "too long an output"],
)
def test_input_and_output_that_are_too_long_together_are_left_out(input, output, included):
    journey = Journey(chain(P=passing(Result=output))).start(input)
    journey.settle()
    told = event(journey, -1)["detail"]
    assert (told["inputDetails"]["included"], told["outputDetails"]["included"]) == included
    assert (told["input"], told["output"]) == (
        json.dumps(input) if included[0] else None,
        json.dumps(output) if included[1] else None,
    )


def test_the_same_event_has_the_same_id_and_another_one_has_not():
    journey = Journey(chain(P=passing())).start()
    journey.settle()
    assert event(journey, 0)["id"] == event(journey, 0)["id"] != event(journey, -1)["id"]
