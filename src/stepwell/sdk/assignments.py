"""Assignments, `append`, and statements that are an expression."""

import ast
import copy
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.callees import called_by, calls_states, is_each
from stepwell.sdk.code import ATOM, Json, wrapped
from stepwell.sdk.comprehensions import unpacked
from stepwell.sdk.invocations import hoisted, invoke
from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Scope
from stepwell.sdk.sharing import shared_lists
from stepwell.sdk.syntax import at, called_first, read, stored
from stepwell.sdk.waits import wait


def assign(scope: Scope, statement: ast.Assign) -> None:
    first, *others = statement.targets
    if others and not (isinstance(first, ast.Name) and all(isinstance(each, ast.Name) for each in others)):
        raise Refused(statement, "One assignment at a time.", "Write a line for each.")
    bind(scope, first, statement.value, None)
    for each in others:
        bind(scope, each, read(first.id if isinstance(first, ast.Name) else "", each), None)


def assign_annotated(scope: Scope, statement: ast.AnnAssign) -> None:
    if statement.value is None:
        return
    try:
        declared = t.plain(scope.source.evaluate(statement.annotation))
    except Exception as problem:
        raise Refused(statement.annotation, f"The annotation cannot be read: {problem}.") from problem
    bind(scope, statement.target, statement.value, declared)


def assign_augmented(scope: Scope, statement: ast.AugAssign) -> None:
    target = statement.target
    if isinstance(target, ast.Name):
        code = scope.local(target.id, target)
        if code is not None and (t.is_dict(code.type) or (t.is_list(code.type) and not t.is_tuple(code.type))):
            _check_sole(scope, target)
    elif calls_states(scope, target):
        raise Refused(statement, "What is called here would be called twice.", "Assign it to a name first.")
    before = copy.copy(target)
    before.ctx = ast.Load()
    bind(scope, target, ast.copy_location(ast.BinOp(before, statement.op, statement.value), statement), None)


def bind(scope: Scope, target: ast.expr, value: ast.expr, declared: t.Type | None) -> None:
    """`target = value`, whatever the value takes."""
    if isinstance(target, ast.Attribute):
        owner = ast.unparse(target.value)
        raise Refused(target, "Data are not changed in place.",
                      f"Make a new value: {owner} = dataclasses.replace({owner}, {target.attr}=…).")  # fmt: skip
    if isinstance(target, ast.Subscript):
        _put(scope, target, value)
        return
    kind = invoke(scope, value, target, wanted=Any if declared is None else declared)
    if kind is not None:
        if declared is not None and isinstance(target, ast.Name):
            scope.known.learn(target.id, declared)
        return
    shown = f"{ast.unparse(target)} = {ast.unparse(value)}"
    comment, scope.comment = scope.comment, None
    value = hoisted(scope, value)
    scope.comment = comment
    if isinstance(target, ast.Tuple | ast.List):
        _unpack(scope, target, value, shown)
        return
    if not isinstance(target, ast.Name):
        raise Refused(target, "Only names can be assigned here.", "Assign one after the other.")
    template, kind = scope.expressions.template(value)
    if declared is not None and not t.fits(kind, declared):
        raise Refused(value, f"{target.id} is {t.shown(declared)}, and this is {t.shown(kind)}.",
                      "Change one of the two.", kind="contract")  # fmt: skip
    scope.assign(target.id, template, kind if declared is None else declared, target, shown)
    if declared is not None and kind is not Any and t.NONE in t.choices(declared) and t.NONE not in t.choices(kind):
        scope.known.narrowed[target.id] = kind


def _put(scope: Scope, target: ast.Subscript, value: ast.expr) -> None:
    """`d[key] = value` on a dict that has no second name: `d = {**d, key: value}`."""
    name = target.value
    if not isinstance(name, ast.Name):
        raise Refused(target, "Data are not changed in place.", "Make a new value: x = {**x, …}.")
    code = scope.local(name.id, name)
    if code is None or not t.is_dict(code.type):
        raise Refused(target, f"{name.id} is not known to be a dict, and nothing else is changed in place.",
                      f"Make a new value: {name.id} = […].")  # fmt: skip
    _check_sole(scope, name)
    shown = f"{ast.unparse(target)} = {ast.unparse(value)}"
    comment, scope.comment = scope.comment, None
    parts = hoisted(scope, at(ast.Tuple([value, target.slice], ast.Load()), target))  # Python's order
    scope.comment = comment
    assert isinstance(parts, ast.Tuple)
    longer = ast.Dict([None, parts.elts[1]], [read(name.id, name), parts.elts[0]])
    template, kind = scope.expressions.template(at(longer, target))
    scope.assign(name.id, template, code.type if t.fits(kind, code.type) else kind, name, shown)


def _unpack(scope: Scope, target: ast.Tuple | ast.List, value: ast.expr, shown: str) -> None:
    """`a, b = b, a` reads everything before it assigns; of `a, b = pair` each reads its part."""
    if len(stored(target)) != len([node for node in ast.walk(target) if isinstance(node, ast.Name)]):
        raise Refused(target, "Only different names can be assigned here.", "Assign one after the other.")
    if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
        given = _each_of_a_display(scope, target, value)
    else:
        code = scope.expressions.sure(value)
        given = {name: (wrapped(part), part.type) for name, part in unpacked(target, code.type, code.at(ATOM)).items()}
    for name in given:
        scope.check_owned(name, target)
    scope.emit(shown, {"Type": "Pass", "Assign": {scope.variable(name): given[name][0] for name in given}})
    for name, (_, kind) in given.items():
        scope.known.learn(name, kind)


def _each_of_a_display(
    scope: Scope, target: ast.Tuple | ast.List, value: ast.Tuple | ast.List
) -> dict[str, tuple[Json, t.Type]]:
    given = {}
    for name, item in zip(target.elts, value.elts, strict=True):
        if not isinstance(name, ast.Name):
            raise Refused(name, "Only names can be assigned here.", "Assign one after the other.")
        given[name.id] = scope.expressions.template(item)
    return given


def expression(scope: Scope, statement: ast.Expr) -> None:
    """A statement that is an expression: a call, or nothing."""
    value = statement.value
    if isinstance(value, ast.Constant):
        return
    if isinstance(value, ast.Call) and (wait(scope, value) or _append(scope, value)):
        return
    if invoke(scope, value) is not None:
        return
    if called_first(value, lambda node: called_by(scope, node) is not None) or is_each(scope, value):
        raise Refused(statement, "This computes a value from calls that nobody uses.", "Make the call alone.")
    scope.expressions.code(value)
    raise Refused(statement, "This computes a value that nobody uses.", "Assign it, or leave it out.")


def _append(scope: Scope, value: ast.Call) -> bool:
    """`xs.append(x)` on a list that has no second name."""
    function = value.func
    if not (isinstance(function, ast.Attribute) and function.attr == "append"):
        return False
    name = function.value
    if not isinstance(name, ast.Name) or len(value.args) != 1 or value.keywords:
        raise Refused(value, "Only a name's list can be appended to.",
                      "Make a new list: xs = [*xs, x]; in a dict, d[key] = [*d.get(key, []), x].")  # fmt: skip
    code = scope.local(name.id, name)
    if code is None or not t.is_list(code.type) or t.is_tuple(code.type):
        raise Refused(value, f"{name.id} is not known to be a list.", "Annotate it.")
    _check_sole(scope, name)
    shown = ast.unparse(value)
    longer = ast.List([ast.Starred(read(name.id, name), ast.Load()), hoisted(scope, value.args[0])], ast.Load())
    template, kind = scope.expressions.template(at(longer, value))
    declared = code.type if t.fits(kind, code.type) else kind
    scope.assign(name.id, template, declared, name, shown)
    return True


def _check_sole(scope: Scope, name: ast.Name) -> None:
    """Raises Refused for a list that something else may be, too: that would be seen to change in Python."""
    if name.id in shared_lists(scope):
        code = scope.local(name.id, name)
        what, new = ("dict", "{**…}") if code is not None and t.is_dict(code.type) else ("list", "[*…]")
        raise Refused(name, f"The {what} {name.id} may have a second name, under which Python would change it too.",
                      f"Make a new {what}: {name.id} = {new.replace('…', f'{name.id}, …')}.")  # fmt: skip
    if name.id in scope.iterated:
        raise Refused(name, f"A loop goes through {name.id}, which would grow under it.", "Collect in another one.")
