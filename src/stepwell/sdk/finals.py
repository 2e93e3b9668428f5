"""`finally`: what is done on every way out of a `try`, by `return`, `break` and `continue` too."""

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from stepwell.sdk.flow import leaves
from stepwell.sdk.handlers import Handler
from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Final, Scope

Again = Callable[[str], None]
"""Raises the error in a variable again."""


def compile_final(scope: Scope, statement: ast.Try, body: Callable[[], None], again: Again) -> None:
    """The `try` without it is `body`; what it does follows wherever that ends, and then an error goes on."""
    left = next((node for node in statement.finalbody if leaves(node)), None)
    if left is not None:
        raise Refused(left, "A `finally` that is left early would hide the error.", "Let it come to its end.")
    handler = Handler([BaseException], scope.fresh("error"), scope.source.function.__module__, len(scope.inlining))
    handler.word = "finally"
    with _inside(scope, statement.finalbody), scope.guarded([handler]):
        body()
    _do(scope, statement.finalbody)
    ways = [scope.take_way()]
    if handler.entries and handler.known is not None and handler.variable is not None:
        scope.graph.loose, scope.known = handler.entries, handler.known
        _do(scope, statement.finalbody)
        if scope.graph.reachable:
            again(handler.variable)
        ways.append(scope.take_way())
    scope.meet(ways)


@contextmanager
def _inside(scope: Scope, body: list[ast.stmt]) -> Iterator[None]:
    scope.finals.append(Final(body, len(scope.handlers), len(scope.loops)))
    try:
        yield
    finally:
        scope.finals.pop()


def _do(scope: Scope, body: Sequence[ast.stmt]) -> None:
    error, scope.error = scope.error, None
    if scope.graph.reachable:
        scope.block(body)
    scope.error = error


def leave_loop(scope: Scope) -> None:
    """What is still to be done before a `break` or `continue`."""
    with leaving(scope, len(scope.loops)):
        pass


@contextmanager
def leaving(scope: Scope, loops: int = 0) -> Iterator[None]:
    """What is still to be done before these loops, or the function, are left; then the way out itself."""
    handlers, finals = scope.handlers, scope.finals
    try:
        while scope.finals and scope.finals[-1].loops >= loops:
            final, scope.finals = scope.finals[-1], scope.finals[:-1]
            scope.handlers = handlers[: final.handlers]
            _do(scope, final.body)
        yield
    finally:
        scope.handlers, scope.finals = handlers, finals
