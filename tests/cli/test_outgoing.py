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
        (
            '[targets.a]\ntype = "pigeon"',
            '[targets.a]: type: expected "eventbridge", "file", "http", "sns" or "sqs", found "pigeon".',
        ),
        ('[logs]\nto = "paper"', '[logs]: to: expected "cloudwatch", "stdout" or "file:PATH", found another text.'),
        ('[traces]\nto = "xray"', '[traces]: to: expected "otlp", found "xray".'),
    ],
)
def test_a_mistake_keeps_the_server_from_starting(tmp_path: Path, table: str, said: str) -> None:
    (tmp_path / "stepwell.toml").write_text(table)
    done = run("serve", "--port", "0", "--data", str(tmp_path))
    assert (done.returncode, said in done.stderr) == (1, True)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "stepwell.toml"
    file.write_text(
        '[server]\nprot = 1\n[services.sqss]\nregion = 1\n[targets.a]\ntype = "file"\npath = "no/a"\n'
        '[logs]\nto = "file:no/b"\n[functions.price]\nhandler = "price.py:price"\nmemory = 1\n'
    )
    done = run("serve", "--port", "0", "--data", str(tmp_path), "--retention", "0")
    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        [
            f"Error: Unknown setting prot in {file}. Did you mean port?",
            "retention_days = 0.0 in the command line: expected a number of 0.0416667 or more.",
            f'{file}, [services."sqss"]: region: expected a text, found a number.',
            f'{file}, [services."sqss"]: AWS has no service of this name. Did you mean sqs?',
            f"{file}, [targets.a]: path: {tmp_path}/no/a cannot be written: No such file or directory.",
            f"{file}, [logs]: to: {tmp_path}/no/b cannot be written: No such file or directory.",
            f"{file}, [functions.price]: memory: expected a whole number from 128 to 10240, found 1.",
        ],
    )


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
