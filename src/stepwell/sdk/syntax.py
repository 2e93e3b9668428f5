"""Questions about syntax: what is evaluated first, what is called, what an expression is with a part replaced."""

import ast
import copy
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from stepwell.sdk.problems import Refused

IsCall = Callable[[ast.expr], bool]
Node = TypeVar("Node", bound=ast.AST)

COMPREHENSIONS = (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp, ast.Lambda)


def at(node: Node, place: ast.AST) -> Node:
    """A node that we have made, and all in it, at the place of one of the source."""
    for each in ast.walk(node):
        if not hasattr(each, "lineno"):
            ast.copy_location(each, place)
    return node


def read(name: str, place: ast.AST) -> ast.Name:
    return at(ast.Name(name, ast.Load()), place)


def write(name: str, place: ast.AST) -> ast.Name:
    return at(ast.Name(name, ast.Store()), place)


def called_first(value: ast.expr, is_call: IsCall) -> tuple[ast.Call, bool] | None:
    """The call that Python makes first in an expression, and whether it is made only under a condition.

    Raises Refused for one within a comprehension, which is made for each item.
    """
    return next(_calls(value, is_call, False), None)


def calls_any(node: ast.AST, is_call: IsCall) -> bool:
    """Whether there is such a call in it, anywhere."""
    return any(isinstance(inner, ast.expr) and is_call(inner) for inner in ast.walk(node))


def _calls(node: ast.AST, is_call: IsCall, conditional: bool) -> Iterator[tuple[ast.Call, bool]]:
    if isinstance(node, COMPREHENSIONS):
        if calls_any(node, is_call):
            instead = "Assign the comprehension to a name of its own first."
            if isinstance(node, ast.DictComp):
                instead = "Call it in a list comprehension before: values = […]; {k: v for k, v in zip(keys, values)}."
            raise Refused(node, "A task is called for each item here, within a larger expression.", instead)
        return
    if isinstance(node, ast.Call) and spread_comprehension(node) is not None and is_call(node):
        yield node, conditional
        return
    for child, maybe in in_order(node):
        yield from _calls(child, is_call, conditional or maybe)
    if isinstance(node, ast.Call) and is_call(node):
        yield node, conditional


def spread_comprehension(node: ast.Call) -> ast.ListComp | ast.GeneratorExp | None:
    """The comprehension in `f(*[… for …])`."""
    spread = node.args[0].value if len(node.args) == 1 and isinstance(node.args[0], ast.Starred) else None
    return spread if isinstance(spread, ast.ListComp | ast.GeneratorExp) else None


def in_order(node: ast.AST) -> list[tuple[ast.AST, bool]]:
    """The parts of an expression in the order in which Python evaluates them, and whether it may not."""
    match node:
        case ast.IfExp():
            return [(node.test, False), (node.body, True), (node.orelse, True)]
        case ast.BoolOp():
            return [(value, index > 0) for index, value in enumerate(node.values)]
        case ast.Compare():
            return [(node.left, False), *((value, index > 0) for index, value in enumerate(node.comparators))]
        case ast.Dict():
            pairs = zip(node.keys, node.values, strict=True)
            return [(part, False) for pair in pairs for part in pair if part is not None]
        case _:
            return [(child, False) for child in ast.iter_child_nodes(node)]


def before(value: ast.expr, call: ast.Call) -> Iterator[ast.expr]:
    """The parts that Python evaluates before a call, and that may raise: they must come first."""
    for child, _ in in_order(value):
        part = child.value if isinstance(child, ast.keyword) else child
        if not isinstance(part, ast.expr):
            continue
        if any(inner is call for inner in ast.walk(part)):
            if part is not call:
                yield from before(part, call)
            return
        if any(_may_raise(inner) for inner in ast.walk(part)):
            yield part


def _may_raise(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Div | ast.Mod | ast.FloorDiv)
    return isinstance(node, ast.Subscript | ast.Call | ast.Attribute)


def replaced(value: ast.expr, old: ast.expr, new: ast.expr) -> ast.expr:
    """The expression with one node in place of another; the one given stays as it is."""
    made = _replaced(value, old, new)
    assert isinstance(made, ast.expr)
    return made


def _replaced(node: ast.AST, old: ast.AST, new: ast.AST) -> ast.AST:
    if node is old:
        return new
    changes: dict[str, object] = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            changed: object = _replaced(value, old, new)
        elif isinstance(value, list):
            changed = [_replaced(each, old, new) if isinstance(each, ast.AST) else each for each in value]
            if all(one is other for one, other in zip(value, changed, strict=True)):
                changed = value
        else:
            continue
        if changed is not value:
            changes[name] = changed
    if not changes:
        return node
    made = copy.copy(node)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def names_in(node: ast.AST) -> set[str]:
    """All names in it."""
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def stored(target: ast.AST) -> set[str]:
    """The names that a target of an assignment or a loop binds."""
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def assigned(nodes: Iterable[ast.AST], but: ast.AST | None = None) -> set[str]:
    """Names that these statements assign, wherever within, but not in one part; those of comprehensions are theirs."""
    found: set[str] = set()
    for node in nodes:
        if node is but or isinstance(node, COMPREHENSIONS):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.ExceptHandler | ast.FunctionDef | ast.ClassDef) and node.name:
            found.add(node.name)
        found |= grown(node)
        found |= assigned(ast.iter_child_nodes(node), but)
    return found


def grown(node: ast.AST) -> set[str]:
    """The list that `xs.append(…)` changes, or the dict that `d[key] = …` does."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append")):
            return {name}
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
            return {name}
    return set()
