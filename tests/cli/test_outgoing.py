"""A server writes logs and sends traces where stepwell.toml says so, and refuses to start on a mistake in it."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from collector import Collector
from stepwell.cli.client import Client

from .served import ROLE, run, serving

CONFIG = """
[logs]
to = "file:logs.jsonl"

[traces]
to = "otlp"
"""
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:states:*"
PASS = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
TRACE = "5759e988bd862e3fe1be46a994272793"
HEADER = f"Root=1-{TRACE[:8]}-{TRACE[8:]};Parent=53995c3f42cd8ad8;Sampled=1"


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


@pytest.mark.parametrize("type", ["STANDARD", "EXPRESS"])
def test_an_execution_is_logged_and_traced(tmp_path: Path, collector: Collector, type: str) -> None:
    (tmp_path / "stepwell.toml").write_text(CONFIG)
    with serving(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url) as server:
        machine = server.client.call(
            "CreateStateMachine",
            name="m",
            definition=PASS,
            roleArn=ROLE,
            type=type,
            loggingConfiguration={
                "level": "ALL",
                "includeExecutionData": True,
                "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": GROUP}}],
            },
            tracingConfiguration={"enabled": True},
        )["stateMachineArn"]
        Client(server.url).call("StartExecution", stateMachineArn=machine, input='{"a":1}', traceHeader=HEADER)
        root, state = collector.wait_for(2)
        server.process.terminate()
        assert server.process.wait(30) == 0
    assert (root.name, root.trace_id.hex(), state.name, state.parent_span_id) == ("m", TRACE, "P", root.span_id)
    lines = [json.loads(line) for line in (tmp_path / "logs.jsonl").read_text().splitlines()]
    types = ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
    assert [line["type"] for line in lines] == types
    assert [line["details"].get("input", line["details"].get("output")) for line in lines] == ['{"a":1}'] * 4


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[targets.a]\ntype = "pigeon"', "[targets.a]: Invalid value 'pigeon'"),
        ('[logs]\nto = "paper"', "[logs]: Expected `str` matching regex"),
        ('[traces]\nto = "xray"', "[traces]: Invalid enum value 'xray'"),
    ],
)
def test_a_mistake_keeps_the_server_from_starting(tmp_path: Path, table: str, said: str) -> None:
    (tmp_path / "stepwell.toml").write_text(table)
    done = run("serve", "--port", "0", "--data", str(tmp_path))
    assert (done.returncode, said in done.stderr) == (1, True)


def test_the_trace_header_of_the_request_goes_first(tmp_path: Path, collector: Collector) -> None:
    (tmp_path / "stepwell.toml").write_text(CONFIG)
    other = HEADER.replace(TRACE[:8], "00000001")
    with serving(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url) as server:
        machine = server.client.call(
            "CreateStateMachine", name="m", definition=PASS, roleArn=ROLE, tracingConfiguration={"enabled": True}
        )["stateMachineArn"]
        httpx.post(
            server.url,
            json={"stateMachineArn": machine, "traceHeader": other},
            headers={"X-Amz-Target": "AWSStepFunctions.StartExecution", "X-Amzn-Trace-Id": HEADER},
        ).raise_for_status()
        root, _ = collector.wait_for(2)
    assert root.trace_id.hex() == TRACE
