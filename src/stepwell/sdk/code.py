"""Pieces of JSONata, and how they are put together without changing what they mean."""

import ast
import json
import math
import re
from typing import Any, Protocol

import msgspec

from stepwell.sdk import types as t
from stepwell.sdk.problems import Refused

Json = Any

# How tightly an operator binds, from JSONata's own table; an operand that binds less gets parentheses.
TERNARY, OR, AND, COMPARE, ADD, MULTIPLY, UNARY, ATOM = range(1, 9)

LARGEST = 2**53
"""Integers beyond it are not exact as JSON numbers."""

SAFE = 2**52
"""Bound of computed integers: two of them can be added without leaving those that are exact."""

SMALL = 2**20
"""A literal up to this counts as small."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_WORDS = frozenset({"and", "or", "in", "true", "false", "null", "function"})


class Code(msgspec.Struct, frozen=True):
    """A piece of JSONata.

    What it binds for itself begins with an underscore, as no variable of a workflow does.
    """

    text: str
    type: t.Type = Any
    level: int = ATOM
    certain: bool = True  # False: it may have no value at all, where Python has a KeyError or IndexError
    display: bool = False  # written as `[…]`, which stays one item within another display
    filled: bool = False  # a record with all of its fields, those with defaults too
    small: bool = False  # an int that stays far below 2^52, as a length or a counter does

    def at(self, level: int) -> str:
        """The text where at least this tightness is needed."""
        return self.text if self.level >= level else f"({self.text})"

    def of(self, kind: t.Type) -> "Code":
        """The same, of another type."""
        return msgspec.structs.replace(self, type=kind)

    @property
    def item(self) -> str:
        """The text as one item of a list display, which flattens lists that are not displays themselves."""
        return f"[{self.spread}]" if t.is_list(self.type) and not self.display else self.at(TERNARY + 1)

    @property
    def spread(self) -> str:
        """The text as all items of a list in a display; `[…]` itself would stay one item."""
        return f"({self.text})" if self.text.startswith("[") else self.text


class Caught:
    """The type of an exception that was caught: as text it is its cause."""


class Names(Protocol):
    """What names mean where an expression stands."""

    def local(self, name: str, node: "Any") -> Code | None:
        """A variable of the workflow; None when it has none of this name. Raises Refused for one that may be unset."""
        ...

    def constant(self, node: Any) -> tuple[bool, Any]:
        """Whether a name or attribute is a constant of the module, and its value."""
        ...

    def bound(self, variables: dict[str, Code]) -> "Names":
        """The same names, and those that a comprehension binds."""
        ...

    def assuming(self, test: Any, holds: bool) -> "Names":
        """The same names where a condition is known to hold, or not to."""
        ...

    def narrowed(self, text: str) -> t.Type | None:
        """What a condition has said of the type of an attribute or item."""
        ...

    def variable(self, name: str) -> str:
        """How a variable of a comprehension is called in JSONata."""
        ...

    def risk(self, node: Any, error: type[Exception]) -> None:
        """An expression may raise this. Raises Refused where an `except` would catch it, which no state can."""
        ...


def literal(value: Any, node: Any) -> str:
    """A constant as JSONata writes it. Raises Refused."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise Refused(node, f"{value} is beyond 2^53, where JSON numbers are not exact.", "Carry it as a string.")
        return str(int(value))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Refused(node, f"{value} is no JSON number.", "Use None for what has no value.")
        return json.dumps(value)
    instead = "Call it here." if callable(value) else "Use numbers, strings, lists and dicts."
    raise Refused(node, f"A {type(value).__name__} is no JSON value.", instead)


def whole(node: ast.expr) -> int | None:
    """A literal int, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = whole(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    return None


def wrapped(code: Code) -> str:
    """As a field of a state has it."""
    return f"{{% {code.text} %}}"


def template_code(template: Json) -> str:
    """A payload template within an expression."""
    if isinstance(template, dict):
        members = (f"{json.dumps(name, ensure_ascii=False)}: {template_code(each)}" for name, each in template.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(template, list):
        return f"[{', '.join(template_code(item) for item in template)}]"
    if isinstance(template, str) and template.startswith("{% "):
        return template.removeprefix("{% ").removesuffix(" %}")
    return json.dumps(template, ensure_ascii=False)


def step(name: str) -> str:
    """A member's name in a path."""
    return name if _NAME.match(name) and name not in _WORDS else f"`{name}`"


def exists_or(text: str, other: str) -> str:
    return f"($exists({text}) ? {text} : {other})"


def failing(message: str) -> str:
    """A call of $error: the execution fails with States.QueryEvaluationError."""
    return f"$error({json.dumps(message, ensure_ascii=False)})"


def keys_of(owner: Code) -> Code:
    """A dict's keys, as a list."""
    return Code(f"[$keys({owner.text})]", t.list_of(str), display=True)


def guarded(text: str) -> Code:
    """An int that is computed: beyond 2^52 it is an error, for beyond 2^53 it would be wrong."""
    why = failing("an int beyond 2^52, where JSON numbers cease to be exact")
    return Code(f"($_n := {text}; $abs($_n) <= {SAFE} ? $_n : {why})", int)
