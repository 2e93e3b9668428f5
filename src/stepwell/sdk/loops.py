"""`while` and `for`: loops of Choice states, and Maps where the rounds are independent."""

import ast
from collections.abc import Callable

from stepwell.sdk import types as t
from stepwell.sdk.code import Code, wrapped
from stepwell.sdk.comprehensions import unpacked
from stepwell.sdk.finals import leave_loop
from stepwell.sdk.flow import may_be_a_map
from stepwell.sdk.graph import State, setter
from stepwell.sdk.invocations import hoisted, with_items_called
from stepwell.sdk.problems import Refused
from stepwell.sdk.results import work
from stepwell.sdk.rounds import counted, rounds
from stepwell.sdk.scope import Loop, Scope
from stepwell.sdk.syntax import assigned, at, grown
from stepwell.sdk.variables import Variables

Begin = Callable[[], None]
"""Emits what a round begins with."""

Test = Callable[[], ast.expr | None]
"""Emits the calls that a condition makes; returns the condition, None when it always holds."""


def compile_while(scope: Scope, statement: ast.While) -> None:
    forever = isinstance(statement.test, ast.Constant) and bool(statement.test.value)
    shown = f"while {ast.unparse(statement.test)}"

    def test() -> ast.expr | None:
        return None if forever else hoisted(scope, statement.test)

    _loop(scope, shown, test, lambda: None, statement, assigned(statement.body))


def _loop(scope: Scope, shown: str, test: Test, begin: Begin, statement: ast.While | ast.For,
          changed: set[str]) -> None:  # fmt: skip
    """A loop of Choice states. What is known at its head must hold in every round: look again until it does."""
    body, orelse = statement.body, statement.orelse
    scope.known.widen(changed)
    problems = len(scope.machine.problems)
    while True:
        back, head = scope.attempt(), scope.known.copy()
        after = _round(scope, shown, test, begin, body, orelse)
        if after is None or len(scope.machine.problems) > problems:
            return
        joined = head.join(after)
        joined.maybe -= scope.machine.given - head.types.keys() - head.maybe  # what we have named is the round's own
        joined.narrowed = head.narrowed
        if joined == head:
            return
        back()
        scope.known = joined


def _round(scope: Scope, shown: str, test: Test, begin: Begin, body: list[ast.stmt],
           orelse: list[ast.stmt]) -> Variables | None:  # fmt: skip
    """One round; returns what is known when it comes round again, None when it never does."""
    there = len(scope.graph.states)
    scope.assigning = None
    comment, scope.comment = scope.comment, None
    condition = test()
    scope.comment = comment
    choice: State = {"Type": "Choice", "Choices": []}
    leaving = scope.known.copy()
    if condition is not None:
        rule = {"Condition": wrapped(scope.expressions.truth(condition)), "Next": ""}
        choice["Choices"].append(rule)
        scope.emit(shown, choice, ends=True)
        scope.graph.loose = [setter(rule, "Next")]
        leaving = scope.assuming(condition, False).known
        scope.assume(condition, True)
    else:
        scope.emit(shown, {"Type": "Pass"})
    begin()
    loop = Loop(list(scope.graph.states)[there])
    scope.loops.append(loop)
    scope.block(body)
    scope.loops.pop()
    ways = [*loop.continued, scope.take_way()]
    after: Variables | None = None
    for way in ways:
        if way is not None:
            after = way[1].join(after)
            for end in way[0]:
                end(str(loop.header))
    out = ([setter(choice, "Default")], leaving) if condition is not None else None
    if out is not None and orelse:
        scope.meet([out])
        scope.block(orelse)
        out = scope.take_way()
    scope.meet([out, *loop.broken])
    return after


def compile_break(scope: Scope, statement: ast.Break) -> None:
    loop = scope.loops[-1]
    if loop.header is None:
        raise Refused(statement, "A round that runs beside others cannot break the loop.", "Use a while loop.")
    leave_loop(scope)
    way = scope.take_way()
    if way is not None:
        loop.broken.append(way)


def compile_continue(scope: Scope, statement: ast.Continue) -> None:
    leave_loop(scope)
    way = scope.take_way()
    if way is not None:
        scope.loops[-1].continued.append(way)


def compile_for(scope: Scope, statement: ast.For) -> None:
    """A Map where no round knows of another (told by compiling it so), else rounds in turn over an index."""
    through = _gone_through(statement.iter)
    if through in {name for node in ast.walk(statement) for name in grown(node)}:
        raise Refused(statement, f"The loop goes through {through}, which grows under it.", "Collect in another one.")
    if may_be_a_map(statement, scope.source.definition):
        back, problems = scope.attempt(), len(scope.machine.problems)
        try:
            _for_each(scope, statement)
        except Refused:
            back()
        else:
            if len(scope.machine.problems) == problems:
                scope.block(statement.orelse)  # no round breaks the loop
                return
            back()
    _for_in_turn(scope, statement)


def _for_each(scope: Scope, statement: ast.For) -> None:
    """No round knows of another: a Map, one round at a time, as Python runs them."""
    shown = f"for {ast.unparse(statement.target)} in {ast.unparse(statement.iter)}"
    comment, scope.comment = scope.comment, None
    generator = with_items_called(scope, ast.comprehension(statement.target, statement.iter, [], 0))
    inner, state = rounds(scope, generator, statement, single=False)
    for name in sorted(assigned(statement.body)):
        inner.own(name, statement)
    inner.block(statement.body)
    ways = [inner.take_way(), *inner.loops[0].continued]
    inner.meet(ways)
    if inner.graph.reachable:
        inner.emit(f"next {ast.unparse(statement.target)}", {"Type": "Succeed", "Output": "{% null %}"}, ends=True)
    scope.comment = comment
    state |= {"MaxConcurrency": 1, "ItemProcessor": inner.graph.to_asl(), "Output": "{% null %}"}
    work(scope, state, shown, None, t.NONE, "$states.result", ends=False)


def _for_in_turn(scope: Scope, statement: ast.For) -> None:
    """Each round goes on from what the one before has left: a loop over an index."""
    target, iterated = statement.target, statement.iter
    shown = f"for {ast.unparse(target)} in {ast.unparse(iterated)}"
    numbered = counted(scope, target, iterated)
    counter, start = "", 0
    if numbered is not None:
        counter, target, iterated, start = numbered
    comment, scope.comment = scope.comment, None
    ready = hoisted(scope, iterated)
    scope.comment = comment
    if isinstance(ready, ast.List | ast.Tuple):
        template, kind = scope.expressions.template(ready)
    else:
        code = scope.expressions.items(ready)
        template, kind = wrapped(code), t.list_of(t.item_of(code.type))
    items, index = scope.fresh("items"), scope.fresh("index")
    scope.assign(items, template, kind, target, shown)
    scope.assign(index, 0, int, target, shown)
    scope.assigning = None
    taken = unpacked(target, t.item_of(kind), f"${items}[${index}]")
    if counter:
        taken[counter] = Code(f"${index} + {start}" if start else f"${index}", int)

    def begin() -> None:
        """Take the next item."""
        for name in taken:
            scope.check_owned(name, target)
        values = {scope.variable(name): wrapped(code) for name, code in taken.items()}
        counted = {index: f"{{% ${index} + 1 %}}"}
        scope.emit(f"{shown}: next", {"Type": "Pass", "Assign": {**values, **counted}})
        for name, code in taken.items():
            scope.known.learn(name, code.type)

    condition = at(ast.parse(f"{index} < len({items})", mode="eval").body, target)
    changed = assigned(statement.body) | taken.keys()
    through = _gone_through(iterated)
    if through is not None:
        scope.iterated.append(through)
    _loop(scope, shown, lambda: condition, begin, statement, changed)
    if through is not None:
        scope.iterated.pop()


def _gone_through(iterated: ast.expr) -> str | None:
    """The list or dict that a loop looks at in every round."""
    match iterated:
        case ast.Name(id=name):
            return name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="items" | "keys" | "values")):
            return name
        case ast.Call(func=ast.Name(id="enumerate" | "zip" | "reversed"), args=parts):
            return next((found for found in map(_gone_through, parts) if found is not None), None)
    return None
