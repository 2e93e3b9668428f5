"""Constants, names and attributes as JSONata."""

import ast
import enum
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import ATOM, SMALL, Code, Json, exists_or, literal, step
from stepwell.sdk.problems import Refused
from stepwell.sdk.translator import Translator


def constant(translator: Translator, node: ast.Constant) -> Code:
    value = node.value
    return Code(literal(value, node), type(value), small=isinstance(value, int) and abs(value) <= SMALL)


def constant_template(translator: Translator, node: ast.Constant) -> tuple[Json, t.Type] | None:
    """As it stands, unless it would pass for JSONata."""
    if isinstance(node.value, str) and node.value.startswith("{%"):
        return None
    literal(node.value, node)
    return node.value, type(node.value)


def name(translator: Translator, node: ast.Name) -> Code:
    code = translator.names.local(node.id, node)
    return code if code is not None else _global(translator, node)


def _global(translator: Translator, node: ast.expr) -> Code:
    known, value = translator.names.constant(node)
    if not known:
        raise Refused(node, f"{ast.unparse(node)} is not known here.", "Assign it before, or make it a parameter.")
    return of_value(value, node)


def of_value(value: Any, node: ast.AST) -> Code:
    """A constant of the module, or a default."""
    if isinstance(value, enum.Enum):
        return Code(literal(value.value, node), t.plain(type(value)))
    if isinstance(value, list | tuple):
        items = [of_value(item, node) for item in value]
        kinds = [item.type for item in items]
        kind = t.tuple_of(*kinds) if isinstance(value, tuple) and value else t.list_of(t.union(*kinds))
        return Code(f"[{', '.join(item.item for item in items)}]", kind, display=True)
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        members = {key: of_value(item, node) for key, item in value.items()}
        text = ", ".join(f"{literal(key, node)}: {item.text}" for key, item in members.items())
        return Code(f"{{{text}}}", t.dict_of(t.union(*(item.type for item in members.values()))))
    return Code(literal(value, node), type(value))


def attribute(translator: Translator, node: ast.Attribute) -> Code:
    if not translator.is_data(node):
        return _global(translator, node)
    owner = translator.code(node.value)
    if owner.type is Any:
        return translator.uncertain(node, f"{owner.at(ATOM)}.{step(node.attr)}", Any, AttributeError)
    if node.attr == "value" and t.is_enum(owner.type):
        return owner.of(t.union(*(type(member.value) for member in owner.type)))
    fields = t.fields_of(owner.type)
    what = ast.unparse(node.value)
    if fields is None and t.NONE in t.choices(owner.type):
        raise Refused(node, f"{what} may be None.", f"Write `if {what} is not None:` around it.", kind="contract")
    if t.is_enum(owner.type):
        raise Refused(node, f"{what} is {t.shown(owner.type)}, of which data have the value.", f"Write {what}.value.")
    if fields is None or t.is_mapping_record(owner.type):
        raise Refused(node, f"{what} is {t.shown(owner.type)}, whose attributes are no data.", f'Write {what}["…"].')
    if node.attr not in fields:
        raise Refused(node, f"{t.shown(owner.type)} has no field {node.attr}.", f"It has {', '.join(fields)}.",
                      kind="contract")  # fmt: skip
    default = t.default_of(owner.type, node.attr)
    if default is t.REQUIRED or (owner.filled and default is not t.COMPUTED):
        return Code(f"{owner.at(ATOM)}.{step(node.attr)}", fields[node.attr], certain=owner.certain)
    return _defaulted(translator.sure(node.value), node, fields[node.attr], default)


def _defaulted(owner: Code, node: ast.Attribute, kind: t.Type, default: Any) -> Code:
    """A field with a default, which data may lack: whoever writes them may leave out what is usual."""
    text = f"{owner.at(ATOM)}.{step(node.attr)}"
    if default is t.COMPUTED:
        return Code(text, kind, certain=False)
    return Code(exists_or(text, of_value(default, node).text), kind)
