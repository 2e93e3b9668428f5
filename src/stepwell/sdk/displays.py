"""`[…]`, `(…)` and `{…}`: as JSONata, which flattens lists in lists, and as payload templates, which do not."""

import ast

from stepwell.sdk import types as t
from stepwell.sdk.code import Code, Json
from stepwell.sdk.problems import Refused
from stepwell.sdk.translator import Translator


def list_display(translator: Translator, node: ast.List | ast.Tuple) -> Code:
    texts, kinds = [], []
    for item in node.elts:
        if isinstance(item, ast.Starred):
            spread = translator.items(item.value)
            texts.append(spread.spread)
            kinds.append(t.item_of(spread.type))
        else:
            code = translator.item(item)
            texts.append(code.item)
            kinds.append(code.type)
    spreads = any(isinstance(item, ast.Starred) for item in node.elts)
    kind = t.list_of(t.union(*kinds)) if spreads else _display_type(node, kinds)
    return Code(f"[{', '.join(texts)}]", kind, display=True)


def list_template(translator: Translator, node: ast.List | ast.Tuple) -> tuple[Json, t.Type] | None:
    if any(isinstance(item, ast.Starred) for item in node.elts):
        return None
    items = [translator.template(item) for item in node.elts]
    return [value for value, _ in items], _display_type(node, [kind for _, kind in items])


def dict_display(translator: Translator, node: ast.Dict) -> Code:
    parts: list[str] = []
    kinds: list[t.Type] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None:
            name, code = translator.key(key), translator.sure(value)
            parts.append(f"{{{name.text}: {code.text}}}")
            kinds.append(code.type)
            continue
        code = translator.sure(value)
        if not t.is_dict(code.type):
            raise Refused(value, f"{ast.unparse(value)} is not known to be a dict.", "Annotate it.")
        parts.append(code.text)
        kinds.append(t.value_of(code.type))
    kind = t.dict_of(t.union(*kinds))
    if all(key is not None for key in node.keys) and len(node.keys) <= 1:
        return Code(parts[0] if parts else "{}", kind)
    return Code(f"$merge([{', '.join(parts)}])", kind)


def dict_template(translator: Translator, node: ast.Dict) -> tuple[Json, t.Type] | None:
    keys = [key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    if len(keys) < len(node.keys):
        return None
    values = [translator.template(value) for value in node.values]
    members = {key: value for key, (value, _) in zip(keys, values, strict=True)}
    return members, t.dict_of(t.union(*(kind for _, kind in values)))


def _display_type(node: ast.expr, items: list[t.Type]) -> t.Type:
    return t.tuple_of(*items) if isinstance(node, ast.Tuple) and items else t.list_of(t.union(*items))
