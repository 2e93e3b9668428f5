"""What is wrong with a workflow's source: each problem with its place, the reason, and what to write instead."""

import ast
from typing import Literal

import msgspec

Kind = Literal["unsupported", "contract", "misuse"]
"""What cannot be compiled exactly; what breaks an annotation: a step is given what it does not take; or blocks put
together as no machine can be."""


class Problem(msgspec.Struct, frozen=True):
    """One place that cannot be compiled, or one block. Lines count from 1, columns from 0, as Python's."""

    file: str
    line: int
    column: int
    what: str  # what stands there, and why it cannot be compiled
    instead: str  # what to write instead
    kind: Kind = "unsupported"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column + 1}: {self.kind}: {self.what} {self.instead}".rstrip()


class WorkflowError(Exception):
    """A workflow cannot be compiled. `problems` has all of them, in the order of the source."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.name = name
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column)))
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n".join([f"workflow {name} has {count}:", *(f"  {each}" for each in self.problems)]))


class Refused(Exception):
    """Raised where a node cannot be compiled; the statement's compiler makes a Problem of it."""

    def __init__(self, node: ast.AST, what: str, instead: str = "", kind: Kind = "unsupported") -> None:
        super().__init__(what)
        self.node = node
        self.what = what
        self.instead = instead
        self.kind = kind


def unknown(node: ast.AST, what: str) -> Refused:
    """A value whose type had to be known."""
    return Refused(node, f"Whether {ast.unparse(node)} is {what} is not known.", "Annotate it.")
