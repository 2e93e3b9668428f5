"""Rounds over a list: the items of a Map, and what the names of a round are."""

import ast

from stepwell.sdk import types as t
from stepwell.sdk.callees import calls_states
from stepwell.sdk.code import Code, Json
from stepwell.sdk.comprehensions import bind, unpacked
from stepwell.sdk.graph import State
from stepwell.sdk.iterables import start_of
from stepwell.sdk.problems import Refused
from stepwell.sdk.scope import Loop, Scope


def rounds(scope: Scope, generator: ast.comprehension, part: ast.AST, single: bool) -> tuple[Scope, State]:
    """The scope of a Map's rounds with the item in it, and the Map without its processor."""
    if any(calls_states(scope, test) for test in generator.ifs):
        raise Refused(generator.ifs[0], "A condition here cannot call a task.", "Call it in a comprehension before.")
    inner = scope.inner()
    inner.loops = [Loop(None)]
    numbered = counted(scope, generator.target, generator.iter)
    if numbered is not None and not generator.ifs:
        codes, state = _counted(scope, *numbered)
    else:
        items, kind = _items(scope, generator)
        codes, state = unpacked(generator.target, kind, "$states.input"), {"Type": "Map", "Items": items}
    for name in codes:
        inner.own(name, part)
    if single:
        inner.texts |= codes
    else:
        assign = {inner.variable(name): f"{{% {code.text} %}}" for name, code in codes.items()}
        inner.emit(f"for {ast.unparse(generator.target)}", {"Type": "Pass", "Assign": assign})
    for name, code in codes.items():
        inner.known.learn(name, code.type)
    for test in generator.ifs:
        inner.assume(test, True)
    return inner, state


def counted(scope: Scope, target: ast.expr, iterated: ast.expr) -> tuple[str, ast.expr, ast.expr, int] | None:
    """`for i, x in enumerate(xs, start)`: the counting name, the other target, the list, the start. None for others."""
    if not isinstance(iterated, ast.Call) or scope.constant(iterated.func) != (True, enumerate):
        return None
    pair = target.elts if isinstance(target, ast.Tuple) else []
    if len(pair) != 2 or not isinstance(pair[0], ast.Name) or not 1 <= len(iterated.args) + len(iterated.keywords) <= 2:
        return None
    return pair[0].id, pair[1], iterated.args[0], start_of(iterated)


def _counted(scope: Scope, name: str, target: ast.expr, items: ast.expr, start: int) -> tuple[dict[str, Code], State]:
    """What the names of a round of `enumerate` are, and the Map."""
    template, kind = _items(scope, ast.comprehension(target, items, [], 0))
    item = "$states.context.Map.Item"
    index = f"{item}.Index + {start}" if start else f"{item}.Index"
    selector = {"index": f"{{% {index} %}}", "item": f"{{% {item}.Value %}}"}
    codes = {name: Code("$states.input.index", int), **unpacked(target, kind, "$states.input.item")}
    return codes, {"Type": "Map", "Items": template, "ItemSelector": selector}


def _items(scope: Scope, generator: ast.comprehension) -> tuple[Json, t.Type]:
    """The Items of a Map, those that the conditions leave."""
    iterated = generator.iter
    if isinstance(iterated, ast.List | ast.Tuple) and not generator.ifs:
        template, kind = scope.expressions.template(iterated)
        return template, t.item_of(kind)
    _, code, _ = bind(scope.expressions, ast.comprehension(generator.target, iterated, generator.ifs, 0))
    return f"{{% {code.text} %}}", t.item_of(code.type)
