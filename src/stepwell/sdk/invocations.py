"""Calls that take states of their own: of tasks, of other workflows, side by side, and for each item."""

import ast
import asyncio
from typing import Any, cast

from stepwell.sdk import calls
from stepwell.sdk import types as t
from stepwell.sdk.arguments import bind, bound_arguments
from stepwell.sdk.code import Code, Json
from stepwell.sdk.fragments import Fragment
from stepwell.sdk.graph import State
from stepwell.sdk.handlers import innermost_first
from stepwell.sdk.inlining import inline, returned
from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Loop, Scope
from stepwell.sdk.syntax import before, called_first, calls_any, read, replaced, write
from stepwell.sdk.tasks import Task

SIDE_BY_SIDE: tuple[Any, ...] = (calls.parallel, asyncio.gather)

NESTED = "arn:aws:states:::states:startExecution.sync:2"
"""Starts an execution and waits for its end; Output is read as JSON."""


def is_workflow(value: Any) -> bool:
    """Whether this is a `@workflow`, which another one may call."""
    return getattr(value, "is_stepwell_workflow", False) is True


def called_by(scope: Scope, node: ast.AST) -> Any:
    """What takes states when it is called so: a task, a workflow, a fragment, `parallel`; None for anything else."""
    if not isinstance(node, ast.Call):
        return None
    known, target = scope.constant(node.func)
    if known and (
        isinstance(target, Task) or target in SIDE_BY_SIDE or is_workflow(target) or isinstance(target, Fragment)
    ):
        return target
    return None


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


def is_each(scope: Scope, node: ast.AST) -> bool:
    """Whether it is a comprehension that calls something for each item."""
    return isinstance(node, ast.ListComp) and calls_any(node.elt, lambda inner: called_by(scope, inner) is not None)


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
    _check(value, "The function", kind, scope.returns)
    output = "{% null %}" if template is None else template
    scope.emit(f"return {shown}", {"Type": "Succeed", "Output": output}, ends=True)
    return kind


def _result_of_fragment(scope: Scope, value: ast.expr, shown: str) -> t.Type:
    if is_each(scope, value):
        name = _named(scope, "value", value)
        each(scope, cast(ast.ListComp, value), write(name, value), scope.returns, ends=False)
        value = read(name, value)
    template, kind = scope.expressions.template(hoisted(scope, value))
    _check(value, "The fragment", kind, scope.returns)
    returned(scope, template, kind, f"return {shown}")
    return kind


def _check(node: ast.AST, what: str, kind: t.Type, wanted: t.Type) -> None:
    if not t.fits(kind, wanted):
        raise Refused(node, f"{what} gives {t.shown(kind)}, and {t.shown(wanted)} is wanted.",
                      "Change it, or one of the two annotations.", kind="contract")  # fmt: skip


def call(scope: Scope, node: ast.Call, target: ast.expr | None = None, *, wanted: t.Type = Any,
         ends: bool = False) -> t.Type:  # fmt: skip
    """A call that takes states; returns the type of its value. Raises Refused."""
    called = called_by(scope, node)
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
    _check(node, called.name, kind, wanted)
    place = scope.machine.place
    if isinstance(called, Task):
        resource = called.resource or place.arn("activity", called.name)
        state: State = {"Type": "Task", "Resource": resource, "Arguments": arguments, **called.fields()}
        work(scope, state, name, target, kind, "$states.result", ends)
    else:
        _check_nested(scope, called, node)
        given = {"StateMachineArn": place.arn("stateMachine", called.name), "Input": arguments}
        state = {"Type": "Task", "Resource": NESTED, "Arguments": given}
        work(scope, state, name, target, kind, "$states.result.Output", ends)
    return kind


def _check_nested(scope: Scope, called: Any, node: ast.Call) -> None:
    """Raises Refused where an `except` would look at the error of another execution, which is States.TaskFailed."""
    for handler in innermost_first([*scope.around, *scope.handlers]):
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
    _check(node, called.name, kind, wanted)
    if not scope.graph.reachable:
        return kind
    if ends:
        scope.emit(f"return {ast.unparse(node)}", {"Type": "Succeed", "Output": f"{{% ${variable} %}}"}, ends=True)
    elif target is not None:
        targets = _targets(scope, target, kind, f"${variable}")
        assign = {name: f"{{% {text} %}}" for _, name, text, _ in targets}
        scope.emit(f"{ast.unparse(target)} = {ast.unparse(node)}", {"Type": "Pass", "Assign": assign})
        for python, _, _, hint in targets:
            scope.known.learn(python, hint)
    return kind


def _with_arguments_called(scope: Scope, node: ast.Call) -> ast.Call:
    """The call with the calls among its arguments made before."""
    shell = ast.copy_location(ast.Tuple([*node.args, *(keyword.value for keyword in node.keywords)], ast.Load()), node)
    if not calls_any(shell, lambda inner: called_by(scope, inner) is not None):
        return node
    ready = hoisted(scope, shell)
    assert isinstance(ready, ast.Tuple)
    positional = ready.elts[: len(node.args)]
    named = [ast.copy_location(ast.keyword(keyword.arg, value), value)
             for keyword, value in zip(node.keywords, ready.elts[len(node.args) :], strict=True)]  # fmt: skip
    return ast.copy_location(ast.Call(node.func, positional, named), node)


def work(scope: Scope, state: State, name: str, target: ast.expr | None, kind: t.Type, value: str, ends: bool) -> None:
    """Emit a Task, Parallel or Map: what it gives is assigned, what it raises goes to the handlers."""
    targets = [] if target is None else _targets(scope, target, kind, value)
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


def _targets(scope: Scope, target: ast.expr, kind: t.Type, value: str) -> list[tuple[str, str, str, t.Type]]:
    """Python's name, the variable, its value, its type: for a name, or for each of a tuple."""
    names = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    found = []
    for index, name in enumerate(names):
        if not isinstance(name, ast.Name):
            raise Refused(name, "Only names can be assigned here.", "Assign it to a name first.")
        scope.check_owned(name.id, name)
        if name is target:
            found.append((name.id, scope.variable(name.id), value, kind))
        else:
            found.append((name.id, scope.variable(name.id), f"{value}[{index}]", t.item_of(kind, index)))
    if names != [target] and not (t.length_of(kind) == len(names)):
        raise Refused(target, f"{t.shown(kind)} is not known to have {len(names)} items.", "Annotate it as a tuple.")
    return found


# -- side by side ------------------------------------------------------------------------------------------------------


def parallel(scope: Scope, node: ast.Call, target: ast.expr | None, ends: bool) -> t.Type:
    """`parallel(a(), b())`: a Parallel, a branch for each argument."""
    if node.keywords or not node.args or any(isinstance(argument, ast.Starred) for argument in node.args):
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


# -- for each item -----------------------------------------------------------------------------------------------------


def each(scope: Scope, node: ast.ListComp, target: ast.expr | None, wanted: t.Type, ends: bool) -> t.Type:
    """A comprehension that calls something: a Map."""
    if len(node.generators) != 1:
        raise Refused(node, "One `for` at a time can be compiled here.", "Take a comprehension within a comprehension.")
    name = ast.unparse(node)
    comment, scope.comment = scope.comment, None
    inner, state = rounds(scope, node.generators[0], node, _is_single(scope, node.elt))
    kind = t.list_of(result(inner, node.elt))
    scope.comment = comment
    _check(node, "This", kind, wanted)
    state["ItemProcessor"] = inner.graph.to_asl()
    work(scope, state, name, target, kind, "$states.result", ends)
    return kind


def _is_single(scope: Scope, body: ast.expr) -> bool:
    """Whether one Task state is all there is to a round."""
    target = called_by(scope, body)
    if not isinstance(body, ast.Call) or not (isinstance(target, Task) or is_workflow(target)):
        return False
    arguments = [*body.args, *(keyword.value for keyword in body.keywords)]
    return not any(calls_any(each, lambda inner: called_by(scope, inner) is not None) for each in arguments)


def rounds(scope: Scope, generator: ast.comprehension, part: ast.AST, single: bool) -> tuple[Scope, State]:
    """The scope of a Map's rounds with the item in it, and the Map without its processor."""
    if any(calls_any(test, lambda inner: called_by(scope, inner) is not None) for test in generator.ifs):
        raise Refused(generator.ifs[0], "A condition here cannot call a task.", "Call it in a comprehension before.")
    inner = scope.inner()
    inner.loops = [Loop(None)]
    if is_enumerate(scope, generator.iter):
        codes, state = _counted(scope, generator)
    else:
        items, kind = _items(scope, generator)
        codes, state = item_codes(generator.target, kind, "$states.input"), {"Type": "Map", "Items": items}
    for name in codes:
        inner.own(name, part)
    if single:
        inner.texts |= codes
    else:
        assign = {inner.variable(name): f"{{% {code.text} %}}" for name, code in codes.items()}
        inner.emit(f"for {ast.unparse(generator.target)}", {"Type": "Pass", "Assign": assign})
    for name, code in codes.items():
        inner.known.learn(name, code.type)
    return inner, state


def is_enumerate(scope: Scope, node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and scope.constant(node.func) == (True, enumerate)


def _counted(scope: Scope, generator: ast.comprehension) -> tuple[dict[str, Code], State]:
    """`for i, x in enumerate(xs)`: what the names of a round are, and the Map."""
    assert isinstance(generator.iter, ast.Call)
    names = _names(generator.target)
    if len(generator.iter.args) != 1 or generator.iter.keywords or generator.ifs or len(names) != 2:
        raise Refused(generator.iter, "Only `for i, x in enumerate(…)` of one whole list can be compiled.",
                      "Count in the loop.")  # fmt: skip
    items, kind = _items(scope, ast.comprehension(generator.target, generator.iter.args[0], [], 0))
    item = "$states.context.Map.Item"
    selector = {"index": f"{{% {item}.Index %}}", "item": f"{{% {item}.Value %}}"}
    codes = {names[0].id: Code("$states.input.index", int), names[1].id: Code("$states.input.item", kind)}
    return codes, {"Type": "Map", "Items": items, "ItemSelector": selector}


def _names(target: ast.expr) -> list[ast.Name]:
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    found = [name for name in names if isinstance(name, ast.Name)]
    if len(found) != len(names):
        raise Refused(target, "Only names can be assigned here.", "Assign them in the loop.")
    return found


def item_codes(target: ast.expr, kind: t.Type, text: str) -> dict[str, Code]:
    """What the names of a loop's target are, where the item is this text."""
    if isinstance(target, ast.Name):
        return {target.id: Code(text, kind)}
    names = _names(target)
    if t.length_of(kind) != len(names):
        raise Refused(target, f"{t.shown(kind)} is not known to have {len(names)} items.", "Annotate it as a tuple.")
    return {name.id: Code(f"{text}[{index}]", t.item_of(kind, index)) for index, name in enumerate(names)}


def _items(scope: Scope, generator: ast.comprehension) -> tuple[Json, t.Type]:
    """The Items of a Map, those that the conditions leave."""
    iterated = hoisted(scope, generator.iter)
    if isinstance(iterated, ast.List | ast.Tuple) and not generator.ifs:
        template, kind = scope.expressions.template(iterated)
        return template, t.item_of(kind)
    if generator.ifs or t.is_dict(scope.expressions.code(iterated).type):
        bare = ast.comprehension(generator.target, iterated, generator.ifs, 0)
        _, code, _ = scope.expressions.bind(bare)
    else:
        code = scope.expressions.sure(iterated)
    if not t.is_list(code.type):
        raise Refused(iterated, f"{ast.unparse(iterated)} is not known to be a list.", "Annotate it.")
    return f"{{% {code.text} %}}", t.item_of(code.type)
