"""`stepwell waiting`: the tasks that somebody outside is to answer, of all executions or, with tokens, of one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from stepwell.cli import output
from stepwell.cli.options import asks_server

if TYPE_CHECKING:
    from stepwell.cli.client import Answer, Client

OF_ONE = ("State", "Since", "Input", "Token")
OF_ALL = ("Execution", "State", "Since", "Input")


@click.command()
@click.argument("execution", required=False)
@asks_server
def waiting(client: "Client", execution: str | None, as_json: bool) -> None:
    """List the tasks that wait for an answer from outside, the oldest first.

    Those of EXECUTION (a name, its beginning, MACHINE/NAME, or an ARN) come with their task tokens, which
    `stepwell answer` and SendTaskSuccess take.
    """
    from stepwell.cli.names import find_execution

    if execution is None:
        found = list(all_tasks(client))
        columns, rows = OF_ALL, [(_name(task), *_told(task)) for task in found]
    else:
        found = list(open_tasks(client, find_execution(client, execution)))
        columns, rows = OF_ONE, [(*_told(task), task["taskToken"]) for task in found]
    if as_json:
        output.print_json({"tasks": found})
    elif not output.at_terminal():
        output.print_lines(rows)
    elif rows:
        output.print_table(columns, rows)
    else:
        click.echo("No task waits for an answer." if execution is None else "No task of it waits for an answer.")


def _told(task: "Answer") -> tuple[str, str, str]:
    return task["state"], output.moment(task["since"]), task["input"]


def _name(task: "Answer") -> str:
    from stepwell.arns import parse_arn

    return f"{parse_arn(task['stateMachineArn']).name}/{task['executionName']}"


def all_tasks(client: "Client") -> "Iterator[Answer]":
    """Tasks of all executions, of the asked region where one was asked for. Raises Refused, Unreachable."""
    place: str | None = "0"
    while place is not None:
        page = client.shown(f"/console/waiting?limit=200&after={place}&region={client.region or ''}")
        yield from page["tasks"]
        place = page["next"]


def open_tasks(client: "Client", execution_arn: str) -> "Iterator[Answer]":
    """Tasks that were handed out and not answered, the oldest first. Raises Refused, Unreachable."""
    from stepwell.cli.client import Refused

    pages = client.pages("GetExecutionHistory", "events", executionArn=execution_arn, maxResults=1000)
    events = {event["id"]: event for event in pages}
    over = {event["previousEventId"] for event in events.values() if not event["type"].endswith(_GOING_ON)}
    for id, event in events.items():
        if not event["type"].endswith("Scheduled") or id in over:
            continue
        try:
            token = client.shown(f"/console/token?execution={quote(execution_arn)}&id={id}")["taskToken"]
        except Refused as refusal:
            if refusal.code != "TaskDoesNotExist":
                raise
            continue  # nobody has it yet, it is answered, or it waits for no answer from outside
        details = next(value for name, value in event.items() if name.endswith("EventDetails"))
        yield {
            "state": _state(events, event),
            "since": event["timestamp"],
            "input": details.get("input", details.get("parameters")),
            "taskToken": token,
        }


_GOING_ON = ("Started", "Submitted")
"""Ends of the types of events after which a task still goes on."""


def _state(events: "dict[int, Answer]", event: "Answer") -> str:
    """The name of the state that an event belongs to."""
    while not event["type"].endswith("StateEntered"):
        event = events[event["previousEventId"]]
    return str(event["stateEnteredEventDetails"]["name"])
