"""Who is asked, when, and what comes of it: days pass in milliseconds."""

from datetime import timedelta
from pathlib import Path

import pytest
from credit import credit

from stepwell.testing import NEVER, After

SMALL = {"application": {"id": "a-1", "name": "Ada", "euros": 2_000, "income": 40_000}}
LARGE = {"application": {"id": "a-2", "name": "Charles", "euros": 90_000, "income": 30_000}}
YES = {"approved": True, "by": "Mary", "why": ""}


@pytest.fixture(autouse=True)
def office(tmp_path, monkeypatch):
    """Where letters are written."""
    monkeypatch.chdir(tmp_path)


def test_nobody_is_asked_for_little_money(machine):
    result = machine(credit).run(SMALL)
    assert result.output == "Ada: 2000 euros granted by the rules"
    assert result.elapsed == timedelta(0)


def test_an_officer_takes_two_days(machine):
    result = machine(credit).run(LARGE, tasks={"decide": After(timedelta(days=2), YES)})
    assert result.output == "Charles: 90000 euros granted by Mary"
    assert result.elapsed == timedelta(days=2)


def test_after_three_days_there_is_a_reminder(machine):
    result = machine(credit).run(LARGE, tasks={"decide": [NEVER, After(timedelta(hours=5), YES)]})
    assert result.output == "Charles: 90000 euros granted by Mary"
    assert result.elapsed == timedelta(days=3, hours=5)


def test_what_nobody_decides_is_refused_after_six_days(machine):
    result = machine(credit).run(LARGE)  # with its own tasks: letters are written, and nobody answers
    assert result.output == "Charles: 90000 euros refused by nobody"
    assert result.elapsed == timedelta(days=6)
    letters = sorted(letter.name for letter in Path("mail").iterdir())
    assert letters == ["a-2: decide at last.json", "a-2: decide.json"]
