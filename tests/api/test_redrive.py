"""RedriveExecution, and what the other operations tell of redriven executions."""

import json

import pytest

from .live import PASS, WAIT, refused

FAIL = json.dumps({"StartAt": "Break", "States": {"Break": {"Type": "Fail", "Error": "Broken"}}})


@pytest.fixture
def stopped(client, create):
    """An execution that waits, and was stopped."""
    arn = client.start_execution(stateMachineArn=create(WAIT))["executionArn"]
    client.stop_execution(executionArn=arn, error="Enough")
    return arn


def listed(client, arn):
    machine = client.describe_execution(executionArn=arn)["stateMachineArn"]
    return client.list_executions(stateMachineArn=machine)["executions"][0]


def test_a_stopped_execution_runs_again(client, stopped):
    redriven = client.redrive_execution(executionArn=stopped)["redriveDate"]
    described = client.describe_execution(executionArn=stopped)
    assert (described["status"], described["redriveCount"], described["redriveDate"]) == ("RUNNING", 1, redriven)
    assert described["startDate"] < redriven
    assert not {"stopDate", "error", "cause"} & described.keys()
    assert (described["redriveStatus"], described["redriveStatusReason"]) == (
        "NOT_REDRIVABLE",
        "Execution is RUNNING and cannot be redriven",
    )
    assert (listed(client, stopped)["redriveCount"], listed(client, stopped)["redriveDate"]) == (1, redriven)
    events = client.get_execution_history(executionArn=stopped)["events"]
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "WaitStateEntered",
        "ExecutionAborted",
        "ExecutionRedriven",
    ]
    assert events[3]["executionRedrivenEventDetails"] == {"redriveCount": 1}
    assert (events[3]["id"], events[3]["previousEventId"], events[3]["timestamp"]) == (4, 3, redriven)


def test_an_execution_that_was_never_redriven_has_no_date_of_it(client, stopped):
    described = client.describe_execution(executionArn=stopped)
    assert (described["redriveCount"], described["redriveStatus"]) == (0, "REDRIVABLE")
    assert not {"redriveDate", "redriveStatusReason"} & described.keys()
    assert "redriveDate" not in listed(client, stopped)


def test_each_redrive_counts(client, create):
    arn = client.start_execution(stateMachineArn=create(FAIL))["executionArn"]
    for count in (1, 2):
        redriven = client.redrive_execution(executionArn=arn)["redriveDate"]
        described = client.describe_execution(executionArn=arn)
        assert (described["status"], described["error"]) == ("FAILED", "Broken")
        assert (described["redriveCount"], described["redriveDate"]) == (count, redriven)
        assert described["redriveStatus"] == "REDRIVABLE"


def test_the_same_token_is_answered_alike(client, create):
    arn = client.start_execution(stateMachineArn=create(FAIL))["executionArn"]
    first = client.redrive_execution(executionArn=arn, clientToken="once")["redriveDate"]
    assert client.redrive_execution(executionArn=arn, clientToken="once")["redriveDate"] == first
    assert client.describe_execution(executionArn=arn)["redriveCount"] == 1
    client.redrive_execution(executionArn=arn, clientToken="twice")
    assert client.redrive_execution(executionArn=arn, clientToken="once")["redriveDate"] == first
    assert client.describe_execution(executionArn=arn)["redriveCount"] == 2


@pytest.mark.parametrize(("definition", "status"), [(WAIT, "RUNNING"), (PASS, "SUCCEEDED")], ids=["running", "done"])
def test_what_cannot_be_redriven_says_why(client, create, definition, status):
    arn = client.start_execution(stateMachineArn=create(definition, suffix=status))["executionArn"]
    with refused("ExecutionNotRedrivable", f"Execution is {status} and cannot be redriven"):
        client.redrive_execution(executionArn=arn)


def test_an_express_execution_cannot_be_named(client):
    with refused("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: express'"):
        client.redrive_execution(executionArn="arn:aws:states:us-east-1:123456789012:express:m:e:run")


def test_an_execution_that_is_not_there_is_named(client, create):
    arn = create().replace(":stateMachine:", ":execution:") + ":nobody"
    with refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'"):
        client.redrive_execution(executionArn=arn)


@pytest.mark.parametrize("token", ["", "x" * 65, "with space"], ids=["empty", "long", "space"])
def test_a_token_must_look_like_one(client, stopped, token):
    with refused("ValidationException"):
        client.redrive_execution(executionArn=stopped, clientToken=token)
    assert client.describe_execution(executionArn=stopped)["status"] == "ABORTED"


def test_an_execution_of_a_deleted_machine_says_so(client, create):
    machine = create(FAIL)
    arn = client.start_execution(stateMachineArn=machine)["executionArn"]
    client.delete_state_machine(stateMachineArn=machine)
    described = client.describe_execution(executionArn=arn)
    assert described["redriveStatus"] == "NOT_REDRIVABLE"
    with refused("ExecutionNotRedrivable", described["redriveStatusReason"]):
        client.redrive_execution(executionArn=arn)
