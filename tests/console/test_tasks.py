"""Events whole, tasks that wait, and the tokens that answer them."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from api.live import LiveServer
from definitions import chain, passing, task
from stepwell.api.keys import AccessKey, Keys

from .conftest import Start, starter
from .reading import ended, read, refused_read

CHILD = chain(P=passing())


def asking(server: LiveServer, region: str = "us-east-1") -> dict[str, Any]:
    """A machine whose only state waits for the token that it gives a child."""
    client = server.client(region)
    child = client.create_state_machine(name="child", definition=json.dumps(CHILD), roleArn="arn:aws:iam::1:role/r")
    parameters = {"StateMachineArn": child["stateMachineArn"], "Input": {"token.$": "$$.Task.Token", "ask": "é" * 5000}}
    resource = "arn:aws:states:::states:startExecution.waitForTaskToken"
    return chain(**{"Ask the manager": {"Type": "Task", "Resource": resource, "Parameters": parameters}})


def listed(server: LiveServer, count: int, **asked: object) -> list[dict[str, Any]]:
    """The tasks that wait, once there are so many."""
    until = time.monotonic() + 10
    while len(found := read(server, "waiting", **asked)["tasks"]) != count:
        assert time.monotonic() < until, found
        time.sleep(0.01)
    return list(found)


def test_a_waiting_task_is_listed_and_answered_with_its_token(stored: LiveServer) -> None:
    client = stored.client()
    execution = starter(stored, "ask")(asking(stored), {}, "one")
    (found,) = listed(stored, 1)
    assert found == {
        "executionArn": execution,
        "executionName": "one",
        "stateMachineArn": client.describe_execution(executionArn=execution)["stateMachineArn"],
        "state": "Ask the manager",
        "eventId": 3,
        "since": found["since"],
        "resource": "states:startExecution.waitForTaskToken",
        "input": found["input"],
        "expires": None,
    }
    assert len(found["input"]) == 1024  # cut: the whole is in the event
    token = read(stored, "token", execution=execution, id=3)["taskToken"]
    client.send_task_success(taskToken=token, output='"yes"')
    assert ended(client, execution)["output"] == '"yes"'
    assert listed(stored, 0) == []
    assert refused_read(stored, "token", execution=execution, id="3") == (400, "TaskDoesNotExist")


def test_tasks_are_listed_oldest_first_by_region_and_in_pages(server: LiveServer) -> None:
    here, there = starter(server, "here"), starter(server, "there")
    for name in ("a", "b", "c"):
        here(asking(server), {}, name)
        listed(server, ord(name) - ord("a") + 1)
    there(asking(server, "eu-west-1"), {}, "d", region="eu-west-1")
    listed(server, 4)
    first = read(server, "waiting", limit=3)
    second = read(server, "waiting", limit=3, after=first["next"])
    assert [[one["executionName"] for one in page["tasks"]] for page in (first, second)] == [["a", "b", "c"], ["d"]]
    assert second["next"] is None
    assert [one["executionName"] for one in listed(server, 1, region="eu-west-1")] == ["d"]


def test_a_task_that_a_worker_took_can_be_answered_and_one_that_none_took_can_not(
    server: LiveServer, start: Start
) -> None:
    activity = server.client().create_activity(name="taken")["activityArn"]
    execution = start(chain(Ask=task(Resource=activity)))
    assert refused_read(server, "token", execution=execution, id="3") == (400, "TaskDoesNotExist")
    given = server.client().get_activity_task(activityArn=activity)["taskToken"]
    assert read(server, "token", execution=execution, id=3) == {"taskToken": given}
    assert refused_read(server, "token", execution=execution, id="2") == (400, "TaskDoesNotExist")
    assert refused_read(server, "token", execution=execution, id="99") == (400, "TaskDoesNotExist")


def test_an_event_is_told_whole(server: LiveServer, start: Start) -> None:
    text = "é" * 5_000
    execution = start(chain(One=passing()), text)
    ended(server.client(), execution)
    told = read(server, "event", execution=execution, id=2)
    assert told == {
        "timestamp": told["timestamp"],
        "type": "PassStateEntered",
        "id": 2,
        "previousEventId": 0,
        "stateEnteredEventDetails": {
            "name": "One",
            "input": json.dumps(text),
            "inputDetails": {"truncated": False, "bytes": len(json.dumps(text))},
        },
    }
    assert refused_read(server, "event", execution=execution, id="99") == (400, "ResourceNotFound")


FULL = AccessKey(name="owner", id="AKOWNER", secret="0123456789abcdef")
READER = AccessKey(name="reader", id="AKREADER", secret="fedcba9876543210", rights="read-only")


@pytest.mark.parametrize("path", ["executions", "waiting", "live", "event", "token", "overview", "language"])
def test_where_keys_are_asked_for_nothing_is_read_without_one(serve: Callable[..., LiveServer], path: str) -> None:
    server = serve(keys=Keys(fixed=(FULL, READER)))
    answer = httpx.get(f"{server.url}/console/{path}")
    assert (answer.status_code, answer.json()) == (
        401,
        {"__type": "MissingAuthenticationTokenException", "message": "Request is missing Authentication Token"},
    )
    assert "www-authenticate" not in answer.headers  # or the browser would ask in a window of its own


def test_a_read_only_key_reads_but_gets_no_tokens(serve: Callable[..., LiveServer]) -> None:
    server = serve(keys=Keys(fixed=(FULL, READER)))
    auth = (READER.id, READER.secret)
    assert httpx.get(f"{server.url}/console/waiting", auth=auth).json() == {"tasks": [], "next": None}
    answer = httpx.get(f"{server.url}/console/token?execution=x&id=1", auth=auth)
    assert (answer.status_code, answer.json()["__type"]) == (400, "AccessDeniedException")
    allowed = httpx.get(f"{server.url}/console/token?execution=x&id=1", auth=(FULL.id, FULL.secret))
    assert allowed.json()["__type"] == "ExecutionDoesNotExist"
