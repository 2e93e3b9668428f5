"""`stepwell history`: an execution's events, and those to come."""

import shutil
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from stepwell.cli import output
from stepwell.cli.options import asks_server
from stepwell.cli.start import pauses

if TYPE_CHECKING:
    from stepwell.cli.client import Answer, Client

PAGE = 200


@click.command()
@click.argument("execution")
@click.option("--follow", "-f", is_flag=True, help="Wait for new events until the execution has ended.")
@asks_server
def history(client: "Client", execution: str, follow: bool, as_json: bool) -> None:
    """Print the events of EXECUTION (a name, its beginning, MACHINE/NAME, or an ARN), one a line.

    Columns: number, time, type, what it concerns. With --json each line is an event as the API answers it.
    """
    import json

    from stepwell.cli.names import find_execution

    arn = find_execution(client, execution)
    for event in events(client, arn, follow):
        if as_json:
            click.echo(json.dumps(event, ensure_ascii=False))
        elif output.at_terminal():
            _print_to_person(event)
        else:
            columns = (event["id"], output.moment(event["timestamp"]), event["type"], detail(event))
            output.print_lines([columns])


def events(client: "Client", execution_arn: str, follow: bool) -> Iterator["Answer"]:
    """The events there are; with `follow` also those to come, until the execution has ended."""
    seen, token = 0, None
    pause = pauses()
    while True:
        # Asked first: once it has ended, what is read after it is everything.
        ended = client.call("DescribeExecution", executionArn=execution_arn)["status"] != "RUNNING"
        before = seen
        while True:
            page = client.call("GetExecutionHistory", executionArn=execution_arn, maxResults=PAGE, nextToken=token)
            new = [event for event in page["events"] if event["id"] > seen]
            yield from new
            seen = new[-1]["id"] if new else seen
            if page.get("nextToken") is None:
                break
            token = page["nextToken"]  # the last page's token stays good: it is asked again for what came since
        if ended or not follow:
            return
        if seen > before:
            pause = pauses()
        time.sleep(next(pause))


def detail(event: "Answer") -> str:
    """What an event concerns, in short: a state, a resource, an error, a worker, an output."""
    details: dict[str, object] = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
    parts = [
        str(details[name])
        for name in ("name", "index", "resource", "workerName", "error", "cause", "input", "parameters", "output")
        if details.get(name) is not None
    ]
    return " ".join(parts)


def _print_to_person(event: "Answer") -> None:
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(event["timestamp"], UTC).astimezone()
    type: str = event["type"]
    width = shutil.get_terminal_size().columns
    told = output.printable(detail(event)).replace("\n", " ")
    room = max(20, width - 54)
    told = told if len(told) <= room else told[: room - 1] + "…"
    bad = type.endswith(("Failed", "TimedOut", "Aborted"))
    shown = click.style(f"{type:<30}", fg="red" if bad else None)
    click.echo(f"{event['id']:>5}  {at:%H:%M:%S}.{at.microsecond // 1000:03}  {shown}  {told}")
