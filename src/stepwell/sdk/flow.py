"""What a whole function tells of its loops: whether rounds are independent, and which variables only count."""

import ast
from collections.abc import Sequence

from stepwell.sdk.code import SMALL, whole
from stepwell.sdk.syntax import COMPREHENSIONS, assigned, grown, stored


def may_be_a_map(loop: ast.For, function: ast.AST) -> bool:
    """Whether rounds know nothing of each other, as far as names tell: no round ends the loop or the function, and
    what they assign is read nowhere else. (That no round reads what another one has assigned shows when it compiles.)
    """
    if any(isinstance(node, ast.Return) for part in loop.body for node in ast.walk(part)) or breaks(loop.body):
        return False
    own = assigned(loop.body) | stored(loop.target)
    return not own & _read_outside(function, loop, frozenset())


def breaks(body: Sequence[ast.stmt]) -> bool:
    """Whether a `break` in it ends this very loop."""
    for statement in body:
        if isinstance(statement, ast.Break):
            return True
        if isinstance(statement, ast.For | ast.While | ast.AsyncFor):
            continue
        if breaks(blocks(statement)):
            return True
    return False


def leaves(statement: ast.stmt) -> bool:
    """Whether a `return`, or a `break` or `continue` of a loop around, leaves it early."""
    if isinstance(statement, ast.Return | ast.Break | ast.Continue):
        return True
    if isinstance(statement, ast.For | ast.While | ast.AsyncFor):
        return any(isinstance(node, ast.Return) for node in ast.walk(statement))
    return any(leaves(inner) for inner in blocks(statement))


def blocks(statement: ast.stmt) -> list[ast.stmt]:
    """The statements directly within one."""
    inner = [part for name in ("body", "orelse", "finalbody") for part in getattr(statement, name, [])]
    inner += [part for handler in getattr(statement, "handlers", []) for part in handler.body]
    return inner + [part for case in getattr(statement, "cases", []) for part in case.body]


def _read_outside(node: ast.AST, loop: ast.For, bound: frozenset[str]) -> set[str]:
    """Names that are read outside a loop, those aside that another loop or comprehension binds for itself."""
    if node is loop:
        return _read_outside(loop.iter, loop, bound)
    if isinstance(node, ast.Name):
        return {node.id} - bound if isinstance(node.ctx, ast.Load) else set()
    if isinstance(node, ast.For):
        bound |= stored(node.target)
    elif isinstance(node, COMPREHENSIONS):
        bound |= {name for each in getattr(node, "generators", []) for name in stored(each.target)}
    found = grown(node) - bound
    for child in ast.iter_child_nodes(node):
        found |= _read_outside(child, loop, bound)
    return found


def counters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Variables that only ever get small literals and steps of such size: they stay small as long as anybody waits."""
    stepped, given = set(), {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_small(value):
                stepped.add(name)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if _is_small(value):
                stepped.add(name)
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.Sub(), value=value) if _is_small(value):
                stepped.add(name)
            case ast.For(target=ast.Tuple(elts=[ast.Name(id=name), rest]), iter=ast.Call(ast.Name("enumerate"))):
                stepped.add(name)
                given |= stored(rest)
            case ast.For(target=ast.Name(id=name), iter=ast.Call(ast.Name("range"), [_])):
                stepped.add(name)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.For():
                given |= _bound_by(node)
            case ast.ExceptHandler(name=str() as name):
                given.add(name)
    return stepped - given


def _is_small(node: ast.expr) -> bool:
    value = whole(node)
    return value is not None and abs(value) <= SMALL


def _bound_by(node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.For) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {name for target in targets for name in stored(target)}
