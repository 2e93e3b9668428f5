"""`stepwell validate`: what is wrong with definitions, where it stands, and how to mend it."""

import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import click

from stepwell.cli import output
from stepwell.cli.options import NOT_DONE, NotDone

if TYPE_CHECKING:
    from stepwell.asl.diagnostics import Diagnostic
    from stepwell.cli.nodes import Node
    from stepwell.cli.sources import Source

FAULTY = 1
"""Exit code: at least one definition has an error."""

Finding = dict[str, Any]
"""One diagnostic as --json prints it; `line` and `column` count from 1."""

_COLOURS = {"ERROR": "red", "WARNING": "yellow"}


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--type",
    "asked_type",
    type=click.Choice(["STANDARD", "EXPRESS"]),
    help="For which machines.  [default: as a template says, else STANDARD]",
)
@click.option("--warnings", is_flag=True, help="Also tell what is allowed, but most likely not meant.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def validate(files: tuple[str, ...], asked_type: str | None, warnings: bool, as_json: bool) -> None:
    """Validate the definitions in FILEs (JSON or YAML, - for standard input).

    A CloudFormation or SAM template stands for the definitions of its state machines. Exits with 1 when any
    definition has an error.
    """
    checked: list[dict[str, Any]] = []
    unread = False
    for file in files:
        try:
            checked += checked_in(file, asked_type, warnings)
        except NotDone as problem:
            click.echo(f"Error: {problem.message}", err=True)
            unread = True
    faulty = any(definition["result"] == "FAIL" for definition in checked)
    if as_json:
        output.print_json({"result": "FAIL" if faulty else "OK", "definitions": checked})
    elif checked:
        _print(checked)
    sys.exit(FAULTY if faulty else NOT_DONE if unread else 0)


def checked_in(file: str, asked_type: str | None = None, warnings: bool = False) -> Iterator[dict[str, Any]]:
    """Each definition of a file with what is wrong with it, as --json prints them. Raises NotDone."""
    from stepwell.cli.sources import read_sources

    for source in read_sources(file):
        type: Literal["STANDARD", "EXPRESS"] = "EXPRESS" if (asked_type or source.type) == "EXPRESS" else "STANDARD"
        problems = _problems(source, type)
        told = [problem for problem in problems if warnings or problem.severity == "ERROR"]
        names = [] if source.node is None else _state_names(source.node)
        yield {
            "file": source.file,
            "resource": source.resource,
            "type": type,
            "result": "FAIL" if any(problem.severity == "ERROR" for problem in problems) else "OK",
            "diagnostics": [_finding(problem, source, names) for problem in told],
        }


def _problems(source: "Source", type: Literal["STANDARD", "EXPRESS"]) -> "list[Diagnostic]":
    from stepwell.asl.diagnostics import Code, Diagnostic
    from stepwell.asl.parse import parse
    from stepwell.cli.nodes import json_text
    from stepwell.cli.substitutions import settle

    if source.node is None:
        return [Diagnostic("ERROR", Code.INVALID_JSON, str(source.fault))]
    node, unsettled = settle(source.node)
    # Where a target is known only later, nobody can say which states are reached.
    anywhere = any(place.endswith(("/Next", "/Default", "/StartAt")) for place in unsettled)
    return [
        problem
        for problem in parse(json_text(node), type=type).diagnostics
        if problem.location not in unsettled
        and not (anywhere and problem.code == Code.MISSING_TARGET and "not reachable" in problem.message)
    ]


def _finding(problem: "Diagnostic", source: "Source", names: list[str]) -> Finding:
    from stepwell.cli.mends import mend
    from stepwell.cli.nodes import trail

    way = [] if source.node is None else trail(source.node, (problem.location or "").removesuffix("/"))
    at = way[-1] if way else source.fault
    line, column = _place(source, *((at.line, at.column) if at else (1, 1)))
    return {
        "severity": problem.severity,
        "code": problem.code,
        "message": problem.message,
        "location": problem.location,
        "line": line,
        "column": column,
        "state": _state_path(way),
        "mend": mend(problem, names),
    }


def _place(source: "Source", line: int, column: int) -> tuple[int, int]:
    """Within the file, from within the definition's text."""
    if source.whole:
        return source.line, source.column
    # Every line of a text in a template is indented alike.
    return source.line + line - 1, source.column + column - 1


def _state_path(way: "list[Any]") -> str:
    """`Order > Ship`: the states that one must go into, the outermost first."""
    names = [getattr(part, "name", None) for part in way]
    return " > ".join(str(name) for before, name in pairwise(names) if before == "States" and name)


def _state_names(node: "Node") -> "list[str]":
    from stepwell.cli.nodes import Array, Object

    if isinstance(node, Array):
        return [name for item in node.items for name in _state_names(item)]
    if not isinstance(node, Object):
        return []
    own = node.get("States")
    names = [member.name for member in own.members] if isinstance(own, Object) else []
    return names + [name for member in node.members for name in _state_names(member.value)]


def _print(checked: list[dict[str, Any]]) -> None:
    for definition in checked:
        for finding in definition["diagnostics"]:
            print_finding(definition, finding)
    counts = [finding["severity"] for definition in checked for finding in definition["diagnostics"]]
    errors, warnings = counts.count("ERROR"), counts.count("WARNING")
    told = [_counted(errors, "error")] + ([_counted(warnings, "warning")] if warnings else [])
    click.echo(f"{_counted(len(checked), 'definition')}: {', '.join(told)}.")


def print_finding(definition: dict[str, Any], finding: Finding) -> None:
    """What is wrong, where, and how to mend it: up to three lines."""
    place = f"{definition['file']}:{finding['line']}:{finding['column']}"
    severity = click.style(finding["severity"], fg=_COLOURS[finding["severity"]])
    click.echo(f"{output.printable(place)}: {severity} {finding['code']}: {output.printable(finding['message'])}")
    states = " > ".join(name for name in (definition["resource"], finding["state"]) if name)
    if finding["location"]:
        click.echo(f"    in {output.printable(states or 'the definition')}, at {output.printable(finding['location'])}")
    if finding["mend"]:
        click.echo(f"    {output.printable(finding['mend'])}")


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
