"""`stepwell logs`: what functions have printed."""

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import click

from stepwell.cli import output
from stepwell.cli.options import asks_server

if TYPE_CHECKING:
    from stepwell.cli.client import Answer, Client


@click.command()
@click.argument("of", metavar="FUNCTION|EXECUTION")
@click.option("--state", help="Only of the tasks of this state.")
@asks_server
def logs(client: "Client", of: str, state: str | None, as_json: bool) -> None:
    """Show what FUNCTION, or the functions that EXECUTION called, have printed since the server was started."""
    found = _find(client, of, state)
    if as_json:
        output.print_json(found)
        return
    for one in found:
        if output.at_terminal():
            what = one["state"] or "invoked directly"
            click.secho(f"{output.moment(one['time'] / 1000)} {one['function']}, {what}, {one['requestId']}", dim=True)
            click.echo(output.printable(one["text"]).rstrip("\n"))
        else:
            shown = output.moment(one["time"] / 1000), one["function"], one["requestId"], one["state"]
            output.print_lines((*shown, line) for line in one["text"].splitlines())


def _find(client: "Client", of: str, state: str | None) -> "list[Answer]":
    """Raises Unknown, Refused, Unreachable."""
    from stepwell.cli.names import find_execution

    narrowed = {"state": state} if state else {}
    if ":execution:" not in of and ":express:" not in of:
        name = of.partition(":function:")[2].partition(":")[0] or of
        found = client.shown(f"/functions/{quote(name)}/logs?{urlencode(narrowed)}")["logs"] if "/" not in name else []
        if found or name in {known["FunctionName"] for known in client.shown("/2015-03-31/functions")["Functions"]}:
            return list(found)
    arn = find_execution(client, of)
    return list(client.shown(f"/functions/logs?{urlencode({'execution': arn, **narrowed})}")["logs"])
