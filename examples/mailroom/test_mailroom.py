"""Every letter finds its folder, however many there are."""

import pytest
from mailroom import fill, mailroom

from stepwell.testing import Failure


@pytest.fixture
def inbox(tmp_path):
    return tmp_path / "inbox"


def test_each_letter_finds_its_folder(machine, inbox):
    fill(inbox, 6)
    result = machine(mailroom).run({"inbox": str(inbox)})

    assert result.output["folders"] == {"urgent": 1, "newsletters": 2, "later": 2, "answer": 1}
    assert sorted(file.name for file in (inbox / "later").iterdir()) == ["00002.eml", "00005.eml"]
    assert list(inbox.glob("*.eml")) == []


def test_somebody_is_called_for_what_is_urgent_only(machine, inbox):
    fill(inbox, 6)
    flow = machine(mailroom)
    assert flow.run({"inbox": str(inbox)}).output["called"] == "the person on duty: 1 urgent"
    assert flow.run({"inbox": str(inbox)}).output == {"folders": {}, "called": None}


def test_thousands_are_decided_in_one_execution(machine, inbox):
    fill(inbox, 2_000)
    result = machine(mailroom).run({"inbox": str(inbox)})
    assert sum(result.output["folders"].values()) == 2_000
    assert len(result.history) < 25_000  # what AWS allows


def test_a_letter_that_cannot_be_read_is_not_passed_over(machine, inbox):
    fill(inbox, 6)
    result = machine(mailroom).run({"inbox": str(inbox)}, tasks={"decide": Failure("OSError", "unreadable")})
    assert (result.status, result.error) == ("FAILED", "OSError")
