"""Paths of the JSONPath dialect: into the input, the context object and the variables, and out through ResultPath."""

import re
from collections.abc import Callable

import msgspec

from stepwell.errors import ExpressionError, States
from stepwell.expressions.jsonpath import JsonPath, compile_jsonpath, from_steps, parse_steps
from stepwell.expressions.scan import ABSENT, PathSyntaxError
from stepwell.expressions.scope import Expression, Json, Scope
from stepwell.expressions.values import Compiled, render

__all__ = ["PathSyntaxError", "ReferencePath", "compile_path"]

_VARIABLE = re.compile(r"\$([^\W\d]\w*)")

Missing = Callable[[JsonPath, Scope, Json], ExpressionError]
"""From (path, scope, the document it was applied to) to the error of the field the path stands in."""


def _invalid_path(path: JsonPath, scope: Scope, document: Json) -> ExpressionError:
    return ExpressionError(States.RUNTIME, f"Invalid path '{path.text}' : {path.why_absent(document)}")


def _condition(path: JsonPath, scope: Scope, document: Json) -> ExpressionError:
    cause = f"Invalid path '{path.text}': The choice state's condition path references an invalid value."
    return ExpressionError(States.RUNTIME, cause)


def _no_input_value(field: str) -> Missing:
    return lambda path, scope, document: ExpressionError(
        States.RUNTIME, f"The {field} parameter does not reference an input value: {path.text}"
    )


def _reference_conflict(path: JsonPath, scope: Scope, document: Json) -> ExpressionError:
    """ItemsPath is a Reference Path on AWS, which names the step that failed (from published reports of failures)."""
    if not all(isinstance(step, str | int) for step in path.steps):
        return _invalid_path(path, scope, document)
    step = path.steps[path.broken_at(document)[0]]
    cause = f'Unable to apply step "{step}" to input {render(scope.input)}'
    return ExpressionError("States.ReferencePathConflict", cause)


def _not_found(error: str, field: str) -> Missing:
    def missing(path: JsonPath, scope: Scope, document: Json) -> ExpressionError:
        cause = f"The JSONPath '{path.text}' specified for the field '{field}' could not be found in the input"
        return ExpressionError(error, f"{cause} '{render(scope.input)}'")

    return missing


_MISSING: dict[str, Missing] = {
    "ErrorPath": _not_found(States.RUNTIME, "ErrorPath"),
    "CausePath": _not_found(States.RUNTIME, "CausePath"),
    "ItemsPath": _reference_conflict,
    "SecondsPath": _no_input_value("SecondsPath"),
    "TimestampPath": _no_input_value("TimestampPath"),
    "Variable": _condition,
}
"""What AWS says, by field. All others: `Invalid path '...' : ...`, and fields of templates, which end in `.$`."""


def _missing_for(field: str | None) -> Missing:
    if field is not None and field.endswith(".$"):
        # The States Language calls it States.ParameterPathFailure; published histories of AWS show States.Runtime,
        # as the recorded ErrorPath and CausePath do, so no catcher takes it.
        return _not_found(States.RUNTIME, field)
    return _MISSING.get(field or "", _invalid_path)


def compile_path(text: str, field: str | None = None) -> Expression:
    """Compile `$...` (the input), `$$...` (the context object) or `$name...` (a variable).

    `field` is the ASL field it stands in ("InputPath", "ErrorPath", a template's "key.$", "Variable" for all
    paths of a Choice rule): it decides with which error and text evaluate() fails where there is nothing.
    Raises PathSyntaxError.
    """
    return compile_path_with(text, _missing_for(field))


def compile_path_with(text: str, missing: Missing) -> Expression:
    """As compile_path, for those who have a text of their own for a path that finds nothing."""
    path, document_of = _rooted(text)
    find = path.find

    def evaluate_input(scope: Scope) -> Json:
        try:
            return find(scope.input)
        except ABSENT:
            raise missing(path, scope, scope.input) from None

    def evaluate(scope: Scope) -> Json:
        document = document_of(scope)
        try:
            return find(document)
        except ABSENT:
            raise missing(path, scope, document) from None

    return Compiled(text, evaluate_input if document_of is _input else evaluate)


def _input(scope: Scope) -> Json:
    return scope.input


def _context(scope: Scope) -> Json:
    return scope.context


def _variables(scope: Scope) -> Json:
    return scope.variables


def _rooted(text: str) -> tuple[JsonPath, Callable[[Scope], Json]]:
    """The path, and where it begins. A variable is the first step into all variables."""
    if text.startswith("$$"):
        return compile_jsonpath(text, 2), _context
    if found := _VARIABLE.match(text):
        return from_steps(text, (found[1], *parse_steps(text, found.end()))), _variables
    if text.startswith("$"):
        return compile_jsonpath(text, 1), _input
    raise PathSyntaxError(f"{text!r} is not a valid JSONPath: it must begin with '$'")


class ReferencePath(msgspec.Struct, frozen=True):
    """A path of names and indices only, as ResultPath wants it: `$.a.b[0]['c']` (States Language, Reference Paths)."""

    source: str
    steps: tuple[str | int, ...]

    @classmethod
    def parse(cls, text: str) -> "ReferencePath":
        """Raises PathSyntaxError if the text is anything but `$` with names and indices."""
        if text.startswith("$$") or not text.startswith("$"):
            raise PathSyntaxError(f"{text!r} is not a Reference Path: it must begin with a single '$'")
        steps: list[str | int] = []
        for step in parse_steps(text, 1):
            if not isinstance(step, str | int) or (isinstance(step, int) and step < 0):
                raise PathSyntaxError(
                    f"{text!r} is not a Reference Path: use only names and indices from 0, such as $.order.items[0]"
                )
            steps.append(step)
        return cls(text, tuple(steps))

    def place(self, document: Json, value: Json) -> Json:
        """A new document with `value` at this path; what lies beside the path is shared with the old one.

        Missing members are created as objects. Raises ExpressionError(States.ResultPathMatchFailure) where the path
        leads through a value that is no object or array, or to an element that is not there.
        """
        try:
            return _place(document, self.steps, value)
        except ABSENT:
            cause = f"Unable to apply ReferencePath {self.source} to input {render(document)}"
            raise ExpressionError(States.RESULT_PATH_MATCH_FAILURE, cause) from None


def _place(document: Json, steps: tuple[str | int, ...], value: Json) -> Json:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        if not isinstance(document, dict):
            raise LookupError(step)
        return {**document, step: _place(document.get(step, {}) if rest else None, rest, value)}
    if not isinstance(document, list):
        raise LookupError(step)
    placed = _place(document[step], rest, value)
    return [*document[:step], placed, *document[step + 1 :]]
