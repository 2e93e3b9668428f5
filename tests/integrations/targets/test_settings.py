"""The tables [targets.NAME] say who is told what; a mistake in them is told with its place."""

from pathlib import Path

import pytest

from stepwell.config import ADDRESS, ConfigError
from stepwell.integrations.aws.services import Services
from stepwell.integrations.targets.settings import load_targets


def written(directory: Path, text: str) -> Path:
    (directory / "stepwell.toml").write_text(text)
    return directory


def test_without_a_file_there_are_none(tmp_path):
    assert load_targets([tmp_path], Services()) == []


def test_each_table_is_a_target(tmp_path):
    text = """
    [targets.audit]
    type = "file"
    path = "events.jsonl"

    [targets.pager]
    type = "http"
    url = "https://pager.example/events"
    headers = { Authorization = "Bearer secret" }
    statuses = ["FAILED", "TIMED_OUT"]
    machines = ["*:stateMachine:Order*"]
    concurrency = 3
    keep = 1000
    give_up_hours = 2
    """
    audit, pager = load_targets([written(tmp_path, text)], Services())
    assert (audit.name, audit.to, audit.statuses, audit.concurrency) == ("audit", "events.jsonl", (), 1)
    assert (pager.name, pager.to, pager.statuses) == ("pager", "https://pager.example/events", ("FAILED", "TIMED_OUT"))
    assert (pager.machines, pager.concurrency, pager.keep, pager.give_up) == (
        ("*:stateMachine:Order*",),
        3,
        1000,
        7_200_000,
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            'type = "htp"\nurl = "http://a"',
            'type: expected "eventbridge", "file", "http", "sns" or "sqs", found "htp". Did you mean http?',
        ),
        ('type = "http"', f"url is missing: expected {ADDRESS}."),
        (
            'type = "http"\nurl = "ftp://a"',
            f"url: expected {ADDRESS}, found another text.",
        ),
        (
            'type = "file"\npath = "a"\nstatuses = ["DONE"]',
            'statuses[0]: expected "ABORTED", "FAILED", "RUNNING", "SUCCEEDED" or "TIMED_OUT", found "DONE".',
        ),
        ('type = "file"\npath = "a"\nstatus = []', "status: there is no such setting. Did you mean statuses?"),
        ('type = "http"\nurl = "http://[a"', "url is no address. Write https://HOST/PATH."),
        (
            'type = "http"\nurl = "http://a"\nheaders = {A = "secret\\nB"}',
            "headers: the value of A has a line break or a control character. Write it in one line.",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, table, said):
    with pytest.raises(ConfigError) as caught:
        load_targets([written(tmp_path, f"[targets.audit]\n{table}")], Services())
    assert str(caught.value) == f"{tmp_path}/stepwell.toml, [targets.audit]: {said}"


def test_a_file_that_cannot_be_written_is_told_before_there_is_anything_to_write(tmp_path):
    table = '[targets.audit]\ntype = "file"\npath = "missing/events.jsonl"'
    with pytest.raises(ConfigError) as caught:
        load_targets([written(tmp_path, table)], Services())
    file = f"{tmp_path}/missing/events.jsonl"
    said = f"{tmp_path}/stepwell.toml, [targets.audit]: path: {file} cannot be written: No such file or directory."
    assert str(caught.value) == said


def test_the_address_is_shown_without_its_password_and_query(tmp_path):
    table = '[targets.a]\ntype = "http"\nurl = "https://ann:secret@a.example:81/events?token=secret"'
    (target,) = load_targets([written(tmp_path, table)], Services())
    assert target.to == "https://…@a.example:81/events?…"
