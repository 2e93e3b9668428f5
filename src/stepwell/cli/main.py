"""The command group, and which subcommands there are."""

import click

from stepwell.cli.answer import answer
from stepwell.cli.backup import backup
from stepwell.cli.build import build
from stepwell.cli.check import check
from stepwell.cli.dev.command import dev
from stepwell.cli.graph import graph
from stepwell.cli.history import history
from stepwell.cli.listing import list_
from stepwell.cli.logs import logs
from stepwell.cli.redrive import redrive
from stepwell.cli.serve import serve
from stepwell.cli.show import show
from stepwell.cli.start import start
from stepwell.cli.stop import stop
from stepwell.cli.targets import targets
from stepwell.cli.test import test
from stepwell.cli.validate import validate
from stepwell.cli.waiting import waiting
from stepwell.cli.worker import worker
from stepwell.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="stepwell")
def main() -> None:
    """Stepwell: a durable workflow engine that runs the Amazon States Language."""


COMMANDS = (
    serve,
    dev,
    start,
    list_,
    show,
    history,
    stop,
    waiting,
    answer,
    redrive,
    logs,
    worker,
    targets,
    backup,
    check,
    graph,
    build,
    validate,
    test,
)
for command in COMMANDS:
    main.add_command(command)
