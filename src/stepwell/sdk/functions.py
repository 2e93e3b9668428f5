"""Python's functions and methods that an expression may call, as JSONata; all others are work for a task."""

import ast
from collections.abc import Callable
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import ADD, COMPARE, OR, TERNARY, Code, each_of, exists_or, failing, guarded
from stepwell.sdk.operators import ordered
from stepwell.sdk.problems import Refused
from stepwell.sdk.translator import Translator

Function = Callable[[Translator, ast.Call], Code]
Method = Callable[[Translator, ast.Call, Code], Code]


def call(translator: Translator, node: ast.Call) -> Code:
    """A call within an expression. Raises Refused for what is neither a record, a known function nor a method."""
    known, value = (False, None)
    if not isinstance(node.func, ast.Attribute) or not translator.is_data(node.func.value):
        known, value = translator.names.constant(node.func)
        if known and t.fields_of(value) is not None:
            return translator.record(node)
    if known and isinstance(node.func, ast.Name) and getattr(value, "__module__", None) == "builtins":
        fewest, most, function = _BUILTINS.get(node.func.id, (0, -1, _len))
        if most >= 0:
            if node.keywords or not fewest <= len(node.args) <= most:
                raise Refused(node, f"{node.func.id} with these arguments cannot be compiled.", "Call it in a @task.")
            return function(translator, node)
    if isinstance(node.func, ast.Attribute) and not known:
        method = _METHODS.get((node.func.attr, len(node.args)))
        if method is not None and not node.keywords:
            return method(translator, node, translator.sure(node.func.value))
    raise Refused(node, f"{ast.unparse(node.func)} is no @task, and not among the functions that can be compiled.",
                  "Make it a @task.")  # fmt: skip


# -- functions ---------------------------------------------------------------------------------------------------------


def _unknown(node: ast.AST, what: str) -> Refused:
    return Refused(node, f"Whether {ast.unparse(node)} is {what} is not known.", "Annotate it.")


def _len(translator: Translator, node: ast.Call) -> Code:
    code = translator.sure(node.args[0])
    if code.type is str:
        return Code(f"$length({code.text})", int)
    if t.is_list(code.type):
        return Code(f"$count({code.text})", int)
    if t.is_dict(code.type):
        return Code(f"$count($keys({code.text}))", int)
    raise _unknown(node.args[0], "a list, a dict or a string")


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
            raise _unknown(node.args[0], "a list of numbers")
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
        raise _unknown(node, "a range of ints")
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
        raise _unknown(node.args[0], "a list of numbers or of strings")
    return Code(f"[$sort({code.text})]", t.list_of(item), display=True)


def _list(translator: Translator, node: ast.Call) -> Code:
    code = translator.sure(node.args[0])
    if t.is_dict(code.type):
        return _keys(translator, node, code)
    if not t.is_list(code.type):
        raise _unknown(node.args[0], "a list or a dict")
    return Code(code.text, t.list_of(t.item_of(code.type)), code.level, display=code.display)


def _every(function: str) -> Function:
    """`all` and `any` of a generator."""

    def translate(translator: Translator, node: ast.Call) -> Code:
        made = node.args[0]
        if not isinstance(made, ast.GeneratorExp) or len(made.generators) != 1 or made.generators[0].ifs:
            raise Refused(node, f"Only {function}(… for … in …) can be compiled.", "Write it with a generator.")
        variable, items, inner = translator.bind(made.generators[0])
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
    "str": (1, 1, lambda translator, node: translator.as_text(node.args[0])),
    "bool": (1, 1, lambda translator, node: translator.truth(node.args[0])),
    "int": (1, 1, _int),
}
"""Fewest and most arguments, and how each is translated."""


# -- methods -----------------------------------------------------------------------------------------------------------


def _of_text(pattern: str, kind: t.Type) -> Method:
    def translate(translator: Translator, node: ast.Call, owner: Code) -> Code:
        arguments = [translator.sure(argument) for argument in node.args]
        if owner.type is not str or any(argument.type is not str for argument in arguments):
            raise Refused(node, f"{ast.unparse(node)} is not known to be about strings.", "Annotate them.")
        return Code(pattern.format(owner.text, *(argument.text for argument in arguments)), kind)

    return translate


def _split(translator: Translator, node: ast.Call, owner: Code) -> Code:
    separator = node.args[0]
    if owner.type is not str or not isinstance(separator, ast.Constant) or not separator.value:
        raise Refused(node, "Only a string, at a literal that is not empty, can be split here.", "Do it in a @task.")
    return Code(f"$split({owner.text}, {translator.sure(separator).text})", t.list_of(str))


def _replace(translator: Translator, node: ast.Call, owner: Code) -> Code:
    old, new = (argument.value if isinstance(argument, ast.Constant) else None for argument in node.args)
    if owner.type is not str or not isinstance(old, str) or not old or not isinstance(new, str) or "$" in new:
        raise Refused(node, "Only a literal can be replaced by another one without a $ here.", "Do it in a @task.")
    texts = [translator.sure(argument).text for argument in node.args]
    return Code(f"$replace({owner.text}, {', '.join(texts)})", str)


def _get(translator: Translator, node: ast.Call, owner: Code) -> Code:
    if not t.is_dict(owner.type):
        raise _unknown(node.func.value if isinstance(node.func, ast.Attribute) else node, "a dict")
    inner = translator.within(translator.names)
    other = inner.sure(node.args[1]) if len(node.args) == 2 else Code("null", t.NONE)
    if inner.risky:
        raise Refused(node.args[1], "Python computes this default even where it is not needed, and it may fail.",
                      "Assign it to a name first.")  # fmt: skip
    found = f"$lookup({owner.text}, {translator.key(node.args[0]).text})"
    return Code(exists_or(found, other.at(TERNARY + 1)), t.union(t.value_of(owner.type), other.type))


def _keys(translator: Translator, node: ast.Call, owner: Code) -> Code:
    if not t.is_dict(owner.type):
        raise _unknown(node, "about a dict")
    return Code(f"[$keys({owner.text})]", t.list_of(str), display=True)


def _values(translator: Translator, node: ast.Call, owner: Code) -> Code:
    value = t.value_of(owner.type) if t.is_dict(owner.type) else Any
    if value is Any:
        raise _unknown(node, "about a dict of a known type")
    keys = _keys(translator, node, owner)
    return each_of(keys, "key", Code(f"$lookup({owner.text}, $key)", value))


def _join(translator: Translator, node: ast.Call, owner: Code) -> Code:
    items = translator.sure(node.args[0])
    if owner.type is not str or not t.is_list(items.type) or t.item_of(items.type) is not str:
        raise Refused(node, "join of anything but a list of strings cannot be compiled.", "Annotate it.")
    return Code(f"$join({items.text}, {owner.text})", str)


_ENDS_WITH = "($length({0}) >= $length({1}) and $substring({0}, $length({0}) - $length({1})) = {1})"

_METHODS: dict[tuple[str, int], Method] = {
    ("upper", 0): _of_text("$uppercase({0})", str),
    ("lower", 0): _of_text("$lowercase({0})", str),
    ("startswith", 1): _of_text("($substring({0}, 0, $length({1})) = {1})", bool),
    ("endswith", 1): _of_text(_ENDS_WITH, bool),
    ("split", 1): _split,
    ("replace", 2): _replace,
    ("join", 1): _join,
    ("get", 1): _get,
    ("get", 2): _get,
    ("keys", 0): _keys,
    ("values", 0): _values,
}
"""By name and number of arguments."""
