"""Items of lists, members of dicts, and slices as JSONata."""

import ast
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import ATOM, Code, step, whole
from stepwell.sdk.problems import Refused
from stepwell.sdk.translator import Translator


def subscript(translator: Translator, node: ast.Subscript) -> Code:
    owner = translator.code(node.value)
    if isinstance(node.slice, ast.Slice):
        return _slice(translator, node, translator.sure(node.value), node.slice)
    key = node.slice.value if isinstance(node.slice, ast.Constant) else None
    if isinstance(key, str) and not t.is_list(owner.type):
        return _member(translator, node, owner, key)
    if t.is_list(owner.type):
        index = translator.sure(node.slice)
        if index.type is not int:
            raise Refused(node.slice, "The index of a list must be known to be an int.", "Annotate it.")
        kind = t.item_of(owner.type, whole(node.slice))
        return translator.uncertain(node, f"{owner.at(ATOM)}[{index.text}]", kind, IndexError)
    if t.is_dict(owner.type):
        text = f"$lookup({owner.text}, {translator.key(node.slice).text})"
        return translator.uncertain(node, text, t.value_of(owner.type), KeyError)
    raise Refused(node, f"Whether {ast.unparse(node.value)} is a list or a dict is not known.", "Annotate it.")


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


def _slice(translator: Translator, node: ast.Subscript, owner: Code, bounds: ast.Slice) -> Code:
    """`x[2:5]`, with literals from the front."""
    first = 0 if bounds.lower is None else whole(bounds.lower)
    last = None if bounds.upper is None else whole(bounds.upper)
    open_ended = bounds.upper is None
    if bounds.step is not None or first is None or first < 0 or (not open_ended and (last is None or last < 0)):
        raise Refused(node, "Only slices between literals that count from the front can be compiled.",
                      "Take it in a @task.")  # fmt: skip
    if owner.type is str:
        length = "" if last is None else f", {max(0, last - first)}"
        return Code(f"$substring({owner.text}, {first}{length})", str)
    if not t.is_list(owner.type) or t.item_of(owner.type) is Any or t.is_list(t.item_of(owner.type)):
        raise Refused(node, f"{ast.unparse(node.value)} is not known to be a string, or a list of no lists.",
                      "Annotate it.")  # fmt: skip
    test = f"$index >= {first}" + ("" if last is None else f" and $index < {last}")
    text = f"[$filter({owner.text}, function($item, $index) {{{test}}})]"
    return Code(text, t.list_of(t.item_of(owner.type)), display=True)
