"""ValidateStateMachineDefinition: what it finds, what it leaves out, and that it never refuses by an error."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .live import PASS, refused

PATH = "looks like a JSONPath. Instead of 'a', use 'a.$' to evaluate it as a JSONPath at runtime."
WARNED = {"Type": "Pass", "Parameters": {"a": "$.b"}, "End": True}


def machine(**states: Any) -> str:
    return json.dumps({"StartAt": next(iter(states)), "States": states})


def validated(client: Any, definition: str, **members: Any) -> dict[str, Any]:
    answer = client.validate_state_machine_definition(definition=definition, **members)
    del answer["ResponseMetadata"]
    return dict(answer)


def test_a_definition_without_fault_is_ok(client: Any) -> None:
    assert validated(client, PASS) == {"result": "OK", "diagnostics": [], "truncated": False}


def test_every_fault_comes_with_its_code_and_place(client: Any) -> None:
    definition = machine(A={"Type": "Pass", "Next": "Nowhere"}, B={"Type": "Succeed"})
    assert validated(client, definition) == {
        "result": "FAIL",
        "diagnostics": [
            {
                "severity": "ERROR",
                "code": "MISSING_TRANSITION_TARGET",
                "message": "Missing 'Next' target: Nowhere",
                "location": "/States/A/Next",
            },
            {
                "severity": "ERROR",
                "code": "MISSING_TRANSITION_TARGET",
                "message": 'State "B" is not reachable.',
                "location": "/States/B",
            },
        ],
        "truncated": False,
    }


@pytest.mark.parametrize(
    ("text", "code"), [("{", "INVALID_JSON_DESCRIPTION"), (" ", "SCHEMA_VALIDATION_FAILED"), ("[]", None)]
)
def test_what_is_no_object_has_no_place(client: Any, text: str, code: str | None) -> None:
    answer = validated(client, text)
    [diagnostic] = answer["diagnostics"]
    assert (answer["result"], diagnostic["code"]) == ("FAIL", code or "SCHEMA_VALIDATION_FAILED")
    assert "location" not in diagnostic


def test_the_type_decides_what_is_allowed(client: Any) -> None:
    activity = "arn:aws:states:us-east-1:123456789012:activity:a"
    definition = machine(A={"Type": "Task", "Resource": activity, "End": True})
    assert validated(client, definition)["result"] == "OK"
    assert validated(client, definition, type="EXPRESS")["result"] == "FAIL"


def test_warnings_come_only_when_asked_for_and_fail_nothing(client: Any) -> None:
    assert validated(client, machine(A=WARNED)) == {"result": "OK", "diagnostics": [], "truncated": False}
    assert validated(client, machine(A=WARNED), severity="WARNING") == {
        "result": "OK",
        "diagnostics": [
            {
                "severity": "WARNING",
                "code": "NO_DOLLAR",
                "message": f"The value of 'a' {PATH}",
                "location": "/States/A/Parameters",
            }
        ],
        "truncated": False,
    }


def test_warnings_come_with_the_errors(client: Any) -> None:
    answer = validated(client, machine(A={**WARNED, "Foreign": 1}), severity="WARNING")
    assert (answer["result"], [found["severity"] for found in answer["diagnostics"]]) == ("FAIL", ["ERROR", "WARNING"])


def test_no_more_come_than_asked_for(client: Any) -> None:
    definition = machine(A={"Type": "Pass", "End": True, **{f"Foreign{number}": 1 for number in range(101)}})

    def counted(**members: Any) -> tuple[int, bool]:
        answer = validated(client, definition, **members)
        return len(answer["diagnostics"]), answer["truncated"]

    assert counted(maxResults=2) == (2, True)
    # And a hundred at most, which 0 stands for too
    assert counted() == counted(maxResults=0) == counted(maxResults=100) == (100, True)
    with pytest.raises(ClientError, match="ValidationException"):
        counted(maxResults=101)


def test_a_failure_among_the_faults_left_out_counts(client: Any) -> None:
    definition = machine(A={**WARNED, "Next": "B"} | {"End": False}, B={"Type": "Pass", "End": True, "Foreign": 1})
    answer = validated(client, definition, severity="WARNING", maxResults=1)
    assert (answer["result"], [found["severity"] for found in answer["diagnostics"]]) == ("FAIL", ["WARNING"])


def test_nothing_is_created(client: Any) -> None:
    before = client.list_state_machines()["stateMachines"]
    validated(client, PASS)
    assert client.list_state_machines()["stateMachines"] == before


def test_a_definition_that_is_no_text_is_refused(client: Any) -> None:
    with refused("ValidationException"):
        client.validate_state_machine_definition(definition="x" * 1_048_577)
