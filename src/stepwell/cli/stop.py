"""`stepwell stop`: abort an execution."""

from typing import TYPE_CHECKING

import click

from stepwell.cli import output
from stepwell.cli.options import asks_server

if TYPE_CHECKING:
    from stepwell.cli.client import Client


@click.command()
@click.argument("execution")
@click.option("--error", help="Error name to be shown.")
@click.option("--cause", help="Why it is stopped.")
@asks_server
def stop(client: "Client", execution: str, error: str | None, cause: str | None, as_json: bool) -> None:
    """Abort EXECUTION (a name, its beginning, MACHINE/NAME, or an ARN). One that has ended stays as it is."""
    from stepwell.cli.names import find_execution

    arn = find_execution(client, execution)
    stopped = client.call("StopExecution", executionArn=arn, error=error, cause=cause)
    if as_json:
        output.print_json(stopped)
    elif output.at_terminal():
        click.echo(f"{arn} stopped at {output.moment(stopped['stopDate'])}.")
    else:
        output.print_lines([(arn, output.moment(stopped["stopDate"]))])
