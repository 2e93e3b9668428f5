"""An ordinary function as a state machine: each kind of statement, and who compiles it."""

import ast
from collections.abc import Callable
from typing import Any

from stepwell.sdk import assignments, branches, invocations, loops, raising
from stepwell.sdk.finals import leaving
from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Scope
from stepwell.sdk.syntax import at, read, write


def _pass(scope: Scope, statement: ast.stmt) -> None:
    return


def _return(scope: Scope, statement: ast.Return) -> None:
    if any(loop.header is None for loop in scope.loops):
        raise Refused(statement, "A round that runs beside others cannot return.", "Collect the values first.")
    value = statement.value or at(ast.Constant(None), statement)
    if not scope.finals:
        invocations.result(scope, value)
        return
    if not isinstance(value, ast.Constant):
        name = scope.fresh("value")
        assignments.bind(scope, write(name, value), value, None)
        value = read(name, value)
    with leaving(scope):
        if scope.graph.reachable:
            invocations.result(scope, value)


_COMPILERS: dict[type[ast.stmt], Callable[[Scope, Any], None]] = {
    ast.Pass: _pass,
    ast.Expr: assignments.expression,
    ast.Assign: assignments.assign,
    ast.AnnAssign: assignments.assign_annotated,
    ast.AugAssign: assignments.assign_augmented,
    ast.Return: _return,
    ast.If: branches.compile_if,
    ast.Match: branches.compile_match,
    ast.While: loops.compile_while,
    ast.For: loops.compile_for,
    ast.Break: loops.compile_break,
    ast.Continue: loops.compile_continue,
    ast.Raise: raising.compile_raise,
    ast.Try: raising.compile_try,
}

_WORDS: dict[type[ast.stmt], tuple[str, str]] = {
    ast.With: ("`with`", "Do it in a @task, or call one before and another one in a `finally`."),
    ast.AsyncWith: ("`async with`", "Do it in a @task, or call one before and another one in a `finally`."),
    ast.AsyncFor: ("`async for`", "Collect the items in a @task."),
    ast.FunctionDef: ("A function within a workflow", "Define it outside, as a @task."),
    ast.AsyncFunctionDef: ("A function within a workflow", "Define it outside, as a @task."),
    ast.ClassDef: ("A class within a workflow", "Define it outside."),
    ast.Import: ("An import within a workflow", "Import at the top of the module."),
    ast.ImportFrom: ("An import within a workflow", "Import at the top of the module."),
    ast.Global: ("`global`", "A workflow has its own variables only: pass values on."),
    ast.Nonlocal: ("`nonlocal`", "A workflow has its own variables only: pass values on."),
    ast.Delete: ("`del`", "Leave it out, or make a new value."),
    ast.Assert: ("`assert`", "Write `if not …: raise …`."),
}
"""What else there is, in words, and what to write instead."""


def compile_statement(scope: Scope, statement: ast.stmt) -> None:
    """Emit the states of a statement. Raises Refused."""
    compile = _COMPILERS.get(type(statement))
    if compile is None:
        what, instead = _WORDS.get(type(statement), (f"`{type(statement).__name__.lower()}`", "Do it in a @task."))
        raise Refused(statement, f"{what} cannot be compiled.", instead)
    compile(scope, statement)
