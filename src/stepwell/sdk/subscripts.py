"""Items of lists and members of dicts as JSONata."""

import ast
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import ATOM, Code, step, whole
from stepwell.sdk.problems import Refused, unknown
from stepwell.sdk.slices import taken
from stepwell.sdk.translator import Translator


def subscript(translator: Translator, node: ast.Subscript) -> Code:
    owner = translator.code(node.value)
    if isinstance(node.slice, ast.Slice):
        return taken(translator, node, translator.sure(node.value), node.slice)
    key = node.slice.value if isinstance(node.slice, ast.Constant) else None
    if isinstance(key, str) and not t.is_list(owner.type):
        return _member(translator, node, owner, key)
    if t.is_list(owner.type):
        return _item(translator, node, owner)
    if t.is_dict(owner.type):
        text = f"$lookup({owner.text}, {translator.key(node.slice).text})"
        return translator.uncertain(node, text, t.value_of(owner.type), KeyError)
    if owner.type is str:
        raise Refused(node, "One character of a string cannot be taken here.", "Write a slice: s[:1], s[-1:].")
    raise unknown(node.value, "a list or a dict")


def _item(translator: Translator, node: ast.Subscript, owner: Code) -> Code:
    index = translator.sure(node.slice)
    if index.type is not int:
        raise Refused(node.slice, "The index of a list must be known to be an int.", "Annotate it.")
    literal, length = whole(node.slice), t.length_of(owner.type)
    text, kind = f"{owner.at(ATOM)}[{index.text}]", t.item_of(owner.type, literal)
    if owner.certain and literal is not None and length is not None and -length <= literal < length:
        return Code(text, kind)
    return translator.uncertain(node, text, kind, IndexError)


def _member(translator: Translator, node: ast.Subscript, owner: Code, key: str) -> Code:
    fields = t.fields_of(owner.type)
    text = f"{owner.at(ATOM)}.{step(key)}"
    if fields is None and (t.is_dict(owner.type) or owner.type is Any):
        return translator.uncertain(node, text, t.value_of(owner.type), KeyError)
    if fields is None or not t.is_mapping_record(owner.type):
        raise Refused(node, f"{ast.unparse(node.value)} is {t.shown(owner.type)}, and no dict.", "Annotate it.")
    if key not in fields:
        raise Refused(node, f"{t.shown(owner.type)} has no key {key!r}.", f"It has {', '.join(fields)}.",
                      kind="contract")  # fmt: skip
    if owner.certain and t.surely_there(owner.type, key):
        return Code(text, fields[key])
    return translator.uncertain(node, text, fields[key], KeyError)
