"""What the literal arguments of a JSONata call promise: short texts, small numbers, patterns that cannot backtrack."""

import re
from collections.abc import Callable

from jsonata2py.parser import ast_nodes as ast

from stepwell.expressions.jsonata_bounds import Cost, Wild
from stepwell.expressions.jsonata_syntax import Node

LONGEST_LITERAL = 1_000
"""Numbers of a range."""
LONGEST_TEXT = 64
"""Characters of a text that may come into the result many times."""


_PIECES = re.compile(r"\\[^0-9]|\[(?:\\.|[^\]\\])*\]|(\(\?|\\[0-9]|\)[*+?{])|([*+]|\{\d+,\d*\})|.", re.DOTALL)


def runs_straight(pattern: str) -> bool:
    """Whether matching cannot backtrack: at most one repetition, at the end or behind a leading `^`."""
    pieces = list(_PIECES.finditer(pattern))
    if any(piece[1] for piece in pieces):  # lookaround, references, repeated groups
        return False
    repetitions = [piece for piece in pieces if piece[2]]
    if not repetitions:
        return "{" not in pattern
    (only, *more) = repetitions
    return not more and "|" not in pattern and (pattern.startswith("^") or only.end() == len(pattern))


def number(node: Node) -> float:
    """Raises Wild if the node is no literal number."""
    if isinstance(node, ast.UnaryMinus):
        return -number(node.operand)
    if not isinstance(node, ast.NumberLiteral):
        raise Wild
    return node.value


def _is_short(node: Node) -> bool:
    """A literal text without the long numbers with which pictures ask for many digits."""
    return (
        isinstance(node, ast.StringLiteral) and len(node.value) <= LONGEST_TEXT and not re.search(r"\d{5}", node.value)
    )


def _literal_from(position: int) -> Callable[[list[Node]], bool]:
    """What stands from there on is short and literal: it comes into the result as often as the data want."""
    return lambda arguments: all(map(_is_short, arguments[position:]))


def _is_padding(arguments: list[Node]) -> bool:
    return (
        len(arguments) in (2, 3)
        and isinstance(width := arguments[1], ast.NumberLiteral | ast.UnaryMinus)
        and isinstance(getattr(width, "operand", width), ast.NumberLiteral)
        and abs(number(width)) <= LONGEST_TEXT
        and all(map(_is_short, arguments[2:]))
    )


LITERALS: dict[str, Callable[[list[Node]], bool]] = {
    "formatBase": lambda arguments: True,
    "formatInteger": _literal_from(1),
    "formatNumber": _literal_from(1),
    "fromMillis": _literal_from(1),
    "join": _literal_from(1),
    "now": _literal_from(0),
    "pad": _is_padding,
    "parseInteger": _literal_from(1),
    "string": lambda arguments: len(arguments) < 2,  # the second indents: depth times size
    "toMillis": _literal_from(1),
}
"""What the arguments of a function must be for its result to have a bound."""


def range_of(bounds: list[Node]) -> Cost:
    """A range whose first, last and step are literal. Raises Wild."""
    first, last, *step = map(number, bounds)
    stride = step[0] if step else 1.0
    if stride == 0 or (last - first) / stride > LONGEST_LITERAL:
        raise Wild
    return Cost(copies=max(1, int((last - first) / stride) + 1))
