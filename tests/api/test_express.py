"""Express executions on a server that keeps them: listed, described and read as STANDARD ones are."""

from collections.abc import Iterator
from typing import Any

import pytest

from .live import PASS, ROLE, LiveServer, refused


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    server = LiveServer(keep_express_days=1)
    server.start()
    yield server.client()
    server.stop()


@pytest.fixture
def machine(client: Any, request: pytest.FixtureRequest) -> str:
    name = request.node.name[:80]
    made = client.create_state_machine(name=name, definition=PASS, roleArn=ROLE, type="EXPRESS")
    return str(made["stateMachineArn"])


def test_a_synchronous_execution_can_be_described_as_soon_as_it_is_answered(client: Any, machine: str) -> None:
    answer = client.start_sync_execution(stateMachineArn=machine, name="now", input='{"a":1}')
    described = client.describe_execution(executionArn=answer["executionArn"])
    del described["ResponseMetadata"]
    assert described == {
        "executionArn": answer["executionArn"],
        "stateMachineArn": machine,
        "name": "now",
        "status": "SUCCEEDED",
        "startDate": answer["startDate"],
        "stopDate": answer["stopDate"],
        "input": '{"a":1}',
        "inputDetails": {"included": True},
        "output": answer["output"],
        "outputDetails": {"included": True},
        "redriveCount": 0,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Express executions cannot be redriven",
    }


def test_its_history_is_there(client: Any, machine: str) -> None:
    arn = client.start_sync_execution(stateMachineArn=machine)["executionArn"]
    events = client.get_execution_history(executionArn=arn)["events"]
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]


def test_runs_of_one_name_are_listed_each(client: Any, machine: str) -> None:
    arns = [client.start_sync_execution(stateMachineArn=machine, name="same")["executionArn"] for _ in range(3)]
    client.describe_execution(executionArn=arns[-1])  # all are written by then
    listed = client.list_executions(stateMachineArn=machine, statusFilter="SUCCEEDED")["executions"]
    assert {each["executionArn"] for each in listed} == set(arns)
    assert {each["name"] for each in listed} == {"same"}


def test_the_definition_that_it_ran_by_is_known(client: Any, machine: str) -> None:
    arn = client.start_sync_execution(stateMachineArn=machine)["executionArn"]
    assert client.describe_state_machine_for_execution(executionArn=arn)["definition"] == PASS


def test_it_cannot_be_stopped_or_redriven_all_the_same(client: Any, machine: str) -> None:
    arn = client.start_sync_execution(stateMachineArn=machine)["executionArn"]
    with refused("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: express'"):
        client.stop_execution(executionArn=arn)
    with refused("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: express'"):
        client.redrive_execution(executionArn=arn)


def test_one_that_is_not_there_does_not_exist(client: Any, machine: str) -> None:
    with refused("ExecutionDoesNotExist"):
        client.describe_execution(executionArn=f"{machine.replace(':stateMachine:', ':express:')}:no:such")
