"""Assignments, `append`, and statements that are an expression."""

import ast
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.callees import called_by, is_each
from stepwell.sdk.code import ATOM, Json, wrapped
from stepwell.sdk.comprehensions import unpacked
from stepwell.sdk.invocations import hoisted, invoke
from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Scope
from stepwell.sdk.sharing import shared_lists
from stepwell.sdk.syntax import at, called_first, read, stored
from stepwell.sdk.waits import wait


def assign(scope: Scope, statement: ast.Assign) -> None:
    if len(statement.targets) != 1:
        raise Refused(statement, "One assignment at a time.", "Write a line for each.")
    bind(scope, statement.targets[0], statement.value, None)


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
    if not isinstance(target, ast.Name):
        raise Refused(statement, "Data are not changed in place.", "Make a new value and assign it to the name.")
    code = scope.local(target.id, target)
    if code is not None and t.is_list(code.type):
        _check_sole(scope, target)
    value = ast.copy_location(ast.BinOp(read(target.id, target), statement.op, statement.value), statement)
    bind(scope, target, value, None)


def bind(scope: Scope, target: ast.expr, value: ast.expr, declared: t.Type | None) -> None:
    """`target = value`, whatever the value takes."""
    if isinstance(target, ast.Attribute | ast.Subscript):
        raise Refused(target, "Data are not changed in place.", "Make a new value: x = {**x, …}.")
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
        raise Refused(value, "Only a name's list can be appended to.", "Make a new list: xs = [*xs, x].")
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
        raise Refused(name, f"The list {name.id} may have a second name, under which Python would change it too.",
                      f"Make a new list: {name.id} = [*{name.id}, …].")  # fmt: skip
    if name.id in scope.iterated:
        raise Refused(name, f"A loop goes through {name.id}, which would grow under it.", "Collect in another list.")
