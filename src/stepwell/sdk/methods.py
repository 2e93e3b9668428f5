"""Methods of strings and dicts that an expression may call, as JSONata."""

import ast
from collections.abc import Callable
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import TERNARY, Code, exists_or, keys_of
from stepwell.sdk.comprehensions import each_of
from stepwell.sdk.problems import Refused, unknown
from stepwell.sdk.translator import Translator

Method = Callable[[Translator, ast.Call, Code], Code]


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
        raise unknown(node.func.value if isinstance(node.func, ast.Attribute) else node, "a dict")
    inner = translator.within(translator.names)
    other = inner.sure(node.args[1]) if len(node.args) == 2 else Code("null", t.NONE)
    if inner.risky:
        raise Refused(node.args[1], "Python computes this default even where it is not needed, and it may fail.",
                      "Assign it to a name first.")  # fmt: skip
    found = f"$lookup({owner.text}, {translator.key(node.args[0]).text})"
    return Code(exists_or(found, other.at(TERNARY + 1)), t.union(t.value_of(owner.type), other.type))


def _keys(translator: Translator, node: ast.Call, owner: Code) -> Code:
    if not t.is_dict(owner.type):
        raise unknown(node, "about a dict")
    return keys_of(owner)


def _values(translator: Translator, node: ast.Call, owner: Code) -> Code:
    value = t.value_of(owner.type) if t.is_dict(owner.type) else Any
    if value is Any:
        raise unknown(node, "about a dict of a known type")
    return each_of(keys_of(owner), "key", Code(f"$lookup({owner.text}, $key)", value))


def _join(translator: Translator, node: ast.Call, owner: Code) -> Code:
    items = translator.sure(node.args[0])
    if owner.type is not str or not t.is_list(items.type) or t.item_of(items.type) is not str:
        raise Refused(node, "join of anything but a list of strings cannot be compiled.", "Annotate it.")
    return Code(f"$join({items.text}, {owner.text})", str)


_ENDS_WITH = "($length({0}) >= $length({1}) and $substring({0}, $length({0}) - $length({1})) = {1})"

METHODS: dict[tuple[str, int], Method] = {
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
