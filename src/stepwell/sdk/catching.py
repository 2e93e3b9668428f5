"""A call of a task: its Task state, and what the task's own `catch` gives in place of errors."""

import ast
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.arguments import bind
from stepwell.sdk.atoms import of_value
from stepwell.sdk.code import Code, Json
from stepwell.sdk.contracts import Contract, ContractBroken
from stepwell.sdk.graph import State
from stepwell.sdk.handlers import Handler
from stepwell.sdk.problems import Refused
from stepwell.sdk.results import check, settle, work
from stepwell.sdk.scope import Scope
from stepwell.sdk.syntax import read
from stepwell.sdk.tasks import Task


def make(scope: Scope, called: Task[..., Any], node: ast.Call, arguments: Json, name: str,
         target: ast.expr | None, ends: bool) -> None:  # fmt: skip
    """A Task state; with the `catch` of the task it is as if the call stood in a `try` of its own."""
    resource = called.resource or scope.machine.place.arn("activity", called.name)
    state: State = {"Type": "Task", "Resource": resource, "Arguments": arguments, **called.fields()}
    kind = t.plain(called.types.get("return", Any))
    home, depth = called.function.__module__, len(scope.inlining)
    handlers = [Handler(rule.on, None, home, depth) for rule in called.catch]
    for handler in handlers:
        handler.keeps_input = "$states.input" in str(arguments)  # the item of a round that is this one state
    with scope.guarded(handlers):
        work(scope, state, name, target, kind, "$states.result", ends)
    ways = [scope.take_way()] if called.catch else []
    for rule, handler in zip(called.catch, handlers, strict=True):
        if handler.known is None:
            continue  # one before it takes all
        scope.graph.loose, scope.known = handler.entries, handler.known
        if rule.then is None:
            value = _given_instead(called, rule.give, node)
            settle(scope, value, kind, f"{name} except {' '.join(handler.names)}", target, ends)
        else:
            again = ast.copy_location(ast.Call(read(rule.then.__name__, node), node.args, node.keywords), node)
            arguments = bind(rule.then, again, scope)
            check(node, rule.then.name, t.plain(rule.then.types.get("return", Any)), kind)
            make(scope, rule.then, again, arguments, ast.unparse(again), target, ends)
        ways.append(scope.take_way())
    if called.catch:
        scope.meet(ways)


def _given_instead(called: Task[..., Any], value: Any, node: ast.AST) -> Code:
    """The value of a Catch as the task would return it. Raises Refused."""
    try:
        return of_value(Contract(called.function, called.name).returned(value), node)
    except ContractBroken as broken:
        raise Refused(node, f"The catch of {called.name} gives what the task does not: {broken}.",
                      "Change it, or the annotation.", kind="contract") from broken  # fmt: skip
