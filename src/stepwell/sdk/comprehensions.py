"""Comprehensions that call no task, as JSONata."""

import ast
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import Code, keys_of
from stepwell.sdk.problems import Refused
from stepwell.sdk.translator import Translator


def bind(translator: Translator, generator: ast.comprehension) -> tuple[str, Code, Translator]:
    """`for name in items if …`: the variable, the items that are left, and the expressions within."""
    if not isinstance(generator.target, ast.Name):
        raise Refused(generator.target, "Only one name can be bound in an expression.", "Take a loop.")
    items = translator.sure(generator.iter)
    if t.is_dict(items.type):
        items = keys_of(items)
    if not t.is_list(items.type):
        raise Refused(generator.iter, f"{ast.unparse(generator.iter)} is not known to be a list.", "Annotate it.")
    variable = translator.names.variable(generator.target.id)
    bound = {generator.target.id: Code(f"${variable}", t.item_of(items.type))}
    inner = translator.within(translator.names.bound(bound))
    for condition in generator.ifs:
        items = only_where(items, variable, inner.truth(condition), condition)
        inner = inner.within(inner.names.assuming(condition, True))
    translator.risky |= inner.risky
    return variable, items, inner


def list_comprehension(translator: Translator, node: ast.ListComp | ast.GeneratorExp) -> Code:
    """A comprehension that calls no task."""
    if len(node.generators) != 1:
        raise Refused(node, "Only one `for` can be compiled here.", "Take a comprehension within a comprehension.")
    variable, items, inner = bind(translator, node.generators[0])
    element = inner.item(node.elt)
    translator.risky |= inner.risky
    if element.text == f"${variable}":
        return Code(items.text, t.list_of(element.type), items.level, display=items.display)
    return each_of(items, variable, element)


def dict_comprehension(translator: Translator, node: ast.DictComp) -> Code:
    if len(node.generators) != 1:
        raise Refused(node, "Only one `for` can be compiled here.", "Do it in a @task.")
    variable, items, inner = bind(translator, node.generators[0])
    key, value = inner.key(node.key), inner.sure(node.value)
    translator.risky |= inner.risky
    made = each_of(items, variable, Code(f"{{{key.text}: {value.text}}}", dict))
    return Code(f"$merge({made.text})", t.dict_of(value.type))


def each_of(items: Code, variable: str, body: Code) -> Code:
    """`[body for variable in items]`. JSONata makes a value of a list of one, so lists in lists take more care."""
    mapped = f"$map({items.text}, function(${variable}) {{{body.text}}})"
    made = t.list_of(body.type)
    if not t.is_list(body.type):
        return Code(f"[{mapped}]", made, display=True)
    return Code(f"($each := {mapped}; $count({items.text}) = 1 ? [[$each]] : [$each])", made)


def only_where(items: Code, variable: str, test: Code, node: Any) -> Code:
    """`[variable for variable in items if test]`."""
    kind = t.item_of(items.type)
    if kind is Any or t.is_list(kind):
        raise Refused(node, "Items that are lists, or not known not to be, cannot be filtered here.",
                      "Annotate the items, or filter them in a @task.")  # fmt: skip
    return Code(f"[$filter({items.text}, function(${variable}) {{{test.text}}})]", items.type, display=True)
