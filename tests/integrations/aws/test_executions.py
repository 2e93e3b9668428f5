"""Whole executions with tasks at AWS services: callbacks, trouble, and servers that are killed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.live import ROLE, LiveServer
from cli.served import serving
from definitions import chain, retrier, task
from stepwell.integrations.aws.services import Services

from .caller import Caller
from .rude import Rude


def started(server: LiveServer, name: str, type: str = "STANDARD", **states: Any) -> Any:
    """An execution of a machine of these states; of an EXPRESS one its end."""
    client = server.client("eu-west-1")
    machine = client.create_state_machine(name=name, definition=json.dumps(chain(**states)), roleArn=ROLE, type=type)[
        "stateMachineArn"
    ]
    if type == "EXPRESS":
        return client.start_sync_execution(stateMachineArn=machine)
    return client.start_execution(stateMachineArn=machine)["executionArn"]


def types(states: Any, execution: str) -> list[str]:
    """The types of the events so far."""
    return [event["type"] for event in states.get_execution_history(executionArn=execution)["events"]]


@pytest.fixture
def server(aws: Caller) -> Iterator[LiveServer]:
    live = LiveServer(services=Services({"*": {"endpoint_url": aws.url}}))
    live.start()
    yield live
    live.stop()


def test_a_consumer_of_the_queue_answers_with_the_token(aws: Caller, server: LiveServer) -> None:
    # Given a task that sends its token in a message, and waits
    sqs, states = aws.client("sqs"), server.client("eu-west-1")
    url = sqs.create_queue(QueueName="approvals")["QueueUrl"]
    body = {"order.$": "$$.Execution.Name", "token.$": "$$.Task.Token"}
    execution = started(
        server,
        "approval",
        Ask=task(
            Resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            Parameters={"QueueUrl": url, "MessageBody": body},
        ),
    )
    # When somebody reads it and says yes
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    asked = json.loads(message["Body"])
    while "TaskSubmitted" not in types(states, execution):  # it may be quicker than SQS's answer
        pass
    states.send_task_success(taskToken=asked["token"], output='{"approved": true}')
    # Then the execution has the answer
    events = states.get_execution_history(executionArn=execution)["events"]
    assert types(states, execution) == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    submitted = json.loads(events[4]["taskSubmittedEventDetails"]["output"])
    assert submitted["MessageId"] == message["MessageId"]
    assert asked["order"] == execution.rpartition(":")[2]
    assert json.loads(states.describe_execution(executionArn=execution)["output"]) == {"approved": True}


def test_a_state_is_tried_with_the_service_itself(aws: Caller, server: LiveServer) -> None:
    aws.client("sqs").create_queue(QueueName="orders")
    listing = task(Resource="arn:aws:states:::aws-sdk:sqs:listQueues", Parameters={}, End=True)
    tried = server.client("eu-west-1").test_state(definition=json.dumps(listing), roleArn=ROLE, input="{}")
    assert tried["status"] == "SUCCEEDED"
    assert json.loads(tried["output"])["QueueUrls"] == [f"{aws.url}/123456789012/orders"]


def test_the_machines_retry_takes_a_service_that_was_down(rude: Rude) -> None:
    rude.answers = [(500, "down"), (500, "down"), (200, '{"TableNames": []}')]
    server = LiveServer(services=Services({"*": {"endpoint_url": rude.url, "attempts": 1}}))
    server.start()
    again = retrier("DynamoDb.DynamoDbException", IntervalSeconds=0, MaxAttempts=2, BackoffRate=1)
    listing = task(Resource="arn:aws:states:::aws-sdk:dynamodb:listTables", Parameters={}, Retry=[again])
    answer = started(server, "lister", "EXPRESS", List=listing)
    server.stop()
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", {"TableNames": []})
    assert len(rude.seen) == 3


def test_a_service_that_hangs_holds_up_no_other_and_no_end_of_the_server(aws: Caller, rude: Rude) -> None:
    rude.answers = [None]
    places = {"*": {"endpoint_url": aws.url}, "dynamodb": {"endpoint_url": rude.url}}
    server = LiveServer(services=Services(places))
    server.start()
    hangs = task(Resource="arn:aws:states:::aws-sdk:dynamodb:listTables", Parameters={})
    execution = started(server, "hangs", List=hangs)
    assert rude.busy.acquire(timeout=10)
    works = task(Resource="arn:aws:states:::aws-sdk:sqs:listQueues", Parameters={})
    assert started(server, "works", "EXPRESS", List=works)["status"] == "SUCCEEDED"
    assert server.client("eu-west-1").describe_execution(executionArn=execution)["status"] == "RUNNING"
    server.stop()


def test_a_job_is_started_once_though_the_server_is_killed_meanwhile(tmp_path: Path, rude: Rude) -> None:
    # Given a server that is killed while ECS is starting the task
    (tmp_path / "stepwell.toml").write_text(f'[services.ecs]\nendpoint_url = "{rude.url}"\nattempts = 1\n')
    keys = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    run = task(Resource="arn:aws:states:::ecs:runTask.sync", Parameters={"TaskDefinition": "f"}, End=True)
    rude.answers = [None]
    with serving(tmp_path, **keys) as server:
        machine = server.create("runner", {"Run": run})
        server.client.call("StartExecution", stateMachineArn=machine, name="once")
        assert rude.busy.acquire(timeout=20)
        server.process.kill()
    # When another one goes on
    tasks = {"tasks": [{"taskArn": "t", "clusterArn": "c", "lastStatus": "STOPPED", "containers": [{"exitCode": 0}]}]}
    rude.answers = [(200, json.dumps(tasks))]
    with serving(tmp_path, **keys) as server:
        history = server.says("history", "runner/once", "--follow")
    # Then ECS was asked for the same task again, and the execution has its result
    asked = [seen for seen in rude.seen if seen.headers["X-Amz-Target"].endswith("RunTask")]
    assert len(asked) == 2
    assert len({json.loads(seen.body)["clientToken"] for seen in asked}) == 1
    assert "ExecutionSucceeded" in history
