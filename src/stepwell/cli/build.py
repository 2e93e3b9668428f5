"""`stepwell build`: the definition that a workflow compiles to."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stepwell.cli import output
from stepwell.cli.options import NotDone

if TYPE_CHECKING:
    from stepwell.sdk.machines import StateMachine
    from stepwell.sdk.problems import WorkflowError

REFUSED = 1
"""Exit code: the workflow cannot be compiled."""


@click.command()
@click.argument("name", metavar="MODULE:NAME")
@click.option("-o", "--output", "target", metavar="FILE", help="Where to write the definition.  [default: print it]")
@click.option("--region", default="us-east-1", show_default=True, help="The region of its activities.")
@click.option("--account", default="123456789012", show_default=True, help="The account of its activities.")
@click.option("--json", "as_json", is_flag=True, help="Tell problems as JSON.")
def build(name: str, target: str | None, region: str, account: str, as_json: bool) -> None:
    """Write the definition of the workflow NAME in MODULE. Exits with 1 when it cannot be compiled."""
    from stepwell.sdk.problems import WorkflowError

    try:
        text = _workflow(name).to_json(region=region, account=account) + "\n"
    except WorkflowError as refused:
        _tell(refused, as_json)
        sys.exit(REFUSED)
    if target is None:
        sys.stdout.buffer.write(text.encode())
        return
    try:
        Path(target).write_text(text, "utf-8")
    except OSError as problem:
        raise NotDone(f"{target} cannot be written: {problem}") from None


def _workflow(name: str) -> "StateMachine":
    from importlib import import_module

    from stepwell.sdk.machines import StateMachine

    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise NotDone(f"{name} names no workflow: write MODULE:NAME, such as orders:checkout.")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(import_module(module), attribute, None)
    except ModuleNotFoundError as problem:
        raise NotDone(f"{module} cannot be imported from here: {problem}.") from None
    if not isinstance(found, StateMachine):
        raise NotDone(f"{attribute} in {module} is no @workflow and no machine of blocks.")
    return found


def _tell(refused: "WorkflowError", as_json: bool) -> None:
    if as_json:
        import msgspec

        output.print_json({"result": "FAIL", "problems": msgspec.to_builtins(refused.problems)})
    else:
        click.echo(str(refused), err=True)
