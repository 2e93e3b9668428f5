"""The filters of JSONPath, `[?(@.a > 1 && @.b)]`: one parser, one table of operators."""

import operator
import re
from collections.abc import Callable
from typing import Protocol

import msgspec

from stepwell.expressions.scan import ABSENT, PathSyntaxError, closing, closing_quote
from stepwell.expressions.scope import Json
from stepwell.expressions.values import identity, is_number, render, same

Operand = Callable[[Json, Json], Json]
"""From (candidate, document) to a value, or MISSING."""

Predicate = Callable[[Json, Json], bool]

MISSING = object()
"""The value of a path that finds nothing: equal to no JSON value."""


def _ordered(compare: Callable[[Json, Json], bool]) -> Callable[[Json, Json], bool]:
    def holds(left: Json, right: Json) -> bool:
        comparable = (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str))
        return comparable and compare(left, right)

    return holds


def _equal(left: Json, right: Json) -> bool:
    return left is not MISSING and right is not MISSING and same(left, right)


def _among(left: Json, right: Json) -> bool:
    return isinstance(right, list) and any(_equal(left, item) for item in right)


def _contains(left: Json, right: Json) -> bool:
    if isinstance(left, str):
        return isinstance(right, str) and right in left
    return _among(right, left)


def _shared(left: Json, right: Json) -> int:
    """How many different items of the left array are also in the right one; -1 if one is no array."""
    if not (isinstance(left, list) and isinstance(right, list)):
        return -1
    return len(set(map(identity, left)) & set(map(identity, right)))


def _all_within(left: Json, right: Json) -> bool:
    return isinstance(left, list) and isinstance(right, list) and set(map(identity, left)) <= set(map(identity, right))


def _has_size(left: Json, right: Json) -> bool:
    size = len(right) if isinstance(right, str | list) else right
    return isinstance(left, str | list) and is_number(size) and len(left) == size


def _is_empty(left: Json, right: Json) -> bool:
    return isinstance(left, str | list | dict) and (not left) == right


def _matches(left: Json, right: Json) -> bool:
    pattern, value = (right, left) if isinstance(right, re.Pattern) else (left, right)
    if not isinstance(pattern, re.Pattern) or not isinstance(value, str | int | float):
        return False
    # Jayway matches the text of a number and of a boolean, too.
    return pattern.fullmatch(value if isinstance(value, str) else render(value)) is not None


COMPARISONS: dict[str, Callable[[Json, Json], bool]] = {
    "===": _equal,
    "!==": lambda left, right: not _equal(left, right),
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<=": _ordered(operator.le),
    ">=": _ordered(operator.ge),
    "<": _ordered(operator.lt),
    ">": _ordered(operator.gt),
    "=~": _matches,
    "in": _among,
    "nin": lambda left, right: not _among(left, right),
    "subsetof": _all_within,
    "anyof": lambda left, right: _shared(left, right) > 0,
    "noneof": lambda left, right: _shared(left, right) == 0,
    "contains": _contains,
    "size": _has_size,
    "empty": _is_empty,
}
"""By the text that stands between the operands (Jayway's list)."""

_OPERATOR = re.compile(
    r"\s*(===|!==|==|!=|<=|>=|=~|<|>|(?:in|nin|subsetof|anyof|noneof|contains|size|empty)\b)\s*", re.IGNORECASE
)
_WORD = re.compile(r"(true|false|null)\b|-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?")
_REGEX = re.compile(r"/((?:[^/\\]|\\.)*)/([a-zA-Z]*)")
_PATH_END = re.compile(r"[\s=<>!~&|,)\]]")
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}


class Path(Protocol):
    """What a filter must know of a compiled path."""

    @property
    def find(self) -> Callable[[Json], Json]: ...


def compile_filter(text: str, compile_path: Callable[[str], Path]) -> Predicate:
    """Compile what stands behind the question mark, parentheses included. Raises PathSyntaxError.

    `compile_path` reads the paths inside: filters contain paths as paths contain filters.
    """
    parser = _Parser(text, compile_path)
    accepts = parser.either()
    parser.blanks()
    if parser.at != len(text):
        raise parser.wrong("expected an operator, && or ||")
    return accepts


class _Parser:
    def __init__(self, text: str, compile_path: Callable[[str], Path]) -> None:
        self.text = text
        self.compile_path = compile_path
        self.at = 0

    def wrong(self, reason: str) -> PathSyntaxError:
        return PathSyntaxError(f"The filter {self.text!r} is not valid: {reason} at position {self.at}")

    def blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def took(self, token: str) -> bool:
        self.blanks()
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        return True

    def either(self) -> Predicate:
        left = self.both()
        while self.took("||"):
            left = _or(left, self.both())
        return left

    def both(self) -> Predicate:
        left = self.one()
        while self.took("&&"):
            left = _and(left, self.one())
        return left

    def one(self) -> Predicate:
        if self.took("!"):
            negated = self.one()
            return lambda value, document: not negated(value, document)
        if self.took("("):
            inner = self.either()
            if not self.took(")"):
                raise self.wrong("expected ')'")
            return inner
        return self.comparison()

    def comparison(self) -> Predicate:
        self.blanks()
        is_path = self.text[self.at : self.at + 1] in {"@", "$"}
        left = self.operand()
        found = _OPERATOR.match(self.text, self.at)
        if found is None:
            if not is_path:
                raise self.wrong("a literal must be compared with something")
            return lambda value, document: left(value, document) is not MISSING
        self.at = found.end()
        holds, right = COMPARISONS[found[1].lower()], self.operand()
        return lambda value, document: holds(left(value, document), right(value, document))

    def operand(self) -> Operand:
        self.blanks()
        start, char = self.at, self.text[self.at : self.at + 1]
        if char in {"@", "$"}:
            return self.path()
        if char in {"'", '"'}:
            self.at = closing_quote(self.text, start) + 1
            return _literal(re.sub(r"\\(.)", r"\1", self.text[start + 1 : self.at - 1]))
        if char == "/":
            return self.regex()
        if char in {"[", "{"}:
            self.at = closing(self.text, start) + 1
            return _literal(self.json(self.text[start : self.at]))
        if found := _WORD.match(self.text, start):
            self.at = found.end()
            return _literal(self.json(re.sub(r"^(-?)\.", r"\g<1>0.", found[0])))  # `.5`, as Jayway reads it
        raise self.wrong("expected a path, a string in quotes, a number, true, false, null, [..], {..} or /regex/")

    def json(self, text: str) -> Json:
        for candidate in (text, text.replace("'", '"')):
            try:
                return msgspec.json.decode(candidate)
            except msgspec.DecodeError:
                continue
        raise self.wrong(f"{text} is not JSON")

    def regex(self) -> Operand:
        found = _REGEX.match(self.text, self.at)
        if found is None:
            raise self.wrong("a regular expression is written /pattern/")
        flags = re.NOFLAG
        for letter in found[2]:
            flags |= _FLAGS.get(letter, re.NOFLAG)
        try:
            pattern = re.compile(found[1], flags)
        except re.error as reason:
            raise self.wrong(f"the regular expression is faulty ({reason})") from None
        self.at = found.end()
        return _literal(pattern)

    def path(self) -> Operand:
        start, self.at = self.at, self.at + 1
        while self.at < len(self.text) and not _PATH_END.match(self.text, self.at):
            self.at = closing(self.text, self.at) + 1 if self.text[self.at] in "[(" else self.at + 1
        path = self.compile_path(self.text[start : self.at])
        of_document = self.text[start] == "$"

        def value_of(value: Json, document: Json) -> Json:
            try:
                return path.find(document if of_document else value)
            except ABSENT:
                return MISSING

        return value_of


def _literal(value: Json) -> Operand:
    return lambda candidate, document: value


def _and(left: Predicate, right: Predicate) -> Predicate:
    return lambda value, document: left(value, document) and right(value, document)


def _or(left: Predicate, right: Predicate) -> Predicate:
    return lambda value, document: left(value, document) or right(value, document)
