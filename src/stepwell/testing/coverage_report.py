"""Reports of coverage: a table for a terminal, and pages with the coloured graphs."""

import io
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

from stepwell.graph.layout import layout
from stepwell.graph.model import graph_of
from stepwell.graph.svg import svg
from stepwell.testing.coverage import KINDS, Coverage, Covered, missing, percent

MOST = 20
"""Uncovered items told of one definition in the terminal; the pages show all."""

_HIT, _MISSED = "#1a7f37", "#d1242f"
_STYLE = f"""
.stepwell-graph g.hit > .card {{ stroke: {_HIT}; stroke-width: 2.2; }}
.stepwell-graph g.missed > .card {{ stroke: {_MISSED}; stroke-width: 2.2; stroke-dasharray: 3 3; }}
.stepwell-graph .line.hit {{ stroke: {_HIT}; }}
.stepwell-graph .tip.hit {{ fill: {_HIT}; }}
.stepwell-graph .line.missed {{ stroke: {_MISSED}; stroke-dasharray: 2 4; }}
.stepwell-graph .tip.missed {{ fill: {_MISSED}; }}
.stepwell-graph .chip.hit {{ stroke: {_HIT}; }}
.stepwell-graph .chip.missed {{ stroke: {_MISSED}; }}
.stepwell-graph g.retry-missed .retry {{ stroke: {_MISSED}; stroke-width: 2.2; }}
.stepwell-graph g.retry-hit .retry {{ stroke: {_HIT}; }}
"""


def table(coverage: Coverage, *, width: int = 100, colours: bool = False) -> str:
    """The figures of each definition, and what is not covered."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    drawn.add_column("state machine", overflow="fold")
    for heading in (*KINDS, "covered"):
        drawn.add_column(heading, justify="right", no_wrap=True)
    for covered in coverage:
        figures = [covered.figures(kind) for kind in KINDS]
        cells = [f"{hit}/{all}" if all else "–" for hit, all in figures]
        drawn.add_row(Text(covered.name), *cells, _shown(percent(*covered.figures())))
    if len(list(coverage)) > 1:
        sums = [[covered.figures(kind) for covered in coverage] for kind in KINDS]
        totals = [f"{sum(hit for hit, _ in each)}/{sum(all for _, all in each)}" for each in sums]
        drawn.add_section()
        drawn.add_row("all", *totals, _shown(coverage.percent()))
    written = io.StringIO()
    Console(file=written, width=width, force_terminal=colours, color_system="standard" if colours else None).print(
        drawn
    )
    return "\n".join([written.getvalue().rstrip("\n"), *_uncovered(coverage)])


def _uncovered(coverage: Coverage) -> list[str]:
    lines = []
    for name, items in missing(coverage):
        lines += ["", f"{name}: not covered"]
        lines += [f"  {item.label}" for item in items[:MOST]]
        lines += [f"  and {len(items) - MOST} more"] if len(items) > MOST else []
    return lines


def _shown(figure: float) -> str:
    """Whole percents, and never 100 for less."""
    return f"{int(figure)}%"


def drawing(covered: Covered) -> str:
    """The definition's graph as SVG: green is what was come through, red and dashed what was not."""
    classes: dict[str, str] = {}
    for item in covered.items:
        hit = "hit" if covered.counts.get(item.id) else "missed"
        if item.kind == "retriers":
            id = item.id.partition("#")[0]
            both = classes[id] if "retry-missed" in classes[id] else classes[id].replace(" retry-hit", "")
            classes[id] = both if "retry-missed" in both else f"{both} retry-{hit}"
        else:
            classes[item.id] = hit
    title = f"{covered.name}: {_shown(percent(*covered.figures()))} covered"
    return svg(layout(graph_of(covered.definition)), title=title, classes=classes, style=_STYLE)


def write_pages(coverage: Coverage, directory: Path) -> Path:
    """`index.html`, and the drawings as SVG; returns the page's path. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    names = _file_names(coverage)
    parts = []
    for covered in coverage:
        drawn = drawing(covered)
        (directory / names[covered.name]).write_text(drawn, "utf-8")
        parts.append(_part(covered, drawn, names[covered.name]))
    page = directory / "index.html"
    page.write_text(_page(coverage, "\n".join(parts)), "utf-8")
    return page


def _file_names(coverage: Coverage) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for covered in coverage:
        name = re.sub(r"[^A-Za-z0-9._-]+", "_", covered.name).strip("._") or "machine"
        while f"{name}.svg" in found.values():
            name += "_"
        found[covered.name] = f"{name}.svg"
    return found


def _part(covered: Covered, drawn: str, file: str) -> str:
    rows = "".join(
        f'<tr class="{"hit" if covered.counts.get(item.id) else "missed"}"><td>{escape(item.label)}</td>'
        f"<td>{covered.counts.get(item.id, 0)}</td></tr>"
        for item in covered.items
    )
    figures = " · ".join(f"{kind} {hit}/{all}" for kind in KINDS for hit, all in [covered.figures(kind)] if all)
    return (
        f"<section><h2>{escape(covered.name)} <b>{_shown(percent(*covered.figures()))}</b></h2>"
        f'<p>{figures} · <a href="{file}">SVG</a></p>{drawn}'
        f"<details><summary>How often each was come through</summary><table>{rows}</table></details></section>"
    )


def _page(coverage: Coverage, parts: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Coverage of state machines: {_shown(coverage.percent())}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }}
h2 b {{ color: {_HIT}; }}
svg {{ max-width: 100%; height: auto; }}
td {{ padding: .1rem 1rem .1rem 0; }}
td + td {{ text-align: right; }}
.missed td {{ color: {_MISSED}; }}
</style>
<h1>Coverage of state machines: {_shown(coverage.percent())}</h1>
{parts}
</html>
"""
