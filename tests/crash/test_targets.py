"""Targets hear of every change of status, in order, however the server dies between a commit and the telling."""

import json
from pathlib import Path

import pytest

from receiver import Receiver
from stepwell.cli.client import Client

from .server import ServerProcess

ROLE = "arn:aws:iam::123456789012:role/any"
PASS = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
CONFIG = """
[targets.dead]
type = "http"
url = "http://127.0.0.1:9/nobody"

[targets.live]
type = "http"
url = "{url}"
"""


def first_of_each(heard: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What was heard, without what had been heard before."""
    return list(dict.fromkeys(heard))


@pytest.mark.parametrize("kept", ["sqlite", "postgres"])
def test_what_was_committed_is_told_after_a_kill_and_in_order(
    tmp_path: Path, receiver: Receiver, kept: str, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "stepwell.toml").write_text(CONFIG.format(url=receiver.url))
    where = request.getfixturevalue("postgres_url") if kept == "postgres" else str(tmp_path / "data")
    server = ServerProcess(where, tmp_path / "log")
    server.start()
    client = Client(server.url)
    machine = client.call("CreateStateMachine", name="m", definition=PASS, roleArn=ROLE)["stateMachineArn"]
    names = []
    try:
        for round in range(4):
            receiver.open.clear()  # what is asked from now on is not answered before the kill
            for number in range(5):
                names.append(f"e{round}-{number}")
                client.call("StartExecution", stateMachineArn=machine, name=names[-1])
            receiver.wait_for(requests=receiver.requests + 1)
            server.kill()
            receiver.open.set()
            server.start()
        while {(name, "SUCCEEDED") for name in names} - set(receiver.heard):
            receiver.wait_for(events=len(receiver.events) + 1)
        statuses = {
            name: [status for other, status in first_of_each(receiver.heard) if other == name] for name in names
        }
        assert statuses == {name: ["RUNNING", "SUCCEEDED"] for name in names}
        ids = {(event["detail"]["name"], event["detail"]["status"]): event["id"] for event in receiver.events}
        assert len({event["id"] for event in receiver.events}) == len(ids) == 2 * len(names)
        assert server.terminate() == 0
    finally:
        server.stop_anyway()
