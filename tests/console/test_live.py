"""Live streams: what is there, then what comes, as fast as it comes, and never more than a reader can take."""

import socket
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from api.live import LiveServer
from definitions import chain, fail, mapping, passing, task, waiting
from stepwell.console import watching
from stepwell.store.protocol import ExecutionRow

from .conftest import Start, starter
from .reading import Stream, ended, refused_read


def history(server: LiveServer, execution: str) -> list[dict[str, Any]]:
    """GetExecutionHistory, with moments as the protocol has them."""
    answer = server.post("GetExecutionHistory", {"executionArn": execution, "maxResults": 1000})
    return list(answer.json()["events"])


def without_sizes(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events as AWS tells them: it has no sizes, and no details of parameters."""

    def plain(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        kept = {k: plain(v) for k, v in value.items() if k not in ("bytes", "parametersDetails")}
        return kept

    return [plain(event) for event in events]


def test_the_stream_of_an_execution_tells_what_was_and_what_comes(stored: LiveServer) -> None:
    activity = stored.client().create_activity(name="work")["activityArn"]
    execution = starter(stored, "live")(chain(Ask=task(Resource=activity), Done=passing()), {"n": 1})
    with Stream(stored, execution=execution) as stream:
        told = stream.until("ready")
        assert [name for name, _ in told] == ["execution", "events", "ready"]
        assert told[0][1]["status"] == "RUNNING"
        assert [event["type"] for event in told[1][1]["events"]] == [
            "ExecutionStarted",
            "TaskStateEntered",
            "ActivityScheduled",
        ]
        given = stored.client().get_activity_task(activityArn=activity)
        assert [event["type"] for event in stream.events("ActivityStarted")] == ["ActivityStarted"]
        stored.client().send_task_success(taskToken=given["taskToken"], output='"yes"')
        coming = stream.events("ExecutionSucceeded")
        assert [event["type"] for event in coming] == [
            "ActivitySucceeded",
            "TaskStateExited",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded",
        ]
        name, row = stream.next()
        assert (name, row["status"], row["stopDate"]) == ("execution", "SUCCEEDED", coming[-1]["timestamp"])


def test_events_are_those_of_the_history_with_the_size_of_each_text(server: LiveServer, start: Start) -> None:
    execution = start(chain(One=passing(), Two=fail("Broken", Cause="why")), {"ü": "é"})
    ended(server.client(), execution)
    with Stream(server, execution=execution) as stream:
        told = stream.events("ExecutionFailed")
    assert without_sizes(told) == history(server, execution)
    assert told[0]["executionStartedEventDetails"] == {
        "input": '{"\\u00fc": "\\u00e9"}',
        "inputDetails": {"truncated": False, "bytes": 20},
        "roleArn": "arn:aws:iam::123456789012:role/any",
    }


def test_a_text_has_its_size_in_bytes_of_utf_8(server: LiveServer) -> None:
    client = server.client()
    machine = client.create_state_machine(
        name="utf8",
        definition='{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}',
        roleArn="arn:aws:iam::1:role/r",
    )["stateMachineArn"]
    execution = client.start_execution(stateMachineArn=machine, input='"é"')["executionArn"]
    with Stream(server, execution=execution) as stream:
        first = stream.events("ExecutionStarted")[0]
    assert first["executionStartedEventDetails"]["inputDetails"] == {"truncated": False, "bytes": 4}


def test_a_stream_goes_on_after_the_event_that_was_seen_last(server: LiveServer, start: Start) -> None:
    execution = start(chain(**{f"P{n}": passing() for n in range(10)}))
    ended(server.client(), execution)
    whole = history(server, execution)
    for after in (0, 1, 7, len(whole) - 1):
        with Stream(server, execution=execution, after=after) as stream:
            told = [event for name, data in stream.until("ready") if name == "events" for event in data["events"]]
        assert without_sizes(told) == whole[after:]
    with Stream(server, execution=execution, after=len(whole)) as stream:
        assert [name for name, _ in stream.until("ready")] == ["execution", "ready"]


def test_long_texts_are_cut_and_say_so_also_where_entries_refer_to_them(server: LiveServer, start: Start) -> None:
    execution = start(chain(One=passing(), Two=passing(Result="x" * 5000), Three=passing()), {"text": "é" * 5000})
    ended(server.client(), execution)
    with Stream(server, execution=execution) as stream:
        told = stream.events("ExecutionSucceeded")
    whole = history(server, execution)
    for brief, long in zip(told, whole, strict=True):
        for member, details in brief.items():
            if isinstance(details, dict):
                name = "input" if "input" in details else "output"
                text = long[member][name]
                assert details[name] == text[:1024]
                assert details[f"{name}Details"] == {"truncated": True, "bytes": len(text.encode())}


def test_variables_and_causes_are_cut_as_well(server: LiveServer, start: Start) -> None:
    machine = {"QueryLanguage": "JSONata", **chain(Set=passing(Assign={"big": "v" * 5000, "small": 1}), End=fail("E"))}
    machine["States"]["End"]["Cause"] = "c" * 5000
    execution = start(machine)
    ended(server.client(), execution)
    with Stream(server, execution=execution) as stream:
        told = stream.events("ExecutionFailed")
    exited = next(e for e in told if e["type"] == "PassStateExited")["stateExitedEventDetails"]
    assert exited["assignedVariables"] == {"big": '"' + "v" * 1023, "small": "1"}
    assert exited["assignedVariablesDetails"] == {"truncated": True, "bytes": 5003}
    failed = told[-1]["executionFailedEventDetails"]
    assert failed["cause"] == "c" * 1024
    assert failed["causeDetails"] == {"truncated": True, "bytes": 5000}


def test_a_long_history_is_told_whole_and_in_order(server: LiveServer, start: Start) -> None:
    execution = start(chain(Each=mapping(chain(Item=passing(Result="x" * 500)), ItemsPath="$")), list(range(700)))
    ended(server.client(), execution)
    with Stream(server, execution=execution) as stream:
        told = stream.until("ready")
    events = [event for name, data in told if name == "events" for event in data["events"]]
    assert [event["id"] for event in events] == list(range(1, 2_806))
    assert without_sizes(events[:1000]) == history(server, execution)
    assert len(told) > 6  # in frames


def test_an_event_is_told_within_300_ms_of_its_commit(server: LiveServer, start: Start) -> None:
    activity = server.client().create_activity(name="soon")["activityArn"]
    execution = start(chain(Ask=task(Resource=activity)))
    with Stream(server, execution=execution) as stream:
        stream.until("ready")
        token = server.client().get_activity_task(activityArn=activity)["taskToken"]
        stream.events("ActivityStarted")
        server.client().send_task_success(taskToken=token, output="1")
        acknowledged = time.monotonic()
        stream.events("ExecutionSucceeded")
        assert time.monotonic() - acknowledged < 0.3


def test_an_express_execution_is_told_while_it_runs_and_afterwards(server: LiveServer, start: Start) -> None:
    execution = start(chain(One=passing(), Nap=waiting(1)), {"n": 1}, type="EXPRESS")
    with Stream(server, execution=execution) as stream:
        running = [event["type"] for event in stream.events("WaitStateEntered")]
        coming = [event["type"] for event in stream.events("ExecutionSucceeded")]
        name, row = stream.until("execution")[-1]
    assert running == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "WaitStateEntered"]
    assert coming == ["WaitStateExited", "ExecutionSucceeded"]
    assert (name, row["status"], row["express"]) == ("execution", "SUCCEEDED", True)
    with Stream(server, execution=execution) as stream:
        again = [event for name, data in stream.until("ready") if name == "events" for event in data["events"]]
    assert [(event["id"], event["type"]) for event in again] == list(enumerate(running + coming, 1))


def test_the_stream_of_all_tells_of_starts_ends_and_redrives(server: LiveServer, start: Start) -> None:
    with Stream(server) as stream:
        execution = start(chain(Nap=waiting(600)))
        name, data = stream.next()
        assert (name, data["more"]) == ("changed", False)
        assert data["executions"] == [
            {
                "executionArn": execution,
                "stateMachineArn": data["executions"][0]["stateMachineArn"],
                "name": execution.rpartition(":")[2],
                "status": "RUNNING",
                "startDate": data["executions"][0]["startDate"],
                "redriveCount": 0,
                "express": False,
                "aside": None,
            }
        ]
        server.client().stop_execution(executionArn=execution)
        assert stream.next()[1]["executions"][0]["status"] == "ABORTED"
        server.client().redrive_execution(executionArn=execution)
        row = stream.next()[1]["executions"][0]
        assert (row["status"], row["redriveCount"], "stopDate" in row) == ("RUNNING", 1, False)
        server.client().stop_execution(executionArn=execution)


def test_the_stream_of_all_tells_when_a_task_begins_to_wait_for_an_answer(server: LiveServer, start: Start) -> None:
    client = server.client()
    arn = client.create_activity(name="asked")["activityArn"]
    start(chain(Ask={"Type": "Task", "Resource": arn}))
    with Stream(server) as stream:
        token = client.get_activity_task(activityArn=arn)["taskToken"]
        told = ("changed", {"executions": [], "more": False, "waiting": True})
        assert stream.next() == told
        client.send_task_heartbeat(taskToken=token)
        client.send_task_success(taskToken=token, output="1")
        name, data = stream.next()
        assert (name, data["waiting"]) == ("changed", True)


def test_an_express_execution_is_told_of_once_it_can_be_listed(server: LiveServer, start: Start) -> None:
    with Stream(server) as stream:
        execution = start(chain(One=passing()), type="EXPRESS")
        seen = []
        while not seen or seen[-1]["status"] == "RUNNING":
            seen += [row for row in stream.next()[1]["executions"] if row["executionArn"] == execution]
    assert seen[-1]["status"] == "SUCCEEDED"
    described = server.post("ListExecutions", {"stateMachineArn": seen[-1]["stateMachineArn"]}).json()
    assert described["executions"][0]["executionArn"] == execution


def test_when_too_many_change_at_once_some_are_named_and_the_rest_is_more() -> None:
    reader = watching.Reader()

    def one(id: int, status: str) -> ExecutionRow:
        return ExecutionRow(
            id=id, arn=f"a{id}", machine_arn="m", revision="r", name="n", express=False, status=status, started_at=1
        )

    for id in range(watching.NAMED + 1):
        reader.note(one(id, "RUNNING"))
    reader.note(one(0, "FAILED"))
    rows, more = reader.take()
    assert (len(rows), more, rows[0].status) == (watching.NAMED, True, "FAILED")
    assert reader.take() == ([], False)


def test_nothing_looks_on_once_nobody_looks(server: LiveServer, start: Start) -> None:
    execution = start(chain(One=passing()))
    onlookers = server.engine.runner.onlookers
    with Stream(server) as stream, Stream(server, execution=execution) as other:
        other.until("ready")
        start(chain(Two=passing()))
        stream.next()
        assert len(onlookers) == 1
    until = time.monotonic() + 10
    while onlookers:
        assert time.monotonic() < until, "the hook stays"
        time.sleep(0.01)


def test_streams_end_at_once_when_the_server_stops(serve: Callable[..., LiveServer]) -> None:
    server = serve()
    execution = starter(server, "stop")(chain(Nap=waiting(600)))
    with Stream(server) as all, Stream(server, execution=execution) as one:
        one.until("ready")
        server.begin_stop()
        assert all.has_ended()
        assert one.has_ended()


def test_a_reader_who_takes_nothing_is_cut_and_one_who_waits_is_not(serve: Callable[..., LiveServer]) -> None:
    server = serve(request_seconds=0.3)
    start = starter(server, "slow")
    execution = start(chain(Each=mapping(chain(Item=passing(Result="x" * 900)), ItemsPath="$")), list(range(6_000)))
    ended(server.client(), execution)
    nap = start(chain(Nap=waiting(1)))
    with Stream(server, execution=nap) as patient, socket.socket() as taker:
        patient.until("ready")
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        taker.connect(server.socket.getsockname())
        taker.sendall(f"GET /console/live?execution={execution} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert patient.events("ExecutionSucceeded")  # a second later: longer than a request may take
        until = time.monotonic() + 10
        while server.engine.runner.onlookers and len(watching_of(server)) > 1:
            assert time.monotonic() < until, "who reads nothing is still there"
            time.sleep(0.01)


def watching_of(server: LiveServer) -> list[int]:
    """Executions that somebody looks at."""
    return [id for onlooker in server.engine.runner.onlookers for id in onlooker._of_one]  # type: ignore[attr-defined]


def test_more_streams_than_there_may_be_are_refused(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "READERS", 0)
    assert refused_read(server, "live") == (400, "ThrottlingException")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"execution": "arn:aws:states:us-east-1:123456789012:execution:none:none"}, "ExecutionDoesNotExist"),
        ({"execution": "x", "after": "-1"}, "ValidationException"),
    ],
)
def test_what_is_asked_wrongly_is_refused_as_by_the_api(server: LiveServer, asked: dict[str, str], error: str) -> None:
    assert refused_read(server, "live", **asked) == (400, error)


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://page.example"}])
def test_pages_of_other_sites_read_nothing(server: LiveServer, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{server.url}/console/live", headers=headers)
    assert (answer.status_code, answer.json()["__type"]) == (400, "AccessDeniedException")
    assert "access-control-allow-origin" not in answer.headers
