"""`stepwell targets` tells who is told of status changes, what waits, and what was given up."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from receiver import Receiver

from .served import Server, serving

CONFIG = """
[targets.live]
type = "http"
url = "{live}"

[targets.picky]
type = "http"
url = "{picky}"
statuses = ["SUCCEEDED"]
give_up_hours = 0
"""


@pytest.fixture
def live() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.up()
    yield receiver
    receiver.down()


@pytest.fixture
def picky() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.up()
    receiver.status = 500
    yield receiver
    receiver.down()


@pytest.fixture
def server(tmp_path: Path, live: Receiver, picky: Receiver) -> Iterator[Server]:
    (tmp_path / "stepwell.toml").write_text(CONFIG.format(live=live.url, picky=picky.url))
    with serving(tmp_path) as server:
        server.create("m", {"P": {"Type": "Pass", "End": True}})
        yield server


def rows(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


def given_up(server: Server) -> list[list[str]]:
    """The list once there is something in it."""
    while not (listed := rows(server.says("targets", "--given-up"))):
        pass
    return listed


def test_targets_are_listed_with_what_became_of_their_events(server: Server, live: Receiver, picky: Receiver) -> None:
    server.finished("m", "e")
    live.wait_for(events=2)
    assert live.heard == [("e", "RUNNING"), ("e", "SUCCEEDED")]
    ((target, _, execution, status, reason),) = given_up(server)
    arn = "arn:aws:states:us-east-1:123456789012:execution:m:e"
    assert (target, execution, status) == ("picky", arn, "SUCCEEDED")
    assert reason == "not taken for 0.0 hours: status 500"
    listed = rows(server.says("targets"))
    assert listed == [["live", live.url, "2", "0", "0", ""], ["picky", picky.url, "0", "0", "1", "status 500"]]
    shown = json.loads(server.says("targets", "--json"))["targets"]
    assert [(one["name"], one["waiting"], one["givenUp"]) for one in shown] == [("live", 0, 0), ("picky", 0, 1)]
    metrics = httpx.get(f"{server.url}/metrics").text.splitlines()
    assert 'stepwell_target_told_total{target="live"} 2.0' in metrics
    assert 'stepwell_target_given_up_total{target="picky"} 1.0' in metrics
    assert 'stepwell_target_waiting{target="picky"} 0.0' in metrics


def test_without_targets_the_list_is_empty(tmp_path: Path) -> None:
    with serving(tmp_path / "other") as server:
        assert server.says("targets") == ""
