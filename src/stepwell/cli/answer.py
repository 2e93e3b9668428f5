"""`stepwell answer`: answer a task that waits for a person."""

from typing import TYPE_CHECKING

import click

from stepwell.cli import output
from stepwell.cli.options import NotDone, asks_server

if TYPE_CHECKING:
    from stepwell.cli.client import Client


@click.command()
@click.argument("execution", required=False)
@click.option("--output", "result", metavar="JSON", help="The answer.")
@click.option("--error", metavar="NAME", help="Instead: that the task failed, and how the error is called.")
@click.option("--cause", metavar="TEXT", help="Why it failed.")
@click.option("--state", metavar="NAME", help="Which task, where more than one waits.")
@click.option("--token", metavar="TOKEN", help="The task's token, in place of EXECUTION.")
@asks_server
def answer(
    client: "Client",
    execution: str | None,
    result: str | None,
    error: str | None,
    cause: str | None,
    state: str | None,
    token: str | None,
    as_json: bool,
) -> None:
    """Answer the task of EXECUTION (a name, its beginning, MACHINE/NAME, or an ARN) that waits for it."""
    import json

    if (result is None) == (error is None):
        raise NotDone("""Say what the answer is: --output '{"approved": true}', or --error NAME where it failed.""")
    if (execution is None) == (token is None):
        raise NotDone("Say which task: EXECUTION, or --token TOKEN.")
    if result is not None:
        try:
            json.loads(result)
        except ValueError as problem:
            raise NotDone(f"""--output is no JSON: {problem}. A text has quotes in it: --output '"yes"'.""") from None
    found = token or _token(client, str(execution), state)
    if result is not None:
        client.call("SendTaskSuccess", taskToken=found, output=result)
    else:
        client.call("SendTaskFailure", taskToken=found, error=error, cause=cause)
    if as_json:
        output.print_json({})
    elif output.at_terminal():
        click.echo("It is answered.")


def _token(client: "Client", execution: str, state: str | None) -> str:
    """The token of the only task that waits. Raises NotDone."""
    from stepwell.cli.names import find_execution
    from stepwell.cli.waiting import open_tasks

    found = [each for each in open_tasks(client, find_execution(client, execution)) if state in (None, each["state"])]
    if len(found) == 1:
        return str(found[0]["taskToken"])
    of = "" if state is None else f" in the state {state!r}"
    if not found:
        raise NotDone(f"No task of {execution}{of} waits for an answer: see `stepwell waiting {execution}`.")
    names = ", ".join(repr(each["state"]) for each in found)
    raise NotDone(f"{len(found)} tasks of {execution}{of} wait: {names}. Name the --state, or the --token.")
