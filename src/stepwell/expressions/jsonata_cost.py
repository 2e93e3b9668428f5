"""What a JSONata expression may cost at most, read off its tree: who may run among others, and who must run apart.

A tame expression takes at most quadratic time and linear memory in its data, whatever the data are. Everything
that this analysis cannot bound is wild: that costs a helper process, while the other mistake would cost everybody.
"""

import itertools
from collections.abc import Callable, Iterable
from typing import NamedTuple

from jsonata2py.parser import ast_nodes as ast

from stepwell.expressions.jsonata_bounds import (
    DATA,
    Cost,
    Place,
    Wild,
    bounded,
    chosen,
    compared,
    copied,
    loop,
    member,
    scalar,
    text,
)
from stepwell.expressions.jsonata_bounds import together as side_by_side
from stepwell.expressions.jsonata_figures import (
    AS_TEXT,
    BY_CHARACTER,
    CALL,
    CHARACTER,
    CONSTRUCTION,
    DESCENT,
    EACH,
    GROUPING,
    ONCE,
    RESULT,
    SORTING,
    STRIDE,
)
from stepwell.expressions.jsonata_literals import LITERALS, range_of, runs_straight
from stepwell.expressions.jsonata_syntax import Node, names, nodes


class Bound(NamedTuple):
    """How long a tame expression can keep everybody waiting, in nanoseconds: `once`, and `each` for each value in
    its data; `bytes`: for each byte of their text, since it takes texts to pieces. `clocked`: that is what it can do
    between two looks at the clock, as its work is quadratic; without it, all that it does.
    """

    once: int
    each: int
    bytes: bool
    clocked: bool = False


def together(bounds: Iterable[Bound | None]) -> Bound | None:
    """The bound of expressions that are evaluated one after another."""
    all = Bound(0, 0, False)
    for bound in bounds:
        if bound is None:
            return None
        clocked = all.clocked or bound.clocked
        all = Bound(all.once + bound.once, all.each + bound.each, all.bytes or bound.bytes, clocked)
    return all


def bound_of(tree: Node, *, selects: bool) -> Bound | None:
    """The bound of an expression that is tame, as far as the tree tells; None for a wild one.

    `selects`: its result is a part of the data, and need not be looked at.
    """
    if not _is_short(tree):
        return None
    try:
        cost = _cost(tree.value if isinstance(tree, ast.VariableBinding) else tree, Place())
    except (Wild, RecursionError):
        return None
    if not selects:
        cost = cost.taking(RESULT)
    return Bound(cost.once, cost.each, any(map(_takes_texts_to_pieces, nodes(tree))), cost.time > 1)


def _takes_texts_to_pieces(node: Node) -> bool:
    if isinstance(node, ast.FunctionCall | ast.VariableRef):
        return node.name in BY_CHARACTER
    return isinstance(node, ast.RegexLiteral)


MOST_NODES = 400
MOST_LOOPS = 12
"""Of one expression. Each may look through all data, and nobody looks at the time between two of them."""


def _is_short(tree: Node) -> bool:
    found = [type(node) for node in itertools.islice(nodes(tree), MOST_NODES + 1)]
    return len(found) <= MOST_NODES and sum(kind in _LOOKING_THROUGH for kind in found) <= MOST_LOOPS


_LOOKING_THROUGH = frozenset({ast.FunctionCall, ast.PredicateExpr, ast.ArraySubscript, ast.SortExpr, ast.GroupByExpr})


def _cost(node: Node, at: Place) -> Cost:
    rule = _RULES.get(type(node))
    if rule is None:
        raise Wild
    return bounded(rule(node, at))


# --- syntax --------------------------------------------------------------------------------------------------------


def _constant(node: Node, at: Place) -> Cost:
    return Cost()


def _regex(node: Node, at: Place) -> Cost:
    if not runs_straight(node.pattern):
        raise Wild
    return Cost(once=CHARACTER * len(node.pattern))


def _variable(node: Node, at: Place) -> Cost:
    """A workflow variable and $states are all data, to whatever loop; so is what a loop further out goes through."""
    depth, cost = at.names.get(node.name, (-1, DATA))
    return cost._replace(time=0, once=0, each=0) if depth == at.depth else _from_outside(cost)


def _from_outside(cost: Cost) -> Cost:
    return Cost(0, max(cost.size, 1), max(cost.entries, 1), cost.copies)


def _context(node: Node, at: Place) -> Cost:
    return Cost() if at.context == at.depth else DATA._replace(time=1)


def _path(node: Node, at: Place) -> Cost:
    first, *steps = node.steps
    cost = _cost(first, at)
    if first == _STATES and isinstance(steps[0], ast.FieldRef):  # an object of ours: nothing to go through
        steps = steps[1:]
    for step in steps:
        cost = bounded(_step(cost, step, at))
    return cost


_STATES = ast.VariableRef("states")


def _step(source: Cost, node: Node, at: Place) -> Cost:
    """One more step on what was found so far."""
    match node:
        case ast.FieldRef() | ast.WildcardStep():
            return member(source)
        case ast.DescendantStep():  # written out, a part is there once for each level above it
            found = member(source)
            return found.taking(DESCENT)._replace(copies=100 * found.copies)
        case ast.PredicateExpr() | ast.ArraySubscript():
            return _filtered(_step(source, node.source, at), node, at)
        case ast.SortExpr():
            return _sorted(_step(source, node.source, at), node, at)
        case ast.GroupByExpr():
            return _grouped(_step(source, node.source, at), node, at)
        case ast.ForceArray():
            return _step(source, node.source, at)
    return loop(source, _between_looks(_cost(node, at.inside([], context=True)), node, at), flat=True)


def _predicate(node: Node, at: Place) -> Cost:
    return _filtered(_cost(node.source, at), node, at)


def _filtered(source: Cost, node: Node, at: Place) -> Cost:
    test = node.predicate if isinstance(node, ast.PredicateExpr) else node.index
    return chosen(source, _interrupted(_cost(test, at.inside([], context=True)), [test], at))


def _interrupted(body: Cost, parts: list[Node], at: Place) -> Cost:
    """A body that can be stopped between two elements, or is short.

    The library looks at the time in its loops, but not in predicates and groups. Our environment looks at it where
    `$states` and workflow variables are asked for; names of the expression's own it never sees.
    """
    if body.time and any(
        isinstance(node, ast.VariableRef) and node.name in at.names for p in parts for node in nodes(p)
    ):
        raise Wild
    return body


def _between_looks(body: Cost, node: Node, at: Place) -> Cost:
    """What a loop does between two looks at the clock: STRIDE rounds, or one in which our environment looks."""
    if not body.time or any(isinstance(part, ast.VariableRef) and part.name not in at.names for part in nodes(node)):
        return body
    return body._replace(each=STRIDE * body.each)


def _sort(node: Node, at: Place) -> Cost:
    return _sorted(_cost(node.source, at), node, at)


def _sorted(source: Cost, node: Node, at: Place) -> Cost:
    inside = at.inside([], context=True)
    return chosen(source, side_by_side([_cost(key.key, inside) for key in node.keys])).taking(SORTING)


def _group(node: Node, at: Place) -> Cost:
    return _grouped(_cost(node.source, at), node, at)


def _grouped(source: Cost, node: Node, at: Place) -> Cost:
    inside = at.inside([], context=True)
    parts = [part for pair in node.pairs for part in (pair.key, pair.value)]
    body = side_by_side([_cost(part, inside) for part in parts]).taking(GROUPING)
    return loop(source, _interrupted(body, parts, at), flat=False)


def _array(node: Node, at: Place) -> Cost:
    cost = copied([_cost(item, at) for item in node.elements], at)
    return cost._replace(once=cost.once + CONSTRUCTION)


def _object(node: Node, at: Place) -> Cost:
    parts = [_cost(part, at) for pair in node.pairs for part in (pair.key, pair.value)]
    cost = side_by_side(parts)
    return cost._replace(entries=0, once=cost.once + CONSTRUCTION)


def _binary(node: Node, at: Place) -> Cost:
    left, right = _cost(node.left, at), _cost(node.right, at)
    if node.op == "&":
        return text([left.taking(AS_TEXT), right.taking(AS_TEXT)], at)
    return scalar([left, right]) if node.op in ("and", "or", "in") else compared(left, right)


def _negated(node: Node, at: Place) -> Cost:
    return scalar([_cost(node.operand, at)])


def _conditional(node: Node, at: Place) -> Cost:
    branches = [_cost(branch, at) for branch in (node.then, node.otherwise) if branch is not None]
    condition = scalar([_cost(node.condition, at)])
    return side_by_side([*branches, condition])


def _block(node: Node, at: Place) -> Cost:
    """Names are bound here only: elsewhere they would outlive the expression that they stand in."""
    cost, all = Cost(), Cost()
    for part in node.expressions:
        binds = isinstance(part, ast.VariableBinding)
        cost = _cost(part.value if binds else part, at)
        all = side_by_side([all, cost])
        if binds:
            at = at.binding(part.name, cost)
    return cost._replace(time=all.time, once=all.once, each=all.each)


def _numbers(node: Node, at: Place) -> Cost:
    return range_of([node.from_, node.to])


def _inner(node: Node, at: Place) -> Cost:
    return _cost(node.inner, at)


def _source(node: Node, at: Place) -> Cost:
    return _cost(node.source, at)


def _chain(node: Node, at: Place) -> Cost:
    """`a ~> $f(b)` is `$f(a, b)`."""
    value, *steps = node.steps
    for step in steps:
        if isinstance(step, ast.FunctionCall):
            value = ast.FunctionCall(step.name, [value, *step.args], step.is_variable)
        elif isinstance(step, ast.VariableRef):
            value = ast.FunctionCall(step.name, [value])
        else:
            raise Wild
    return _cost(value, at)


# --- functions -----------------------------------------------------------------------------------------------------

_SCALAR = names(
    "abs average boolean ceil count error exists floor hash length max millis min not now number power random round"
    " sqrt sum toMillis type uuid"
)
_PARTS = names("append keys lookup merge partition reverse shuffle spread zip")
_TEXT = names(
    "base64decode base64encode decodeUrl decodeUrlComponent encodeUrl encodeUrlComponent lowercase parse split"
    " substring substringAfter substringBefore trim uppercase"
)
_SIMPLE_CALLBACKS = (_SCALAR | _TEXT | {"string"}) - {"error"}


def _call(node: Node, at: Place) -> Cost:
    name = node.name
    if not node.is_variable or name in at.names:
        raise Wild
    if name in LITERALS and not LITERALS[name](node.args):
        raise Wild
    cost = _called(node, at).taking(EACH.get(name, 0))
    return cost._replace(once=cost.once + ONCE.get(name, CALL))


def _called(node: Node, at: Place) -> Cost:
    """Without what the very function takes for each call, and for each value that comes out."""
    name = node.name
    if name in _LOOPS:
        return _LOOPS[name](node.args, at)
    if name == "range":
        return range_of(node.args) if len(node.args) == 3 else Cost()
    arguments = [_cost(argument, at) for argument in node.args] or [_context(node, at)]
    if name in _SCALAR or name in ("assert", "contains", "parseInteger"):
        return scalar([argument.taking(EACH.get(name, 0)) for argument in arguments])
    if name in _PARTS:
        return copied(arguments, at)
    if name == "distinct":
        looked_through = scalar(arguments[:1])
        return arguments[0]._replace(time=looked_through.time, once=looked_through.once, each=looked_through.each)
    if name in _TEXT or name in LITERALS:
        return text(arguments, at)
    raise Wild


def _mapped(arguments: list[Node], at: Place) -> Cost:
    source, body = _source_and_body(arguments, at)
    return loop(source, body, flat=False)


def _picked(arguments: list[Node], at: Place) -> Cost:
    source, body = _source_and_body(arguments, at)
    return chosen(source, body)


def _ordered(arguments: list[Node], at: Place) -> Cost:
    return _picked(arguments, at).taking(SORTING)


def _reduced(arguments: list[Node], at: Place) -> Cost:
    """The accumulator must not grow: numbers, and values picked from the data."""
    source, body = _source_and_body(arguments[:2], at)
    initial = [_cost(argument, at) for argument in arguments[2:]]
    if not isinstance(arguments[1], ast.Lambda) or not _cannot_grow(arguments[1].body):
        raise Wild
    return side_by_side([chosen(source, body), *initial])


def _cannot_grow(node: Node) -> bool:
    match node:
        case ast.NumberLiteral() | ast.BooleanLiteral() | ast.NullLiteral() | ast.VariableRef():
            return True
        case ast.BinaryOp(op=op):
            return op != "&"
        case ast.ConditionalExpr(then=then, otherwise=otherwise):
            return _cannot_grow(then) and (otherwise is None or _cannot_grow(otherwise))
        case ast.Parenthesized(inner=inner):
            return _cannot_grow(inner)
        case ast.FunctionCall(name=name):
            return name in _SCALAR
    return False


def _source_and_body(arguments: list[Node], at: Place) -> tuple[Cost, Cost]:
    match arguments:
        case [source]:
            return _cost(source, at), Cost()
        case [source, ast.Lambda(params=params, body=body)]:
            # The first two are the element and its index or key; a third would be the whole array again.
            inside = at.inside(params[:2], context=False)
            for name in params[2:]:
                inside = inside._replace(names=inside.names | {name: (at.depth, DATA)})
            return _cost(source, at), _between_looks(_cost(body, inside), body, at)
        case [source, ast.VariableRef(name=name)] if name in _SIMPLE_CALLBACKS and name not in at.names:
            called = Cost(once=ONCE.get(name, CALL)).taking(EACH.get(name, 0))
            return _cost(source, at), called
    raise Wild


_LOOPS: dict[str, Callable[[list[Node], Place], Cost]] = {
    "each": _mapped,
    "filter": _picked,
    "map": _mapped,
    "reduce": _reduced,
    "sift": _picked,
    "single": _picked,
    "sort": _ordered,
}

_RULES: dict[type, Callable[[Node, Place], Cost]] = {
    ast.StringLiteral: _constant,
    ast.NumberLiteral: _constant,
    ast.BooleanLiteral: _constant,
    ast.NullLiteral: _constant,
    ast.RegexLiteral: _regex,
    ast.VariableRef: _variable,
    ast.ContextRef: _context,
    ast.FieldRef: _context,
    ast.WildcardStep: _context,
    ast.PathExpr: _path,
    ast.PredicateExpr: _predicate,
    ast.ArraySubscript: _predicate,
    ast.SortExpr: _sort,
    ast.GroupByExpr: _group,
    ast.ArrayConstructor: _array,
    ast.ObjectConstructor: _object,
    ast.BinaryOp: _binary,
    ast.UnaryMinus: _negated,
    ast.ConditionalExpr: _conditional,
    ast.Block: _block,
    ast.RangeExpr: _numbers,
    ast.Parenthesized: _inner,
    ast.ForceArray: _source,
    ast.ChainExpr: _chain,
    ast.FunctionCall: _call,
}

COSTED = _SCALAR | _PARTS | _TEXT | LITERALS.keys() | _LOOPS.keys() | names("assert contains distinct range")
"""Every function that may be tame. $match and $replace are not: the library takes 9 µs for each match it finds."""
