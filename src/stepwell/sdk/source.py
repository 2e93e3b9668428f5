"""A function's source: its syntax, its comments, and what the names in it stand for outside."""

import ast
import asyncio
import builtins
import inspect
import io
import textwrap
import tokenize
from collections.abc import Callable, Iterator
from typing import Any, cast

from stepwell.sdk.flow import counters
from stepwell.sdk.problems import Problem, WorkflowError
from stepwell.sdk.syntax import assigned

_MISSING = object()

Place = tuple[int, int, int, int]
"""Where an expression begins and ends: lines and columns."""


class Source:
    """The source of one function. Raises WorkflowError when there is none."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.file = inspect.getsourcefile(function) or "?"
        try:
            lines, self.first = inspect.getsourcelines(function)
        except (OSError, TypeError) as problem:
            missing = Problem(self.file, 0, 0, "Its source is not there.", "Define it in a file.")
            raise WorkflowError(function.__name__, [missing]) from problem
        self.text = textwrap.dedent("".join(lines))
        self.indent = len(lines[0]) - len(lines[0].lstrip())
        module = ast.parse(self.text)
        definition = module.body[0]
        assert isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef)
        awaited = _Awaited()
        self.definition = awaited.visit(definition)
        self.awaited = awaited.places
        self._comments = _comments(self.text)
        self._outer = self._outside()
        self.names = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
        self.parameters = {node.arg for node in ast.walk(definition.args) if isinstance(node, ast.arg)}
        self.locals = assigned(definition.body) | self.parameters
        self.taken = self.parameters - assigned(definition.body)  # they have what the first state has given them
        self.counters = counters(definition)
        self.gathered = set(self._gathered(definition))

    def _gathered(self, definition: ast.AST) -> Iterator[Place]:
        """The calls that `asyncio.gather` awaits."""
        for node in ast.walk(definition):
            if isinstance(node, ast.Call) and self.outside(node.func) == (True, asyncio.gather):
                yield from (place_of(each) for argument in node.args for each in _calls_for(argument))

    def _outside(self) -> dict[str, Any]:
        """Globals, and what the function closes over."""
        code = self.function.__code__
        cells = zip(code.co_freevars, self.function.__closure__ or (), strict=True)
        closed = {}
        for name, cell in cells:
            try:
                closed[name] = cell.cell_contents
            except ValueError:  # not assigned yet
                continue
        return {**vars(builtins), **self.function.__globals__, **closed}

    def line(self, node: ast.AST) -> int:
        """Where a node stands in the file."""
        return int(getattr(node, "lineno", 1)) + self.first - 1

    def outside(self, node: ast.expr) -> tuple[bool, Any]:
        """Whether a name, or an attribute of one, is known outside the function, and what it is."""
        if isinstance(node, ast.Name) and node.id in self.locals:
            return False, None
        if isinstance(node, ast.Name):
            value = self._outer.get(node.id, _MISSING)
            return value is not _MISSING, value
        if isinstance(node, ast.Attribute):
            known, owner = self.outside(node.value)
            value = getattr(owner, node.attr, _MISSING) if known else _MISSING
            return value is not _MISSING, value
        return False, None

    def evaluate(self, annotation: ast.expr) -> Any:
        """What an annotation says. Python evaluates those of parameters too; nothing else of the function is run."""
        return eval(compile(ast.Expression(annotation), self.file, "eval"), dict(self._outer))

    def comment(self, node: ast.stmt) -> str | None:
        """What is said of a statement: the comment lines right above it, or the one behind it."""
        above: list[str] = []
        line = node.lineno - 1
        while line in self._comments and self._comments[line][1]:
            above.insert(0, self._comments[line][0])
            line -= 1
        behind = self._comments.get(node.lineno)
        said = above or ([behind[0]] if behind is not None and not behind[1] else [])
        return " ".join(said) or None


class _Awaited(ast.NodeTransformer):
    """`await call()` means `call()` in a workflow; which calls are awaited is remembered by their places."""

    def __init__(self) -> None:
        self.places: set[Place] = set()

    def visit_Await(self, node: ast.Await) -> ast.AST:
        self.places.add(place_of(node.value))
        return cast(ast.AST, self.visit(node.value))


def place_of(node: ast.expr) -> Place:
    """Where an expression stands: no two are in the same place."""
    return node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0


def _calls_for(argument: ast.expr) -> Iterator[ast.expr]:
    """An argument of `gather`, or what `*[call for …]` calls."""
    spread = argument.value if isinstance(argument, ast.Starred) else argument
    yield spread.elt if isinstance(spread, ast.ListComp | ast.GeneratorExp) else spread


def _comments(text: str) -> dict[int, tuple[str, bool]]:
    """Line -> its comment, and whether it has the line to itself."""
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            alone = not token.line[: token.start[1]].strip()
            found[token.start[0]] = (token.string.lstrip("# ").rstrip(), alone)
    return found
