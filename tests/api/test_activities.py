"""Activities and their workers: one hands out tasks, the others take them and answer."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from .live import ROLE, refused

NOBODY = "arn:aws:states:us-east-1:123456789012:activity:nobody"


@pytest.fixture
def activity(client, request):
    return client.create_activity(name=request.node.originalname[:80])["activityArn"]


@pytest.fixture
def started(client, activity, request):
    """An execution that waits for a worker of the activity."""
    definition = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": activity, "End": True}}}
    machine = client.create_state_machine(
        name=request.node.originalname[:80], definition=json.dumps(definition), roleArn=ROLE
    )
    return client.start_execution(stateMachineArn=machine["stateMachineArn"], input='{"a":1}')["executionArn"]


def test_an_activity_is_created_once_and_described(client, activity):
    name = activity.rpartition(":")[2]
    created = client.create_activity(name=name)
    assert created["activityArn"] == activity
    described = client.describe_activity(activityArn=activity)
    described.pop("ResponseMetadata")
    assert described == {
        "activityArn": activity,
        "name": name,
        "creationDate": created["creationDate"],
        "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
    }


def test_an_activity_with_another_key_is_another_activity(client, activity):
    with refused("ActivityAlreadyExists"):
        client.create_activity(
            name=activity.rpartition(":")[2],
            encryptionConfiguration={"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"},
        )


def test_a_key_must_fit_its_kind(client):
    for encryption in ({"type": "CUSTOMER_MANAGED_KMS_KEY"}, {"type": "AWS_OWNED_KEY", "kmsKeyId": "k"}):
        with refused("InvalidEncryptionConfiguration"):
            client.create_activity(name="keyed", encryptionConfiguration=encryption)


@pytest.mark.parametrize("name", ["activity name", "a$b", "a,b", "a;b", "a^b", "a[b", "a\u0080b"])
def test_a_name_with_a_forbidden_character_is_refused(client, name):
    with refused("InvalidName", f"Invalid Name: '{name}'"):
        client.create_activity(name=name)


def test_deleting_an_activity_twice_succeeds(client, activity):
    client.delete_activity(activityArn=activity)
    client.delete_activity(activityArn=activity)
    with refused("ActivityDoesNotExist", f"Activity Does Not Exist: '{activity}'"):
        client.get_activity_task(activityArn=activity)


def test_what_is_not_there_is_not_found(client):
    for ask in (client.describe_activity, client.get_activity_task):
        with refused("ActivityDoesNotExist", f"Activity Does Not Exist: '{NOBODY}'"):
            ask(activityArn=NOBODY)
        with refused("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: nonsense'"):
            ask(activityArn="nonsense")


def test_activities_are_listed_page_by_page(serve):
    client = serve().client()
    arns = [client.create_activity(name=f"a{n}")["activityArn"] for n in range(5)]
    pages = list(client.get_paginator("list_activities").paginate(PaginationConfig={"PageSize": 2}))
    assert [[a["activityArn"] for a in page["activities"]] for page in pages] == [arns[:2], arns[2:4], arns[4:]]


def test_a_poll_without_a_task_ends_with_a_null_token(server, activity):
    assert server.post("GetActivityTask", {"activityArn": activity}).text == '{"taskToken":null}'


def test_a_worker_takes_a_task_and_its_output_is_the_executions(client, activity, started):
    task = client.get_activity_task(activityArn=activity, workerName="me")
    assert json.loads(task["input"]) == {"a": 1}
    client.send_task_heartbeat(taskToken=task["taskToken"])
    client.send_task_success(taskToken=task["taskToken"], output='{"b": 2}')
    described = client.describe_execution(executionArn=started)
    assert (described["status"], json.loads(described["output"])) == ("SUCCEEDED", {"b": 2})


def test_a_task_that_fails_fails_its_execution(client, activity, started):
    token = client.get_activity_task(activityArn=activity)["taskToken"]
    client.send_task_failure(taskToken=token, error="Broken", cause="It fell.")
    described = client.describe_execution(executionArn=started)
    assert (described["status"], described["error"], described["cause"]) == ("FAILED", "Broken", "It fell.")


def test_a_spent_token_is_timed_out(client, activity, started):
    token = client.get_activity_task(activityArn=activity)["taskToken"]
    client.send_task_success(taskToken=token, output="1")
    for send in (
        lambda: client.send_task_success(taskToken=token, output="2"),
        lambda: client.send_task_failure(taskToken=token),
        lambda: client.send_task_heartbeat(taskToken=token),
    ):
        with refused("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"):
            send()


@pytest.mark.parametrize("token", ["nonsense", "AAAA", "é", "x" * 2048])
def test_a_garbled_token_is_invalid(client, token):
    for send in (
        lambda: client.send_task_success(taskToken=token, output="1"),
        lambda: client.send_task_failure(taskToken=token),
        lambda: client.send_task_heartbeat(taskToken=token),
    ):
        with refused("InvalidToken", "Invalid Token: 'Invalid token'"):
            send()


def test_an_output_must_be_json_and_not_too_large(client, activity, started):
    token = client.get_activity_task(activityArn=activity)["taskToken"]
    for output in ("", "nonsense", "NaN"):
        with refused("InvalidOutput"):
            client.send_task_success(taskToken=token, output=output)
    with refused("ValidationException"):
        client.send_task_success(taskToken=token, output=f'"{"x" * 262144}"')
    # Then the token is as good as before
    client.send_task_success(taskToken=token, output="1")


def test_a_task_is_given_to_a_worker_that_was_already_waiting(serve):
    client = serve(poll_seconds=30).client()
    activity = client.create_activity(name="a")["activityArn"]
    definition = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": activity, "End": True}}}
    machine = client.create_state_machine(name="m", definition=json.dumps(definition), roleArn=ROLE)
    with ThreadPoolExecutor() as pool:
        poll = pool.submit(client.get_activity_task, activityArn=activity)
        client.start_execution(stateMachineArn=machine["stateMachineArn"], input='"hello"')
        assert poll.result(timeout=10)["input"] == '"hello"'


def test_a_worker_that_waits_is_told_when_its_activity_is_deleted(serve):
    live = serve(poll_seconds=30)
    client = live.client()
    activity = client.create_activity(name="a")["activityArn"]
    with ThreadPoolExecutor() as pool:
        poll = pool.submit(client.get_activity_task, activityArn=activity)
        while not live.engine.figures()["pollers"]:
            pass
        client.delete_activity(activityArn=activity)
        with refused("ActivityDoesNotExist", f"Activity Does Not Exist: '{activity}'"):
            poll.result(timeout=10)


def test_a_worker_that_hung_up_gets_no_task(serve):
    live = serve(poll_seconds=30)
    client = live.client()
    activity = client.create_activity(name="a")["activityArn"]
    definition = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": activity, "End": True}}}
    machine = client.create_state_machine(name="m", definition=json.dumps(definition), roleArn=ROLE)
    # Given a worker that asks for a task and hangs up
    body = json.dumps({"activityArn": activity}).encode()
    with socket.create_connection(("127.0.0.1", live.socket.getsockname()[1])) as worker:
        head = (
            "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSStepFunctions.GetActivityTask\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        worker.sendall(head.encode() + body)
        # (and whose request has arrived, since a later one was answered)
        client.list_activities()
    # When a task comes
    client.start_execution(stateMachineArn=machine["stateMachineArn"], input='"hello"')
    # Then another worker gets it
    assert client.get_activity_task(activityArn=activity)["input"] == '"hello"'
