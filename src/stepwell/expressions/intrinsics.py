"""Calls of intrinsic functions, `States.Name(arguments)`: the parser, and how a call fails."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import msgspec

from stepwell.errors import ExpressionError, States
from stepwell.expressions.intrinsic_functions import INTRINSICS, Intrinsic, Refused
from stepwell.expressions.jsonpath import JsonPath
from stepwell.expressions.paths import compile_path_with
from stepwell.expressions.scan import PathSyntaxError, closing, closing_quote
from stepwell.expressions.scope import Expression, Json, Scope
from stepwell.expressions.values import Compiled, constant, render

__all__ = ["INTRINSICS", "compile_intrinsic", "is_intrinsic"]

MAX_NESTING = 10

_CALL = re.compile(r"\s*(States\.\w+)\s*(?=\()")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_BAD_ESCAPE = re.compile(r"(?:[^\\]|\\[\\'{}])*(\\(?![\\'{}]).?)", re.DOTALL)
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}


def is_intrinsic(text: str) -> bool:
    """Whether the text looks like a call and not like a path."""
    return text.lstrip().startswith("States.")


def compile_intrinsic(text: str) -> Expression:
    """Compile `States.Name(arguments)`: paths, variables, literals and calls, nested at most 10 deep.

    evaluate() raises ExpressionError(States.IntrinsicFailure). Raises PathSyntaxError.
    """
    return _compile_call(text.strip(), 1)


def _compile_call(text: str, depth: int) -> Expression:
    found = _CALL.match(text)
    if found is None:
        raise PathSyntaxError(f"{text!r} is not a call such as States.Format('Hello {{}}', $.name)")
    name, start = found[1], found.end()
    end = closing(text, start)
    if text[end + 1 :].strip():
        raise PathSyntaxError(f"{text!r}: nothing may follow the ')' at position {end}")
    if depth > MAX_NESTING:
        raise PathSyntaxError(f"{text!r} is nested deeper than {MAX_NESTING} calls")
    intrinsic, arguments = INTRINSICS.get(name), _split(text[start + 1 : end])
    if intrinsic is None:
        raise PathSyntaxError(f"There is no intrinsic function {name}, only {', '.join(INTRINSICS)}")
    if not intrinsic.least <= len(arguments) <= intrinsic.most:
        raise PathSyntaxError(f"{text!r} has {len(arguments)} arguments; {name} takes {_arity(intrinsic)}")
    raw_template = name == "States.Format"
    compiled = [
        _compile_argument(argument, text, depth, raw=raw_template and position == 0)
        for position, argument in enumerate(arguments)
    ]
    return Compiled(text, _calling(text, intrinsic.call, compiled))


def _arity(intrinsic: Intrinsic) -> str:
    if intrinsic.most == math.inf:
        return f"{intrinsic.least} or more"
    return str(intrinsic.least) if intrinsic.least == intrinsic.most else f"{intrinsic.least} to {intrinsic.most}"


def _calling(text: str, function: Callable[..., Json], arguments: Sequence[Expression]) -> Callable[[Scope], Json]:
    values = tuple(argument.evaluate for argument in arguments)

    def evaluate(scope: Scope) -> Json:
        try:
            return function(scope, *[value(scope) for value in values])
        except Refused as reason:
            _fail(text, str(reason))

    return evaluate


def _fail(call: str, reason: str) -> NoReturn:
    cause = f"The function '{call}' had the following error: {reason}"
    raise ExpressionError(States.INTRINSIC_FAILURE, cause) from None


def _split(text: str) -> list[str]:
    """The arguments between the parentheses, at the commas that are in no string and no bracket."""
    if not text.strip():
        return []
    arguments: list[str] = []
    begin = position = 0
    while position < len(text):
        if text[position] == "'":
            position = closing_quote(text, position)
        elif text[position] in "([":
            position = closing(text, position)
        elif text[position] == ",":
            arguments.append(text[begin:position].strip())
            begin = position + 1
        position += 1
    return [*arguments, text[begin:].strip()]


def _compile_argument(text: str, call: str, depth: int, raw: bool) -> Expression:
    if text.startswith("$"):
        return compile_path_with(text, _missing_in(call))
    if text.startswith("'"):
        return constant(text, _string(text, call, raw))
    if text in _WORDS:
        return constant(text, _WORDS[text])
    if _NUMBER.fullmatch(text):
        return constant(text, msgspec.json.decode(text))
    if is_intrinsic(text):
        return _compile_call(text, depth + 1)
    raise PathSyntaxError(
        f"{call!r}: the argument {text!r} is neither a path, a 'string', a number, true, false, null nor a call"
    )


def _missing_in(call: str) -> Callable[[JsonPath, Scope, Any], ExpressionError]:
    def missing(path: JsonPath, scope: Scope, document: Json) -> ExpressionError:
        reason = f"The JsonPath argument for the field '{path.text}' could not be found in the input"
        cause = f"The function '{call}' had the following error: {reason} '{render(scope.input)}'"
        return ExpressionError(States.INTRINSIC_FAILURE, cause)

    return missing


def _string(text: str, call: str, raw: bool) -> str:
    """Only ' { } and the backslash itself may be escaped; Format reads its template's escapes by itself (`raw`)."""
    if closing_quote(text, 0) != len(text) - 1:
        raise PathSyntaxError(f"{call!r}: a comma is missing behind a string")
    inside = text[1:-1]
    if found := _BAD_ESCAPE.match(inside):
        raise PathSyntaxError(f"{call!r}: {found[1]} is no escape; only \\', \\{{, \\}} and \\\\ are")
    return inside if raw else re.sub(r"\\(.)", r"\1", inside)
