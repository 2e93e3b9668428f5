"""`stepwell graph`: a drawing of a state machine."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stepwell.cli import output
from stepwell.cli.options import NotDone

if TYPE_CHECKING:
    from stepwell.graph.model import Scope
    from stepwell.graph.theme import Theme


@click.command()
@click.argument("file")
@click.option("-o", "--output", "target", metavar="FILE", help="Where to write: .svg, .png or .mmd (Mermaid).")
@click.option(
    "--theme",
    type=click.Choice(["auto", "light", "dark"]),
    default="auto",
    show_default=True,
    help="Colours of SVG and PNG. auto: as the viewer prefers; a PNG is light then.",
)
def graph(file: str, target: str | None, theme: "Theme") -> None:
    """Draw the definition in FILE (JSON or YAML, - for standard input), be it valid or not.

    Without --output an outline in words at a terminal, and SVG in a pipe.
    """
    from stepwell.cli.definitions import read_definition
    from stepwell.graph.model import TooLarge, graph_of

    draw = _drawer(target)
    title = "State machine" if file == "-" else Path(file).name.split(".")[0]
    try:
        drawn = draw(graph_of(read_definition(file)), title, theme)
    except TooLarge as problem:
        raise NotDone(str(problem)) from None
    if target is None:
        sys.stdout.buffer.write(drawn)
        return
    try:
        Path(target).write_bytes(drawn)
    except OSError as problem:
        raise NotDone(f"{target} cannot be written: {problem}") from None
    if output.at_terminal():
        click.echo(f"{title} is drawn in {target}.")


Drawer = Callable[["Scope", str, "Theme"], bytes]


def _drawer(target: str | None) -> Drawer:
    if target is None:
        return _outline if output.at_terminal() else _svg
    suffix = Path(target).suffix.lower()
    if suffix not in _DRAWERS:
        raise NotDone(f"{target} should end in one of {', '.join(_DRAWERS)}: the end says what to write.")
    return _DRAWERS[suffix]


def _outline(scope: "Scope", title: str, theme: "Theme") -> bytes:
    from stepwell.graph.outline import outline

    return f"{outline(scope)}\n".encode()


def _svg(scope: "Scope", title: str, theme: "Theme") -> bytes:
    from stepwell.graph.layout import layout
    from stepwell.graph.outline import outline
    from stepwell.graph.svg import svg

    return svg(layout(scope), title=title, description=outline(scope), colours=theme).encode()


def _png(scope: "Scope", title: str, theme: "Theme") -> bytes:
    from stepwell.graph.png import NoRenderer, png

    try:
        return png(_svg(scope, title, "light" if theme == "auto" else theme).decode())
    except NoRenderer as problem:
        raise NotDone(str(problem)) from None


def _mermaid(scope: "Scope", title: str, theme: "Theme") -> bytes:
    from stepwell.graph.mermaid import mermaid

    return mermaid(scope).encode()


_DRAWERS: dict[str, Drawer] = {".svg": _svg, ".png": _png, ".mmd": _mermaid}
