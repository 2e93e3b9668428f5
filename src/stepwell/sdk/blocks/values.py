"""Values that are computed when the machine runs: JSONata, written with Python's operators.

`states.input.total > 100` is `{% $states.input.total > 100 %}`. Operators mean what JSONata means by them: `==`
compares deeply, a member that is not there has no value, and what is compared with no value has none either.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from stepwell.expressions.jsonata_syntax import BUILT_IN
from stepwell.sdk.code import ADD, AND, ATOM, COMPARE, MULTIPLY, OR, UNARY, step

OF_AWS = frozenset({"partition", "range", "hash", "uuid", "parse"})
"""The functions that AWS adds to JSONata's (developer guide, "Transforming data with JSONata")."""


class Expression:
    """A piece of JSONata. Attributes and `[…]` are members and items; `& | ~` stand for and, or, not."""

    __slots__ = ("_level", "_source")
    __hash__ = None  # type: ignore[assignment]
    __iter__ = None
    __contains__ = None

    def __init__(self, source: str, level: int = ATOM) -> None:
        """`level`: how tightly its outermost operator binds; that of a name by default."""
        self._source = source
        self._level = level

    def __str__(self) -> str:
        """As a field of a state has it."""
        return f"{{% {self._source} %}}"

    def __repr__(self) -> str:
        return f"<{self._source}>"

    def __format__(self, how: str) -> str:
        raise TypeError(f"{self!r} is computed when the machine runs: write text('…', value) in place of an f-string.")

    def __bool__(self) -> bool:
        raise TypeError(
            f"{self!r} is computed when the machine runs, so Python cannot ask it: write & | ~ in place of "
            "and, or, not, with parentheses around comparisons, and one_of(value, …) in place of in."
        )

    def __getattr__(self, name: str) -> "Expression":
        if name.startswith("__"):  # what Python asks of any object
            raise AttributeError(name)
        return Expression(f"{operand(self, ATOM)}.{step(name)}")

    def __getitem__(self, key: "str | int | Expression") -> "Expression":
        if isinstance(key, str) and not key.startswith("{%"):
            return Expression(f"{operand(self, ATOM)}.{step(key)}")
        return Expression(f"{operand(self, ATOM)}[{operand(key)}]")

    def __eq__(self, other: object) -> "Expression":  # type: ignore[override]
        return _infix(self, "=", other, COMPARE)

    def __ne__(self, other: object) -> "Expression":  # type: ignore[override]
        return _infix(self, "!=", other, COMPARE)

    def __lt__(self, other: "Value") -> "Expression":
        return _infix(self, "<", other, COMPARE)

    def __le__(self, other: "Value") -> "Expression":
        return _infix(self, "<=", other, COMPARE)

    def __gt__(self, other: "Value") -> "Expression":
        return _infix(self, ">", other, COMPARE)

    def __ge__(self, other: "Value") -> "Expression":
        return _infix(self, ">=", other, COMPARE)

    def __and__(self, other: "Value") -> "Expression":
        return _infix(self, "and", other, AND)

    def __or__(self, other: "Value") -> "Expression":
        return _infix(self, "or", other, OR)

    def __invert__(self) -> "Expression":
        return Expression(f"$not({self._source})")

    def __add__(self, other: "Value") -> "Expression":
        return _infix(self, "+", other, ADD)

    def __radd__(self, other: "Value") -> "Expression":
        return _infix(other, "+", self, ADD)

    def __sub__(self, other: "Value") -> "Expression":
        return _infix(self, "-", other, ADD)

    def __rsub__(self, other: "Value") -> "Expression":
        return _infix(other, "-", self, ADD)

    def __mul__(self, other: "Value") -> "Expression":
        return _infix(self, "*", other, MULTIPLY)

    def __rmul__(self, other: "Value") -> "Expression":
        return _infix(other, "*", self, MULTIPLY)

    def __truediv__(self, other: "Value") -> "Expression":
        return _infix(self, "/", other, MULTIPLY)

    def __rtruediv__(self, other: "Value") -> "Expression":
        return _infix(other, "/", self, MULTIPLY)

    def __mod__(self, other: "Value") -> "Expression":
        return _infix(self, "%", other, MULTIPLY)

    def __neg__(self) -> "Expression":
        return Expression(f"-{operand(self, ATOM)}", UNARY)


Value: TypeAlias = Expression | str | int | float | bool | Sequence[Any] | Mapping[str, Any] | None
"""What a field may be given: JSON with expressions anywhere in it, also as text: `"{% $x + 1 %}"`.

Dataclasses, enumerations, dates and what else msgspec can write as JSON are taken too.
"""


def _infix(left: Any, operator: str, right: Any, level: int) -> Expression:
    # JSONata reads `a < b = c` otherwise than one would think, so a comparison within one gets parentheses.
    first = operand(left, level + (level == COMPARE))
    return Expression(f"{first} {operator} {operand(right, level + 1)}", level)


def operand(value: Any, level: int = OR) -> str:
    """A value within an expression, in parentheses where it binds less tightly than this."""
    if isinstance(value, Expression):
        return value._source if value._level >= level else f"({value._source})"
    if isinstance(value, str) and value.startswith("{%") and value.endswith("%}"):
        return f"({value[2:-2].strip()})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{json.dumps(str(name))}: {operand(each)}' for name, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(operand(each) for each in value)}]"
    if isinstance(value, str | int | float | None):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    return operand(rendered(value), level)


def source_of(value: Any) -> str:
    """What an expression says, without `{% %}`; of any other value its text."""
    if isinstance(value, Expression):
        return value._source
    text = str(value)
    return text[2:-2].strip() if text.startswith("{%") and text.endswith("%}") else text


def is_expression(value: Any) -> bool:
    return isinstance(value, Expression) or (isinstance(value, str) and value.startswith("{%"))


def holds_expression(value: Any) -> bool:
    """Whether some part of what `rendered` gave is computed when the machine runs."""
    if isinstance(value, dict):
        return any(holds_expression(each) for each in value.values())
    return any(map(holds_expression, value)) if isinstance(value, list) else is_expression(value)


def rendered(value: Any) -> Any:
    """A value as a state's field has it. Raises TypeError, ValueError for what has no form in JSON."""
    return json.loads(json.dumps(msgspec.to_builtins(value, str_keys=True, enc_hook=_expression), allow_nan=False))


def _expression(value: Any) -> str:
    if isinstance(value, Expression):
        return str(value)
    raise TypeError(f"{value!r} has no form in JSON")


class States:
    """`$states`: what a state has at hand. `result` is there in Task, Parallel and Map, `errorOutput` in Catch."""

    input = Expression("$states.input")
    result = Expression("$states.result")
    errorOutput = Expression("$states.errorOutput")
    context = Expression("$states.context")


class Variables:
    """`var.total` is the variable `$total`, which some `assign=` before has set."""

    def __getattr__(self, name: str) -> Expression:
        if name.startswith("__"):
            raise AttributeError(name)
        return Expression(f"${name}")

    __getitem__ = __getattr__


class Functions:
    """`fn.count(states.input.items)` is `$count($states.input.items)`: the functions of JSONata, and AWS's own."""

    def __getattr__(self, name: str) -> "Function":
        if name not in BUILT_IN | OF_AWS:
            raise AttributeError(f"JSONata on AWS has no function ${name}.")
        return Function(name)

    def __dir__(self) -> list[str]:
        return sorted(BUILT_IN | OF_AWS)


class Function:
    """A function of JSONata, to be called."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *arguments: Value) -> Expression:
        return Expression(f"${self.name}({', '.join(operand(each) for each in arguments)})")


states = States()
var = Variables()
fn = Functions()


def expression(text: str) -> Expression:
    """JSONata as it stands: `expression("$states.input.items[price > 10]")`."""
    return Expression(source_of(text), OR - 1)


def exists(value: Expression) -> Expression:
    """Whether it has a value: a member may be missing, a variable may not have been set."""
    return fn.exists(value)


def one_of(value: Value, *choices: Value) -> Expression:
    """Whether a value is one of these: `one_of(states.input.kind, "gold", "silver")`."""
    return Expression(f"{operand(value, COMPARE + 1)} in {operand(choices, ATOM)}", COMPARE)


def text(*parts: Value) -> Expression:
    """Text of these, one after the other: `text("Hello, ", states.input.name)`."""
    return Expression(" & ".join(operand(each, ADD + 1) for each in parts) or '""', ADD if len(parts) > 1 else ATOM)
