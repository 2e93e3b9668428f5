"""Python's operators in JSONata: sums and products are guarded, `%` and `//` round down, truth is Python's."""

import ast
import enum
from collections.abc import Callable
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import ADD, AND, ATOM, COMPARE, MULTIPLY, OR, Code, failing, guarded
from stepwell.sdk.problems import Refused

SMALL = 2**20
"""A literal that may be added without a guard."""

SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Is: "=",
    ast.IsNot: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def whole(node: ast.expr) -> int | None:
    """A literal int, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = whole(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    return None


# -- truth -------------------------------------------------------------------------------------------------------------


def truth(code: Code) -> Code:
    """A value as a condition."""
    kinds = t.choices(code.type)
    if kinds == (bool,):
        return code
    if all(kind in (int, float, str, bool, t.NONE) for kind in kinds):
        return Code(f"$boolean({code.text})", bool)
    if all(t.is_list(kind) for kind in kinds):
        return Code(f"$count({code.text}) > 0", bool, COMPARE)
    if all(_is_object(kind) for kind in kinds):
        return Code("true", bool)
    if all(kind is t.NONE or _is_object(kind) for kind in kinds):
        return Code(f"{code.at(COMPARE + 1)} != null", bool, COMPARE)
    text = code.at(ATOM)
    return Code(f'($type({code.text}) = "array" ? $count({code.text}) > 0 : $boolean({text}))', bool)


def _is_object(kind: t.Type) -> bool:
    """Whether its values are objects, all of which are true."""
    return t.fields_of(kind) is not None and not t.is_mapping_record(kind)


def both(parts: list[Code], operator: ast.boolop) -> Code:
    level, word = (AND, " and ") if isinstance(operator, ast.And) else (OR, " or ")
    return Code(word.join(part.at(level + 1) for part in parts), bool, level)


# -- comparisons -------------------------------------------------------------------------------------------------------


def comparison(node: ast.expr, operator: ast.cmpop, left: Code, right: Code) -> Code:
    """One operator of a comparison. Raises Refused where Python's answer would be another one."""
    if isinstance(operator, ast.In | ast.NotIn):
        inside = _contains(node, left, right)
        return inside if isinstance(operator, ast.In) else Code(f"$not({inside.text})", bool)
    if isinstance(operator, ast.Is | ast.IsNot) and t.NONE not in (left.type, right.type):
        raise Refused(node, "`is` compares identities, which data have not.", "Write == or !=.")
    sign = SIGNS[type(operator)]
    if sign in ("=", "!="):
        check_equality(node, left.type, right.type)
    elif not ordered(left.type, right.type):
        raise Refused(node, f"{ast.unparse(node)}: these are not known to be both numbers or both strings.",
                      "Annotate them.")  # fmt: skip
    return Code(f"{left.at(COMPARE + 1)} {sign} {right.at(COMPARE + 1)}", bool, COMPARE)


def ordered(one: t.Type, other: t.Type) -> bool:
    return (one in t.NUMBERS and other in t.NUMBERS) or (one is str and other is str)


def check_equality(node: ast.expr, one: t.Type, other: t.Type) -> None:
    """Raises Refused where Python's == is not JSON's: bools and numbers, tuples and lists, enumerations."""
    if t.NONE in (one, other):
        return
    for these, those in ((t.choices(one), t.choices(other)), (t.choices(other), t.choices(one))):
        if bool in these and {int, float} & set(those):
            raise Refused(node, "A bool equals a number in Python, and never in JSON.", "Compare like with like.")
        if Any in these and not set(those) <= {str, t.NONE}:
            raise Refused(node, "The type of what is compared is not known: a bool would equal a number in Python, "
                          "and never in JSON.", "Annotate it.")  # fmt: skip
        if any(t.is_tuple(this) for this in these) and any(t.is_list(that) and not t.is_tuple(that) for that in those):
            raise Refused(node, "A tuple equals no list in Python, and in JSON both are arrays.", "Write a list.")
        if any(_is_enum(this) and this not in those for this in these):
            raise Refused(node, "A member of an Enum equals nothing but itself, and in JSON it is its value.",
                          "Make it a StrEnum or an IntEnum.")  # fmt: skip


def _is_enum(kind: t.Type) -> bool:
    return isinstance(kind, type) and issubclass(kind, enum.Enum)


def _contains(node: ast.expr, left: Code, right: Code) -> Code:
    if right.type is str and left.type is str:
        return Code(f"$contains({right.text}, {left.text})", bool)
    if t.is_list(right.type):
        if not set(t.choices(left.type)) <= {int, float, str, bool, t.NONE}:
            raise Refused(node, "Only numbers, strings, bools and None can be looked for in a list.", "Annotate it.")
        check_equality(node, left.type, t.item_of(right.type))
        return Code(f"{left.at(COMPARE + 1)} in {right.at(COMPARE + 1)}", bool, COMPARE)
    if t.is_dict(right.type) and left.type is str:
        return Code(f"$exists($lookup({right.text}, {left.text}))", bool)
    raise Refused(node, f"{ast.unparse(node)}: what is looked for, and in a list, a dict or a string, is not known.",
                  "Annotate both.")  # fmt: skip


# -- arithmetic --------------------------------------------------------------------------------------------------------

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


ARITHMETIC: dict[type[ast.operator], Callable[[ast.BinOp, Code, Code, type, Risk], Code]] = {
    ast.Add: _sum,
    ast.Sub: _sum,
    ast.Mult: _product,
    ast.Div: _quotient,
    ast.Mod: _remainder,
    ast.FloorDiv: _floor,
}
"""How numbers are computed with; the type is that of Python's result."""


def joined(left: Code, right: Code) -> Code | None:
    """`+` of strings and of lists; None for anything else."""
    if left.type is str and right.type is str:
        return Code(f"{left.at(ADD)} & {right.at(ADD + 1)}", str, ADD)
    if t.is_list(left.type) and t.is_list(right.type):
        made = t.list_of(t.union(t.item_of(left.type), t.item_of(right.type)))
        return Code(f"$append({left.text}, {right.text})", made)
    return None
