"""Python's truth of values, and what `and` and `or` make of conditions."""

import ast

from stepwell.sdk import types as t
from stepwell.sdk.code import AND, ATOM, COMPARE, OR, Code


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
