"""Python's functions that an expression may call, as JSONata; all others are work for a task."""

import ast
from collections.abc import Callable
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import ADD, COMPARE, OR, TERNARY, Code, failing, guarded, keys_of
from stepwell.sdk.comprehensions import bind
from stepwell.sdk.conditions import ordered
from stepwell.sdk.methods import METHODS
from stepwell.sdk.problems import Refused, unknown
from stepwell.sdk.records import record
from stepwell.sdk.texts import as_text
from stepwell.sdk.translator import Translator

Function = Callable[[Translator, ast.Call], Code]


def call(translator: Translator, node: ast.Call) -> Code:
    """A call within an expression. Raises Refused for what is neither a record, a known function nor a method."""
    known, value = (False, None)
    if not isinstance(node.func, ast.Attribute) or not translator.is_data(node.func.value):
        known, value = translator.names.constant(node.func)
        if known and t.fields_of(value) is not None:
            return record(translator, node)
    if known and isinstance(node.func, ast.Name) and getattr(value, "__module__", None) == "builtins":
        fewest, most, function = _BUILTINS.get(node.func.id, (0, -1, _len))
        if most >= 0:
            if node.keywords or not fewest <= len(node.args) <= most:
                raise Refused(node, f"{node.func.id} with these arguments cannot be compiled.", "Call it in a @task.")
            return function(translator, node)
    if isinstance(node.func, ast.Attribute) and not known:
        method = METHODS.get((node.func.attr, len(node.args)))
        if method is not None and not node.keywords:
            return method(translator, node, translator.sure(node.func.value))
    raise Refused(node, f"{ast.unparse(node.func)} is no @task, and not among the functions that can be compiled.",
                  "Make it a @task.")  # fmt: skip


# -- functions ---------------------------------------------------------------------------------------------------------


def _len(translator: Translator, node: ast.Call) -> Code:
    code = translator.sure(node.args[0])
    if code.type is str:
        return Code(f"$length({code.text})", int)
    if t.is_list(code.type):
        return Code(f"$count({code.text})", int)
    if t.is_dict(code.type):
        return Code(f"$count($keys({code.text}))", int)
    raise unknown(node.args[0], "a list, a dict or a string")


def _abs(translator: Translator, node: ast.Call) -> Code:
    code = translator.number(node.args[0])
    return Code(f"$abs({code.text})", code.type)


def _extreme(sign: str, function: str) -> Function:
    def translate(translator: Translator, node: ast.Call) -> Code:
        if len(node.args) == 1:
            return _of_list(translator, node)
        one, other = (translator.sure(argument) for argument in node.args)
        if not ordered(one.type, other.type):
            raise Refused(node, "These are not known to be both numbers or both strings.", "Annotate them.")
        text = f"{other.at(COMPARE + 1)} {sign} {one.at(COMPARE + 1)} ? {other.at(OR)} : {one.at(OR)}"
        return Code(text, t.union(one.type, other.type), TERNARY)

    def _of_list(translator: Translator, node: ast.Call) -> Code:
        code = translator.sure(node.args[0])
        item = t.item_of(code.type) if t.is_list(code.type) else Any
        if item not in t.NUMBERS:
            raise unknown(node.args[0], "a list of numbers")
        translator.names.risk(node, ValueError)
        empty = failing(f"{ast.unparse(node)}: the list is empty")
        return Code(f"($count({code.text}) = 0 ? {empty} : ${function}({code.text}))", item)

    return translate


def _total(translator: Translator, node: ast.Call) -> Code:
    code = translator.sure(node.args[0])
    if not t.is_list(code.type) or t.item_of(code.type) is not int:
        raise Refused(node, "sum of anything but a list of ints cannot be compiled exactly.", "Add up in a @task.")
    return guarded(f"$sum({code.text})")


def _range(translator: Translator, node: ast.Call) -> Code:
    bounds = [translator.sure(argument) for argument in node.args]
    if any(bound.type is not int for bound in bounds):
        raise unknown(node, "a range of ints")
    first = bounds[0].text if len(bounds) == 2 else "0"
    return Code(f"[{first}..{bounds[-1].at(ADD)} - 1]", t.list_of(int))


def _int(translator: Translator, node: ast.Call) -> Code:
    code = translator.sure(node.args[0])
    if code.type is int:
        return code
    if code.type is bool:
        return Code(f"({code.at(TERNARY + 1)} ? 1 : 0)", int)
    raise Refused(node, "int of a string or a float cannot be compiled.", "Convert it in a @task.")


def _sorted(translator: Translator, node: ast.Call) -> Code:
    code = translator.sure(node.args[0])
    item = t.item_of(code.type) if t.is_list(code.type) else Any
    if item not in (int, float, str):
        raise unknown(node.args[0], "a list of numbers or of strings")
    return Code(f"[$sort({code.text})]", t.list_of(item), display=True)


def _list(translator: Translator, node: ast.Call) -> Code:
    code = translator.sure(node.args[0])
    if t.is_dict(code.type):
        return keys_of(code)
    if not t.is_list(code.type):
        raise unknown(node.args[0], "a list or a dict")
    return Code(code.text, t.list_of(t.item_of(code.type)), code.level, display=code.display)


def _every(function: str) -> Function:
    """`all` and `any` of a generator."""

    def translate(translator: Translator, node: ast.Call) -> Code:
        made = node.args[0]
        if not isinstance(made, ast.GeneratorExp) or len(made.generators) != 1 or made.generators[0].ifs:
            raise Refused(node, f"Only {function}(… for … in …) can be compiled.", "Write it with a generator.")
        variable, items, inner = bind(translator, made.generators[0])
        test = inner.truth(made.elt)
        if inner.risky:
            raise Refused(made.elt, f"{function} stops at the first answer, and this would be looked at for all items.",
                          "Write a loop.")  # fmt: skip
        wanted = test.text if function == "any" else f"$not({test.text})"
        compare = "> 0" if function == "any" else "= 0"
        return Code(f"$count($filter({items.text}, function(${variable}) {{{wanted}}})) {compare}", bool, COMPARE)

    return translate


_BUILTINS: dict[str, tuple[int, int, Function]] = {
    "len": (1, 1, _len),
    "abs": (1, 1, _abs),
    "min": (1, 2, _extreme("<", "min")),
    "max": (1, 2, _extreme(">", "max")),
    "sum": (1, 1, _total),
    "range": (1, 2, _range),
    "sorted": (1, 1, _sorted),
    "list": (1, 1, _list),
    "any": (1, 1, _every("any")),
    "all": (1, 1, _every("all")),
    "str": (1, 1, lambda translator, node: as_text(translator, node.args[0])),
    "bool": (1, 1, lambda translator, node: translator.truth(node.args[0])),
    "int": (1, 1, _int),
}
"""Fewest and most arguments, and how each is translated."""
