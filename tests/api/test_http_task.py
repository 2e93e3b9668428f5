"""HTTP Tasks in a whole server: configured in stepwell.toml, run by executions and TestState, silent about secrets."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from stepwell.integrations.http.settings import load_http

from .live import ROLE, LiveServer

PASSWORD = "open-sesame"
AUTHORIZATION = "Basic YWRhOm9wZW4tc2VzYW1l"

TOML = """
[http]
plain = true
allow = ["127.0.0.1"]

[connections.mirror]
basic = {username = "ada", password = {env = "MIRROR_PASSWORD"}}
query = {team = "shop"}
"""


class Mirror(BaseHTTPRequestHandler):
    """Answers with the request, as far as a client may; `/busy` is busy the first time."""

    visits = 0

    def do_POST(self) -> None:
        type(self).visits += 1
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        seen = json.dumps({"path": self.path, "authorization": self.headers["Authorization"], "sent": json.loads(sent)})
        busy = self.path.startswith("/busy") and type(self).visits == 1
        self.send_response(503 if busy else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(seen)))
        self.end_headers()
        self.wfile.write(seen.encode())

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def mirror() -> Iterator[str]:
    class Fresh(Mirror):
        pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Fresh) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def client(serve: Callable[..., LiveServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MIRROR_PASSWORD", PASSWORD)
    (tmp_path / "stepwell.toml").write_text(TOML)
    return serve(http=load_http([tmp_path])).client()


def task(endpoint: str, **fields: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::http:invoke",
        "Parameters": {
            "ApiEndpoint": endpoint,
            "Method": "POST",
            "InvocationConfig": {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/mirror/1"},
            "RequestBody.$": "$",
        },
        "End": True,
        **fields,
    }


def test_an_execution_calls_the_api_retries_it_and_shows_no_secret_anywhere(
    client: Any, mirror: str, capfd: pytest.CaptureFixture[str]
) -> None:
    # Given an API that is busy the first time, and answers without what it was authorized with
    retry = [{"ErrorEquals": ["States.Http.StatusCode.503"], "IntervalSeconds": 0, "BackoffRate": 1}]
    ask = task(f"{mirror}/busy", Retry=retry, ResultSelector={"path.$": "$.ResponseBody.path"})
    definition = json.dumps({"StartAt": "Ask", "States": {"Ask": ask}})
    made = client.create_state_machine(name="asking", definition=definition, roleArn=ROLE)
    arn = client.start_execution(stateMachineArn=made["stateMachineArn"], input='{"n": 1}')["executionArn"]
    while (described := client.describe_execution(executionArn=arn))["status"] == "RUNNING":
        pass
    assert json.loads(described["output"]) == {"path": "/busy?team=shop"}
    events = client.get_execution_history(executionArn=arn)["events"]
    [failed] = [event["taskFailedEventDetails"] for event in events if event["type"] == "TaskFailed"]
    assert (failed["resourceType"], failed["resource"]) == ("http", "invoke")
    assert (failed["error"], failed["cause"]) == ("States.Http.StatusCode.503", "Service Unavailable")
    sent = json.dumps([event for event in events if event["type"] != "TaskSucceeded"], default=str)
    assert PASSWORD not in sent
    assert AUTHORIZATION not in sent
    assert PASSWORD not in "".join(capfd.readouterr())


def test_test_state_shows_the_exchange_and_hides_what_is_secret(client: Any, mirror: str) -> None:
    tried = client.test_state(
        definition=json.dumps(task(mirror)), roleArn=ROLE, inspectionLevel="TRACE", input='{"n":1}'
    )
    assert tried["status"] == "SUCCEEDED"
    request, response = tried["inspectionData"]["request"], tried["inspectionData"]["response"]
    assert json.loads(request.pop("headers")) == {
        "User-Agent": ["Amazon|StepFunctions|HttpInvoke|us-east-1"],
        "Range": ["bytes=0-262144"],
        "Authorization": ["[hidden]"],
        "Content-Type": ["application/json; charset=UTF-8"],
    }
    assert request == {"protocol": "http", "method": "POST", "url": f"{mirror}/?team=shop", "body": '{"n":1}'}
    assert json.loads(response.pop("headers"))["Content-Type"] == ["application/json"]
    assert json.loads(response.pop("body"))["authorization"] == "[hidden]"
    assert response == {"protocol": "HTTP/1.0", "statusCode": "200", "statusMessage": "OK"}


def test_test_state_reveals_secrets_when_it_is_asked_to(client: Any, mirror: str) -> None:
    tried = client.test_state(
        definition=json.dumps(task(mirror)), roleArn=ROLE, inspectionLevel="TRACE", revealSecrets=True
    )
    assert json.loads(tried["inspectionData"]["request"]["headers"])["Authorization"] == [AUTHORIZATION]
    assert json.loads(tried["inspectionData"]["response"]["body"])["authorization"] == AUTHORIZATION


def test_test_state_shows_the_request_that_nobody_answered(client: Any) -> None:
    tried = client.test_state(definition=json.dumps(task("http://127.0.0.1:1")), roleArn=ROLE, inspectionLevel="TRACE")
    assert (tried["status"], tried["error"]) == ("FAILED", "States.Http.Socket")
    assert tried["inspectionData"]["request"]["url"] == "http://127.0.0.1:1/?team=shop"
    assert "response" not in tried["inspectionData"]


def test_without_trace_the_exchange_is_not_shown(client: Any, mirror: str) -> None:
    tried = client.test_state(definition=json.dumps(task(mirror)), roleArn=ROLE, inspectionLevel="DEBUG")
    assert tried["inspectionData"].keys() & {"request", "response"} == set()
