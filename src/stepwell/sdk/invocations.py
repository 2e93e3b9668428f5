"""Calls that take states of their own: of tasks, of other workflows, side by side, and for each item."""

import ast
from typing import Any, cast

from stepwell.sdk import calls
from stepwell.sdk import types as t
from stepwell.sdk.arguments import bind, bound_arguments
from stepwell.sdk.awaits import check_awaited
from stepwell.sdk.callees import SIDE_BY_SIDE, called_by, calls_states, is_each, is_workflow
from stepwell.sdk.catching import make
from stepwell.sdk.fragments import Fragment
from stepwell.sdk.handlers import innermost_first
from stepwell.sdk.inlining import inline, returned
from stepwell.sdk.problems import Refused
from stepwell.sdk.results import check, targets_of, work
from stepwell.sdk.rounds import rounds
from stepwell.sdk.scope import Scope
from stepwell.sdk.syntax import before, called_first, read, replaced, spread_comprehension, write
from stepwell.sdk.tasks import Task

NESTED = "arn:aws:states:::states:startExecution.sync:2"
"""Starts an execution and waits for its end; Output is read as JSON."""


def hoisted(scope: Scope, value: ast.expr) -> ast.expr:
    """The expression with its calls made before, in Python's order, each in states of its own."""
    while (found := called_first(value, lambda node: called_by(scope, node) is not None)) is not None:
        made, conditional = found
        if conditional:
            raise Refused(
                made, "This call may or may not be made.", "Make it in a statement of its own, under an `if`."
            )
        for part in before(value, made):
            name = _named(scope, "value", part)
            template, kind = scope.expressions.template(part)
            scope.assign(name, template, kind, part, ast.unparse(part))
            value = replaced(value, part, read(name, part))
        name = _named(scope, getattr(called_by(scope, made), "__name__", "result"), made)
        call(scope, made, write(name, made))
        value = replaced(value, made, read(name, made))
    return value


def _named(scope: Scope, wanted: str, node: ast.AST) -> str:
    name = scope.fresh(wanted)
    scope.known.forget(name)
    return name


def invoke(scope: Scope, node: ast.expr, target: ast.expr | None = None, *, wanted: t.Type = Any,
           ends: bool = False) -> t.Type | None:  # fmt: skip
    """A call or comprehension that takes states; its value goes to the target, or ends the scope.

    Returns its type, or None when it takes none and nothing was done.
    """
    if isinstance(node, ast.ListComp) and is_each(scope, node):
        return each(scope, node, target, wanted, ends)
    if isinstance(node, ast.Call) and called_by(scope, node) is not None:
        return call(scope, node, target, wanted=wanted, ends=ends)
    return None


def result(scope: Scope, value: ast.expr) -> t.Type:
    """End the scope, or the fragment, with this value; returns its type."""
    shown = ast.unparse(value)
    if scope.inlined is not None:
        return _result_of_fragment(scope, value, shown)
    kind = invoke(scope, value, wanted=scope.returns, ends=True)
    if kind is not None:
        return kind
    template, kind = scope.expressions.template(hoisted(scope, value))
    check(value, "The function", kind, scope.returns)
    output = "{% null %}" if template is None else template
    scope.emit(f"return {shown}", {"Type": "Succeed", "Output": output}, ends=True)
    return kind


def _result_of_fragment(scope: Scope, value: ast.expr, shown: str) -> t.Type:
    if is_each(scope, value):
        name = _named(scope, "value", value)
        each(scope, cast(ast.ListComp, value), write(name, value), scope.returns, ends=False)
        value = read(name, value)
    template, kind = scope.expressions.template(hoisted(scope, value))
    check(value, "The fragment", kind, scope.returns)
    returned(scope, template, kind, f"return {shown}")
    return kind


def call(scope: Scope, node: ast.Call, target: ast.expr | None = None, *, wanted: t.Type = Any,
         ends: bool = False) -> t.Type:  # fmt: skip
    """A call that takes states; returns the type of its value. Raises Refused."""
    called = called_by(scope, node)
    check_awaited(scope, node, called)
    if called in SIDE_BY_SIDE:
        return parallel(scope, node, target, ends)
    name = ast.unparse(node)
    comment, scope.comment = scope.comment, None
    ready = _with_arguments_called(scope, node)
    if isinstance(called, Fragment):
        return _fragment(scope, called, ready, target, comment, wanted=wanted, ends=ends)
    arguments = bind(called, ready, scope)
    scope.comment = comment
    kind = t.plain(called.types.get("return", Any))
    check(node, called.name, kind, wanted)
    place = scope.machine.place
    if isinstance(called, Task):
        make(scope, called, ready, arguments, name, target, ends)
    else:
        _check_nested(scope, called, node)
        given = {"StateMachineArn": place.arn("stateMachine", called.name), "Input": arguments}
        state = {"Type": "Task", "Resource": NESTED, "Arguments": given}
        work(scope, state, name, target, kind, "$states.result.Output", ends)
    return kind


def _check_nested(scope: Scope, called: Any, node: ast.Call) -> None:
    """Raises Refused where an `except` would look at the error of another execution, which is States.TaskFailed."""
    levels = [[each for each in level if not each.passes_on] for level in (*scope.around, *scope.handlers)]
    for handler in innermost_first(levels):
        if not handler.takes_all or handler.variable is not None:
            raise Refused(node, f"An error of the workflow {called.name} comes as States.TaskFailed, whatever it was.",
                          "Catch Exception without a name, or make it a @fragment.")  # fmt: skip


def _fragment(scope: Scope, called: Fragment[..., Any], node: ast.Call, target: ast.expr | None,
              comment: str | None, *, wanted: t.Type, ends: bool) -> t.Type:  # fmt: skip
    """A call of a fragment: its states, and then its value is assigned or ends the scope."""
    given = bound_arguments(called, node, scope)
    scope.comment = comment
    variable, kind = inline(scope, called, given, node, keeps=ends or target is not None)
    kind = t.plain(called.types.get("return", kind))
    check(node, called.name, kind, wanted)
    if not scope.graph.reachable:
        return kind
    if ends:
        scope.emit(f"return {ast.unparse(node)}", {"Type": "Succeed", "Output": f"{{% ${variable} %}}"}, ends=True)
    elif target is not None:
        targets = targets_of(scope, target, kind, f"${variable}")
        assign = {name: f"{{% {text} %}}" for _, name, text, _ in targets}
        scope.emit(f"{ast.unparse(target)} = {ast.unparse(node)}", {"Type": "Pass", "Assign": assign})
        for python, _, _, hint in targets:
            scope.known.learn(python, hint)
    return kind


def _with_arguments_called(scope: Scope, node: ast.Call) -> ast.Call:
    """The call with the calls among its arguments made before."""
    shell = ast.copy_location(ast.Tuple([*node.args, *(keyword.value for keyword in node.keywords)], ast.Load()), node)
    if not calls_states(scope, shell):
        return node
    ready = hoisted(scope, shell)
    assert isinstance(ready, ast.Tuple)
    positional = ready.elts[: len(node.args)]
    named = [ast.copy_location(ast.keyword(keyword.arg, value), value)
             for keyword, value in zip(node.keywords, ready.elts[len(node.args) :], strict=True)]  # fmt: skip
    return ast.copy_location(ast.Call(node.func, positional, named), node)


# -- side by side ------------------------------------------------------------------------------------------------------


def parallel(scope: Scope, node: ast.Call, target: ast.expr | None, ends: bool) -> t.Type:
    """`parallel(a(), b())`: a Parallel, a branch for each argument."""
    if node.keywords:
        raise Refused(node, "Options of calls side by side cannot be compiled.", "Catch errors within a @fragment.")
    spread = spread_comprehension(node)
    if spread is not None:
        rounds = ast.copy_location(ast.ListComp(spread.elt, spread.generators), spread)
        return each(scope, rounds, target, Any, ends, gives_tuple=called_by(scope, node) is calls.parallel)
    if not node.args or any(isinstance(argument, ast.Starred) for argument in node.args):
        raise Refused(node, "How many calls are made side by side must be known.",
                      "Write parallel(a(), b()), or a comprehension.")  # fmt: skip
    comment, scope.comment = scope.comment, None
    branches, kinds = [], []
    for argument in node.args:
        inner = scope.inner()
        kinds.append(result(inner, argument))
        branches.append(inner.graph.to_asl())
    scope.comment = comment
    kind = t.tuple_of(*kinds)
    work(scope, {"Type": "Parallel", "Branches": branches}, ast.unparse(node), target, kind, "$states.result", ends)
    return kind


def each(scope: Scope, node: ast.ListComp, target: ast.expr | None, wanted: t.Type, ends: bool,
         gives_tuple: bool = False) -> t.Type:  # fmt: skip
    """A comprehension that calls something: a Map."""
    if len(node.generators) != 1:
        raise Refused(node, "One `for` at a time can be compiled here.", "Take a comprehension within a comprehension.")
    name = ast.unparse(node)
    comment, scope.comment = scope.comment, None
    generator = with_items_called(scope, node.generators[0])
    inner, state = rounds(scope, generator, node, _is_single(scope, node.elt))
    item = result(inner, node.elt)
    kind = t.tuple_of(item, ...) if gives_tuple else t.list_of(item)
    scope.comment = comment
    check(node, "This", kind, wanted)
    state["ItemProcessor"] = inner.graph.to_asl()
    work(scope, state, name, target, kind, "$states.result", ends)
    return kind


def with_items_called(scope: Scope, generator: ast.comprehension) -> ast.comprehension:
    """The same rounds, with the calls that their items take made before."""
    return ast.comprehension(generator.target, hoisted(scope, generator.iter), generator.ifs, generator.is_async)


def _is_single(scope: Scope, body: ast.expr) -> bool:
    """Whether one Task state is all there is to a round."""
    target = called_by(scope, body)
    if not isinstance(body, ast.Call) or not (isinstance(target, Task) or is_workflow(target)):
        return False
    arguments = [*body.args, *(keyword.value for keyword in body.keywords)]
    return not any(calls_states(scope, each) for each in arguments)
