"""`stepwell worker`: serves functions to a server from here, over Lambda's Runtime API."""

import os
import sys

import click

from stepwell.cli.options import NotDone


@click.command()
@click.option(
    "--function",
    "given",
    metavar="NAME=FILE.py:HANDLER",
    multiple=True,
    required=True,
    help="A function to serve; several times.",
)
@click.option(
    "--concurrency", type=click.IntRange(1), default=1, show_default=True, help="Invocations of each at once."
)
@click.option("--timeout", type=click.FloatRange(0, 900, min_open=True), default=900, help="Seconds of an invocation.")
@click.option("--memory", type=click.IntRange(128, 10_240), default=1024, help="MiB that a handler's process may take.")
@click.option("--python", default=sys.executable, help="The Python that runs the handlers.  [default: this one]")
@click.option("--url", envvar="STEPWELL_URL", help="The server.  [default: http://127.0.0.1:8083]")
def worker(given: tuple[str, ...], concurrency: int, timeout: float, memory: int, python: str, url: str | None) -> None:
    """Serve functions to a server until SIGTERM or Ctrl-C; what is under way is finished first."""
    import asyncio
    from pathlib import Path

    from stepwell.cli.client import DEFAULT_URL
    from stepwell.cli.runtime_client import Server, Worker
    from stepwell.integrations.functions.bindings import handler_of
    from stepwell.integrations.functions.process import Spec
    from stepwell.logs import set_up_logs

    set_up_logs()
    key = os.environ.get("STEPWELL_ACCESS_KEY_ID"), os.environ.get("STEPWELL_SECRET_ACCESS_KEY")
    server = Server(url or DEFAULT_URL, key)
    own = () if "AWS_ENDPOINT_URL_SFN" in os.environ else (("AWS_ENDPOINT_URL_SFN", server.url),)
    specs = {}
    for one in given:
        name, equals, text = one.partition("=")
        definition = handler_of(text, Path.cwd()) if equals and name else None
        if definition is None:
            raise NotDone(f"--function {one}: write NAME=FILE.py:HANDLER, such as price=shop/price.py:handler.")
        if not Path(definition.root, definition.handler.partition(".")[0] + ".py").is_file():
            raise NotDone(f"--function {one}: there is no file {text.rpartition(':')[0]}.")
        specs[name] = Spec(
            handler=definition.handler,
            root=definition.root,
            python=python,
            environment=own,
            timeout=timeout,
            memory=memory,
        )

    def ready() -> None:
        click.echo(f"Serves {', '.join(specs)} to {server.url}")
        sys.stdout.flush()

    asyncio.run(Worker(server, specs, concurrency).serve(ready))
