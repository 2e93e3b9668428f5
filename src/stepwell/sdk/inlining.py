"""Calls of fragments: their states stand in place of the call, with names and variables of their own."""

import ast
import inspect
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.atoms import of_value
from stepwell.sdk.code import Json
from stepwell.sdk.fragments import Fragment
from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Inlined, Scope

FRAME = ("source", "known", "aliases", "texts", "outer", "loops", "finals", "iterated", "inlined", "prefix",
         "error", "returns", "inlining", "known_around")  # fmt: skip
"""What a scope knows of the function that it compiles."""


def inline(scope: Scope, called: Fragment[..., Any], given: dict[str, tuple[Json, t.Type]], node: ast.Call,
           keeps: bool) -> tuple[str | None, t.Type]:  # fmt: skip
    """Emit the states of a fragment; returns the variable with what it returns (if asked for), and its type."""
    if called in scope.inlining:
        raise Refused(node, f"{called.name} calls itself, and a machine is finite.", "Make it a @workflow.")
    variable = scope.fresh(called.name) if keeps else None
    frame = {name: getattr(scope, name) for name in FRAME}
    inlined = Inlined(variable)
    try:
        _enter(scope, called, inlined)
        _take_parameters(scope, called, given, ast.unparse(node))
        scope.block(called.body)
        if scope.graph.reachable:
            returned(scope, None, t.NONE, "return")
    finally:
        for name, value in frame.items():
            setattr(scope, name, value)
    scope.assigning = None
    scope.graph.loose = inlined.ends
    return variable, t.union(*inlined.types) if inlined.types else t.NONE


def _enter(scope: Scope, called: Fragment[..., Any], inlined: Inlined) -> None:
    scope.prefix = f"{scope.prefix}{called.name}: "
    scope.known_around = (*scope.known_around, scope.known)
    scope.known = type(scope.known)()
    scope.source, scope.inlined, scope.inlining = called.source, inlined, (*scope.inlining, called)
    scope.texts, scope.outer, scope.iterated, scope.error = {}, set(), [], None
    scope.loops, scope.finals = [], []
    scope.returns = t.plain(called.types.get("return", Any))
    scope.aliases = {name: scope.fresh(f"{called.name}_{name.lstrip('_') or 'unused'}")
                     for name in sorted(called.source.locals)}  # fmt: skip


def _take_parameters(
    scope: Scope, called: Fragment[..., Any], given: dict[str, tuple[Json, t.Type]], name: str
) -> None:
    assign = {}
    for parameter in called.signature.parameters.values():
        wanted = t.plain(called.types.get(parameter.name, Any))
        if parameter.name in given:
            template, kind = given[parameter.name]
        else:
            assert parameter.default is not inspect.Parameter.empty
            code = of_value(parameter.default, called.source.definition)
            template, kind = f"{{% {code.text} %}}", code.type
        assign[scope.variable(parameter.name)] = template
        scope.known.learn(parameter.name, kind if wanted is Any else wanted)
    if assign:
        prefix, scope.prefix = scope.prefix, scope.prefix.removesuffix(f"{called.name}: ")
        scope.emit(name, {"Type": "Pass", "Assign": assign})
        scope.prefix = prefix


def returned(scope: Scope, template: Json, kind: t.Type, shown: str) -> None:
    """The end of a fragment: what it returns is kept, and the states after the call follow."""
    assert scope.inlined is not None
    if scope.inlined.variable is not None:
        value = "{% null %}" if template is None else template
        scope.emit(shown, {"Type": "Pass", "Assign": {scope.inlined.variable: value}})
    way = scope.take_way()
    if way is not None:
        scope.inlined.ends += way[0]
        scope.inlined.types.append(kind)
