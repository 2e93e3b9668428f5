"""The comparisons of a Choice rule: And, Or, Not and one table of operators."""

import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from stepwell.errors import ExpressionError
from stepwell.expressions.paths import compile_path
from stepwell.expressions.scan import PathSyntaxError
from stepwell.expressions.scope import Expression, Json, Scope
from stepwell.expressions.timestamps import is_timestamp, parse_timestamp
from stepwell.expressions.values import Compiled, is_number, render

Problems = list[tuple[str, str]]

Test = Callable[[Json, Json], bool]
"""From (the variable's value, the literal or the value at the operator's path) to the answer."""


class RuleError(ValueError):
    """What is wrong with a Choice rule: every problem as (JSON pointer, message)."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("; ".join(f"{pointer or '/'}: {message}" for pointer, message in problems))
        self.problems = problems


# --- the table -----------------------------------------------------------------------------------------------------


class Kind(NamedTuple):
    """What an operator accepts as its literal, and what problems call it."""

    name: str
    accepts: Callable[[Json], bool]


STRING = Kind("a string", lambda value: isinstance(value, str))
NUMBER = Kind("a number", is_number)
BOOLEAN = Kind("a boolean", lambda value: isinstance(value, bool))
TIMESTAMP = Kind("an RFC 3339 timestamp", is_timestamp)
PATH = Kind("a path", lambda value: isinstance(value, str))


class Operator(NamedTuple):
    """One operator: what it wants behind it, and its test. `by_path`: what is behind it is a path."""

    wants: Kind
    test: Test
    by_path: bool = False


def _comparing(kind: Kind, compare: Callable[[Any, Any], bool], key: Callable[[Any], Any] | None = None) -> Test:
    """A value of another type is no error: it compares false (developer guide, Choice state)."""

    def test(value: Json, operand: Json) -> bool:
        if not (kind.accepts(value) and kind.accepts(operand)):
            return False
        return compare(key(value), key(operand)) if key else compare(value, operand)

    return test


def _utf16(text: str) -> bytes:
    """Strings are ordered by UTF-16 code units, as Java does."""
    return text.encode("utf-16-be", "surrogatepass")


_FAMILIES = {"String": (STRING, _utf16), "Numeric": (NUMBER, None), "Timestamp": (TIMESTAMP, parse_timestamp)}
_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}


_PIECE = re.compile(r"\\([*\\])|(\*)|(.)", re.DOTALL)


@lru_cache(maxsize=512)
def _pieces(pattern: str) -> tuple[str, ...]:
    """The texts between the stars of a pattern, `\\*` and `\\\\` read as a star and a backslash."""
    pieces = [""]
    for escaped, star, char in _PIECE.findall(pattern):
        if star:
            pieces.append("")
        else:
            pieces[-1] += escaped or char
    return tuple(pieces)


def _string_matches(value: Json, pattern: str) -> bool:
    """`*` stands for any text. One pass from left to right: a regular expression would let many stars explode."""
    if not isinstance(value, str):
        return False
    first, *between = _pieces(pattern)
    if not between:
        return value == first
    last = between.pop()
    if len(value) < len(first) + len(last) or not (value.startswith(first) and value.endswith(last)):
        return False
    position, end = len(first), len(value) - len(last)
    for piece in between:
        position = value.find(piece, position, end)
        if position < 0:
            return False
        position += len(piece)
    return True


def _is(kind: Callable[[Json], bool]) -> Operator:
    return Operator(BOOLEAN, lambda value, wanted: kind(value) is wanted)


def _operators() -> dict[str, Operator]:
    table = {
        f"{family}{relation}": Operator(kind, _comparing(kind, compare, key))
        for family, (kind, key) in _FAMILIES.items()
        for relation, compare in _RELATIONS.items()
    }
    table["BooleanEquals"] = Operator(BOOLEAN, _comparing(BOOLEAN, operator.is_))
    table |= {f"{name}Path": Operator(PATH, literal.test, by_path=True) for name, literal in table.items()}
    return table | {
        "StringMatches": Operator(STRING, _string_matches),
        "IsNull": _is(lambda value: value is None),
        "IsPresent": _is(lambda value: True),  # a variable that has a value is present; see _compile_presence
        "IsNumeric": _is(is_number),
        "IsString": _is(lambda value: isinstance(value, str)),
        "IsBoolean": _is(lambda value: isinstance(value, bool)),
        "IsTimestamp": _is(is_timestamp),
    }


OPERATORS: dict[str, Operator] = _operators()
"""Every comparison operator by its name in the States Language."""

# --- compile -------------------------------------------------------------------------------------------------------

_COMBINERS = ("And", "Or", "Not")
_SELECTORS = (*_COMBINERS, "Variable")
_ALL_SELECTORS = ", ".join((*_SELECTORS, "Condition"))  # as AWS lists them, Condition being JSONata's
_FIELDS_OF_THE_RULE = {"Next", "Assign", "Output"}


def compile_rule(rule: dict[str, Any], pointer: str) -> Expression:
    """Compile the condition of a Choice rule; it evaluates to a bool.

    `pointer` is the rule's place in the definition and begins the problems' pointers. Next, Assign and Output are
    left to the caller. evaluate() raises ExpressionError(States.Runtime) where a path finds nothing, except for
    IsPresent. Raises RuleError.
    """
    problems: Problems = []
    test = _compile(rule, pointer, problems, nested=False)
    if problems:
        raise RuleError(problems)
    condition = {key: value for key, value in rule.items() if key not in _FIELDS_OF_THE_RULE}
    return Compiled(render(condition), test)


Condition = Callable[[Scope], bool]


def _never(scope: Scope) -> bool:
    """In the place of a condition that has problems: it is never evaluated."""
    return False


def _compile(rule: Json, pointer: str, problems: Problems, nested: bool) -> Condition:
    if not isinstance(rule, dict):
        problems.append((pointer, "Expected value of type Object"))
        return _never
    # The texts are AWS's (measured in 2026); it tells of every foreign field at the object that has it.
    selectors = [key for key in rule if key in _SELECTORS]
    operators = [key for key in rule if key in OPERATORS] if selectors == ["Variable"] else []
    known = {"Comment", *_SELECTORS, *operators} | (set() if nested else _FIELDS_OF_THE_RULE)
    problems += [
        (pointer, f"Field '{key}' is not supported")
        for key in rule
        if key not in known and (selectors or key not in OPERATORS)
    ]
    if len(selectors) != 1:
        problems.append((pointer, f"The object must have only one of the following fields, [{_ALL_SELECTORS}]"))
        return _never
    if selectors[0] in _COMBINERS:
        return _compile_combiner(rule, selectors[0], pointer, problems)
    if len(operators) != 1:
        begin = "There should only be" if operators else "This object should have only"
        problems.append((pointer, f"{begin} one of the following fields: [{', '.join(OPERATORS)}]"))
        return _never
    return _compile_comparison(rule, operators[0], pointer, problems)


def _compile_combiner(rule: dict[str, Any], name: str, pointer: str, problems: Problems) -> Condition:
    operand, pointer = rule[name], f"{pointer}/{name}"
    if name == "Not":
        negated = _compile(operand, pointer, problems, nested=True)
        return lambda scope: not negated(scope)
    if not isinstance(operand, list) or not operand:
        wrong = "Value cannot be empty" if isinstance(operand, list) else "Expected value of type Array"
        problems.append((pointer, wrong))
        return _never
    tests = [_compile(item, f"{pointer}/{index}", problems, nested=True) for index, item in enumerate(operand)]
    if name == "And":
        return lambda scope: all(test(scope) for test in tests)
    return lambda scope: any(test(scope) for test in tests)


def _compile_comparison(rule: dict[str, Any], name: str, pointer: str, problems: Problems) -> Condition:
    wants, test, by_path = OPERATORS[name]
    operand = rule[name]
    variable = _path(rule.get("Variable"), f"{pointer}/Variable", problems)
    if not wants.accepts(operand):
        problems.append((f"{pointer}/{name}", f"{name} must be {wants.name} but is {render(operand)}"))
        return _never
    other = _path(operand, f"{pointer}/{name}", problems) if by_path else None
    if variable is None or (by_path and other is None):
        return _never
    value_of = variable.evaluate
    if name == "IsPresent":
        return _presence(value_of, operand)
    if other is not None:
        operand_of = other.evaluate
        return lambda scope: test(value_of(scope), operand_of(scope))
    return lambda scope: test(value_of(scope), operand)


def _path(text: Json, pointer: str, problems: Problems) -> Expression | None:
    if not isinstance(text, str):
        message = "Variable is missing" if text is None else f"The value must be a path but is {render(text)}"
        problems.append((pointer, message))
        return None
    try:
        return compile_path(text, "Variable")
    except PathSyntaxError as reason:
        problems.append((pointer, str(reason)))
        return None


def _presence(value_of: Callable[[Scope], Json], wanted: bool) -> Condition:
    def test(scope: Scope) -> bool:
        try:
            value_of(scope)
        except ExpressionError:
            return not wanted
        return wanted

    return test
