"""Python's arithmetic in JSONata: sums and products are guarded, `%` and `//` round down."""

import ast
from collections.abc import Callable

from stepwell.sdk import types as t
from stepwell.sdk.code import ADD, ATOM, COMPARE, MULTIPLY, UNARY, Code, failing, guarded, literal, whole
from stepwell.sdk.problems import Refused
from stepwell.sdk.translator import Translator

SMALL = 2**20
"""A literal that may be added without a guard."""

Risk = Callable[[], None]
"""Tells that the expression may raise ZeroDivisionError."""


def _sum(node: ast.BinOp, left: Code, right: Code, kind: type, risk: Risk) -> Code:
    sign = "+" if isinstance(node.op, ast.Add) else "-"
    text = f"{left.at(ADD)} {sign} {right.at(ADD + 1)}"
    small = any(abs(value) <= SMALL for value in (whole(node.left), whole(node.right)) if value is not None)
    return Code(text, kind, ADD) if kind is float or small else guarded(text)


def _product(node: ast.BinOp, left: Code, right: Code, kind: type, risk: Risk) -> Code:
    text = f"{left.at(MULTIPLY)} * {right.at(MULTIPLY + 1)}"
    return Code(text, float, MULTIPLY) if kind is float else guarded(text)


def _zero_checked(node: ast.BinOp, divisor: Code, made: Code, risk: Risk) -> Code:
    """Python's ZeroDivisionError, unless the divisor is a literal that is none."""
    if isinstance(node.right, ast.Constant) and node.right.value:
        return made
    risk()
    return Code(f"({divisor.at(COMPARE + 1)} = 0 ? {failing('ZeroDivisionError')} : {made.text})", made.type)


def _quotient(node: ast.BinOp, left: Code, right: Code, kind: type, risk: Risk) -> Code:
    text = f"{left.at(MULTIPLY)} / {right.at(MULTIPLY + 1)}"
    return _zero_checked(node, right, Code(text, float, MULTIPLY), risk)


def _need_ints(node: ast.BinOp, kind: type) -> None:
    if kind is not int:
        raise Refused(node, "`%` and `//` of floats cannot be compiled exactly.", "Use ints, or compute it in a @task.")


def _modulus(left: Code, right: Code) -> str:
    a, b = left.at(MULTIPLY), right.at(MULTIPLY + 1)
    return f"(({a} % {b}) + {b}) % {b}"


def _remainder(node: ast.BinOp, left: Code, right: Code, kind: type, risk: Risk) -> Code:
    """JSONata's has the sign of the dividend, Python's that of the divisor."""
    _need_ints(node, kind)
    return _zero_checked(node, right, Code(f"({_modulus(left, right)})", int), risk)


def _floor(node: ast.BinOp, left: Code, right: Code, kind: type, risk: Risk) -> Code:
    """What is left after the remainder divides exactly, so nothing is rounded."""
    _need_ints(node, kind)
    text = f"(({left.at(ADD)} - {_modulus(left, right)}) / {right.at(MULTIPLY + 1)})"
    return _zero_checked(node, right, Code(text, int), risk)


_ARITHMETIC: dict[type[ast.operator], Callable[[ast.BinOp, Code, Code, type, Risk], Code]] = {
    ast.Add: _sum,
    ast.Sub: _sum,
    ast.Mult: _product,
    ast.Div: _quotient,
    ast.Mod: _remainder,
    ast.FloorDiv: _floor,
}
"""How numbers are computed with; the type is that of Python's result."""

_WORDS: dict[type[ast.operator], str] = {
    ast.Pow: "A power",
    ast.LShift: "A shift",
    ast.RShift: "A shift",
    ast.BitAnd: "A bitwise operator",
    ast.BitOr: "A bitwise operator",
    ast.BitXor: "A bitwise operator",
    ast.MatMult: "A matrix product",
}
"""What else there is, in words."""


def joined(left: Code, right: Code) -> Code | None:
    """`+` of strings and of lists; None for anything else."""
    if left.type is str and right.type is str:
        return Code(f"{left.at(ADD)} & {right.at(ADD + 1)}", str, ADD)
    if t.is_list(left.type) and t.is_list(right.type):
        made = t.list_of(t.union(t.item_of(left.type), t.item_of(right.type)))
        return Code(f"$append({left.text}, {right.text})", made)
    return None


def unary(translator: Translator, node: ast.UnaryOp) -> Code:
    if isinstance(node.op, ast.Not):
        return translator.truth(node)
    value = whole(node)
    if value is not None:
        return Code(literal(value, node), int, UNARY)
    if isinstance(node.op, ast.USub):
        code = translator.number(node.operand)
        return Code(f"-{code.at(ATOM)}", code.type, UNARY)
    raise Refused(node, "A bitwise operator cannot be compiled.", "Do it in a @task.")


def binary(translator: Translator, node: ast.BinOp) -> Code:
    left, right = translator.sure(node.left), translator.sure(node.right)
    together = joined(left, right) if isinstance(node.op, ast.Add) else None
    if together is not None:
        return together
    for part, code in ((node.left, left), (node.right, right)):
        if code.type not in t.NUMBERS:
            raise Refused(part, f"{ast.unparse(part)} is not known to be a number.", "Annotate it as int or float.")
    operate = _ARITHMETIC.get(type(node.op))
    if operate is None:
        raise Refused(node, f"{_WORDS.get(type(node.op), 'This operator')} cannot be compiled.",
                      "Compute it in a @task.")  # fmt: skip
    whole_numbers = left.type is int and right.type is int
    return operate(node, left, right, int if whole_numbers else float, lambda: _divides(translator, node))


def _divides(translator: Translator, node: ast.expr) -> None:
    translator.risky = True
    translator.names.risk(node, ZeroDivisionError)
