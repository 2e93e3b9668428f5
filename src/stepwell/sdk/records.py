"""Calls of dataclasses, TypedDicts, msgspec Structs and pydantic models: objects with their fields."""

import ast

from stepwell.sdk import types as t
from stepwell.sdk.code import Code, Json, literal, template_code
from stepwell.sdk.problems import Refused
from stepwell.sdk.translator import Translator


def record(translator: Translator, node: ast.Call) -> Code:
    """A call of a dataclass or the like, within an expression."""
    template, kind = translator.template(node)
    return Code(template_code(template), kind)


def record_template(translator: Translator, node: ast.Call) -> tuple[Json, t.Type] | None:
    """A call of a dataclass or the like: its fields. None for any other call."""
    if translator.is_data(node.func):
        return None
    known, made = translator.names.constant(node.func)
    fields = t.fields_of(made) if known else None
    if fields is None or not isinstance(made, type):
        return None
    if any(keyword.arg is None for keyword in node.keywords) or len(node.args) > len(fields):
        raise Refused(node, f"{made.__name__}(…) is only known with each field named.", "Name each of them.")
    given: dict[str, ast.expr] = dict(zip(fields, node.args, strict=False))
    given |= {str(keyword.arg): keyword.value for keyword in node.keywords}
    _check_made_plainly(made, node)
    template = _fields(translator, node, made, fields, given)
    for name in fields:
        if name not in given:
            template[name] = _default(made, name, node)
    return template, made


def replaced(translator: Translator, node: ast.Call) -> Code:
    """`dataclasses.replace(record, field=…)`."""
    owner = translator.sure(node.args[0]) if len(node.args) == 1 else None
    fields = None if owner is None else t.fields_of(owner.type)
    if owner is None or fields is None or any(keyword.arg is None for keyword in node.keywords):
        raise Refused(node, "replace of what is not known to be a dataclass cannot be compiled.", "Annotate it.")
    _check_made_plainly(owner.type, node)
    given = {str(keyword.arg): keyword.value for keyword in node.keywords}
    members = template_code(_fields(translator, node, owner.type, fields, given))
    return Code(f"$merge([{owner.text}, {members}])", owner.type)


def _fields(translator: Translator, node: ast.Call, made: type, fields: dict[str, t.Type],
            given: dict[str, ast.expr]) -> dict[str, Json]:  # fmt: skip
    """Fields as they are given. Raises Refused for one that the record has not, or that has another type."""
    template = {}
    for name, value in given.items():
        if name not in fields:
            raise Refused(node, f"{made.__name__} has no field {name}.", f"It has {', '.join(fields)}.")
        template[name], kind = translator.template(value)
        if not t.fits(kind, fields[name]):
            raise Refused(value, f"{made.__name__}.{name} is {t.shown(fields[name])}, and this is {t.shown(kind)}.",
                          "Give it that, or change one of the two annotations.", kind="contract")  # fmt: skip
    return template


def _check_made_plainly(made: type, node: ast.Call) -> None:
    """Raises Refused for a class that does more than to keep what it is given."""
    rules = getattr(made, "__pydantic_decorators__", None)
    checks = rules is not None and (rules.field_validators or rules.model_validators)
    if hasattr(made, "__post_init__") or checks:
        raise Refused(node, f"{made.__name__} computes something when it is made.", "Make it in a @task.")


def _default(made: type, name: str, node: ast.expr) -> Json:
    """A field's default as JSON."""
    default = t.default_of(made, name)
    if default is t.REQUIRED or default is t.COMPUTED:
        raise Refused(node, f"{made.__name__} needs {name}.", f"Write {made.__name__}({name}=…).", kind="contract")
    if default not in ([], {}):
        literal(default, node)
    return default
