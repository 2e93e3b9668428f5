"""What a condition says of types: `x is not None`, `if x`, and what `and`, `or` and `not` make of them."""

import ast
from collections.abc import Callable, Iterator

from stepwell.sdk import types as t

TypeOf = Callable[[ast.expr], t.Type]


def assume(test: ast.expr, holds: bool, type_of: TypeOf) -> Iterator[tuple[ast.expr, t.Type]]:
    """Names, attributes and items whose type is narrower when the condition holds (or does not)."""
    match test:
        case ast.UnaryOp(op=ast.Not()):
            yield from assume(test.operand, not holds, type_of)
        case ast.BoolOp() if isinstance(test.op, ast.And) == holds:
            for value in test.values:
                yield from assume(value, holds, type_of)
        case ast.Compare(ops=[ast.Is() | ast.IsNot() | ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=None)]):
            is_none = isinstance(test.ops[0], ast.Is | ast.Eq) == holds
            yield from _narrow(test.left, is_none, type_of)
        case _ if holds and is_path(test):
            yield from _narrow(test, False, type_of)


def is_path(node: ast.expr) -> bool:
    """Whether it is a name, or an attribute or member of one: the same value as long as the name has it."""
    while True:
        match node:
            case ast.Name():
                return True
            case ast.Attribute() | ast.Subscript(slice=ast.Constant(value=str())):
                node = node.value
            case _:
                return False


def _narrow(node: ast.expr, is_none: bool, type_of: TypeOf) -> Iterator[tuple[ast.expr, t.Type]]:
    if not is_path(node):
        return
    kinds = t.choices(type_of(node))
    left = [kind for kind in kinds if (kind is t.NONE) == is_none]
    if left and t.NONE in kinds:
        yield node, t.union(*left)
