"""`stepwell redrive`: let an execution that has ended without success go on where it failed."""

from typing import TYPE_CHECKING

import click

from stepwell.cli import output
from stepwell.cli.options import asks_server
from stepwell.cli.start import finish, wait_for

if TYPE_CHECKING:
    from stepwell.cli.client import Client


@click.command()
@click.argument("execution")
@click.option("--wait", is_flag=True, help="Wait for the end; exit code 1 when it did not succeed.")
@asks_server
def redrive(client: "Client", execution: str, wait: bool, as_json: bool) -> None:
    """Let EXECUTION (a name, its beginning, MACHINE/NAME, or an ARN) go on where it failed or was stopped.

    What succeeded is not done again. Prints when it was redriven; with --wait the output, and the error of one that
    failed again.
    """
    from stepwell.cli.names import find_execution

    arn = find_execution(client, execution)
    redriven = client.call("RedriveExecution", executionArn=arn)
    at = output.moment(redriven["redriveDate"])
    if wait:
        if output.at_terminal() and not as_json:
            click.echo(f"{arn} redriven at {at}.", err=True)
        finish(wait_for(client, arn), as_json)
    elif as_json:
        output.print_json(redriven)
    elif output.at_terminal():
        click.echo(f"{arn} redriven at {at}.")
    else:
        output.print_lines([(arn, at)])
