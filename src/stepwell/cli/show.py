"""`stepwell show`: what happened to an execution, state by state."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from stepwell.cli import output
from stepwell.cli.options import asks_server

if TYPE_CHECKING:
    from stepwell.cli.client import Answer, Client
    from stepwell.cli.visits import Visit

MOST_ITERATIONS = 5
"""A Map with more of them is shown with one line for each of its states."""
MOST_LINES = 60
BAR, SHORT_BAR = 28, 12
"""Characters of the time line, in a wide terminal and in one of fewer than 100 columns."""


@click.command()
@click.argument("execution")
@asks_server
def show(client: "Client", execution: str, as_json: bool) -> None:
    """Show what happened to EXECUTION (a name, its beginning, MACHINE/NAME, or an ARN), state by state."""
    from stepwell.cli.names import find_execution
    from stepwell.cli.visits import Visits

    arn = find_execution(client, execution)
    described = client.call("DescribeExecution", executionArn=arn)
    events = client.pages("GetExecutionHistory", "events", executionArn=arn, maxResults=1000, includeExecutionData=True)
    lines = _lines(Visits(events).tree())
    if as_json:
        output.print_json({**described, "states": [line.as_json() for line in lines]})
    elif output.at_terminal():
        _print_to_person(described, lines)
    else:
        output.print_lines([*_facts(described), *(("state", *line.columns()) for line in lines)])


class Line:
    """One visit of a state, or all of a large Map's visits of one state."""

    def __init__(self, visits: "Sequence[Visit]") -> None:
        first = visits[0]
        self.name, self.type, self.depth = first.name, first.type, first.depth
        self.iteration = first.iteration if len(visits) == 1 else None
        self.count = len(visits)
        self.result = next((v.result for v in visits if v.result != "SUCCEEDED"), "SUCCEEDED")
        self.tries = sum(visit.tries for visit in visits)
        self.entered = min(visit.entered for visit in visits)
        ends = [visit.left for visit in visits]
        self.left = None if None in ends else max(end for end in ends if end is not None)
        self.errors = [error for visit in visits for error in visit.errors]
        self.workers = sorted({visit.worker for visit in visits if visit.worker})

    @property
    def seconds(self) -> float | None:
        return None if self.left is None else self.left - self.entered

    @property
    def label(self) -> str:
        index = "" if self.iteration is None else f" [{self.iteration}]"
        times = f" ×{self.count}" if self.count > 1 else ""
        return self.name + index + times

    @property
    def note(self) -> str:
        errors = [f"{error} ×{len(list(same))}".removesuffix(" ×1") for error, same in groupby(self.errors)]
        return "; ".join(errors[:3] + (["…"] if len(errors) > 3 else []))

    def columns(self) -> tuple[object, ...]:
        tries = self.tries or ""
        return self.depth, self.label, self.type, self.result, tries, output.duration(self.seconds), self.note

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "type": self.type,
            "depth": self.depth,
            "iteration": self.iteration,
            "visits": self.count,
            "result": self.result,
            "tries": self.tries,
            "entered": self.entered,
            "left": self.left,
            "errors": self.errors,
            "workers": self.workers,
        }


def _lines(visits: "Iterable[Visit]") -> list[Line]:
    groups: dict[object, list[Visit]] = {}
    for visit in visits:
        large = _large_map(visit)
        key = visit if large is None else (large, visit.name)
        groups.setdefault(key, []).append(visit)
    return [Line(group) for group in groups.values()]


def _large_map(visit: "Visit") -> "Visit | None":
    """The outermost Map around it that has many iterations."""
    found, around = None, visit.parent
    while around is not None:
        if around.type == "Map" and len({child.iteration for child in around.children}) > MOST_ITERATIONS:
            found = around
        around = around.parent
    return found


def _facts(described: "Answer") -> list[tuple[str, str]]:
    started, stopped = described["startDate"], described.get("stopDate")
    count, redriven = described.get("redriveCount"), described.get("redriveDate")
    facts = {
        "execution": described["name"],
        "machine": described["stateMachineArn"].rpartition(":")[2],
        "status": described["status"],
        "started": output.moment(started),
        "redriven": f"{count}×, last {output.moment(redriven)}" if count else None,
        "stopped": output.moment(stopped),
        "took": output.duration(None if stopped is None else stopped - started),
        "input": described.get("input"),
        "output": described.get("output"),
        "error": described.get("error"),
        "cause": described.get("cause"),
    }
    return [(name, value) for name, value in facts.items() if value]


def _print_to_person(described: "Answer", lines: list[Line]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console()
    for name, value in _facts(described):
        style = output.COLOURS.get(value, "") if name == "status" else ""
        console.print(Text(f"{name:<10} ", style="dim") + Text(output.printable(_short(value)), style=style))
    shown, left_out = (lines, 0) if len(lines) <= MOST_LINES else (lines[:MOST_LINES], len(lines) - MOST_LINES)
    width = BAR if console.width >= 100 else SHORT_BAR
    begin = described["startDate"]
    end = described.get("stopDate") or max((line.left or line.entered for line in lines), default=begin)
    output.print_table(
        ("State", "Result", "Tries", "Took", "", "Errors"),
        (
            (
                "  " * line.depth + line.label,
                line.result.lower(),
                line.tries or "",
                output.duration(line.seconds),
                bar(line.entered - begin, (line.left or end) - begin, end - begin, width),
                line.note,
            )
            for line in shown
        ),
        right=("Tries", "Took"),
        whole=("Tries", "Took", ""),
    )
    if left_out:
        console.print(f"… and {left_out} more; `stepwell history` shows everything.")


def bar(begin: float, end: float, whole: float, width: int) -> str:
    """Where in the execution's time a state lies."""
    if whole <= 0:
        return "━" * width
    first = min(width - 1, int(begin / whole * width))
    last = max(first + 1, min(width, round(end / whole * width)))
    return " " * first + "━" * (last - first)


def _short(text: str, most: int = 400) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters; --json shows all)"
