"""The overview: what happened lately, how long the queues are, and what looks stuck."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from api.live import ROLE, LiveServer
from definitions import chain, fail, passing, task, waiting
from stepwell.api.keys import AccessKey, Keys
from stepwell.console import overview, tallies
from stepwell.version import __version__

from .conftest import starter
from .reading import ended, read


@pytest.fixture(autouse=True)
def always_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "KEPT", 0.0)
    monkeypatch.setattr(overview, "LONGEST", 0.0)


def machine(server: LiveServer, execution: str) -> dict[str, Any]:
    """What the overview tells of an execution's machine."""
    arn = server.client().describe_execution(executionArn=execution)["stateMachineArn"]
    return next(one for one in read(server, "overview")["machines"] if one["stateMachineArn"] == arn)


def counted(series: dict[str, Any]) -> tuple[int, int, int]:
    return sum(series["started"]), sum(series["succeeded"]), sum(series["failed"])


def test_a_server_without_anything_is_shown_as_such(stored: LiveServer) -> None:
    shown = read(stored, "overview")
    assert shown == {
        "version": __version__,
        "now": shown["now"],
        "regions": [],
        "keepsExpress": True,
        "mayAct": True,
        "account": "123456789012",
        "limits": {"payloadBytes": 262_144, "historyEvents": 25_000},
        "machines": [],
        "activities": [],
        "waiting": {"count": 0, "oldest": None},
        "stuck": [],
        "again": None,
    }


def test_one_made_just_before_serves_others_too_and_says_when_another_tells_more(
    stored: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "KEPT", 60.0)
    first, second = read(stored, "overview"), read(stored, "overview")
    assert first["again"] is None
    assert 50 < second["again"] <= 60
    assert second == {**first, "again": second["again"]}


def test_what_happened_before_the_first_look_is_read_from_the_store(stored: LiveServer) -> None:
    start = starter(stored, "before")
    good = [start(chain(P=passing())) for _ in range(3)]
    bad, slow = start(chain(F=fail())), start(chain(W=waiting(600)))
    for execution in (*good, bad):
        ended(stored.client(), execution)
    shown = machine(stored, good[0])
    assert (shown["running"], shown["runningComplete"], shown["type"]) == (0, True, "STANDARD")
    assert counted(shown["hour"]) == counted(shown["day"]) == (3, 3, 0)
    assert counted(machine(stored, bad)["hour"]) == (1, 0, 1)
    assert (machine(stored, slow)["running"], counted(machine(stored, slow)["day"])) == (1, (1, 0, 0))


def test_series_have_a_bucket_for_each_minute_and_half_hour_with_durations(stored: LiveServer) -> None:
    execution = starter(stored, "buckets")(chain(P=passing()))
    ended(stored.client(), execution)
    shown = machine(stored, execution)
    for name, seconds, buckets in (("hour", 60, 60), ("day", 1800, 48)):
        series = shown[name]
        assert (series["seconds"], series["complete"]) == (seconds, True)
        assert series["from"] % seconds == 0
        assert series["from"] + seconds * buckets > time.time() >= series["from"] + seconds * (buckets - 2)
        lengths = {len(series[member]) for member in ("started", "succeeded", "failed", "p50", "p95")}
        assert lengths == {buckets}
        (p50,) = [value for value in series["p50"] if value is not None]
        assert 0 <= p50 < 10


def test_what_happens_after_the_first_look_is_counted_as_it_comes(server: LiveServer) -> None:
    start = starter(server, "after")
    first = start(chain(W=waiting(600)))
    assert machine(server, first)["running"] == 1
    start(chain(W=waiting(600)))
    assert (machine(server, first)["running"], counted(machine(server, first)["hour"])) == (2, (2, 0, 0))
    server.client().stop_execution(executionArn=first)
    assert (machine(server, first)["running"], counted(machine(server, first)["hour"])) == (1, (2, 0, 1))
    server.client().redrive_execution(executionArn=first)
    assert machine(server, first)["running"] == 2


def test_when_there_are_more_executions_than_are_read_the_series_say_so(
    stored: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "NEWEST", 2)
    monkeypatch.setattr(tallies, "ROWS", 1)
    start = starter(stored, "many")
    for _ in range(4):
        ended(stored.client(), execution := start(chain(P=passing())))
    shown = machine(stored, execution)
    assert (counted(shown["hour"]), shown["hour"]["complete"]) == ((2, 2, 0), False)


def test_when_nobody_has_looked_for_long_commits_cost_nothing_again(
    serve: Callable[..., LiveServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    monkeypatch.setattr(tallies, "FORGOTTEN_AFTER", 0.05)
    read(server, "overview")
    until = time.monotonic() + 10
    while server.engine.runner.onlookers:
        assert time.monotonic() < until, "the hook stays"
        time.sleep(0.01)
    execution = starter(server, "again")(chain(P=passing()))
    assert counted(machine(server, execution)["hour"])[0] == 1


def test_activities_show_their_queues_and_their_workers(stored: LiveServer) -> None:
    arn = stored.client().create_activity(name="work")["activityArn"]
    began = time.time()
    start = starter(stored, "queue")
    start(chain(Ask=task(Resource=arn)))
    start(chain(Ask=task(Resource=arn)))
    (shown,) = read(stored, "overview")["activities"]
    assert began - 1 < shown.pop("oldest") < time.time() + 1
    assert shown == {
        "activityArn": arn,
        "name": "work",
        "creationDate": shown["creationDate"],
        "queued": 2,
        "pollers": 0,
    }


def test_an_activity_with_tasks_that_no_worker_asks_for_is_stuck(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "NO_WORKER", -60_000)
    arn = server.client().create_activity(name="lonely")["activityArn"]
    starter(server, "lonely")(chain(Ask=task(Resource=arn)))
    (stuck,) = [one for one in read(server, "overview")["stuck"] if one.get("activityArn") == arn]
    assert stuck == {
        "kind": "activity-without-worker",
        "since": stuck["since"],
        "text": "1 task waits for a worker of lonely, and none asks. "
        "Start one; GetActivityTask names the activity's ARN.",
        "activityArn": arn,
    }
    monkeypatch.setattr(overview, "NO_WORKER", 60_000)
    assert [one for one in read(server, "overview")["stuck"] if one.get("activityArn") == arn] == []


def test_tasks_that_wait_for_people_are_counted(stored: LiveServer) -> None:
    client = stored.client()
    child = client.create_state_machine(name="child", definition=json.dumps(chain(P=passing())), roleArn=ROLE)
    parameters = {"StateMachineArn": child["stateMachineArn"], "Input": {"token.$": "$$.Task.Token"}}
    resource = "arn:aws:states:::states:startExecution.waitForTaskToken"
    starter(stored, "people")(chain(Ask={"Type": "Task", "Resource": resource, "Parameters": parameters}))
    until = time.monotonic() + 10
    while (waits := read(stored, "overview")["waiting"])["count"] == 0:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert waits["count"] == 1
    assert time.time() - 20 < waits["oldest"] < time.time() + 1


def test_an_execution_that_is_set_aside_is_stuck(
    serve: Callable[..., LiveServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    read(server, "overview")  # from here on commits are looked at
    execution = starter(server, "aside")(chain(W=waiting(600)))

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as faulty:
        faulty.setattr(server.engine.runner, "_advance", broken)
        assert server.post("StopExecution", {"executionArn": execution}).status_code == 500
    (stuck,) = read(server, "overview")["stuck"]
    assert stuck == {
        "kind": "set-aside",
        "since": stuck["since"],
        "text": "Stepwell's own code failed on this execution (RuntimeError: a fault of ours). The log has the whole. "
        "A build without the fault goes on with it; or stop it.",
        "executionArn": execution,
    }
    server.client().stop_execution(executionArn=execution)
    assert read(server, "overview")["stuck"] == []


def test_a_read_only_key_sees_it_and_is_told_that_it_may_not_act(serve: Callable[..., LiveServer]) -> None:
    full = AccessKey(name="owner", id="AKOWNER", secret="0123456789abcdef")
    reader = AccessKey(name="reader", id="AKREADER", secret="fedcba9876543210", rights="read-only")
    server = serve(keys=Keys(fixed=(full, reader)))
    told = [httpx.get(f"{server.url}/console/overview", auth=(key.id, key.secret)).json() for key in (full, reader)]
    assert [one["mayAct"] for one in told] == [True, False]
