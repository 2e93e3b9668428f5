"""What `stepwell dev` prints: what is reachable where, the environment for clients, and what a save came to."""

import json
from collections.abc import Iterable

import click

from stepwell.cli import output
from stepwell.cli.dev.deployment import Faulty, Round
from stepwell.cli.validate import print_finding

Reachable = tuple[str, str, str]
"""What it is, its name, and where it is."""


def print_start(rows: Iterable[Reachable], environment: dict[str, str], as_json: bool) -> None:
    """One table (lines with tabs in a pipe), then the variables as a shell takes them; or one line of JSON."""
    if as_json:
        there = [dict(zip(("what", "name", "where"), row, strict=True)) for row in rows]
        _print_line({"reachable": there, "environment": environment})
        return
    if output.at_terminal():
        output.print_table(("What", "Name", "Where"), rows, whole=("What", "Name"))
    else:
        output.print_lines(rows)
    for name, value in environment.items():
        click.echo(f"export {name}={value}")


def print_round(done: Round, as_json: bool) -> None:
    """What was deployed again, and all that is wrong with what was not: its old version stays."""
    if as_json:
        if done.deployed or done.refused:
            refused = [one.definition if isinstance(one, Faulty) else {"reason": one.reason} for one in done.refused]
            _print_line({"deployed": done.deployed, "refused": refused})
        return
    for one in done.refused:
        if isinstance(one, Faulty):
            for finding in one.definition["diagnostics"]:
                print_finding(one.definition, finding)
        else:
            click.echo(f"{click.style('ERROR', fg='red')} {output.printable(one.reason)}")
    if done.refused:
        click.echo("What is wrong was not deployed; what was there before stays.")
    if done.deployed:
        click.echo(f"Deployed: {', '.join(done.deployed)}")


def _print_line(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
