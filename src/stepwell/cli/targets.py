"""`stepwell targets`: who is told of status changes, what waits for them, and what was given up."""

from typing import TYPE_CHECKING

import click

from stepwell.cli import output
from stepwell.cli.options import asks_server

if TYPE_CHECKING:
    from stepwell.cli.client import Answer, Client

TARGET = ("Target", "To", "Told", "Waiting", "Given up", "Problem")
GIVEN_UP = ("Target", "Given up", "Execution", "Status", "Reason")
COUNTS = ("Told", "Waiting", "Given up")


@click.command()
@click.option("--given-up", is_flag=True, help="List the events that were given up, the latest of each target.")
@asks_server
def targets(client: "Client", given_up: bool, as_json: bool) -> None:
    """List the targets of status-change events: how many events each was told since the server's start, how many
    wait, how many were given up, and why the last one failed."""
    found = client.shown("/targets")["targets"]
    header, rows = (GIVEN_UP, _given_up(found)) if given_up else (TARGET, _targets(found))
    if as_json:
        output.print_json({"targets": found})
    elif not output.at_terminal():
        output.print_lines(rows)
    elif not found:
        click.echo("Nobody is told of status changes: there is no [targets.NAME] in stepwell.toml. See docs/guide.md.")
    else:
        output.print_table(header, rows, right=() if given_up else COUNTS)


def _targets(found: "list[Answer]") -> list[tuple[object, ...]]:
    members = ("name", "to", "told", "waiting", "givenUp", "problem")
    return [tuple(target[member] for member in members) for target in found]


def _given_up(found: "list[Answer]") -> list[tuple[object, ...]]:
    return [
        (target["name"], output.moment(event["date"]), event["executionArn"], event["status"], event["reason"])
        for target in found
        for event in target["lastGivenUp"]
    ]
