"""JSONPath in Jayway's dialect, compiled to closures: the path of names and indices is one tight loop or less.

A definite path (names, non-negative or negative indices, `['a','b']` at the end) has exactly one value or none.
An indefinite one (wildcards, slices, unions, filters, `..`) has a list of values, possibly empty: AWS gives `[]` for
`$.items[*]` even when `items` is missing (recorded 2025).
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from stepwell.expressions import jsonpath_functions
from stepwell.expressions.jsonpath_filters import compile_filter
from stepwell.expressions.jsonpath_steps import (
    Call,
    Select,
    Several,
    Step,
    canonical,
    canonical_step,
    descend,
    every_child,
    filtered,
    selector,
    slice_of,
    step_into,
    union_of,
)
from stepwell.expressions.scan import ABSENT, PathSyntaxError, closing, closing_quote
from stepwell.expressions.scope import Json

_NAME = re.compile(r"[^\s.\[\]()'\",]+")
_INDEX = re.compile(r"-?\d{1,18}", re.ASCII)
_SLICE = re.compile(r"\s*(-?\d{1,18})?\s*:\s*(-?\d{1,18})?\s*", re.ASCII)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class JsonPath(NamedTuple):
    """A compiled path. `find` takes the document; it raises one of ABSENT if a definite path finds nothing."""

    text: str
    steps: tuple[Step, ...]
    definite: bool
    find: Callable[[Json], Json]

    def broken_at(self, document: Json) -> tuple[int, Json]:
        """The first step that a path of names and indices cannot take, by position, and the value it stands on."""
        value = document
        for position, step in enumerate(self.steps):
            try:
                value = step_into(value, step)
            except ABSENT:
                return position, value
        return len(self.steps), value

    def why_absent(self, document: Json) -> str:
        """Jayway's reason for a definite path that found nothing, as AWS quotes it."""
        if any(isinstance(step, Select | Call) for step in self.steps):
            return f"No results for path: {canonical(self.steps)}"
        position, value = self.broken_at(document)
        step, here = self.steps[position], canonical(self.steps[:position])
        last = position == len(self.steps) - 1
        if isinstance(step, str) and not isinstance(value, Mapping):
            return f"Expected to find an object with property ['{step}'] in path {here} but found '{_kind(value)}'."
        if isinstance(step, str) and not last:
            return f"Missing property in path {canonical(self.steps[: position + 1])}"
        if isinstance(step, int) and not isinstance(value, list):
            return f"Filter: [{step}] can only be applied to arrays. Current context is: {here}"
        return f"No results for path: {canonical(self.steps)}"


def _kind(value: Json) -> str:
    """The Java class Jayway would name."""
    names = {type(None): "null", str: "java.lang.String", bool: "java.lang.Boolean", float: "java.lang.Double"}
    return names.get(type(value), "java.lang.Integer" if isinstance(value, int) else "net.minidev.json.JSONArray")


# --- compile -------------------------------------------------------------------------------------------------------


def compile_jsonpath(text: str, start: int = 1) -> JsonPath:
    """Compile the steps that begin at `start`, just behind the root. Raises PathSyntaxError."""
    return from_steps(text, parse_steps(text, start))


def from_steps(text: str, steps: tuple[Step, ...]) -> JsonPath:
    """The path that takes these steps."""
    call = steps[-1] if steps and isinstance(steps[-1], Call) else None
    walked = steps[:-1] if call else steps
    definite = all(isinstance(step, str | int) for step in walked[:-1]) and not isinstance(
        walked[-1] if walked else None, Select
    )
    find = _walk(walked) if definite else _gather(walked)
    return JsonPath(text, steps, definite or call is not None, _calling(find, call) if call else find)


def _walk(steps: tuple[Step, ...]) -> Callable[[Json], Json]:
    """Names cost one subscript each: they raise by themselves where there is no such member."""
    match steps:
        case ():
            return lambda document: document
        case (str(a),):
            return lambda document: document[a]
        case (str(a), str(b)):
            return lambda document: document[a][b]
        case (str(a), str(b), str(c)):
            return lambda document: document[a][b][c]

    def walk(document: Json) -> Json:
        for step in steps:
            document = document[step] if step.__class__ is str else step_into(document, step)
        return document

    return walk


def _gather(steps: tuple[Step, ...]) -> Callable[[Json], list[Json]]:
    selectors = [selector(step, last=number == len(steps)) for number, step in enumerate(steps, 1)]

    def gather(document: Json) -> list[Json]:
        found = [document]
        for children in selectors:
            found = [child for value in found for child in children(value, document)]
        return found

    return gather


def _calling(find: Callable[[Json], Json], call: Call) -> Callable[[Json], Json]:
    function = jsonpath_functions.FUNCTIONS[call.name]

    def evaluate(document: Json) -> Json:
        try:
            return function(find(document), *call.arguments)
        except OverflowError:
            raise LookupError("a number beyond what a double holds") from None

    return evaluate


# --- parse ---------------------------------------------------------------------------------------------------------


def parse_steps(text: str, start: int) -> tuple[Step, ...]:
    """The steps of the path in `text` from `start` to its end. Raises PathSyntaxError."""
    # Jayway passes over blanks at the end, and definitions that AWS runs have them.
    return _Parser(text.rstrip(), start).steps()


class _Parser:
    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.at = start

    def steps(self) -> tuple[Step, ...]:
        steps: list[Step] = []
        while self.at < len(self.text):
            if steps and isinstance(steps[-1], Call):
                raise self.wrong("nothing may follow a function")
            steps.append(self.step())
        return tuple(steps)

    def wrong(self, reason: str) -> PathSyntaxError:
        return PathSyntaxError(f"{self.text!r} is not a valid JSONPath: {reason} at position {self.at}")

    def took(self, token: str) -> bool:
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        return True

    def step(self) -> Step:
        if self.took(".."):
            step = self.bracket() if self.took("[") else self.member()
            return Select(f"..{canonical_step(step)}", descend(selector(step, last=True), self.is_filter(step)))
        if self.took("[") or self.took(".["):
            return self.bracket()
        if self.took("."):
            return self.member()
        raise self.wrong(f"expected '.' or '[' but found {self.text[self.at]!r}")

    @staticmethod
    def is_filter(step: Step) -> bool:
        return isinstance(step, Select) and step.text.startswith("[?")

    def member(self) -> Step:
        if self.took("*"):
            return Select("[*]", every_child)
        found = _NAME.match(self.text, self.at)
        if found is None:
            raise self.wrong("expected a name; a name with blanks or brackets is written ['my name']")
        self.at = found.end()
        if self.at < len(self.text) and self.text[self.at] == "(":
            return self.call(found[0])
        return found[0]

    def call(self, name: str) -> Call:
        if name not in jsonpath_functions.FUNCTIONS:
            raise self.wrong(f"there is no function {name}(), only {', '.join(jsonpath_functions.FUNCTIONS)}")
        end = closing(self.text, self.at)
        inside, self.at = self.text[self.at + 1 : end], end + 1
        try:
            return Call(name, jsonpath_functions.read_arguments(name, inside))
        except ValueError as reason:
            raise self.wrong(str(reason)) from None

    def bracket(self) -> Step:
        start = self.at - 1
        end = closing(self.text, start)
        inside = self.text[start + 1 : end].strip()
        self.at = end + 1
        if inside == "*":
            return Select("[*]", every_child)
        if inside.startswith("?"):
            return Select(f"[{inside}]", filtered(self.predicate(inside)))
        if inside[:1] in {"'", '"'}:
            names = self.names(inside)
            return names[0] if len(names) == 1 else Several(names)
        return self.numbers(inside)

    def predicate(self, inside: str) -> Callable[[Json, Json], bool]:
        condition = inside[1:].strip()
        if not (condition.startswith("(") and condition.endswith(")")):
            raise self.wrong("a filter is written [?(@.name == 'value')]")
        try:
            return compile_filter(condition, compile_jsonpath)
        except RecursionError:
            raise self.wrong("the filter is nested too deeply") from None

    def names(self, inside: str) -> tuple[str, ...]:
        names: list[str] = []
        position = 0
        while True:
            if inside[position : position + 1] not in {"'", '"'}:
                raise self.wrong("expected a name in quotes")
            end = closing_quote(inside, position)
            names.append(_ESCAPE.sub(r"\1", inside[position + 1 : end]))
            rest = inside[end + 1 :].lstrip()
            if not rest:
                return tuple(names)
            if not rest.startswith(","):
                raise self.wrong("expected ',' or ']' behind a name in brackets")
            inside, position = rest[1:].lstrip(), 0

    def numbers(self, inside: str) -> Step:
        if _INDEX.fullmatch(inside):
            return int(inside)
        if found := _SLICE.fullmatch(inside):
            start, stop = (int(bound) if bound else None for bound in found.groups())
            return Select(f"[{inside}]", slice_of(start, stop))
        parts = [part.strip() for part in inside.split(",")]
        if all(_INDEX.fullmatch(part) for part in parts):
            return Select(f"[{inside}]", union_of(tuple(map(int, parts))))
        raise self.wrong(f"[{inside}] is neither an index, a slice, a name in quotes, * nor a filter")
