"""`stepwell backup`: a consistent copy of the embedded store, while its server runs or not."""

import os

import click

from stepwell.cli import output
from stepwell.cli.options import NotDone
from stepwell.cli.serve import DEFAULT_DATA


@click.command()
@click.argument("target")
@click.option("--data", metavar="DIR", help=f"Directory of the data to copy.  [default: ./{DEFAULT_DATA}]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def backup(target: str, data: str | None, as_json: bool) -> None:
    """Copy the data in DIR, as they are at one moment, to the new directory TARGET.

    A server on TARGET goes on from that moment: `stepwell serve --data TARGET`.
    """
    import asyncio
    from pathlib import Path

    from stepwell.store.protocol import StoreError
    from stepwell.store.sqlite_files import DATABASE
    from stepwell.store.sqlite_files import backup as copy

    where = data or os.environ.get("STEPWELL_DATA") or DEFAULT_DATA
    if where.partition("://")[1] or where == "memory:":
        raise NotDone(_no_directory(where))
    try:
        asyncio.run(copy(Path(where), Path(target)))
    except StoreError as problem:
        raise NotDone(str(problem)) from None
    path = Path(target).resolve() / DATABASE
    if as_json:
        output.print_json({"path": str(path), "bytes": path.stat().st_size})
    elif output.at_terminal():
        click.echo(f"The data of {where} are in {path} ({path.stat().st_size / 1e6:.1f} MB).")
    else:
        click.echo(path)


def _no_directory(where: str) -> str:
    if where == "memory:":
        return "A store in memory has no data to copy."
    return (
        "Data in PostgreSQL are copied by its own tools: pg_dump --format=custom --file=stepwell.dump DATABASE, "
        "or continuous archiving for copies of any moment. `stepwell backup` copies a directory: --data DIR."
    )
