"""Executions started as a test case, `stateMachineArn#TestCase`: their tasks are answered from the server's file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from definitions import chain, retrier, task

from .live import LiveServer, refused

ORDER = chain(
    Price=task(
        Resource="arn:aws:states:::lambda:invoke",
        Parameters={"FunctionName": "price", "Payload.$": "$"},
        Retry=[retrier("States.ALL", IntervalSeconds=0, MaxAttempts=3, BackoffRate=2)],
    ),
    Tell=task(Resource="arn:aws:states:::sqs:sendMessage", Parameters={"QueueUrl": "q", "MessageBody.$": "$"}),
)

PRICED = {"StatusCode": 200, "Payload": {"euros": 7}}
SENT = {"MD5OfMessageBody": "d41d8cd98f00b204e9800998ecf8427e", "MessageId": "1"}

MOCKS = {
    "StateMachines": {
        "order": {
            "TestCases": {
                "Happy": {"Price": "Priced", "Tell": "Sent"},
                "Retried": {"Price": "PricedAtLast", "Tell": "Sent"},
                "Hybrid": {"Price": "Priced"},
                "Wrong": {"Price": "Prised"},
            }
        },
        "quick": {"TestCases": {"Happy": {"Price": "Priced", "Tell": "Sent"}}},
    },
    "MockedResponses": {
        "Priced": {"0": {"Return": PRICED}},
        "PricedAtLast": {
            "0": {"Throw": {"Error": "Lambda.ResourceNotReadyException", "Cause": "Not ready."}},
            "1-2": {"Throw": {"Error": "Lambda.TimeoutException", "Cause": "Too slow."}},
            "3": {"Return": PRICED},
        },
        "Sent": {"0": {"Return": SENT}},
    },
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("mocks") / "mocks.json"
    file.write_text(json.dumps(MOCKS))
    return file


@pytest.fixture(scope="module")
def server(file: Path) -> Iterator[LiveServer]:
    live = LiveServer(mock_config=str(file))
    live.start()
    yield live
    live.stop()


@pytest.fixture(scope="module")
def order(client: Any) -> str:
    made = client.create_state_machine(name="order", definition=json.dumps(ORDER), roleArn="arn:aws:iam::1:role/any")
    return str(made["stateMachineArn"])


@pytest.fixture(scope="module")
def quick(client: Any) -> str:
    made = client.create_state_machine(
        name="quick", definition=json.dumps(ORDER), type="EXPRESS", roleArn="arn:aws:iam::1:role/any"
    )
    return str(made["stateMachineArn"])


def events(client: Any, arn: str) -> list[dict[str, Any]]:
    """The history, once the execution has ended."""
    while client.describe_execution(executionArn=arn)["status"] == "RUNNING":
        pass
    return list(client.get_execution_history(executionArn=arn)["events"])


def test_all_tasks_are_answered_and_the_arns_are_those_of_any_execution(client, order):
    arn = client.start_execution(stateMachineArn=f"{order}#Happy", name="happy")["executionArn"]
    assert arn == order.replace(":stateMachine:", ":execution:") + ":happy"
    assert events(client, arn)[-1]["type"] == "ExecutionSucceeded"
    described = client.describe_execution(executionArn=arn)
    assert (described["stateMachineArn"], json.loads(described["output"])) == (order, SENT)


def test_retries_take_the_next_answers_and_the_history_shows_each_try(client, order):
    arn = client.start_execution(stateMachineArn=f"{order}#Retried")["executionArn"]
    history = events(client, arn)
    failed = [event["taskFailedEventDetails"] for event in history if event["type"] == "TaskFailed"]
    assert [(details["error"], details["cause"]) for details in failed] == [
        ("Lambda.ResourceNotReadyException", "Not ready."),
        ("Lambda.TimeoutException", "Too slow."),
        ("Lambda.TimeoutException", "Too slow."),
    ]
    succeeded = [event["taskSucceededEventDetails"] for event in history if event["type"] == "TaskSucceeded"]
    assert [json.loads(details["output"]) for details in succeeded] == [PRICED, SENT]


def test_a_state_that_the_test_case_does_not_name_is_called(client, order):
    arn = client.start_execution(stateMachineArn=f"{order}#Hybrid")["executionArn"]
    [failed] = [event for event in events(client, arn) if event["type"] == "TaskFailed"]
    assert failed["taskFailedEventDetails"]["resource"] == "sendMessage"


def test_express_executions_are_mocked_too(client, quick):
    answer = client.start_sync_execution(stateMachineArn=f"{quick}#Happy")
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", SENT)
    assert answer["stateMachineArn"] == quick


def test_versions_and_aliases_take_test_cases(client, order):
    version = client.publish_state_machine_version(stateMachineArn=order)["stateMachineVersionArn"]
    arn = client.start_execution(stateMachineArn=f"{version}#Happy")["executionArn"]
    assert events(client, arn)[-1]["type"] == "ExecutionSucceeded"


def test_an_unknown_test_case_or_machine_and_a_wrong_one_are_refused(client, create, order, file):
    with refused(
        "ValidationException",
        f"{file}: StateMachines.order.TestCases: there is no test case Hapy. Did you mean Happy?",
    ):
        client.start_execution(stateMachineArn=f"{order}#Hapy")
    with refused(
        "ValidationException",
        f"{file}: StateMachines.order.TestCases.Wrong.Price: there is no mocked response Prised. Did you mean Priced?",
    ):
        client.start_execution(stateMachineArn=f"{order}#Wrong")
    other = create()
    with refused("ValidationException"):
        client.start_execution(stateMachineArn=f"{other}#Happy")
    with refused("StateMachineDoesNotExist"):
        client.start_execution(stateMachineArn=f"{order}x#Happy")


def test_the_file_is_read_again_for_each_start(serve: Callable[..., LiveServer], tmp_path):
    file = tmp_path / "mocks.json"
    file.write_text("{")
    client = serve(mock_config=str(file)).client()
    order = client.create_state_machine(name="order", definition=json.dumps(ORDER), roleArn="arn:aws:iam::1:role/any")
    with refused("ValidationException"):
        client.start_execution(stateMachineArn=f"{order['stateMachineArn']}#Happy")
    file.write_text(json.dumps(MOCKS))
    client.start_execution(stateMachineArn=f"{order['stateMachineArn']}#Happy")


def test_a_server_without_a_file_says_how_to_give_it_one(serve: Callable[..., LiveServer]):
    client = serve().client()
    order = client.create_state_machine(name="order", definition=json.dumps(ORDER), roleArn="arn:aws:iam::1:role/any")
    with refused(
        "ValidationException",
        "stateMachineArn names the test case 'Happy', but this server has no mock configuration file."
        " Give it one: stepwell serve --mock-config FILE.",
    ):
        client.start_execution(stateMachineArn=f"{order['stateMachineArn']}#Happy")
