"""What was measured, as a table for people and as JSON for programs."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure, Measured
from benchmarks.machine import Machine
from benchmarks.workloads import WORKLOADS

OURS = "Stepwell"
_MARK = {True: "[green]reached[/]", False: "[red]missed[/]", None: ""}


README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- results -->", "<!-- end of results -->"
WIDTH = 132  # characters of a line where there is no terminal to ask


def console() -> Console:
    """Where people look."""
    found = Console()
    return found if found.is_terminal else Console(width=WIDTH)


def as_json(machine: Machine, results: Sequence[Measured]) -> str:
    text = msgspec.json.encode({"machine": machine, "results": [_with_targets(result) for result in results]})
    return msgspec.json.format(text).decode()


def _with_targets(result: Measured) -> dict[str, Any]:
    targets = {figure.name: figure.target for figure in WORKLOADS[result.workload].figures if figure.target is not None}
    return {**msgspec.to_builtins(result), "targets": targets}


def show(console: Console, machine: Machine, results: Sequence[Measured]) -> None:
    for name in dict.fromkeys(result.workload for result in results):
        _show_workload(console, name, [result for result in results if result.workload == name])
    for line in machine.lines():
        console.print(line, style="dim", highlight=False)


def save(machine: Machine, results: Sequence[Measured]) -> None:
    """Put the tables between the two marks in the README, in place of the last ones."""
    page = Console(width=WIDTH, file=io.StringIO(), record=True)
    show(page, machine, results)
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n```\n{page.export_text().rstrip()}\n```\n{END}{after}", "utf-8")


def _show_workload(console: Console, name: str, results: Sequence[Measured]) -> None:
    ours = next((result for result in results if result.system == OURS), None)
    peers = [result for result in results if result is not ours]
    console.print(f"[bold]{name}[/]: {WORKLOADS[name].what}")
    table = Table()
    table.add_column("figure")
    for heading in (OURS, "target", "", *(peer.system for peer in peers)):
        table.add_column(heading, justify="right")
    for figure in WORKLOADS[name].figures:
        table.add_row(figure.name, *_ours(figure, ours), *(_theirs(figure, ours, peer) for peer in peers))
    console.print(table)
    for result in results:
        rounds = f"median of {result.rounds} rounds; " if result.rounds > 1 else ""
        said = f"NOT RUN: {result.failure}" if result.failure else f"{rounds}{result.durability}"
        console.print(f"  {result.system}: {said}", style="dim", markup=False, highlight=False)
        for note in result.notes:
            console.print(f"    {note}", style="dim", markup=False, highlight=False)
    console.print()


def _ours(figure: Figure, ours: Measured | None) -> tuple[str, str, str]:
    target = "" if figure.target is None else f"{'≥' if figure.better == 'more' else '≤'} {figure.target:,g}"
    value = None if ours is None else ours.values.get(figure.name)
    return ("–", target, "") if value is None else (_number(value), target, _MARK[figure.reached(value)])


def _theirs(figure: Figure, ours: Measured | None, peer: Measured) -> str:
    value = peer.values.get(figure.name)
    if value is None:
        return "–"
    mine = None if ours is None else ours.values.get(figure.name)
    return _number(value) if mine is None else f"{_number(value)} ({figure.ratio(mine, value):,.3g}x)"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
