"""The commands for people, in a pipe: plain lines apart by tabs, JSON when asked for, one line for an error."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from .served import ACTIVITY, STEPWELL, Server, environment, run, serving

PASS = {"Greet": {"Type": "Pass", "Result": "hello", "Next": "Done"}, "Done": {"Type": "Succeed"}}
FAIL = {"Refuse": {"Type": "Fail", "Error": "Card.Declined", "Cause": "No money"}}
WAIT = {"Nap": {"Type": "Wait", "Seconds": 600, "End": True}}


@pytest.fixture(scope="module", autouse=True)
def machines(server: Server) -> None:
    """What every test here may use."""
    server.create("greeting", PASS)
    server.create("declined", FAIL)
    server.create("napping", WAIT)
    server.create("express", PASS, type="EXPRESS")
    server.client.call("CreateActivity", name="bake")


def fields(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


class TestStart:
    def test_prints_the_arn(self, server: Server) -> None:
        arn = "arn:aws:states:us-east-1:123456789012:execution:greeting:first\n"
        assert server.says("start", "greeting", "--name", "first") == arn

    def test_prints_the_output_of_an_execution_waited_for(self, server: Server) -> None:
        assert server.says("start", "greeting", "--wait") == '"hello"\n'

    def test_runs_an_express_machine_at_once(self, server: Server) -> None:
        assert server.says("start", "express", "--wait") == '"hello"\n'

    def test_exits_with_1_when_the_execution_failed(self, server: Server) -> None:
        failed = server.run("start", "declined", "--name", "poor", "--wait")
        assert (failed.returncode, failed.stdout) == (1, "")
        assert failed.stderr.endswith(":execution:declined:poor FAILED: Card.Declined: No money\n")

    def test_reads_the_input_from_a_file(self, server: Server, tmp_path: Path) -> None:
        (tmp_path / "input.json").write_text('{"n": 1}')
        server.says("start", "greeting", "--name", "from-file", "--input", f"@{tmp_path}/input.json")
        assert ["input", '{"n": 1}'] in fields(server.says("show", "from-file"))

    def test_reads_the_input_from_a_pipe(self, server: Server) -> None:
        server.says("start", "greeting", "--name", "from-pipe", "--input", "-", stdin='{"n": 2}')
        assert ["input", '{"n": 2}'] in fields(server.says("show", "from-pipe"))

    def test_takes_the_beginning_of_a_name(self, server: Server) -> None:
        assert ":execution:greeting:" in server.says("start", "greet")

    def test_suggests_a_machine(self, server: Server) -> None:
        refused = server.run("start", "greting")
        assert refused.returncode == 2
        assert refused.stderr == "Error: There is no state machine greting. Did you mean greeting?\n"

    def test_passes_on_what_the_server_refuses(self, server: Server) -> None:
        refused = server.run("start", "greeting", "--input", "no json")
        assert refused.returncode == 2
        assert refused.stderr.startswith("Error: InvalidExecutionInput: ")


class TestList:
    def test_shows_the_machines(self, server: Server) -> None:
        names = {row[0]: row[1] for row in fields(server.says("list"))}
        assert names == {"greeting": "STANDARD", "declined": "STANDARD", "napping": "STANDARD", "express": "EXPRESS"}

    def test_shows_a_machines_executions_newest_first(self, server: Server) -> None:
        server.finished("declined", "one")
        server.finished("declined", "two")
        rows = fields(server.run("list", "declined", "--limit", "2").stdout)
        assert [row[:3] for row in rows] == [["two", "declined", "FAILED"], ["one", "declined", "FAILED"]]

    def test_says_when_there_are_more(self, server: Server) -> None:
        server.finished("greeting", "page-1")
        server.finished("greeting", "page-2")
        listed = server.run("list", "greeting", "--limit", "1")
        assert (listed.returncode, len(fields(listed.stdout))) == (0, 1)
        assert listed.stderr == "There are more than these 1; --limit shows them.\n"

    def test_shows_all_machines_executions_of_a_status(self, server: Server) -> None:
        server.says("start", "napping", "--name", "tired")
        assert [row[:3] for row in fields(server.says("list", "--status", "running"))] == [
            ["tired", "napping", "RUNNING"]
        ]
        server.says("stop", "tired")

    def test_gives_json(self, server: Server) -> None:
        server.finished("declined", "as-json")
        listed = json.loads(server.says("list", "declined", "--status", "FAILED", "--json"))
        assert listed["executions"][0]["name"] == "as-json"


class TestShow:
    def test_tells_what_happened(self, server: Server) -> None:
        server.finished("greeting", "shown", '{"to": "you"}')
        shown = fields(server.says("show", "shown"))
        facts = {row[0]: row[1] for row in shown if row[0] != "state"}
        assert facts.keys() == {"execution", "machine", "status", "started", "stopped", "took", "input", "output"}
        assert (facts["execution"], facts["status"], facts["input"]) == ("shown", "SUCCEEDED", '{"to": "you"}')
        states = [row[1:5] for row in shown if row[0] == "state"]
        assert states == [["0", "Greet", "Pass", "SUCCEEDED"], ["0", "Done", "Succeed", "SUCCEEDED"]]

    def test_tells_why_it_failed(self, server: Server) -> None:
        server.finished("declined", "why")
        shown = fields(server.says("show", "declined/why"))
        assert ["error", "Card.Declined"] in shown
        assert ["cause", "No money"] in shown
        assert shown[-1][1:5] == ["0", "Refuse", "Fail", "FAILED"]

    def test_asks_which_when_two_have_the_name(self, server: Server) -> None:
        server.finished("greeting", "twice")
        server.finished("declined", "twice")
        refused = server.run("show", "twice")
        assert refused.returncode == 2
        assert "More than one execution is called twice: " in refused.stderr
        assert "greeting/twice" in refused.stderr
        assert ["machine", "greeting"] in fields(server.says("show", "greeting/twice"))

    def test_names_what_is_not_there(self, server: Server) -> None:
        refused = server.run("show", "nobody")
        assert refused.returncode == 2
        assert refused.stderr == "Error: There is no execution nobody. `stepwell list MACHINE` shows those there are.\n"


class TestHistory:
    def test_prints_an_event_a_line(self, server: Server) -> None:
        server.finished("greeting", "told")
        events = fields(server.says("history", "told"))
        assert [row[0] for row in events] == ["1", "2", "3", "4", "5", "6"]
        assert [row[2] for row in events][:3] == ["ExecutionStarted", "PassStateEntered", "PassStateExited"]
        assert events[1][3] == "Greet {}"

    def test_gives_a_json_object_a_line(self, server: Server) -> None:
        server.finished("greeting", "told-json")
        events = [json.loads(line) for line in server.says("history", "told-json", "--json").splitlines()]
        assert events[-1]["executionSucceededEventDetails"]["output"] == '"hello"'

    def test_follows_to_the_end(self, server: Server) -> None:
        # Given somebody who follows an execution that waits for a worker
        server.create("baking", {"Bake": {"Type": "Task", "Resource": ACTIVITY + "bake", "End": True}})
        server.says("start", "baking", "--name", "followed")
        command = (*STEPWELL, "history", "followed", "--follow", "--url", server.url)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as following:
            assert following.stdout is not None
            seen = [following.stdout.readline().split("\t")[2] for _ in range(3)]
            assert seen == ["ExecutionStarted", "TaskStateEntered", "ActivityScheduled"]
            # When the worker does its task
            task = server.client.call("GetActivityTask", activityArn=ACTIVITY + "bake", workerName="Ada")
            assert following.stdout.readline().split("\t")[2:] == ["ActivityStarted", "Ada\n"]
            server.client.call("SendTaskSuccess", taskToken=task["taskToken"], output="1")
            # Then the rest is told, and the command ends
            rest = [line.split("\t")[2] for line in following.stdout]
            assert rest == ["ActivitySucceeded", "TaskStateExited", "ExecutionSucceeded"]
            assert following.wait(10) == 0


class TestStop:
    def test_aborts_with_a_reason(self, server: Server) -> None:
        server.says("start", "napping", "--name", "stopped")
        server.says("stop", "stopped", "--error", "Changed.Mind", "--cause", "Not hungry")
        shown = fields(server.says("show", "stopped"))
        assert ["status", "ABORTED"] in shown
        assert ["error", "Changed.Mind"] in shown
        assert ["cause", "Not hungry"] in shown


class TestRedrive:
    def test_lets_a_stopped_execution_go_on(self, server: Server) -> None:
        server.says("start", "napping", "--name", "again")
        server.says("stop", "again")
        [[arn, at]] = fields(server.says("redrive", "again"))
        assert arn.endswith(":execution:napping:again")
        shown = fields(server.says("show", "again"))
        assert ["status", "RUNNING"] in shown
        assert ["redriven", f"1×, last {at}"] in shown
        assert shown[-1][1:5] == ["0", "Nap", "Wait", "RUNNING"]
        server.says("stop", "again")

    def test_waits_for_the_end(self, server: Server) -> None:
        # Given an execution whose task a worker has failed
        server.create("frying", {"Fry": {"Type": "Task", "Resource": ACTIVITY + "bake", "End": True}})
        server.says("start", "frying", "--name", "burnt")
        task = server.client.call("GetActivityTask", activityArn=ACTIVITY + "bake")
        server.client.call("SendTaskFailure", taskToken=task["taskToken"], error="Burnt")
        # When it is redriven and the worker does better
        command = (*STEPWELL, "redrive", "frying/burnt", "--wait", "--url", server.url)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as redriving:
            task = server.client.call("GetActivityTask", activityArn=ACTIVITY + "bake")
            server.client.call("SendTaskSuccess", taskToken=task["taskToken"], output='"golden"')
            # Then the command prints the output
            assert redriving.communicate(timeout=10)[0] == '"golden"\n'
            assert redriving.returncode == 0

    def test_exits_with_1_when_it_fails_again(self, server: Server) -> None:
        server.finished("declined", "poor-again")
        failed = server.run("redrive", "poor-again", "--wait")
        assert (failed.returncode, failed.stdout) == (1, "")
        assert failed.stderr.endswith(":execution:declined:poor-again FAILED: Card.Declined: No money\n")

    def test_gives_json(self, server: Server) -> None:
        server.finished("declined", "json-again")
        assert json.loads(server.says("redrive", "json-again", "--json")).keys() == {"redriveDate"}

    def test_says_why_it_cannot(self, server: Server) -> None:
        server.finished("greeting", "well")
        refused = server.run("redrive", "well")
        assert refused.returncode == 2
        assert refused.stderr == "Error: ExecutionNotRedrivable: Execution is SUCCEEDED and cannot be redriven\n"


class TestBackup:
    def test_copies_the_data_of_a_running_server(self, tmp_path: Path) -> None:
        with serving(tmp_path / "data") as server:
            server.create("greeting", PASS)
            server.finished("greeting", "kept")
            copied = run("backup", str(tmp_path / "copy"), "--data", str(tmp_path / "data"))
            assert (copied.returncode, copied.stdout) == (0, f"{tmp_path}/copy/stepwell.db\n")
            server.finished("greeting", "later")
        with serving(tmp_path / "copy") as restored:
            assert [row[0] for row in fields(restored.says("list", "greeting"))] == ["kept"]

    def test_never_overwrites(self, tmp_path: Path) -> None:
        with serving(tmp_path / "data"):
            first = run("backup", str(tmp_path / "copy"), "--data", str(tmp_path / "data"))
            second = run("backup", str(tmp_path / "copy"), "--data", str(tmp_path / "data"))
        assert (first.returncode, second.returncode) == (0, 2)
        assert "exists already" in second.stderr

    def test_points_to_pg_dump_for_postgresql(self, tmp_path: Path) -> None:
        refused = run("backup", str(tmp_path / "copy"), "--data", "postgresql://localhost/stepwell")
        assert refused.returncode == 2
        assert "pg_dump" in refused.stderr


def test_without_a_server_every_command_says_how_to_start_one() -> None:
    for command in (
        ["list"],
        ["start", "any"],
        ["show", "any"],
        ["history", "any"],
        ["stop", "any"],
        ["redrive", "any"],
    ):
        refused = run(*command, "--url", "http://127.0.0.1:1")
        assert refused.returncode == 2
        assert refused.stderr.startswith("Error: No server answers at http://127.0.0.1:1 (Connection refused).")
        assert "stepwell serve" in refused.stderr


def test_the_server_may_be_named_by_the_environment(server: Server) -> None:
    assert run("list", STEPWELL_URL=server.url).stdout == server.says("list")


def test_a_region_has_machines_of_its_own(server: Server) -> None:
    assert server.says("list", "--region", "eu-west-1") == ""


def test_another_program_at_the_address_is_told_from_a_server() -> None:
    class Other(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as other, ThreadPoolExecutor() as threads:
        threads.submit(other.serve_forever)
        url = f"http://127.0.0.1:{other.server_port}"
        refused = run("list", "--url", url)
        other.shutdown()
    assert refused.returncode == 2
    assert refused.stderr == f"Error: {url} answered with status 200, but not as Step Functions does.\n"
