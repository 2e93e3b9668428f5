"""`stepwell list`: state machines, or executions, the newest first."""

import heapq
from itertools import islice
from typing import TYPE_CHECKING

import click

from stepwell.cli import output
from stepwell.cli.options import asks_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stepwell.cli.client import Answer, Client

EXECUTION = ("Execution", "Machine", "Status", "Started", "Took", "Region")
MACHINE = ("Machine", "Type", "Created", "Region")
STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")


@click.command("list")
@click.argument("machine", required=False)
@click.option("--status", type=click.Choice(STATUSES, case_sensitive=False), help="Only executions of this status.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="Executions shown at most.")
@asks_server
def list_(client: "Client", machine: str | None, status: str | None, limit: int, as_json: bool) -> None:
    """List the executions of MACHINE, newest first; without MACHINE, the state machines. Of all regions.

    `--status` without MACHINE lists the executions of all machines that have it.
    """
    from stepwell.cli.names import find_machine, machines

    if machine is None and status is None:
        _show_machines(machines(client), as_json)
        return
    among = machines(client) if machine is None else [find_machine(client, machine)]
    found = _newest(client, among, status, limit + 1, named=machine is not None)
    shown = found[:limit]
    if as_json:
        output.print_json({"executions": shown})
    elif output.at_terminal():
        output.print_table(EXECUTION, map(_row, shown), right=("Took",))
    else:
        output.print_lines(map(_row, shown))
    if len(found) > limit:
        click.echo(f"There are more than these {limit}; --limit shows them.", err=True)


def _newest(client: "Client", among: "list[Answer]", status: str | None, limit: int, *, named: bool) -> "list[Answer]":
    pages = (_executions(client, machine["stateMachineArn"], status, limit, named) for machine in among)
    return list(islice(heapq.merge(*pages, key=_latest, reverse=True), limit))


def _executions(client: "Client", machine_arn: str, status: str | None, limit: int, named: bool) -> "Iterator[Answer]":
    from stepwell.cli.client import Refused

    status, most = status.upper() if status else None, min(limit, 1000)
    try:
        yield from client.pages(
            "ListExecutions", "executions", stateMachineArn=machine_arn, statusFilter=status, maxResults=most
        )
    except Refused as refusal:
        # Express executions, on a server that keeps none. Who names their machine is told.
        if named or refusal.code != "StateMachineTypeNotSupported":
            raise


def _latest(execution: "Answer") -> float:
    seconds: float = execution["stopDate"] if "stopDate" in execution else execution["startDate"]
    return seconds


def _row(execution: "Answer") -> tuple[str, ...]:
    started, stopped = execution["startDate"], execution.get("stopDate")
    took = None if stopped is None else stopped - started
    arn = execution["stateMachineArn"]
    return (
        execution["name"],
        arn.rpartition(":")[2],
        execution["status"],
        output.moment(started),
        output.duration(took),
        output.region(arn),
    )


def _show_machines(found: "list[Answer]", as_json: bool) -> None:
    rows = (
        (each["name"], each["type"], output.moment(each["creationDate"]), output.region(each["stateMachineArn"]))
        for each in found
    )
    if as_json:
        output.print_json({"stateMachines": found})
    elif not output.at_terminal():
        output.print_lines(rows)
    elif found:
        output.print_table(MACHINE, rows)
    else:
        click.echo("There are no state machines yet. Create one with any AWS SDK or the AWS CLI: see docs/guide.md.")
