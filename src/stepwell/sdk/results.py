"""Where the value of a Task, Parallel or Map goes: to names, or to the end of the scope; its errors go to handlers."""

import ast

from stepwell.sdk import types as t
from stepwell.sdk.code import ATOM, Code, wrapped
from stepwell.sdk.comprehensions import unpacked
from stepwell.sdk.graph import State
from stepwell.sdk.handlers import innermost_first
from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Scope


def work(scope: Scope, state: State, name: str, target: ast.expr | None, kind: t.Type, value: str, ends: bool) -> None:
    """Emit a Task, Parallel or Map: what it gives is assigned, what it raises goes to the handlers."""
    targets = [] if target is None else targets_of(scope, target, kind, value)
    if targets:
        state["Assign"] = {variable: f"{{% {text} %}}" for _, variable, text, _ in targets}
    elif ends and value != "$states.result":
        state["Output"] = f"{{% {value} %}}"
    if ends:
        state["End"] = True
    rules = [handler.catcher(scope.known_for(handler)) for handler in innermost_first(scope.handlers)]
    if rules:
        state["Catch"] = rules
    scope.emit(name, state, ends=ends)
    for python, _, _, hint in targets:
        scope.known.learn(python, hint)


def settle(scope: Scope, value: Code, kind: t.Type, name: str, target: ast.expr | None, ends: bool) -> None:
    """Let a value go where that of a Task would have gone."""
    targets = [] if target is None else targets_of(scope, target, kind, value.at(ATOM))
    if ends:
        scope.emit(name, {"Type": "Succeed", "Output": wrapped(value)}, ends=True)
    elif targets:
        assign = {variable: f"{{% {text} %}}" for _, variable, text, _ in targets}
        scope.emit(name, {"Type": "Pass", "Assign": assign})
    for python, _, _, hint in targets:
        scope.known.learn(python, hint)


def targets_of(scope: Scope, target: ast.expr, kind: t.Type, value: str) -> list[tuple[str, str, str, t.Type]]:
    """Python's name, the variable, its value, its type: for a name, or for each of a tuple."""
    codes = unpacked(target, kind, value)
    for name in codes:
        scope.check_owned(name, target)
    return [(name, scope.variable(name), code.text, code.type) for name, code in codes.items()]


def check(node: ast.AST, what: str, kind: t.Type, wanted: t.Type) -> None:
    if not t.fits(kind, wanted):
        raise Refused(node, f"{what} gives {t.shown(kind)}, and {t.shown(wanted)} is wanted.",
                      "Change it, or one of the two annotations.", kind="contract")  # fmt: skip
