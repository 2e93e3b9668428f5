"""The command group, and which subcommands there are."""

import click

from stepwell import __version__
from stepwell.cli.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="stepwell")
def main() -> None:
    """Stepwell: a durable workflow engine that runs the Amazon States Language."""


main.add_command(serve)
