"""Execution logs reach files and CloudWatch Logs, here moto's."""

import json
import time
from pathlib import Path
from typing import Any

import boto3
import pytest

from conftest import tell_moto
from stepwell.config import ConfigError
from stepwell.integrations.aws.services import Services
from stepwell.integrations.logs.settings import load_logs
from stepwell.integrations.logs.writer import FileWriter, LogLine, NotWritten, OutputWriter

KEYS = {"aws_access_key_id": "any", "aws_secret_access_key": "any", "region_name": "eu-west-1"}
NOW = time.time_ns() // 1_000_000  # what is older than two weeks is taken by no log group


def group(name: str) -> str:
    return f"arn:aws:logs:eu-west-1:123456789012:log-group:{name}:*"


def line(text: str, at: int = NOW, groups: tuple[str, ...] = (group("g"),), machine: str = "m") -> LogLine:
    return LogLine(at, json.dumps(text), machine, groups)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch, moto_url: str) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    tell_moto(moto_url, "reset", {})
    return boto3.client("logs", endpoint_url=moto_url, **KEYS)


@pytest.fixture
def writer(client: Any, moto_url: str, tmp_path: Path) -> Any:
    (tmp_path / "stepwell.toml").write_text('[logs]\nto = "cloudwatch"\n')
    return load_logs([tmp_path], Services({"*": {"endpoint_url": moto_url}}))


def streams(client: Any, name: str) -> dict[str, list[str]]:
    """Texts in each stream of a group."""
    found = {}
    for stream in client.describe_log_streams(logGroupName=name)["logStreams"]:
        events = client.get_log_events(logGroupName=name, logStreamName=stream["logStreamName"], startFromHead=True)
        found[stream["logStreamName"]] = [json.loads(event["message"]) for event in events["events"]]
    return found


async def test_lines_are_put_into_a_stream_of_the_group_in_the_order_of_time(runner, client, writer):
    client.create_log_group(logGroupName="g")
    await writer.write([line("b", NOW + 1), line("a")])
    await writer.write([line("c", NOW + 2)])
    ((name, texts),) = streams(client, "g").items()
    assert texts == ["a", "b", "c"]
    assert name.startswith("states/m/")


async def test_each_machine_has_a_stream_and_each_group_gets_its_lines(runner, client, writer):
    for name in ("g", "h"):
        client.create_log_group(logGroupName=name)
    await writer.write([line("a"), line("b", machine="n", groups=(group("g"), group("h")))])
    assert sorted(streams(client, "g").values()) == [["a"], ["b"]]
    assert list(streams(client, "h").values()) == [["b"]]


async def test_many_lines_are_put_in_several_requests(runner, client, writer):
    client.create_log_group(logGroupName="g")
    await writer.write([line("x" * 200_000 + str(number)) for number in range(12)])
    (texts,) = streams(client, "g").values()
    assert len(texts) == 12


async def test_a_group_that_is_not_there_is_told_of_and_keeps_no_other_from_its_lines(runner, client, writer):
    client.create_log_group(logGroupName="g")
    with pytest.raises(NotWritten, match="log-group:missing") as caught:
        await writer.write([line("a", groups=(group("missing"), group("g")))])
    assert list(streams(client, "g").values()) == [["a"]]
    assert caught.value.lines == [line("a", groups=(group("missing"),))]


async def test_a_file_gets_them(runner, tmp_path):
    (tmp_path / "stepwell.toml").write_text('[logs]\nto = "file:logs.jsonl"\n')
    writer = load_logs([tmp_path], Services())
    assert isinstance(writer, FileWriter)
    await writer.write([line("a"), line("é")])
    assert [json.loads(text) for text in (tmp_path / "logs.jsonl").read_text("utf-8").splitlines()] == ["a", "é"]


async def test_a_file_that_cannot_be_written_says_why(runner, tmp_path):
    with pytest.raises(NotWritten, match="No such file"):
        await FileWriter(tmp_path / "missing" / "logs.jsonl").write([line("a")])


async def test_the_standard_output_gets_them(runner, capsys):
    await OutputWriter().write([line("a")])
    assert capsys.readouterr().out == '"a"\n'


def test_without_the_table_nothing_is_written(tmp_path):
    (tmp_path / "stepwell.toml").write_text("[server]\n")
    assert load_logs([tmp_path], Services()) is None


def test_a_place_that_is_none_is_refused(tmp_path):
    (tmp_path / "stepwell.toml").write_text('[logs]\nto = "syslog"\n')
    with pytest.raises(ConfigError) as caught:
        load_logs([tmp_path], Services())
    assert str(caught.value) == (
        f'{tmp_path}/stepwell.toml, [logs]: to: expected "cloudwatch", "stdout" or "file:PATH", found another text.'
    )


def test_a_file_that_cannot_be_written_is_refused_before_there_is_anything_to_write(tmp_path):
    (tmp_path / "stepwell.toml").write_text('[logs]\nto = "file:missing/a.log"\n')
    with pytest.raises(ConfigError, match=r"\[logs\]: to: .*/missing/a.log cannot be written: No such file"):
        load_logs([tmp_path], Services())
