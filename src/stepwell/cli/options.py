"""Options that the commands share, and how their errors reach a person: one line, with what to do."""

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]

NOT_SUCCEEDED = 1
"""Exit code: the execution waited for did not succeed."""
NOT_DONE = 2
"""Exit code: the command could not be carried out."""
LOG_LEVELS = click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"], case_sensitive=False)
"""What --log-level takes."""


class NotDone(click.ClickException):
    """A command that could not be carried out."""

    exit_code = NOT_DONE


def asks_server(command: Command) -> Command:
    """A command that asks a server: gets a `client` and `as_json`, and has --url, --region and --json."""

    @click.option("--url", envvar="STEPWELL_URL", help="The server.  [default: http://127.0.0.1:8083]")
    @click.option(
        "--region",
        envvar=["STEPWELL_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"],
        help="Only machines of this region.  [default: those of all regions]",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print JSON, as the API answers.")
    @functools.wraps(command)
    def asking(*, url: str | None, region: str | None, **values: Any) -> None:
        from stepwell.cli.client import DEFAULT_URL, Client, Refused, Unreachable
        from stepwell.cli.names import Unknown

        try:
            key = os.environ.get("STEPWELL_ACCESS_KEY_ID"), os.environ.get("STEPWELL_SECRET_ACCESS_KEY")
            command(client=Client(url or DEFAULT_URL, region, key), **values)
        except (Refused, Unreachable, Unknown) as problem:
            raise NotDone(str(problem)) from None
        except KeyboardInterrupt:
            sys.exit(130)  # as shells count it

    return asking
