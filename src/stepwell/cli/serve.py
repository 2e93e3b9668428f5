"""`stepwell serve`: the server."""

import os
import sys
from pathlib import Path

import click

DEFAULT_DATA = "stepwell-data"


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one and says which.  [default: 8083]")
@click.option("--data", metavar="DIR", help=f"Directory of the embedded store.  [default: ./{DEFAULT_DATA}]")
@click.option("--store", metavar="URL", help="Where data are kept instead: postgresql://…, or memory: for a trial.")
@click.option("--log-level", default="INFO", show_default=True, help="DEBUG, INFO, WARNING or ERROR.")
def serve(host: str | None, port: int | None, data: str | None, store: str | None, log_level: str) -> None:
    """Serve the Step Functions API until SIGTERM or Ctrl-C."""
    from stepwell import server
    from stepwell.config import ConfigError, load_config
    from stepwell.logs import set_up_logs
    from stepwell.store.opening import store_at
    from stepwell.store.protocol import StoreError

    if data and store:
        raise click.UsageError("--data and --store exclude each other: name one place for the data.")
    where = store or data or os.environ.get("STEPWELL_DATA") or DEFAULT_DATA
    set_up_logs(log_level.upper())
    try:
        config = load_config([Path(where), Path.cwd()], os.environ, host=host, port=port)
        kept = store_at(where)
        listener = server.bind(config.host, config.port)
        name, bound = listener.getsockname()[:2]
        shown = where if store else str(Path(where).resolve())

        def ready() -> None:
            click.echo(f"Stepwell listens on http://{f'[{name}]' if ':' in name else name}:{bound}")
            click.echo(f"Data are kept in {_without_password(shown)}")
            sys.stdout.flush()

        server.run(kept, config, listener, ready)
    except (ConfigError, StoreError, server.AddressTaken) as problem:
        raise click.ClickException(str(problem)) from None


def _without_password(url: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":…@") if parts.password else url
