"""What becomes of rows, good and bad: in-process, without a server, with a database of the test's own."""

from datetime import timedelta
from pathlib import Path

import pytest
from onboarding import onboarding

from stepwell.testing import NEVER, Failure

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    """Where the tasks write."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_row_has_its_fate_in_the_report(machine, desk):
    result = machine(onboarding).run({"file": str(HERE / "customers.csv"), "report": "report.csv"})

    assert result.output == {"rows": 7, "taken_in": 3, "report": "report.csv"}
    assert (desk / "report.csv").read_text().splitlines() == [
        "line,mail,account,why not",
        "2,Ada@engine.example,1,",
        "3,charles@engine.example,,'21' seats: team has 1 to 20",
        "4,nobody@engine.example,,has no name",
        "5,byron,,'byron' is no e-mail address",
        "6,mary@science.example,2,",
        "7,luigi@turin.example,,there is no plan 'lifetime'",
        "8,ada@engine.example,1,",
    ]


def test_the_same_file_twice_makes_no_account_twice(machine, desk):
    flow = machine(onboarding)
    for report in ("first.csv", "second.csv"):
        flow.run({"file": str(HERE / "customers.csv"), "report": report})
    assert (desk / "first.csv").read_text() == (desk / "second.csv").read_text()


def test_a_row_that_cannot_be_stored_is_told_of_and_the_others_go_on(machine):
    answers = [Failure("DiskFull", "no room left"), 1, 2]
    result = machine(onboarding).run(
        {"file": str(HERE / "customers.csv"), "report": "report.csv"}, tasks={"create": answers}
    )
    assert result.output["taken_in"] == 2
    assert "no room left" in Path("report.csv").read_text()


def test_a_row_whose_worker_died_is_given_to_another_one(machine):
    result = machine(onboarding).run(
        {"file": str(HERE / "customers.csv"), "report": "report.csv"}, tasks={"create": [NEVER, 1, 2, 3]}
    )
    assert result.output["taken_in"] == 3
    assert result.elapsed == timedelta(seconds=61)  # a minute of silence, and a second before the next try
