"""What a JSONata expression may cost at most, read off its tree: who may run among others, and who must run apart.

A tame expression takes at most quadratic time and linear memory in its data, whatever the data are. Everything
that this analysis cannot bound is wild: that costs a helper process, while the other mistake would cost everybody.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from jsonata2py.parser import ast_nodes as ast

from stepwell.expressions.jsonata_syntax import Node, names

MOST_TIME = 2
"""The degree of the polynomial that bounds the time."""
MOST_COPIES = 2_000
"""How often the data may be repeated or gone through, beside what the degrees say."""
MOST_TEXT = 64
"""How often they may be repeated within a text, which unlike an array takes the memory."""
LONGEST_LITERAL = 1_000


class Cost(NamedTuple):
    """Bounds of a value. `time` and `size` are degrees: of the work, and of the value when it is written out.

    In the body of a loop, degree 0 is a part of the element at hand: all elements together are the data once.
    """

    time: int = 0
    size: int = 0
    copies: int = 1


class Wild(Exception):
    """No bound is known."""


class Place(NamedTuple):
    """Where an expression stands: how many loops around it, whose element `$` is, and what the names cost."""

    depth: int = 0
    context: int = 0
    names: dict[str, tuple[int, Cost]] = {}  # noqa: RUF012  # never changed; from name to (depth where bound, cost)

    def inside(self, own: list[str], *, context: bool) -> "Place":
        """The body of a loop whose parameters are `own`; `context`: its element is `$` too."""
        depth = self.depth + 1
        names = self.names | {name: (depth, Cost()) for name in own}
        return Place(depth, depth if context else self.context, names)

    def binding(self, name: str, cost: Cost) -> "Place":
        return self._replace(names=self.names | {name: (self.depth, cost)})


def is_tame_tree(tree: Node) -> bool:
    """Whether an expression's cost is bounded. Raises RecursionError for trees of an absurd depth."""
    try:
        _cost(tree, Place())
    except Wild:
        return False
    return True


def _cost(node: Node, at: Place) -> Cost:
    rule = _RULES.get(type(node))
    if rule is None:
        raise Wild
    return _bounded(rule(node, at))


def _bounded(cost: Cost) -> Cost:
    if cost.time > MOST_TIME or cost.copies > MOST_COPIES:
        raise Wild
    return cost


# --- combining -----------------------------------------------------------------------------------------------------


def _together(costs: list[Cost]) -> Cost:
    """Side by side in one value."""
    if not costs:
        return Cost()
    return Cost(max(c.time for c in costs), max(c.size for c in costs), sum(c.copies for c in costs))


def _scalar(costs: list[Cost]) -> Cost:
    """All are looked through, and a number, a boolean or the like comes out."""
    return Cost(max((max(c.time, c.size) for c in costs), default=0))


def _text(costs: list[Cost], at: Place) -> Cost:
    """All are written into one text: unlike a reference to data, it takes their memory."""
    cost = _together(costs)
    if cost.size + (at.depth > 0) > 1 or cost.copies > MOST_TEXT:
        raise Wild
    return cost._replace(time=max(cost.time, cost.size))


def _loop(source: Cost, body: Cost) -> Cost:
    """A body worked out for each element."""
    time = max(source.time, source.size + body.time)
    return _bounded(Cost(time, source.size + body.size, source.copies * body.copies))


def _chosen(source: Cost, test: Cost) -> Cost:
    """The elements that pass a test."""
    return _loop(source, test)._replace(size=source.size)


# --- syntax --------------------------------------------------------------------------------------------------------


def _constant(node: Node, at: Place) -> Cost:
    return Cost()


def _regex(node: Node, at: Place) -> Cost:
    if not _runs_straight(node.pattern):
        raise Wild
    return Cost()


_PIECES = re.compile(r"\\[^0-9]|\[(?:\\.|[^\]\\])*\]|(\(\?|\\[0-9]|\)[*+?{])|([*+]|\{\d+,\d*\})|.", re.DOTALL)


def _runs_straight(pattern: str) -> bool:
    """Whether matching cannot backtrack: at most one repetition, at the end or behind a leading `^`."""
    pieces = list(_PIECES.finditer(pattern))
    if any(piece[1] for piece in pieces):  # lookaround, references, repeated groups
        return False
    repetitions = [piece for piece in pieces if piece[2]]
    if not repetitions:
        return "{" not in pattern
    (only, *more) = repetitions
    return not more and "|" not in pattern and (pattern.startswith("^") or only.end() == len(pattern))


def _variable(node: Node, at: Place) -> Cost:
    """A workflow variable and $states are all data, to whatever loop."""
    depth, cost = at.names.get(node.name, (-1, Cost(size=1)))
    return Cost(0, cost.size if depth == at.depth else max(cost.size, 1), cost.copies)


def _context(node: Node, at: Place) -> Cost:
    size = 0 if at.context == at.depth else 1
    return Cost(size, size)


def _path(node: Node, at: Place) -> Cost:
    first, *steps = node.steps
    cost = _cost(first, at)
    for step in steps:
        cost = _bounded(_step(cost, step, at))
    return cost


def _step(source: Cost, step: Node, at: Place) -> Cost:
    """One more step on what was found so far."""
    match step:
        case ast.FieldRef() | ast.WildcardStep():
            return source._replace(time=max(source.time, source.size))
        case ast.DescendantStep():
            return Cost(max(source.time, source.size + 1), source.size + 1, source.copies)
        case ast.PredicateExpr() | ast.ArraySubscript():
            return _filtered(_step(source, step.source, at), step, at)
        case ast.SortExpr():
            return _sorted(_step(source, step.source, at), step, at)
        case ast.GroupByExpr():
            return _grouped(_step(source, step.source, at), step, at)
        case ast.ForceArray():
            return _step(source, step.source, at)
    return _loop(source, _cost(step, at.inside([], context=True)))


def _predicate(node: Node, at: Place) -> Cost:
    return _filtered(_cost(node.source, at), node, at)


def _filtered(source: Cost, node: Node, at: Place) -> Cost:
    test = node.predicate if isinstance(node, ast.PredicateExpr) else node.index
    return _chosen(source, _cost(test, at.inside([], context=True)))


def _sort(node: Node, at: Place) -> Cost:
    return _sorted(_cost(node.source, at), node, at)


def _sorted(source: Cost, node: Node, at: Place) -> Cost:
    inside = at.inside([], context=True)
    return _chosen(source, _together([_cost(key.key, inside) for key in node.keys]))


def _group(node: Node, at: Place) -> Cost:
    return _grouped(_cost(node.source, at), node, at)


def _grouped(source: Cost, node: Node, at: Place) -> Cost:
    inside = at.inside([], context=True)
    parts = [_cost(part, inside) for pair in node.pairs for part in (pair.key, pair.value)]
    return _loop(source, _together(parts))


def _array(node: Node, at: Place) -> Cost:
    return _together([_cost(item, at) for item in node.elements])


def _object(node: Node, at: Place) -> Cost:
    return _together([_cost(part, at) for pair in node.pairs for part in (pair.key, pair.value)])


def _binary(node: Node, at: Place) -> Cost:
    operands = [_cost(node.left, at), _cost(node.right, at)]
    return _text(operands, at) if node.op == "&" else _scalar(operands)


def _negated(node: Node, at: Place) -> Cost:
    return _scalar([_cost(node.operand, at)])


def _conditional(node: Node, at: Place) -> Cost:
    branches = [_cost(branch, at) for branch in (node.then, node.otherwise) if branch is not None]
    condition = _scalar([_cost(node.condition, at)])
    return _together([*branches, condition])


def _block(node: Node, at: Place) -> Cost:
    cost, time = Cost(), 0
    for part in node.expressions:
        cost = _cost(part, at)
        time = max(time, cost.time)
        if isinstance(part, ast.VariableBinding):
            at = at.binding(part.name, cost)
    return cost._replace(time=time)


def _bound(node: Node, at: Place) -> Cost:
    return _cost(node.value, at)


def _numbers(node: Node, at: Place) -> Cost:
    return _range_of([node.from_, node.to])


def _range_of(bounds: list[Node]) -> Cost:
    first, last, *step = map(_number, bounds)
    stride = step[0] if step else 1.0
    if stride == 0 or (last - first) / stride > LONGEST_LITERAL:
        raise Wild
    return Cost(copies=max(1, int((last - first) / stride) + 1))


def _number(node: Node) -> float:
    if isinstance(node, ast.UnaryMinus):
        return -_number(node.operand)
    if not isinstance(node, ast.NumberLiteral):
        raise Wild
    return node.value


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
    "base64decode base64encode decodeUrl decodeUrlComponent encodeUrl encodeUrlComponent lowercase parse substring"
    " substringAfter substringBefore trim uppercase"
)
_SIMPLE_CALLBACKS = (_SCALAR | _TEXT | {"string"}) - {"error"}


def _call(node: Node, at: Place) -> Cost:
    name = node.name
    if not node.is_variable or name in at.names:
        raise Wild
    if name in _LOOPS:
        return _LOOPS[name](node.args, at)
    if name in _LITERALS and not _LITERALS[name](node.args):
        raise Wild
    if name == "range":
        return _range_of(node.args) if len(node.args) == 3 else Cost()
    arguments = [_cost(argument, at) for argument in node.args] or [_context(node, at)]
    if name in _SCALAR or name in ("assert", "contains", "parseInteger"):
        return _scalar(arguments)
    if name in _PARTS:
        return _together(arguments)._replace(time=max(max(c.time, c.size) for c in arguments))
    if name == "distinct":  # objects of one shape are compared with each other
        return arguments[0]._replace(time=max(arguments[0].time, 2 * arguments[0].size))
    if name in _TEXT or name in _LITERALS:
        return _text(arguments, at)
    raise Wild


def _is_short(node: Node) -> bool:
    """A literal text without the long numbers with which pictures ask for many digits."""
    return isinstance(node, ast.StringLiteral) and len(node.value) <= MOST_TEXT and not re.search(r"\d{3}", node.value)


def _literal_from(position: int) -> Callable[[list[Node]], bool]:
    """What stands from there on is short and literal: it comes into the result as often as the data want."""
    return lambda arguments: all(map(_is_short, arguments[position:]))


def _is_padding(arguments: list[Node]) -> bool:
    return (
        len(arguments) in (2, 3)
        and isinstance(width := arguments[1], ast.NumberLiteral | ast.UnaryMinus)
        and isinstance(getattr(width, "operand", width), ast.NumberLiteral)
        and abs(_number(width)) <= MOST_TEXT
        and all(map(_is_short, arguments[2:]))
    )


def _is_split(arguments: list[Node]) -> bool:
    return len(arguments) < 2 or isinstance(arguments[1], ast.StringLiteral | ast.RegexLiteral)


def _is_replacement(arguments: list[Node]) -> bool:
    return len(arguments) >= 3 and _is_split(arguments) and _is_short(arguments[2])


_LITERALS: dict[str, Callable[[list[Node]], bool]] = {
    "contains": _is_split,
    "formatBase": lambda arguments: True,
    "formatInteger": _literal_from(1),
    "formatNumber": _literal_from(1),
    "fromMillis": _literal_from(1),
    "join": _literal_from(1),
    "match": _is_split,
    "now": _literal_from(0),
    "pad": _is_padding,
    "parseInteger": _literal_from(1),
    "replace": _is_replacement,
    "split": _is_split,
    "string": lambda arguments: len(arguments) < 2,  # the second indents: depth times size
    "toMillis": _literal_from(1),
}


def _mapped(arguments: list[Node], at: Place) -> Cost:
    source, body = _source_and_body(arguments, at)
    return _loop(source, body)


def _picked(arguments: list[Node], at: Place) -> Cost:
    source, body = _source_and_body(arguments, at)
    return _chosen(source, body)


def _reduced(arguments: list[Node], at: Place) -> Cost:
    """The accumulator must not grow: numbers, and values picked from the data."""
    source, body = _source_and_body(arguments[:2], at)
    initial = [_cost(argument, at) for argument in arguments[2:]]
    if not isinstance(arguments[1], ast.Lambda) or not _cannot_grow(arguments[1].body):
        raise Wild
    return _together([_chosen(source, body), *initial])


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
                inside = inside._replace(names=inside.names | {name: (at.depth, Cost(size=1))})
            return _cost(source, at), _cost(body, inside)
        case [source, ast.VariableRef(name=name)] if name in _SIMPLE_CALLBACKS and name not in at.names:
            return _cost(source, at), Cost()
    raise Wild


_LOOPS: dict[str, Callable[[list[Node], Place], Cost]] = {
    "each": _mapped,
    "filter": _picked,
    "map": _mapped,
    "reduce": _reduced,
    "sift": _picked,
    "single": _picked,
    "sort": _picked,
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
    ast.VariableBinding: _bound,
    ast.RangeExpr: _numbers,
    ast.Parenthesized: _inner,
    ast.ForceArray: _source,
    ast.ChainExpr: _chain,
    ast.FunctionCall: _call,
}
