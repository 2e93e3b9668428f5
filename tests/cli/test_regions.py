"""The commands for people know the machines of all regions; --region narrows."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from stepwell.cli.client import Client

from .served import ROLE, Server, run, serving

AT = "arn:aws:states:{}:123456789012"
PASS = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}})
KEY = {"STEPWELL_ACCESS_KEY_ID": "AKSTEPWELL01", "STEPWELL_SECRET_ACCESS_KEY": "a-secret-of-enough-characters"}


def rows(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


def create(url: str, region: str, name: str, key: tuple[str | None, str | None] = (None, None)) -> None:
    Client(url, region, key).call("CreateStateMachine", name=name, definition=PASS, roleArn=ROLE)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`here` and `both` in eu-west-1, `there` and `both` in us-east-2, and an activity in ap-south-1."""
    with serving(tmp_path_factory.mktemp("data")) as server:
        for region, name in (
            ("eu-west-1", "here"),
            ("us-east-2", "there"),
            ("eu-west-1", "both"),
            ("us-east-2", "both"),
        ):
            create(server.url, region, name)
        Client(server.url, "ap-south-1").call("CreateActivity", name="alone")
        yield server


def test_list_shows_the_machines_of_all_regions(server: Server) -> None:
    listed = [(row[0], row[3]) for row in rows(server.says("list"))]
    assert listed == [("both", "eu-west-1"), ("here", "eu-west-1"), ("both", "us-east-2"), ("there", "us-east-2")]


def test_region_narrows(server: Server) -> None:
    assert [row[0] for row in rows(server.says("list", "--region", "us-east-2"))] == ["both", "there"]
    assert server.says("list", "--region", "us-east-1") == ""


def test_json_has_all_regions_too(server: Server) -> None:
    machines = json.loads(server.says("list", "--json"))["stateMachines"]
    assert [machine["stateMachineArn"] for machine in machines] == [
        f"{AT.format(region)}:stateMachine:{name}"
        for region, name in (
            ("eu-west-1", "both"),
            ("eu-west-1", "here"),
            ("us-east-2", "both"),
            ("us-east-2", "there"),
        )
    ]


def test_a_machine_is_found_in_whichever_region_it_is(server: Server) -> None:
    started = server.says("start", "there", "--name", "found")
    assert started == f"{AT.format('us-east-2')}:execution:there:found\n"
    [row] = rows(server.says("list", "there"))
    assert (row[:2], row[5]) == (["found", "there"], "us-east-2")
    assert ["machine", "there"] in rows(server.says("show", "found"))


def test_executions_of_all_regions_are_listed_by_status(server: Server) -> None:
    server.says("start", "here", "--name", "passed", "--wait")
    server.says("start", "there", "--name", "passed-too", "--wait")
    listed = {(row[0], row[5]) for row in rows(server.says("list", "--status", "succeeded"))}
    assert {("passed", "eu-west-1"), ("passed-too", "us-east-2")} <= listed


def test_a_name_that_two_regions_have_needs_the_region(server: Server) -> None:
    refused = server.run("start", "both")
    assert (refused.returncode, refused.stderr) == (
        2,
        "Error: More than one state machine is called both: in eu-west-1, us-east-2. Name the --region.\n",
    )
    server.says("start", "both", "--region", "eu-west-1", "--name", "same", "--wait")
    server.says("start", "both", "--region", "us-east-2", "--name", "same", "--wait")
    refused = server.run("show", "same")
    assert refused.stderr == (
        "Error: More than one execution is called same: both/same in eu-west-1, both/same in us-east-2. "
        "Name the --region.\n"
    )
    assert ["machine", "both"] in rows(server.says("show", "same", "--region", "us-east-2"))


def test_the_server_tells_its_regions(server: Server) -> None:
    told = httpx.get(f"{server.url}/regions")
    assert (told.status_code, told.json()) == (200, {"regions": ["ap-south-1", "eu-west-1", "us-east-2"]})


def test_with_access_keys_the_regions_are_told_to_who_has_one(tmp_path: Path) -> None:
    with serving(tmp_path, **KEY) as server:
        create(server.url, "eu-west-1", "signed", (KEY["STEPWELL_ACCESS_KEY_ID"], KEY["STEPWELL_SECRET_ACCESS_KEY"]))
        assert httpx.get(f"{server.url}/regions").status_code == 401
        listed = run("list", "--url", server.url, **KEY)
        assert [row[0] for row in rows(listed.stdout)] == ["signed"]
