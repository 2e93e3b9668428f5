"""Comprehensions that call no task, as JSONata."""

import ast
from typing import Any

from stepwell.sdk import types as t
from stepwell.sdk.code import Code
from stepwell.sdk.problems import Refused
from stepwell.sdk.translator import Translator


def bind(translator: Translator, generator: ast.comprehension) -> tuple[str, Code, Translator]:
    """`for name in items if …`: the variable, the items that are left, and the expressions within."""
    items = translator.items(generator.iter)
    kind = t.item_of(items.type)
    if isinstance(generator.target, ast.Name):
        variable = translator.names.variable(generator.target.id)
        bound = {generator.target.id: Code(f"${variable}", kind)}
    else:
        variable = f"_item{translator.depth}"
        bound = unpacked(generator.target, kind, f"${variable}")
    inner = translator.within(translator.names.bound(bound), 1)
    for condition in generator.ifs:
        items = only_where(items, variable, inner.truth(condition), condition)
        inner = inner.within(inner.names.assuming(condition, True))
    translator.risky |= inner.risky
    return variable, items, inner


def unpacked(target: ast.expr, kind: t.Type, text: str) -> dict[str, Code]:
    """What the names of a target are, where what it is bound to is this text."""
    if isinstance(target, ast.Name):
        return {target.id: Code(text, kind)}
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else []
    if not parts:
        raise Refused(target, "Only names can be assigned here.", "Assign it to a name first.")
    if any(isinstance(part, ast.Starred) for part in parts):
        raise Refused(target, "A name with a star cannot be assigned.", "Write first, rest = xs[0], xs[1:].")
    if t.length_of(kind) != len(parts):
        raise Refused(target, f"{t.shown(kind)} is not known to have {len(parts)} items.", "Annotate it as a tuple.")
    found: dict[str, Code] = {}
    for index, part in enumerate(parts):
        found |= unpacked(part, t.item_of(kind, index), f"{text}[{index}]")
    return found


def list_comprehension(translator: Translator, node: ast.ListComp) -> Code:
    """A comprehension that calls no task."""
    variable, items, inner = bind(translator, node.generators[0])
    if len(node.generators) > 1:
        return _flattened(translator, node, variable, items, inner)
    element = inner.item(node.elt)
    translator.risky |= inner.risky
    if element.text == f"${variable}":
        return Code(items.text, t.list_of(element.type), items.level, display=items.display)
    return each_of(items, variable, element)


def _flattened(translator: Translator, node: ast.ListComp, variable: str, items: Code, inner: Translator) -> Code:
    """`[… for row in rows for item in row]`: the lists that each round gives, one behind the other."""
    lists = list_comprehension(inner, ast.copy_location(ast.ListComp(node.elt, node.generators[1:]), node))
    translator.risky |= inner.risky
    every = each_of(items, variable, lists)
    return Code(f"$reduce({every.text}, function($_all, $_more) {{$append($_all, $_more)}}, [])", lists.type)


def generator(translator: Translator, node: ast.GeneratorExp) -> Code:
    made = list_comprehension(translator, ast.copy_location(ast.ListComp(node.elt, node.generators), node))
    return made.of(t.stream_of(t.item_of(made.type)))


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
    made, function = t.list_of(body.type), f"function(${variable}) {{{body.text}}}"
    if not t.is_list(body.type):
        return Code(f"[$map({items.text}, {function})]", made, display=True)
    mapped = f"$_items := {items.text}; $_each := $map($_items, {function})"
    return Code(f"({mapped}; $count($_items) = 1 ? [[$_each]] : [$_each])", made)


def only_where(items: Code, variable: str, test: Code, node: Any) -> Code:
    """`[variable for variable in items if test]`."""
    kind = t.item_of(items.type)
    if t.may_be_list(kind):
        raise Refused(node, "Items that are not known to be lists, or to be none, cannot be filtered here.",
                      "Annotate the items, or filter them in a @task.")  # fmt: skip
    if not t.is_list(kind):
        return Code(f"[$filter({items.text}, function(${variable}) {{{test.text}}})]", items.type, display=True)
    # A list alone among those that are left would be taken for its items: so their places are filtered
    tested = f"function($_place) {{(${variable} := $_list[$_place]; {test.text})}}"
    places = f"[$filter([0..$count($_list) - 1], {tested})]"
    kept = each_of(Code("$_places", t.list_of(int)), "_place", Code("$_list[$_place]", kind))
    return Code(f"($_list := {items.text}; $_places := {places}; {kept.text})", items.type)
