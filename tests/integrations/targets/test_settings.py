"""The tables [targets.NAME] say who is told what; a mistake in them is told with its place."""

from pathlib import Path

import pytest

from stepwell.config import ConfigError
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
        ('type = "htp"\nurl = "http://a"', "Invalid value 'htp' - at `$.type`. Did you mean http?"),
        ('type = "http"', "Object missing required field `url`."),
        ('type = "http"\nurl = "ftp://a"', "Expected `str` matching regex '^https?://' - at `$.url`."),
        (
            'type = "file"\npath = "a"\nstatuses = ["DONE"]',
            "Invalid enum value 'DONE' - at `$.statuses[0]`. "
            "There are: ABORTED, FAILED, RUNNING, SUCCEEDED, TIMED_OUT.",
        ),
        ('type = "file"\npath = "a"\nstatus = []', "Object contains unknown field `status`. Did you mean statuses?"),
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


def test_the_address_is_shown_without_its_password_and_query(tmp_path):
    table = '[targets.a]\ntype = "http"\nurl = "https://ann:secret@a.example:81/events?token=secret"'
    (target,) = load_targets([written(tmp_path, table)], Services())
    assert target.to == "https://…@a.example:81/events?…"
