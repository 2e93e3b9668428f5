"""Python's functions that an expression may call, as JSONata; all others are work for a task."""

import ast
import dataclasses
from collections.abc import Callable
from typing import Any

from stepwell.sdk import iterables
from stepwell.sdk import types as t
from stepwell.sdk.code import ADD, COMPARE, OR, TERNARY, Code, failing, guarded
from stepwell.sdk.comprehensions import bind
from stepwell.sdk.conditions import ordered
from stepwell.sdk.methods import METHODS, computed_anyway
from stepwell.sdk.problems import Refused, unknown
from stepwell.sdk.records import record, replaced
from stepwell.sdk.syntax import at
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
        if isinstance(node.func, ast.Attribute) and _is_constant(translator, node.func.value):
            known = False
        elif value is dataclasses.replace:
            return replaced(translator, node)
    name = ast.unparse(node.func)
    if known and isinstance(node.func, ast.Name) and getattr(value, "__module__", None) == "builtins":
        if node.func.id in _BUILTINS:
            return _builtin(translator, node, node.func.id)
    elif isinstance(node.func, ast.Attribute) and not known:
        method = METHODS.get((node.func.attr, len(node.args)))
        if method is not None and not node.keywords:
            return method(translator, node, translator.sure(node.func.value))
        name = f".{node.func.attr}"
    instead = _INSTEAD.get(name) or _BY_MODULE.get(_module_of(value), "Make it a @task.")
    raise Refused(node, f"{ast.unparse(node.func)} is no @task, and not among the functions that can be compiled.",
                  instead)  # fmt: skip


def _is_constant(translator: Translator, node: ast.expr) -> bool:
    """Whether it is data of the module."""
    known, value = translator.names.constant(node)
    return known and isinstance(value, str | list | dict | tuple)


def _module_of(value: Any) -> str:
    owner = getattr(value, "__self__", None)
    made = owner if isinstance(owner, type) else type(owner)
    return str(getattr(value, "__module__", None) or made.__module__).partition(".")[0]


def _builtin(translator: Translator, node: ast.Call, name: str) -> Code:
    fewest, most, keywords, function = _BUILTINS[name]
    wrong = [keyword for keyword in node.keywords if keyword.arg not in keywords]
    spread = any(isinstance(argument, ast.Starred) for argument in node.args)
    if wrong or spread or not fewest <= len(node.args) <= most:
        raise Refused(node, f"{name} with these arguments cannot be compiled.", "Call it in a @task.")
    return function(translator, node)


_INSTEAD = {
    "print": "Leave it out: `stepwell show` tells what an execution does.",
    "set": "Write {x: True for x in …}: a dict has each key once.",
    "dict": "Write {…}.",
    "tuple": "Write a list.",
    "map": "Write a comprehension.",
    "filter": "Write a comprehension.",
    "isinstance": "Annotate it with the one type it has.",
    "input": "Start the workflow with it.",
    ".pop": "Data are not changed in place: make a new value.",
    ".setdefault": "Write d[key] = d.get(key, …).",
    ".update": "Data are not changed in place: x = {**x, …}.",
    ".extend": "Write xs = [*xs, *more].",
    ".insert": "Write xs = [x, *xs].",
    ".remove": "Write xs = [x for x in xs if …].",
    ".sort": "Write xs = sorted(xs).",
    ".format": 'Write f"…".',
    ".count": "Write len([x for x in xs if x == …]).",
}
"""What to write instead of these."""

_BY_MODULE = {
    "logging": "Leave it out: `stepwell show` tells what an execution does.",
    **dict.fromkeys(("datetime", "time", "random", "uuid", "secrets"),
                    "Ask for it in a @task: what that gives stays the same for the execution."),
}  # fmt: skip
"""What to write instead of anything of these modules."""


# -- functions ---------------------------------------------------------------------------------------------------------


def _len(translator: Translator, node: ast.Call) -> Code:
    code = translator.sure(node.args[0])
    if code.type is str:
        return Code(f"$length({code.text})", int, small=True)
    if t.is_list(code.type):
        return Code(f"$count({code.text})", int, small=True)
    if t.is_dict(code.type):
        return Code(f"$count($keys({code.text}))", int, small=True)
    raise unknown(node.args[0], "a list, a dict or a string")


def _abs(translator: Translator, node: ast.Call) -> Code:
    code = translator.number(node.args[0])
    return Code(f"$abs({code.text})", code.type)


def named(node: ast.Call, name: str) -> ast.expr | None:
    """The argument of this name."""
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def _extreme(sign: str, function: str) -> Function:
    """`min` and `max`."""

    def translate(translator: Translator, node: ast.Call) -> Code:
        if (key := named(node, "key")) is not None:
            return by_key(translator, node, key)
        if len(node.args) == 1:
            return of_list(translator, node)
        if node.keywords:
            raise Refused(node, "A default is for a list that may be empty.", "Leave it out.")
        made = translator.sure(node.args[0])
        for argument in node.args[1:]:
            made = of_two(node, made, translator.sure(argument))
        return made

    def by_key(translator: Translator, node: ast.Call, key: ast.expr) -> Code:
        """The first of those that are sorted so, as Python takes the first of equals."""
        if len(node.args) != 1 or len(node.keywords) != 1:
            raise Refused(node, f"{function} by a key takes one list, and no default.", "Test for an empty one before.")
        translator.names.risk(node, ValueError)
        falling = ast.Constant(function == "max")
        keywords = [ast.keyword("key", key), ast.keyword("reverse", falling)]
        made = ast.Call(ast.Name("sorted", ast.Load()), node.args, keywords)
        items = iterables.in_order(translator, at(made, node))
        translator.risky = True
        return Code(f"($_sorted := {items.text}; $_sorted[0])", t.item_of(items.type), certain=False)

    def of_two(node: ast.Call, one: Code, other: Code) -> Code:
        if not ordered(one.type, other.type):
            raise Refused(node, "These are not known to be all numbers or all strings.", "Annotate them.")
        text = f"{other.at(COMPARE + 1)} {sign} {one.at(COMPARE + 1)} ? {other.at(OR)} : {one.at(OR)}"
        return Code(text, t.union(one.type, other.type), TERNARY, small=one.small and other.small)

    def of_list(translator: Translator, node: ast.Call) -> Code:
        code, default = translator.items(node.args[0]), named(node, "default")
        item = t.item_of(code.type)
        if item not in t.NUMBERS:
            raise unknown(node.args[0], "a list of numbers")
        if default is not None:
            other = computed_anyway(translator, default)
            text = f"($count({code.text}) = 0 ? {other.at(TERNARY + 1)} : ${function}({code.text}))"
            return Code(text, t.union(item, other.type))
        translator.risky = True
        translator.names.risk(node, ValueError)
        empty = failing(f"{ast.unparse(node)}: the list is empty")
        return Code(f"($count({code.text}) = 0 ? {empty} : ${function}({code.text}))", item)

    return translate


def _total(translator: Translator, node: ast.Call) -> Code:
    code = translator.items(node.args[0])
    begin = translator.sure(node.args[1]) if len(node.args) == 2 else None
    if t.item_of(code.type) is not int or (begin is not None and begin.type is not int):
        raise Refused(node, "sum of anything but a list of ints cannot be compiled exactly.", "Add up in a @task.")
    whole = guarded(f"$sum({code.text})")
    return whole if begin is None else guarded(f"{whole.text} + {begin.at(ADD + 1)}")


def _int(translator: Translator, node: ast.Call) -> Code:
    code = translator.sure(node.args[0])
    if code.type is int:
        return code
    if code.type is bool:
        return Code(f"({code.at(TERNARY + 1)} ? 1 : 0)", int, small=True)
    if code.type is float:
        return guarded(f"($_x := {code.text}; ($_x < 0 ? $ceil($_x) : $floor($_x)) + 0)")
    raise Refused(node, "int of a string cannot be compiled.", "Convert it in a @task.")


def _round(translator: Translator, node: ast.Call) -> Code:
    """To the nearest int, of two the even one. The difference to what is below is exact where it decides."""
    code = translator.number(node.args[0])
    if code.type is int:
        return code
    up = "$_d > 0.5 or ($_d = 0.5 and $_f % 2 != 0)"
    return guarded(f"($_x := {code.text}; $_f := $floor($_x); $_d := $_x - $_f; $_f + ({up} ? 1 : 0))")


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


def _next(translator: Translator, node: ast.Call) -> Code:
    """`next(… for … in …, default)`: the first that a generator gives."""
    if not isinstance(node.args[0], ast.GeneratorExp):
        raise Refused(node, "Only next((… for … in …), default) can be compiled.", "Write a loop with `break`.")
    inner = translator.within(translator.names)
    found, other = inner.sure(node.args[0]), computed_anyway(translator, node.args[1])
    if inner.risky:
        raise Refused(node.args[0], "next stops at the first, and this would be computed for all of them.",
                      "Write a loop.")  # fmt: skip
    text = f"($_all := {found.text}; $count($_all) = 0 ? {other.at(TERNARY + 1)} : $_all[0])"
    return Code(text, t.union(t.item_of(found.type), other.type))


_NONE: tuple[str, ...] = ()

_BUILTINS: dict[str, tuple[int, int, tuple[str, ...], Function]] = {
    "len": (1, 1, _NONE, _len),
    "abs": (1, 1, _NONE, _abs),
    "min": (1, 9, ("default", "key"), _extreme("<", "min")),
    "max": (1, 9, ("default", "key"), _extreme(">", "max")),
    "next": (2, 2, _NONE, _next),
    "sum": (1, 2, _NONE, _total),
    "round": (1, 1, _NONE, _round),
    "any": (1, 1, _NONE, _every("any")),
    "all": (1, 1, _NONE, _every("all")),
    "str": (1, 1, _NONE, lambda translator, node: as_text(translator, node.args[0])),
    "bool": (1, 1, _NONE, lambda translator, node: translator.truth(node.args[0])),
    "int": (1, 1, _NONE, _int),
    "list": (0, 1, _NONE, iterables.as_list),
    "range": (1, 3, _NONE, iterables.count_up),
    "sorted": (1, 1, ("key", "reverse"), iterables.in_order),
    "reversed": (1, 1, _NONE, iterables.backwards),
    "enumerate": (1, 2, ("start",), iterables.numbered),
    "zip": (2, 9, ("strict",), iterables.side_by_side),
}
"""Fewest and most arguments, the names of others, and how each is translated."""
