"""`stepwell check`: proves that the data of a stopped server, or of a backup, are sound."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stepwell.cli import output
from stepwell.cli.options import NotDone

if TYPE_CHECKING:
    from stepwell.engine.check import Report

SHOWN = 3  # examples of each kind of problem in the table


@click.command()
@click.argument("where", metavar="DIR|URL")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def check(where: str, as_json: bool) -> None:
    """Check the data in a directory, or in postgresql://…, on which no server runs.

    Reads every journal and holds all else against it. Exits with 1 when anything is wrong.
    """
    import asyncio

    from stepwell.store.protocol import StoreError
    from stepwell.store.sqlite_files import DATABASE

    if not where.partition("://")[1] and not (Path(where).expanduser() / DATABASE).is_file():
        raise NotDone(f"There are no data in {where}: it has no {DATABASE}. Name the directory given to serve --data.")
    try:
        report = asyncio.run(_check(where))
    except StoreError as problem:
        raise NotDone(str(problem)) from None
    if as_json:
        _print_json(report)
    else:
        _print(report)
    if not report.sound:
        sys.exit(1)


async def _check(where: str) -> "Report":
    from stepwell.engine.check import check as examine
    from stepwell.store.opening import store_at

    store = store_at(where)
    await store.open()
    try:
        counts = await store.counts()
        total = sum(count for name, count in counts.items() if name.startswith("executions."))
        with _progress(total) as advance:
            return await examine(store, advance)
    finally:
        await store.close()


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda seen: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Checking executions"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda seen: bar.update(task, completed=seen)


def _print(report: "Report") -> None:
    seen = f"{report.executions:,} executions, {report.entries:,} journal entries, {report.work:,} rows of open work"
    aside = f" {report.aside:,} executions are set aside." if report.aside else ""
    if report.sound:
        click.echo(f"Sound: {seen}, {report.revisions:,} revisions.{aside}")
        return
    if output.at_terminal():
        _print_table(report)
    else:
        output.print_lines(
            (problem.kind, report.counts[problem.kind], problem.subject, problem.detail)
            for kind, _ in report.counts.most_common()
            for problem in report.examples[kind][:SHOWN]
        )
    click.echo(f"{report.counts.total():,} problems in {seen}.{aside}")


def _print_table(report: "Report") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("Problem", "Count", "First of them", show_lines=True)
    for kind, count in report.counts.most_common():
        examples = [f"{problem.subject}\n  {problem.detail}" for problem in report.examples[kind][:SHOWN]]
        table.add_row(kind, f"{count:,}", escape("\n".join(examples)))
    Console().print(table)


def _print_json(report: "Report") -> None:
    from msgspec import to_builtins

    shown = {
        "sound": report.sound,
        "executions": report.executions,
        "entries": report.entries,
        "work": report.work,
        "revisions": report.revisions,
        "aside": report.aside,
        "counts": dict(report.counts),
        "problems": [to_builtins(problem) for problems in report.examples.values() for problem in problems],
    }
    output.print_json(shown)
