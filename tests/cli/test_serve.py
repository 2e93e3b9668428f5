"""How a server starts and ends: what it says, whom it refuses, and what becomes of those who wait."""

import contextlib
import http.client
import json
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import apsw
import pytest

from stepwell.cli.client import Answer, Refused
from stepwell.store.sqlite_files import DATABASE

from .served import ACTIVITY, Server, run, serving

PROMPTLY = 5
"""Seconds within which a server that is told to stop has ended."""


@pytest.fixture
def waiting() -> Iterator[ThreadPoolExecutor]:
    """Threads for requests that wait."""
    with ThreadPoolExecutor() as threads:
        yield threads


def until_running(server: Server, what: str) -> None:
    """Return once the server's metrics show that somebody is there."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
    for _ in range(1_000):
        connection.request("GET", "/metrics")
        if re.search(rf"^{what} [1-9]", connection.getresponse().read().decode(), re.MULTILINE):
            connection.close()
            return
        threading.Event().wait(0.01)
    raise AssertionError(f"{what} stayed 0")


def stop(server: Server, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
    """Tell the server to stop; its exit code and the seconds it took."""
    begun = time.monotonic()
    server.process.send_signal(number)
    return server.process.wait(30), time.monotonic() - begun


def test_a_server_says_where_it_listens_and_where_the_data_are(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert re.fullmatch(r"Stepwell listens on http://127\.0\.0\.1:\d+", server.announced)
        assert server.process.stdout is not None
        assert server.process.stdout.readline() == f"Data are kept in {tmp_path}\n"
        # The line comes when requests are taken, not before.
        assert server.client.call("ListStateMachines") == {"stateMachines": []}


def test_port_0_gives_each_server_a_port_of_its_own(tmp_path: Path) -> None:
    with serving(tmp_path / "one") as one, serving(tmp_path / "two") as two:
        assert one.url != two.url


def test_a_port_that_is_taken_is_named_with_a_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = run("serve", "--port", port, "--data", str(tmp_path))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Error: cannot listen on 127.0.0.1:{port}: Address already in use.")
    assert "--port 0" in refused.stderr


def test_a_second_server_on_the_same_data_is_told_who_holds_them(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        refused = run("serve", "--port", "0", "--data", str(tmp_path))
    assert refused.returncode == 1
    assert f"in use by process {first.process.pid} on" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_data_of_a_newer_version_are_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        stop(server)
    with contextlib.closing(apsw.Connection(str(tmp_path / DATABASE))) as db:
        db.execute("PRAGMA user_version = 99")
    refused = run("serve", "--port", "0", "--data", str(tmp_path))
    assert refused.returncode == 1
    assert "written by a newer Stepwell" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_unknown_setting_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    refused = run("serve", "--port", "0", "--data", str(tmp_path), STEPWELL_HISTORY_LIMITS="5")
    assert refused.returncode == 1
    assert "STEPWELL_HISTORY_LIMITS in the environment. Did you mean history_limit?" in refused.stderr


def test_a_log_level_that_is_none_is_refused_with_those_there_are(tmp_path: Path) -> None:
    refused = run("serve", "--port", "0", "--data", str(tmp_path), "--log-level", "loud")
    assert refused.returncode == 2
    assert "'LOUD' IS NOT ONE OF 'DEBUG', 'INFO', 'WARNING', 'ERROR'" in refused.stderr.upper()
    assert not (tmp_path / "stepwell.db").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_idle_server(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path) as server:
        code, seconds = stop(server, number)
        assert (code, seconds < PROMPTLY) == (0, True)
        assert server.process.stderr is not None
        assert "Traceback" not in server.process.stderr.read()


def test_a_worker_that_waits_gets_the_empty_answer_when_the_server_stops(
    tmp_path: Path, waiting: ThreadPoolExecutor
) -> None:
    with serving(tmp_path) as server:
        # Given a worker that waits for a task
        server.client.call("CreateActivity", name="bake")
        poll: Future[Answer] = waiting.submit(server.client.call, "GetActivityTask", activityArn=ACTIVITY + "bake")
        until_running(server, "stepwell_pollers")
        # When the server is told to stop, it ends within seconds
        code, seconds = stop(server)
        assert (code, seconds < PROMPTLY) == (0, True)
        # Then the worker has been told that there is no task, and asks again somewhere else
        assert poll.result(1) == {"taskToken": None}


def test_a_synchronous_execution_in_flight_is_told_to_try_again(tmp_path: Path, waiting: ThreadPoolExecutor) -> None:
    with serving(tmp_path) as server:
        arn = server.create("nap", {"Nap": {"Type": "Wait", "Seconds": 200, "End": True}}, type="EXPRESS")
        call = waiting.submit(server.client.call, "StartSyncExecution", stateMachineArn=arn)
        until_running(server, "stepwell_residents")
        code, seconds = stop(server)
        assert (code, seconds < PROMPTLY) == (0, True)
        with pytest.raises(Refused, match="stopping") as refused:
            call.result(1)
        assert refused.value.code == "ServiceUnavailable"


def test_an_execution_goes_on_with_the_next_server(tmp_path: Path) -> None:
    # Given an execution that waits for a worker, started before the server was killed
    with serving(tmp_path) as server:
        server.client.call("CreateActivity", name="bake")
        server.create("pizza", {"Bake": {"Type": "Task", "Resource": ACTIVITY + "bake", "End": True}})
        assert server.says("start", "pizza", "--name", "margherita").endswith(":execution:pizza:margherita\n")
        server.process.kill()
        server.process.wait()
    # When the next server gives the task to a worker
    with serving(tmp_path) as server:
        task = server.client.call("GetActivityTask", activityArn=ACTIVITY + "bake")
        server.client.call("SendTaskSuccess", taskToken=task["taskToken"], output='"baked"')
        # Then the execution ends as if nothing had happened
        shown = json.loads(server.says("show", "margherita", "--json"))
    assert (shown["status"], shown["output"], shown["states"][0]["tries"]) == ("SUCCEEDED", '"baked"', 1)


def test_the_logs_are_json_lines_when_nobody_watches(tmp_path: Path) -> None:
    with serving(tmp_path, "--log-level", "debug") as server:
        stop(server)
        assert server.process.stderr is not None
        lines = server.process.stderr.read().splitlines()
    assert all({"time", "level", "logger", "message"} <= json.loads(line).keys() for line in lines)


def test_a_password_in_the_stores_address_is_not_shown() -> None:
    refused = run("serve", "--port", "0", "--store", "postgresql://me:secret@127.0.0.1:1/none")
    assert refused.returncode == 1
    assert "secret" not in refused.stdout + refused.stderr


class TestKeepExpress:
    def test_express_executions_are_listed_and_shown_when_the_server_keeps_them(self, tmp_path: Path) -> None:
        with serving(tmp_path, "--keep-express") as server:
            server.create("quick", {"Greet": {"Type": "Pass", "Result": "hello", "End": True}}, type="EXPRESS")
            assert server.says("start", "quick", "--name", "now", "--wait") == '"hello"\n'
            listed = server.says("list", "quick").splitlines()
            assert [line.split("\t")[:3] for line in listed] == [["now", "quick", "SUCCEEDED"]]
            assert server.says("list", "--status", "succeeded").splitlines() == listed
            shown = [line.split("\t")[:3] for line in server.says("show", "now").splitlines()]
            assert ["status", "SUCCEEDED"] in shown
            assert ["state", "0", "Greet"] in shown
            types = [line.split("\t")[2] for line in server.says("history", "quick/now").splitlines()]
            assert types == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]

    def test_without_it_they_are_refused_as_on_aws(self, tmp_path: Path) -> None:
        with serving(tmp_path) as server:
            server.create("quick", {"Greet": {"Type": "Pass", "Result": "hello", "End": True}}, type="EXPRESS")
            server.says("start", "quick", "--name", "now", "--wait")
            refusal = server.run("list", "quick")
            assert refusal.returncode == 2
            assert "not supported by this type of state machine" in refusal.stderr
            assert server.says("list", "--status", "succeeded") == ""
