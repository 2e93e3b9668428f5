"""`stepwell start`: start an execution, and wait for its end when asked to."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stepwell.cli import output
from stepwell.cli.options import NOT_SUCCEEDED, asks_server

if TYPE_CHECKING:
    from stepwell.cli.client import Answer, Client


@click.command()
@click.argument("machine")
@click.option("--input", "given", default="{}", help="Input: JSON, @FILE, or - for standard input.  [default: {}]")
@click.option("--name", help="Name of the execution.  [default: a UUID]")
@click.option("--wait", is_flag=True, help="Wait for the end; exit code 1 when it did not succeed.")
@asks_server
def start(client: "Client", machine: str, given: str, name: str | None, wait: bool, as_json: bool) -> None:
    """Start an execution of MACHINE (a name, its beginning, or an ARN; with #TESTCASE its tasks are mocked).

    Prints the execution's ARN; with --wait its output, and for one that failed the error.
    """
    from stepwell.arns import split_test_case
    from stepwell.cli.names import find_machine

    input = read_input(given)
    called, test_case = split_test_case(machine)
    found = find_machine(client, called)
    arn = found["stateMachineArn"] if test_case is None else f"{found['stateMachineArn']}#{test_case}"
    request = {"stateMachineArn": arn, "name": name, "input": input}
    if wait and found["type"] == "EXPRESS":
        finish(client.call("StartSyncExecution", **request), as_json)
        return
    started = client.call("StartExecution", **request)
    if not wait:
        output.print_json(started) if as_json else click.echo(started["executionArn"])
        return
    if output.at_terminal() and not as_json:
        click.echo(f"{started['executionArn']} has started.", err=True)
    finish(wait_for(client, started["executionArn"]), as_json)


def read_input(given: str) -> str:
    """The text that --input means."""
    if given == "-":
        return sys.stdin.read()
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text("utf-8")
    except (OSError, ValueError) as problem:
        raise click.BadParameter(f"{given[1:]} cannot be read: {problem}", param_hint="--input") from None


def wait_for(client: "Client", execution_arn: str) -> "Answer":
    """DescribeExecution's answer once the execution has ended."""
    for pause in pauses():
        described = client.call("DescribeExecution", executionArn=execution_arn)
        if described["status"] != "RUNNING":
            return described
        time.sleep(pause)
    raise AssertionError("there is always another pause")


def pauses() -> Iterator[float]:
    """Seconds between two questions: short at first, so that short executions are answered at once."""
    pause = 0.02
    while True:
        yield pause
        pause = min(1.0, pause * 1.5)


def finish(described: "Answer", as_json: bool) -> None:
    """Print how an execution ended; exit code 1 when it did not succeed."""
    if as_json:
        output.print_json(described)
    elif described["status"] == "SUCCEEDED":
        click.echo(output.printable(described["output"]) if output.at_terminal() else described["output"])
    else:
        why = ": ".join(described[part] for part in ("error", "cause") if described.get(part))
        click.echo(f"{described['executionArn']} {described['status']}{': ' if why else ''}{why}", err=True)
    if described["status"] != "SUCCEEDED":
        sys.exit(NOT_SUCCEEDED)
