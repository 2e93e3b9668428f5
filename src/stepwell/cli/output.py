"""What commands print: tables for a person at a terminal, tab-separated lines in a pipe, JSON when asked for."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import click

COLOURS = {
    "SUCCEEDED": "green",
    "RUNNING": "cyan",
    "FAILED": "red",
    "TIMED_OUT": "red",
    "ABORTED": "yellow",
    "CAUGHT": "yellow",
}


def at_terminal() -> bool:
    return sys.stdout.isatty()


def print_json(value: Any) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_lines(rows: Iterable[Sequence[object]]) -> None:
    """One line a row, columns apart by tabs; tabs and line breaks within a column are written \\t and \\n."""
    for row in rows:
        click.echo("\t".join(_escaped(column) for column in row))


def _escaped(column: object) -> str:
    text = "" if column is None else str(column)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def print_table(
    headers: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[str] = (), whole: Iterable[str] = ()
) -> None:
    """A table for a terminal; columns named in `right` are aligned to the right, those in `whole` never broken."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header in headers:
        justify: Literal["left", "right"] = "right" if header in right else "left"
        table.add_column(header, justify=justify, overflow="fold", no_wrap=header in whole)
    for row in rows:
        table.add_row(*map(_cell, row))
    Console().print(table)


def _cell(column: object) -> Any:
    from rich.text import Text

    shown = printable("" if column is None else str(column))
    return Text(shown, style=COLOURS.get(shown.upper().replace(" ", "_"), ""))


def printable(text: str) -> str:
    """The text without characters that would move a terminal's cursor or colour it: users' data are only shown."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)


def region(arn: str) -> str:
    """The region in an ARN."""
    return arn.split(":", 4)[3]


def moment(seconds: float | None) -> str:
    """A time of the API: to the second in local time for a person, ISO 8601 in UTC for a program."""
    if seconds is None:
        return ""
    at = datetime.fromtimestamp(seconds, UTC)
    if at_terminal():
        return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def duration(seconds: float | None) -> str:
    """`0.25 s`, `12.3 s`, `4 min 05 s`, `2 h 10 min`, `3 d 4 h` for a person; seconds for a program."""
    if seconds is None:
        return ""
    if not at_terminal():
        return f"{seconds:.3f}"
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
