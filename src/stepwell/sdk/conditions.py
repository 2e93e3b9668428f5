"""`and`, `or`, `if … else` and comparisons as JSONata."""

import ast
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import COMPARE, TERNARY, Code
from stepwell.sdk.problems import Refused
from stepwell.sdk.translator import Translator
from stepwell.sdk.truth import both, truth

_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Is: "=",
    ast.IsNot: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def boolean(translator: Translator, node: ast.BoolOp) -> Code:
    holds = isinstance(node.op, ast.And)
    first, rest = node.values[0], node.values[1:]
    one = translator.sure(first)
    inner = translator.within(translator.names.assuming(first, holds))
    other = inner.sure(rest[0] if len(rest) == 1 else ast.copy_location(ast.BoolOp(node.op, rest), rest[0]))
    translator.risky |= inner.risky
    if one.type is bool and other.type is bool:
        return both([one, other], node.op)
    then, otherwise = (other, one) if holds else (one, other)
    kept = one.type if holds else t.without_none(one.type)
    test = truth(one).at(TERNARY + 1)
    text = f"({test} ? {then.at(TERNARY + 1)} : {otherwise.at(TERNARY + 1)})"
    return Code(text, t.union(kept, other.type))


def conditional(translator: Translator, node: ast.IfExp) -> Code:
    yes = translator.within(translator.names.assuming(node.test, True))
    no = translator.within(translator.names.assuming(node.test, False))
    test, then, other = translator.truth(node.test).at(TERNARY + 1), yes.sure(node.body), no.sure(node.orelse)
    translator.risky |= yes.risky or no.risky
    text = f"{test} ? {then.at(TERNARY + 1)} : {other.at(TERNARY + 1)}"
    return Code(text, t.union(then.type, other.type), TERNARY)


def compare(translator: Translator, node: ast.Compare) -> Code:
    operands = [translator.sure(part) for part in (node.left, *node.comparators)]
    parts = [
        comparison(node, operator, operands[index], operands[index + 1]) for index, operator in enumerate(node.ops)
    ]
    return parts[0] if len(parts) == 1 else both(parts, ast.And())


def comparison(node: ast.expr, operator: ast.cmpop, left: Code, right: Code) -> Code:
    """One operator of a comparison. Raises Refused where Python's answer would be another one."""
    if isinstance(operator, ast.In | ast.NotIn):
        inside = _contains(node, left, right)
        return inside if isinstance(operator, ast.In) else Code(f"$not({inside.text})", bool)
    known = t.NONE in (left.type, right.type) or (left.type == right.type and t.is_enum(left.type))
    if isinstance(operator, ast.Is | ast.IsNot) and not known:
        raise Refused(node, "`is` compares identities, which data have not.", "Write == or !=.")
    sign = _SIGNS[type(operator)]
    if sign in ("=", "!="):
        check_equality(node, left.type, right.type)
    elif not ordered(left.type, right.type):
        raise Refused(node, f"{ast.unparse(node)}: these are not known to be both numbers or both strings.",
                      "Annotate them.")  # fmt: skip
    return Code(f"{left.at(COMPARE + 1)} {sign} {right.at(COMPARE + 1)}", bool, COMPARE)


def ordered(one: t.Type, other: t.Type) -> bool:
    return (one in t.NUMBERS and other in t.NUMBERS) or (one is str and other is str)


def check_equality(node: ast.expr, one: t.Type, other: t.Type) -> None:
    """Raises Refused where Python's == is not JSON's: bools and numbers, tuples and lists, records, enumerations."""
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
        if any(t.is_enum(this) and this not in those for this in these):
            raise Refused(node, "A member of an Enum equals nothing but itself, and in JSON it is its value.",
                          "Make it a StrEnum or an IntEnum.")  # fmt: skip
    for this in t.choices(one):
        for that in t.choices(other):
            _check_members(node, this, that)


def _check_members(node: ast.expr, this: t.Type, that: t.Type) -> None:
    """What is in lists, dicts and records is compared, too."""
    if t.is_list(this) and t.is_list(that):
        lengths = t.length_of(this), t.length_of(that)
        for index in range(lengths[0]) if lengths[0] is not None and lengths[0] == lengths[1] else [None]:
            check_equality(node, t.item_of(this, index), t.item_of(that, index))
    elif _is_mapping(this) and _is_mapping(that):
        check_equality(node, t.value_of(this), t.value_of(that))
    elif _is_object(this) and _is_object(that):
        what = f"{t.shown(this)} and {t.shown(that)} may be unequal in Python where JSON sees no difference."
        raise Refused(node, what, "Compare the members that matter.")


def _is_mapping(kind: t.Type) -> bool:
    return t.is_dict(kind) or t.is_mapping_record(kind)


def _is_object(kind: t.Type) -> bool:
    return t.is_dict(kind) or t.fields_of(kind) is not None


def _contains(node: ast.expr, left: Code, right: Code) -> Code:
    if right.type is str and left.type is str:
        return Code(f"$contains({right.text}, {left.text})", bool)
    if t.is_iterable(right.type):
        if not set(t.choices(left.type)) <= {int, float, str, bool, t.NONE}:
            raise Refused(node, "Only numbers, strings, bools and None can be looked for in a list.",
                          "Annotate it, or write any(each.id == … for each in …).")  # fmt: skip
        check_equality(node, left.type, t.item_of(right.type))
        return Code(f"{left.at(COMPARE + 1)} in {right.at(COMPARE + 1)}", bool, COMPARE)
    if _is_mapping(right.type) and left.type is str:
        return Code(f"$exists($lookup({right.text}, {left.text}))", bool)
    raise Refused(node, f"{ast.unparse(node)}: what is looked for, and in a list, a dict or a string, is not known.",
                  "Annotate both.")  # fmt: skip
