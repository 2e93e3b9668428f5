"""Rounds over a list: the items of a Map, and what the names of a round are."""

import ast

from stepwell.sdk import types as t
from stepwell.sdk.callees import calls_states
from stepwell.sdk.code import Code, Json
from stepwell.sdk.comprehensions import bind
from stepwell.sdk.graph import State
from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Loop, Scope


def rounds(scope: Scope, generator: ast.comprehension, part: ast.AST, single: bool) -> tuple[Scope, State]:
    """The scope of a Map's rounds with the item in it, and the Map without its processor."""
    if any(calls_states(scope, test) for test in generator.ifs):
        raise Refused(generator.ifs[0], "A condition here cannot call a task.", "Call it in a comprehension before.")
    inner = scope.inner()
    inner.loops = [Loop(None)]
    if is_enumerate(scope, generator.iter):
        codes, state = _counted(scope, generator)
    else:
        items, kind = _items(scope, generator)
        codes, state = item_codes(generator.target, kind, "$states.input"), {"Type": "Map", "Items": items}
    for name in codes:
        inner.own(name, part)
    if single:
        inner.texts |= codes
    else:
        assign = {inner.variable(name): f"{{% {code.text} %}}" for name, code in codes.items()}
        inner.emit(f"for {ast.unparse(generator.target)}", {"Type": "Pass", "Assign": assign})
    for name, code in codes.items():
        inner.known.learn(name, code.type)
    return inner, state


def is_enumerate(scope: Scope, node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and scope.constant(node.func) == (True, enumerate)


def _counted(scope: Scope, generator: ast.comprehension) -> tuple[dict[str, Code], State]:
    """`for i, x in enumerate(xs)`: what the names of a round are, and the Map."""
    assert isinstance(generator.iter, ast.Call)
    names = _names(generator.target)
    if len(generator.iter.args) != 1 or generator.iter.keywords or generator.ifs or len(names) != 2:
        raise Refused(generator.iter, "Only `for i, x in enumerate(…)` of one whole list can be compiled.",
                      "Count in the loop.")  # fmt: skip
    items, kind = _items(scope, ast.comprehension(generator.target, generator.iter.args[0], [], 0))
    item = "$states.context.Map.Item"
    selector = {"index": f"{{% {item}.Index %}}", "item": f"{{% {item}.Value %}}"}
    codes = {names[0].id: Code("$states.input.index", int), names[1].id: Code("$states.input.item", kind)}
    return codes, {"Type": "Map", "Items": items, "ItemSelector": selector}


def _names(target: ast.expr) -> list[ast.Name]:
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    found = [name for name in names if isinstance(name, ast.Name)]
    if len(found) != len(names):
        raise Refused(target, "Only names can be assigned here.", "Assign them in the loop.")
    return found


def item_codes(target: ast.expr, kind: t.Type, text: str) -> dict[str, Code]:
    """What the names of a loop's target are, where the item is this text."""
    if isinstance(target, ast.Name):
        return {target.id: Code(text, kind)}
    names = _names(target)
    if t.length_of(kind) != len(names):
        raise Refused(target, f"{t.shown(kind)} is not known to have {len(names)} items.", "Annotate it as a tuple.")
    return {name.id: Code(f"{text}[{index}]", t.item_of(kind, index)) for index, name in enumerate(names)}


def _items(scope: Scope, generator: ast.comprehension) -> tuple[Json, t.Type]:
    """The Items of a Map, those that the conditions leave."""
    iterated = generator.iter
    if isinstance(iterated, ast.List | ast.Tuple) and not generator.ifs:
        template, kind = scope.expressions.template(iterated)
        return template, t.item_of(kind)
    if generator.ifs or t.is_dict(scope.expressions.code(iterated).type):
        bare = ast.comprehension(generator.target, iterated, generator.ifs, 0)
        _, code, _ = bind(scope.expressions, bare)
    else:
        code = scope.expressions.sure(iterated)
    if not t.is_list(code.type):
        raise Refused(iterated, f"{ast.unparse(iterated)} is not known to be a list.", "Annotate it.")
    return f"{{% {code.text} %}}", t.item_of(code.type)
