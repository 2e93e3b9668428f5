"""Methods of strings and dicts that an expression may call, as JSONata."""

import ast
from collections.abc import Callable
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import COMPARE, TERNARY, Code, exists_or, keys_of
from stepwell.sdk.comprehensions import each_of
from stepwell.sdk.problems import Refused, unknown
from stepwell.sdk.translator import Translator

Method = Callable[[Translator, ast.Call, Code], Code]

_SPACE = r"[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
"""What `strip` takes away: a regular expression's own \\s is another set."""


def _of_text(pattern: str, kind: t.Type) -> Method:
    def translate(translator: Translator, node: ast.Call, owner: Code) -> Code:
        arguments = [translator.sure(argument) for argument in node.args]
        if owner.type is not str or any(argument.type is not str for argument in arguments):
            raise Refused(node, f"{ast.unparse(node)} is not known to be about strings.", "Annotate them.")
        return Code(pattern.format(*(part.at(COMPARE + 1) for part in (owner, *arguments))), kind)

    return translate


def _words(translator: Translator, node: ast.Call, owner: Code) -> Code:
    if owner.type is not str:
        raise Refused(node, f"{ast.unparse(node)} is not known to be about strings.", "Annotate them.")
    text = f'[$filter($split({owner.text}, /{_SPACE}/), function($_word) {{$_word != ""}})]'
    return Code(text, t.list_of(str), display=True)


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
    if not t.is_dict(owner.type) and not t.is_mapping_record(owner.type):
        raise unknown(node.func.value if isinstance(node.func, ast.Attribute) else node, "a dict")
    other = computed_anyway(translator, node.args[1]) if len(node.args) == 2 else Code("null", t.NONE)
    key, fields = translator.key(node.args[0]), t.fields_of(owner.type) or {}
    named = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
    kind = fields[named] if named in fields else t.value_of(owner.type)
    found = f"$lookup({owner.text}, {key.text})"
    return Code(exists_or(found, other.at(TERNARY + 1)), t.union(kind, other.type))


def computed_anyway(translator: Translator, default: ast.expr) -> Code:
    """A default, which Python computes even where it is not needed. Raises Refused when it may fail."""
    inner = translator.within(translator.names)
    code = inner.sure(default)
    if inner.risky:
        raise Refused(default, "Python computes this default even where it is not needed, and it may fail.",
                      "Assign it to a name first.")  # fmt: skip
    return code


def _keys(translator: Translator, node: ast.Call, owner: Code) -> Code:
    if not t.is_dict(owner.type):
        raise unknown(node, "about a dict")
    return keys_of(owner).of(t.stream_of(str))


def _values(translator: Translator, node: ast.Call, owner: Code) -> Code:
    value = _value(node, owner)
    return each_of(keys_of(owner), "_key", value).of(t.stream_of(value.type))


def _items(translator: Translator, node: ast.Call, owner: Code) -> Code:
    value = _value(node, owner)
    pair = Code(f"[$_key, {value.item}]", t.tuple_of(str, value.type), display=True)
    return each_of(keys_of(owner), "_key", pair).of(t.stream_of(pair.type))


def _value(node: ast.Call, owner: Code) -> Code:
    """What a dict has under `$_key`."""
    kind = t.value_of(owner.type) if t.is_dict(owner.type) else Any
    if t.may_be_list(kind):
        raise unknown(node, "about a dict of a known type")
    return Code(f"$lookup({owner.text}, $_key)", kind)


def _join(translator: Translator, node: ast.Call, owner: Code) -> Code:
    items = translator.items(node.args[0])
    if owner.type is not str or t.item_of(items.type) is not str:
        raise Refused(node, "join of anything but strings cannot be compiled.", "Annotate it.")
    return Code(f"$join({items.text}, {owner.text})", str)


_ENDS_WITH = "($length({0}) >= $length({1}) and $substring({0}, $length({0}) - $length({1})) = {1})"

METHODS: dict[tuple[str, int], Method] = {
    ("upper", 0): _of_text("$uppercase({0})", str),
    ("lower", 0): _of_text("$lowercase({0})", str),
    ("strip", 0): _of_text(f'$replace({{0}}, /^{_SPACE}|{_SPACE}$/, "")', str),
    ("lstrip", 0): _of_text(f'$replace({{0}}, /^{_SPACE}/, "")', str),
    ("rstrip", 0): _of_text(f'$replace({{0}}, /{_SPACE}$/, "")', str),
    ("startswith", 1): _of_text("($substring({0}, 0, $length({1})) = {1})", bool),
    ("endswith", 1): _of_text(_ENDS_WITH, bool),
    ("split", 0): _words,
    ("split", 1): _split,
    ("replace", 2): _replace,
    ("join", 1): _join,
    ("get", 1): _get,
    ("get", 2): _get,
    ("keys", 0): _keys,
    ("values", 0): _values,
    ("items", 0): _items,
}
"""By name and number of arguments."""
