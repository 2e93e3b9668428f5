"""What a whole function tells of its loops and lists: independent rounds, and lists with two names."""

import ast
from collections.abc import Iterator, Sequence

from stepwell.sdk.syntax import COMPREHENSIONS, appended, assigned, stored


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
    found = appended(node) - bound
    for child in ast.iter_child_nodes(node):
        found |= _read_outside(child, loop, bound)
    return found


def shared_lists(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Names whose list may have a second name, so that changing it in place would show elsewhere."""
    found: set[str] = set()
    for node in ast.walk(function):
        match node:
            case ast.Assign():
                for target in node.targets:
                    found |= _of_binding(target, node.value)
            case ast.AnnAssign(value=ast.expr() as value):
                found |= _of_binding(node.target, value)
            case ast.For():
                found |= stored(node.target)
            case ast.ListComp():
                found |= set(_kept(node.elt)) | {n for each in node.generators for n in stored(each.target)}
            case ast.ExceptHandler(name=str() as name):
                found.add(name)
            case ast.Call() if appended(node):
                found |= {name for argument in node.args for name in _kept(argument)}
            case ast.AugAssign():
                found |= set(_kept(node.value)) if not isinstance(node.value, ast.Name) else set()
    defaults = function.args.defaults
    found |= {each.arg for each in function.args.args[len(function.args.args) - len(defaults) :] if defaults}
    return found


def _of_binding(target: ast.expr, value: ast.expr) -> set[str]:
    shared = set(_kept(value))
    if isinstance(target, ast.Name) and not isinstance(value, ast.List | ast.ListComp | ast.Call | ast.BinOp):
        shared.add(target.id)
    if isinstance(target, ast.Tuple) and not isinstance(value, ast.Call):
        shared |= stored(target)
    return shared


def _kept(value: ast.expr) -> Iterator[str]:
    """Names whose very value becomes part of another one."""
    match value:
        case ast.Name():
            yield value.id
        case ast.List() | ast.Tuple():
            for item in value.elts:
                yield from _kept(item)
        case ast.Dict():
            for item in value.values:
                yield from _kept(item)
        case ast.IfExp():
            yield from _kept(value.body)
            yield from _kept(value.orelse)
        case ast.BoolOp():
            for item in value.values:
                yield from _kept(item)
        case ast.Call() if isinstance(value.func, ast.Name) and value.func.id[:1].isupper():  # a record
            for item in [*value.args, *(keyword.value for keyword in value.keywords)]:
                yield from _kept(item)
        case _:
            return
