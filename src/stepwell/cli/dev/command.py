"""The command `stepwell dev`."""

import click

from stepwell.cli.options import LOG_LEVELS


@click.command()
@click.argument("directory", default=".", type=click.Path(exists=True, file_okay=False))
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one and says which.  [default: 8083]")
@click.option(
    "--moto-port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port of the stand-ins for AWS.  [default: a free one]",
)
@click.option("--data", metavar="DIR", help="Keep executions in this directory.  [default: forget them at the end]")
@click.option("--log-level", type=LOG_LEVELS, default="WARNING", show_default=True, help="How much is told on stderr.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line for each thing that happens.")
def dev(directory: str, port: int | None, moto_port: int, data: str | None, log_level: str, as_json: bool) -> None:
    """Serve what DIRECTORY holds with stand-ins for AWS's services, and again whenever it is saved."""
    import os
    import tempfile
    from pathlib import Path

    from stepwell.cli.dev.serving import Places, serve_directory
    from stepwell.cli.dev.stand_ins import stand_ins
    from stepwell.cli.options import NotDone
    from stepwell.config import ConfigError, load_config
    from stepwell.logs import set_up_logs
    from stepwell.server import AddressTaken
    from stepwell.store.protocol import StoreError

    set_up_logs(log_level)
    try:
        with tempfile.TemporaryDirectory(prefix="stepwell-dev-") as forgotten:
            places = Places(directory=Path(directory), data=Path(data or forgotten))
            config = load_config(places.settings, os.environ, port=port, host="127.0.0.1")
            with stand_ins(moto_port, config.account) as moto:
                serve_directory(places, config, moto, as_json)
    except (ConfigError, StoreError, AddressTaken) as problem:
        raise NotDone(str(problem)) from None
