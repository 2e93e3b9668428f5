"""`stepwell serve`: the server."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from stepwell.cli.options import LOG_LEVELS

DEFAULT_DATA = "stepwell-data"


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one and says which.  [default: 8083]")
@click.option("--data", metavar="DIR", help=f"Directory of the embedded store.  [default: ./{DEFAULT_DATA}]")
@click.option("--store", metavar="URL", help="Where data are kept instead: postgresql://…, or memory: for a trial.")
@click.option("--access-keys", metavar="FILE", help="Ask for signatures of these keys.  [default: anyone may call]")
@click.option(
    "--insecure", is_flag=True, default=None, help="Let anyone call who reaches an address of other machines."
)
@click.option("--allow-host", metavar="NAME", multiple=True, help="A name clients call this server by; several times.")
@click.option("--tls-cert", metavar="FILE", help="Serve https with this certificate (PEM).")
@click.option("--tls-key", metavar="FILE", help="The certificate's key (PEM).")
@click.option(
    "--mock-config", metavar="FILE", help="Test cases for executions that are started as ARN#TESTCASE; read each time."
)
@click.option(
    "--retention",
    "retention_days",
    type=float,
    metavar="DAYS",
    help="Delete executions so long after their end.  [default: 90]",
)
@click.option(
    "--keep-express",
    "keep_express_days",
    type=float,
    is_flag=False,
    flag_value=7,
    metavar="DAYS",
    help="Keep Express executions too, to be listed and shown; without DAYS for 7.",
)
@click.option(
    "--log-level",
    type=LOG_LEVELS,
    default="INFO",
    show_default=True,
    help="How much is told on stderr.",
)
def serve(data: str | None, store: str | None, log_level: str, allow_host: tuple[str, ...], **settings: Any) -> None:
    """Serve the Step Functions API until SIGTERM or Ctrl-C."""
    from stepwell import server
    from stepwell.api.keys import load_keys
    from stepwell.config import Config, ConfigError, Problems, Settings, load_config
    from stepwell.integrations.mock_config import MockConfigError, read_mock_config
    from stepwell.integrations.outside import load_outside
    from stepwell.logs import set_up_logs
    from stepwell.store.opening import store_at
    from stepwell.store.protocol import StoreError

    if data and store:
        raise click.UsageError("--data and --store exclude each other: name one place for the data.")
    where = store or data or os.environ.get("STEPWELL_DATA") or DEFAULT_DATA
    set_up_logs(log_level)
    try:
        directories = [Path(where), Path.cwd()]
        problems = Problems()
        given = {"allow_host": allow_host or None, **settings}
        config = problems.of(lambda: load_config(directories, os.environ, **given), Config())
        outside = problems.of(lambda: load_outside(directories), None)
        problems.tell()
        assert outside is not None
        if config.mock_config:
            read_mock_config(config.mock_config)
        keys = load_keys(config.access_keys, os.environ)
        certificate = server.tls(config)
        kept = store_at(where)
        listener = server.bind(config.host, config.port)
        server.check_exposure(listener, config, keys)
        name, bound = listener.getsockname()[:2]
        shown = where if store else str(Path(where).resolve())

        def ready() -> None:
            scheme = "https" if certificate else "http"
            click.echo(f"Stepwell listens on {scheme}://{f'[{name}]' if ':' in name else name}:{bound}")
            click.echo(f"Data are kept in {_without_password(shown)}")
            sys.stdout.flush()

        serving = server.serve(
            kept,
            config,
            listener,
            ready,
            keys=keys,
            certificate=certificate,
            services=outside.services,
            http=outside.http,
            outgoing=outside.outgoing,
            file=Settings(directories),
        )
        server.run(serving)
    except (ConfigError, MockConfigError, StoreError, server.AddressTaken) as problem:
        raise click.ClickException(str(problem)) from None


def _without_password(url: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":…@") if parts.password else url
