"""Functions that `stepwell worker` serves to a server from here, over Lambda's Runtime API."""

import asyncio
import os
import sys
from pathlib import Path

import click

from stepwell.cli.client import DEFAULT_URL
from stepwell.cli.options import NotDone
from stepwell.cli.runtime_client import Server, Worker
from stepwell.integrations.functions.bindings import handler_of
from stepwell.integrations.functions.process import Spec


def serve_functions(
    given: tuple[str, ...],
    url: str | None,
    concurrency: tuple[str, ...],
    *,
    timeout: float,
    memory: int,
    python: str,
) -> None:
    """`given`: NAME=FILE.py:HANDLER. `concurrency`: of each, the last counts. Raises NotDone."""
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

    asyncio.run(Worker(server, specs, _count(concurrency)).serve(ready))


def _count(concurrency: tuple[str, ...]) -> int:
    """Raises NotDone."""
    text = concurrency[-1] if concurrency else "1"
    if not text.isdecimal() or int(text) < 1:
        raise NotDone(f"--concurrency {text}: functions take a number, the same for all of them. Write 4.")
    return int(text)
