"""How JSONata fails: what is wrong with a text before it runs, and AWS's sentences for what goes wrong as it runs."""

import re
from collections.abc import Callable
from typing import NoReturn

from jsonata2py import JsonataError, ParseError

from stepwell.errors import ExpressionError, States

# Published causes of AWS have MEMORY, and STACK as far as "tail-rec"; its end and TIMEOUT are the words of
# JSONata's reference implementation.
MEMORY = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
TIMEOUT = "Expression evaluation timeout: Check for infinite loop"
TOO_DEEP = "The expression is nested too deeply"
STACK = "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive."


class JsonataSyntaxError(ValueError):
    """The text is no JSONata expression, or one that the States Language does not allow.

    `code` is AWS's diagnostic code, INVALID_JSONATA_EXPRESSION or UNSUPPORTED_JSONATA_EXPRESSION, and `message` its
    text (from published reports of what AWS answered, 2026). The exception's own text adds the place, for people.
    """

    def __init__(self, message: str, *, unsupported: bool = False, position: int | None = None) -> None:
        super().__init__(message if position is None else f"{message} (at character {position} of the expression)")
        self.code = "UNSUPPORTED_JSONATA_EXPRESSION" if unsupported else "INVALID_JSONATA_EXPRESSION"
        self.message = message
        self.position = position


class QueryEvaluationError(ExpressionError):
    """States.QueryEvaluationError. `location` is the field as the history's EvaluationFailed event names it."""

    def __init__(self, location: str, cause: str) -> None:
        super().__init__(States.QUERY_EVALUATION_ERROR, cause)
        self.location = location


class JsonataTimeout(QueryEvaluationError):
    """The scope's time limit has passed. One that is below AWS's may have ended what AWS would not: run it apart."""


class BoundError(JsonataError):
    """One of AWS's own functions, or a limit of the evaluation, says no; `code` None: the reason has none."""

    def __init__(self, reason: str, code: str | None = None) -> None:
        super().__init__(code, reason)


def fail(source: str, field: str, what_happened: str) -> NoReturn:
    """Raise QueryEvaluationError with AWS's sentence about one expression."""
    cause = f"The JSONata expression '{source}' specified for the field '{field}' {what_happened}"
    error = JsonataTimeout if what_happened.endswith(TIMEOUT) else QueryEvaluationError
    raise error(field, cause) from None


# --- while it runs -------------------------------------------------------------------------------------------------


def explain(error: JsonataError, functions: frozenset[str]) -> str:
    """What AWS says of an error, behind "the JSONata expression ...": `functions` are all that the expression calls.

    AWS puts the code before a message of JSONata, and a colon before one without a code (published reports, 2026).
    """
    if error.error_code == "U1001":
        return f"threw an error during evaluation: {TIMEOUT if 'timeout' in error.message else STACK}"
    if error.error_code is None:
        return f"threw an error during evaluation: {error.message}"
    reword = _WORDING.get(error.error_code)
    message = reword(error.message, functions) if reword else error.message
    return f"threw an error during evaluation. {error.error_code}: {message}"


def _always(text: str) -> Callable[[str, frozenset[str]], str]:
    return lambda message, functions: text


def _quoted_operator(message: str, functions: frozenset[str]) -> str:
    return re.sub(r"of the (\S+) operator", r'of the "\1" operator', message)


def _not_castable(message: str, functions: frozenset[str]) -> str:
    return f'Unable to cast value to a number: "{message.rpartition("number: ")[2]}"'


def _with_function(message: str, functions: frozenset[str]) -> str:
    """Name the function, which the library does not: possible where the expression calls only one."""
    if len(functions) != 1:
        return message
    (name,) = functions
    return re.sub(r"^(Argument \d+ of function)\b(?! \")", rf'\1 "{name}"', message)


def _array_of(message: str, functions: frozenset[str]) -> str:
    return re.sub(r"array of (\w+)$", r'array of "\1"', _with_function(message, functions))


def _unfit_argument(message: str, functions: frozenset[str]) -> str:
    """`$f() function: argument 1 of $f must be a string`, as some of the library's own functions say it."""
    found = re.search(r"argument (\d+) of \$(\w+)", message)
    if found is None:
        return _with_function(message, functions)
    return f'Argument {found[1]} of function "{found[2]}" does not match function signature'


def _not_numbers(message: str, functions: frozenset[str]) -> str:
    found = re.match(r"\$(\w+) requires an array of numbers", message)
    if found is not None:
        return f'Argument 1 of function "{found[1]}" must be an array of "numbers"'
    return _array_of(message, functions)


def _no_timestamp(message: str, functions: frozenset[str]) -> str:
    given = message.rpartition("timestamp: ")[2]
    return f'The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given "{given}"'


# The texts of JSONata's reference implementation, which AWS shows; the library's own differ in these.
_WORDING: dict[str, Callable[[str, frozenset[str]], str]] = {
    "D3030": _not_castable,
    "D3086": _always(
        "The sub-picture must not contain a passive character that is preceded by an active character and that is "
        "followed by another active character"
    ),
    "D3138": _always("The $single() function expected exactly 1 matching result.  Instead it matched more."),
    "D3139": _always("The $single() function expected exactly 1 matching result.  Instead it matched 0."),
    "D3010": _always("Second argument of replace function cannot be an empty string"),
    "D3070": _always(
        "The single argument form of the sort function can only be applied to an array of strings or an array of "
        "numbers.  Use the second argument to specify a comparison function"
    ),
    "D3110": _no_timestamp,
    "T0410": _unfit_argument,
    "T0412": _not_numbers,
    "T1006": _always("Attempted to invoke a non-function"),
    "T2001": _quoted_operator,
    "T2002": _quoted_operator,
}


# --- before it runs ------------------------------------------------------------------------------------------------

_SYMBOLS = {
    "RPAREN": ")",
    "RBRACKET": "]",
    "RBRACE": "}",
    "LPAREN": "(",
    "LBRACKET": "[",
    "LBRACE": "{",
    "COLON": ":",
    "COMMA": ",",
    "PIPE": "|",
}
_TOKEN = re.compile(r"\s*(:=|!=|<=|>=|~>|\.\.|\*\*|\$?\w+|.)", re.DOTALL)


def syntax_error(error: ParseError, text: str) -> JsonataSyntaxError:
    """The parser's complaint in the words of JSONata's reference implementation, which are AWS's."""
    code, position = error.error_code, error.position
    message = error.message.removesuffix(f" (position {position})")
    found = _TOKEN.match(text, max(position, 0))
    token = found[1] if found else ""
    expected = re.match(r"Expected ([A-Z]+)\b", message)
    symbol = _SYMBOLS.get(expected[1], expected[1].lower()) if expected else ""
    if code == "S0202" and expected:
        message = f'Expected "{symbol}", got "{token}"'
    elif code == "S0203" and expected:
        message = f'Expected "{symbol}" before end of expression'
    elif code == "S0211":
        message = f'The symbol "{token}" cannot be used as a unary operator'
    else:
        message = _SYNTAX.get(code or message, message)
    return JsonataSyntaxError(message, position=position if position >= 0 else None)


_SYNTAX = {
    "S0101": "String literal must be terminated by a matching quote",
    "S0105": "Quoted property name must be terminated with a backquote (`)",
    "S0106": "Comment has no closing tag",
    "S0204": 'Unknown operator: "!"',
    "Unterminated regex literal": "No terminating / in regular expression",
}
