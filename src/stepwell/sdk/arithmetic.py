"""Python's arithmetic in JSONata: sums and products are guarded, `%` and `//` round down."""

import ast
from collections.abc import Callable
from decimal import Decimal

from stepwell.sdk import types as t
from stepwell.sdk.code import ADD, ATOM, COMPARE, MULTIPLY, SMALL, UNARY, Code, failing, guarded, literal, whole
from stepwell.sdk.problems import Refused
from stepwell.sdk.translator import Translator

Risk = Callable[[], None]
"""Tells that the expression may raise ZeroDivisionError."""


def _sum(node: ast.BinOp, left: Code, right: Code, kind: type, risk: Risk) -> Code:
    sign = "+" if isinstance(node.op, ast.Add) else "-"
    text = f"{left.at(ADD)} {sign} {right.at(ADD + 1)}"
    if kind is float:
        return Code(text, kind, ADD)
    if left.small and right.small:
        return Code(text, kind, ADD, small=whole(node.left) is not None or whole(node.right) is not None)
    return guarded(text)


def _product(node: ast.BinOp, left: Code, right: Code, kind: type, risk: Risk) -> Code:
    text = f"{left.at(MULTIPLY)} * {right.at(MULTIPLY + 1)}"
    return Code(text, float, MULTIPLY) if kind is float else guarded(text)


def _zero_checked(node: ast.BinOp, divisor: Code, made: Code, risk: Risk) -> Code:
    """Python's ZeroDivisionError, unless the divisor is a literal that is none."""
    if isinstance(node.right, ast.Constant) and node.right.value:
        return made
    risk()
    text = f"({divisor.at(COMPARE + 1)} = 0 ? {failing('ZeroDivisionError')} : {made.text})"
    return Code(text, made.type, small=made.small)


def _quotient(node: ast.BinOp, left: Code, right: Code, kind: type, risk: Risk) -> Code:
    text = f"{left.at(MULTIPLY)} / {right.at(MULTIPLY + 1)}"
    return _zero_checked(node, right, Code(text, float, MULTIPLY), risk)


def _need_ints(node: ast.BinOp, kind: type) -> None:
    if kind is not int:
        raise Refused(node, "`%` and `//` of floats cannot be compiled exactly.", "Use ints, or compute it in a @task.")


OTHER_SIGN = "$_m != 0 and ($_m < 0) != ($_b < 0)"
"""JSONata's remainder has the sign of the dividend, Python's that of the divisor."""


def _divided(node: ast.BinOp, left: Code, right: Code, then: str, risk: Risk, small: bool) -> Code:
    """What follows from the remainder: that is exact, as are its sum with a divisor of the other sign, and the quotient
    of what it leaves. Adding 0 makes 0 of -0."""
    text = f"($_a := {left.text}; $_b := {right.text}; $_m := $_a % $_b; {then})"
    return _zero_checked(node, right, Code(text, int, small=small), risk)


def _remainder(node: ast.BinOp, left: Code, right: Code, kind: type, risk: Risk) -> Code:
    _need_ints(node, kind)
    return _divided(node, left, right, f"$_m + ({OTHER_SIGN} ? $_b : 0)", risk, right.small)


def _floor(node: ast.BinOp, left: Code, right: Code, kind: type, risk: Risk) -> Code:
    _need_ints(node, kind)
    return _divided(node, left, right, f"($_a - $_m) / $_b + ({OTHER_SIGN} ? -1 : 0)", risk, left.small)


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
    if t.is_list(left.type) and t.is_list(right.type) and t.is_tuple(left.type) == t.is_tuple(right.type):
        item = t.union(t.item_of(left.type), t.item_of(right.type))
        made = t.tuple_of(item, ...) if t.is_tuple(left.type) else t.list_of(item)
        return Code(f"$append({left.text}, {right.text})", made)
    return None


def _merged(node: ast.BinOp, left: Code, right: Code) -> Code | None:
    """`|` of dicts; None for anything else."""
    if not isinstance(node.op, ast.BitOr) or not (t.is_dict(left.type) and t.is_dict(right.type)):
        return None
    made = t.dict_of(t.union(t.value_of(left.type), t.value_of(right.type)))
    return Code(f"$merge([{left.text}, {right.text}])", made)


def _power(node: ast.BinOp, left: Code, right: Code) -> Code:
    """Squares, and powers of two, which are exact in every machine."""
    if left.type is int and whole(node.right) == 2:
        return guarded(f"($_n := {left.text}; $_n * $_n)")
    if whole(node.left) == 2 and right.type is int:
        below = failing("2 to a power below 0 is no int")
        return guarded(f"($_n := {right.text}; $_n < 0 ? {below} : $power(2, $_n))")
    raise Refused(node, "A power but n ** 2 and 2 ** n of ints cannot be compiled.", "Compute it in a @task.")


def unary(translator: Translator, node: ast.UnaryOp) -> Code:
    if isinstance(node.op, ast.Not):
        return translator.truth(node)
    value = whole(node)
    if value is not None:
        return Code(literal(value, node), int, UNARY, small=abs(value) <= SMALL)
    if isinstance(node.op, ast.USub):
        code = translator.number(node.operand)
        return Code(f"-{code.at(ATOM)}", code.type, UNARY, small=code.small)
    raise Refused(node, "A bitwise operator cannot be compiled.", "Do it in a @task.")


def binary(translator: Translator, node: ast.BinOp) -> Code:
    left, right = translator.sure(node.left), translator.sure(node.right)
    together = joined(left, right) if isinstance(node.op, ast.Add) else _merged(node, left, right)
    if together is not None:
        return together
    for part, code in ((node.left, left), (node.right, right)):
        if code.type not in t.NUMBERS:
            instead = "Carry it as an int of cents." if code.type is Decimal else "Annotate it as int or float."
            raise Refused(part, f"{ast.unparse(part)} is not known to be a number.", instead)
    if isinstance(node.op, ast.Pow):
        return _power(node, left, right)
    operate = _ARITHMETIC.get(type(node.op))
    if operate is None:
        raise Refused(node, f"{_WORDS.get(type(node.op), 'This operator')} cannot be compiled.",
                      "Compute it in a @task.")  # fmt: skip
    whole_numbers = left.type is int and right.type is int
    return operate(node, left, right, int if whole_numbers else float, lambda: _divides(translator, node))


def _divides(translator: Translator, node: ast.expr) -> None:
    translator.risky = True
    translator.names.risk(node, ZeroDivisionError)
