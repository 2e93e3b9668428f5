"""The arguments of a call, held against the parameters of what is called."""

import ast
import inspect
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import Json
from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Scope


def bind(called: Any, node: ast.Call, scope: Scope) -> dict[str, Json]:
    """The arguments of a call by the names of its parameters, as templates. Raises Refused."""
    return {name: template for name, (template, _) in bound_arguments(called, node, scope).items()}


def bound_arguments(called: Any, node: ast.Call, scope: Scope) -> dict[str, tuple[Json, t.Type]]:
    """Parameter -> its template and type."""
    if any(isinstance(argument, ast.Starred) for argument in node.args) or any(k.arg is None for k in node.keywords):
        raise Refused(node, "Arguments cannot be spread here.", "Name each of them.")
    try:
        bound = called.signature.bind(*node.args, **{str(keyword.arg): keyword.value for keyword in node.keywords})
    except TypeError as problem:
        raise Refused(node, f"{called.name}{called.signature}: {problem}.", "Call it as it is defined.",
                      kind="contract") from problem  # fmt: skip
    given: dict[str, tuple[Json, t.Type]] = {}
    for name, value in bound.arguments.items():
        if called.signature.parameters[name].kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            raise Refused(node, f"{called.name} takes any number of arguments.", "Give it a list or a dict.")
        template, kind = scope.expressions.template(value)
        wanted = t.plain(called.types.get(name, Any))
        if not t.fits(kind, wanted):
            raise Refused(value, f"{called.name} wants {name} to be {t.shown(wanted)}, and this is {t.shown(kind)}.",
                          "Give it that, or change one of the two annotations.", kind="contract")  # fmt: skip
        given[name] = (template, kind)
    return given
