"""JSONata as Step Functions runs it: one library behind one adapter (developer guide, "Transforming data")."""

import math
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import jsonata2py
from jsonata2py import MISSING, JsonataError
from jsonata2py.loader.loader import ExpressionLoader
from jsonata2py.optimizer.optimizer import optimize
from jsonata2py.parser import ast_nodes as ast
from jsonata2py.runtime.context import begin_evaluation, check_timeout, end_evaluation, get_state
from jsonata2py.runtime.values import JLambda, JRegex
from jsonata2py.translator.translator import Translator
from msgspec import UNSET

from stepwell.expressions.jsonata_cost import Bound as CostBound
from stepwell.expressions.jsonata_cost import bound_of
from stepwell.expressions.jsonata_errors import MEMORY, STACK, TOO_DEEP, BoundError, JsonataSyntaxError, explain, fail
from stepwell.expressions.jsonata_functions import FUNCTIONS, Bound
from stepwell.expressions.jsonata_syntax import BUILT_IN, STATES, Parsed, is_jsonata, nodes, parse, with_own_names
from stepwell.expressions.scope import LONGEST_EVALUATION, Json, Scope
from stepwell.expressions.values import render

__all__ = ["STATES", "JsonType", "Jsonata", "JsonataSyntaxError", "compile_jsonata", "is_jsonata", "is_tame"]

JsonType = Literal["array", "boolean", "number", "object", "string"]

LARGEST = 6_990_256
"""Bytes that an expression may hold on AWS, 8 a number (published report of 2026, not ours); here its result may."""

_TYPES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


class Environment:
    """What `$name` stands for in one evaluation, looked up when it is asked for: the library's bindings.

    Expressions of one template share it. `members` says which of `$states` is asked for, so that the context object
    is built for those alone that read it.
    """

    __slots__ = ("_members", "_states", "scope")

    def __init__(self, scope: Scope, members: frozenset[str]) -> None:
        self.scope = scope
        self._members = members
        self._states: dict[str, Json] | None = None

    def is_empty(self) -> bool:
        return False

    def get_values(self) -> dict[str, Any]:
        return {}

    def get_functions(self) -> dict[str, Any]:
        return {}

    def get_value(self, name: str) -> Any:
        if name == "states":
            if self._states is None:
                return self._see_states()
            check_timeout()  # asked for again: within a loop, perhaps one in which the library does not look itself
            return self._states
        check_timeout()
        if name.startswith("fn:"):
            name = name[3:]
            variable = self.scope.variables.get(name, MISSING)
            return _built_in(name) if variable is MISSING else variable
        return self.scope.variables.get(name, MISSING)

    def reached(self, way: tuple[str, ...]) -> Any:
        """What lies at the end of a way; MISSING where it leads through an array, or to nothing."""
        name, *members = way
        value: Any = self.scope.variables.get(name, MISSING)
        if name == "states":
            value = self._see_states() if self._states is None else self._states
        for member in members:
            if type(value) is not dict:
                return MISSING
            value = value.get(member, MISSING)
        return value

    def get_function(self, name: str) -> Bound | None:
        name = name.removeprefix("aws:").removeprefix("fn:")
        function = FUNCTIONS.get(name)
        return None if function is None else Bound(name, function, self.scope)

    def _see_states(self) -> dict[str, Json]:
        """In the order in which AWS shows `$states` as a whole (recorded 2025)."""
        scope, members = self.scope, self._members
        states: dict[str, Json] = {"input": scope.input}
        if "context" in members:
            states["context"] = scope.context
        if "result" in members and scope.result is not UNSET:
            states["result"] = scope.result
        if "errorOutput" in members and scope.error_output is not UNSET:
            states["errorOutput"] = scope.error_output
        self._states = states
        return states


@lru_cache(maxsize=128)
def _built_in(name: str) -> Any:
    """A built-in function as a value; nothing, if there is none of that name here."""
    return jsonata2py.compile(f"${name}").evaluate(None) if name in BUILT_IN - FUNCTIONS.keys() else MISSING


class Jsonata(NamedTuple):
    """A compiled expression. `bound`: how long it can take, None for one of which nobody knows."""

    source: str
    field: str
    expected: JsonType | None
    bound: CostBound | None
    variables: frozenset[str]
    members: frozenset[str]
    calls: frozenset[str]
    entry: Any  # the library's compiled function
    root: Any  # what that is given for `$`, which no expression of ours can name
    selects: bool  # its result can only be what is in the data
    way: tuple[str, ...] | None = None  # a variable and names of members, where the expression is nothing else

    @property
    def tame(self) -> bool:
        """Whether its cost is bounded by a small polynomial of its data, so that it may run in this process."""
        return self.bound is not None

    def evaluate(self, scope: Scope) -> Json:
        """The value. Raises QueryEvaluationError with AWS's text."""
        if scope.guarded and self.bound is not None:
            scope.spend(self.bound, self.members, self.variables)
        return self.run(Environment(scope, self.members))

    def run(self, environment: Environment) -> Json:
        """Evaluate in an environment that has at least the expression's members."""
        value = MISSING
        if self.way is not None and environment.scope.watch is None:
            value = environment.reached(
                self.way
            )  # most expressions are no more, and the library takes ten times as long
        if value is MISSING:
            value = self._evaluated(environment)
        if value is MISSING:
            fail(self.source, self.field, "returned nothing (undefined).")
        kind = type(value)
        if not (self.selects and kind in _TYPES):
            value = self._plain(value)
            kind = type(value)
        if self.expected is not None and _TYPES[kind] != self.expected:
            what = f"Expected '{self.expected}', but was '{_TYPES[kind]}' for value: {render(value)}"
            fail(self.source, self.field, f"returned an unexpected result type. {what}")
        return value

    def _evaluated(self, environment: Environment) -> Any:
        scope = environment.scope
        if scope.watch is not None and (refusal := scope.watch()) is not None:
            fail(self.source, self.field, explain(BoundError(refusal), self.calls))
        bound = self.bound
        # What is bounded as a whole was foreseen to be short: if it is late, then others kept the processor busy.
        foreseen = scope.guarded and bound is not None and not bound.clocked
        begin_evaluation(environment, None, LONGEST_EVALUATION if foreseen else scope.time_limit)
        try:
            state = get_state()
            if state is not None:
                state.millis = scope.now
            value = self.entry(self.root)
            check_timeout()  # it may have taken long where the library does not look
            return value
        except JsonataError as error:
            fail(self.source, self.field, explain(error, self.calls))
        except RecursionError:
            fail(self.source, self.field, explain(BoundError(STACK), self.calls))
        except MemoryError:
            fail(self.source, self.field, explain(BoundError(MEMORY), self.calls))
        except Exception as reason:  # whatever else the library stumbles over is the expression's, as on AWS
            what = f"threw an internal error during evaluation. {type(reason).__name__}: {reason}"
            fail(self.source, self.field, what)
        finally:
            end_evaluation()

    def _plain(self, value: Any) -> Json:
        """The result as JSON. Raises QueryEvaluationError for functions, and for what is too large."""
        try:
            return value if _is_plain(value) else _json(value)
        except _Unsupported:
            fail(self.source, self.field, "returned an unsupported result type.")
        except BoundError as error:
            fail(self.source, self.field, explain(error, self.calls))
        except RecursionError:
            fail(self.source, self.field, explain(BoundError(STACK), self.calls))


def compile_jsonata(
    text: str, field: str, expected: JsonType | None = None, *, offered: frozenset[str] = STATES
) -> Jsonata:
    """Compile the whole string `{% … %}`.

    `field` is its place within the state, as errors name it: "Items", "Output/a/b[0]", "Choices[1]/Condition".
    `expected` is the type the result must have. `offered` is what `$states` has there. Raises JsonataSyntaxError.
    """
    parsed = parse(text, offered)
    try:
        selects = _selects(parsed.tree)
        return Jsonata(
            parsed.source,
            field,
            expected,
            bound_of(parsed.tree, selects=selects),
            parsed.variables,
            parsed.members,
            parsed.calls,
            _entry(parsed),
            {} if any(isinstance(node, _BINDING) for node in nodes(parsed.tree)) else MISSING,
            selects,
            _way(parsed.tree),
        )
    except JsonataError as error:
        raise JsonataSyntaxError(error.message) from None
    except (RecursionError, MemoryError):  # the second is how Python's own compiler says it
        raise JsonataSyntaxError(TOO_DEEP) from None


def is_tame(text: str) -> bool:
    """Whether the cost of `{% … %}` is bounded by a small polynomial of its input. Raises JsonataSyntaxError."""
    return bound_of(parse(text).tree, selects=False) is not None


_BINDING = (ast.PositionBinding, ast.ContextBinding)
"""`#$i` and `@$v`: the library begins their paths with `$`, and there must be something."""


def _entry(parsed: Parsed) -> Any:
    """The library's own pipeline, with the names it would settle by itself given to the environment."""
    python = Translator.translate(optimize(with_own_names(parsed.tree)), parsed.source)
    entry, _ = ExpressionLoader().load(python)
    return entry


# --- results -------------------------------------------------------------------------------------------------------


def _selects(tree: Any) -> bool:
    """Whether the result is a part of the data, or a list of such: nothing to look through, nothing can grow."""
    match tree:
        case ast.VariableRef() | ast.FieldRef() | ast.WildcardStep():
            return True
        case ast.PredicateExpr() | ast.ArraySubscript() | ast.SortExpr() | ast.ForceArray():
            return _selects(tree.source)
        case ast.PathExpr(steps=[first, *steps]):
            # A variable as a later step would be there once for each element before it.
            return _selects(first) and all(_selects(step) and not isinstance(step, ast.VariableRef) for step in steps)
    return False


def _way(tree: Any) -> tuple[str, ...] | None:
    """`$a.b.c` as its names; None for all else."""
    match tree:
        case ast.VariableRef(name=name):
            return (name,)
        case ast.PathExpr(steps=[ast.VariableRef(name=name), *steps]):
            members = [step.name for step in steps if isinstance(step, ast.FieldRef)]
            return (name, *members) if len(members) == len(steps) else None
    return None


class _Unsupported(Exception):
    """A function, or a regular expression, where there should be JSON."""


def _is_plain(value: Any) -> bool:
    """Whether a result is JSON as it is. Raises _Unsupported, and BoundError where it is too large written out."""
    pending = [value]
    size = 0
    plain = True
    while pending:
        item = pending.pop()
        kind = type(item)
        if kind is str:
            size += len(item)
            plain = plain and _is_unicode(item)
        elif kind is dict:
            size += 8 * len(item) + sum(map(len, item))
            plain = plain and all(map(_is_unicode, item))
            pending.extend(item.values())
        elif kind is list:
            size += 8 * len(item)
            pending.extend(item)
        elif kind is float:
            plain = plain and math.isfinite(item)
        elif kind not in _TYPES:
            plain = False
            size += _size_of_other(item, pending)
        if size > LARGEST:
            raise BoundError(MEMORY)
    return plain


def _is_unicode(text: str) -> bool:
    """Whether a text can be written in UTF-8: half a surrogate pair cannot."""
    return text.isascii() or text == _unicode(text)


def _unicode(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _size_of_other(item: Any, pending: list[Any]) -> int:
    if isinstance(item, JLambda | JRegex):
        raise _Unsupported
    if not isinstance(item, list):
        return 0
    pending.extend(item)
    return 8 * len(item)


def _json(value: Any) -> Json:
    """A result with the library's own kinds of list made plain, and what no JSON number is as AWS's text for it."""
    if isinstance(value, str):
        return _unicode(value)
    if isinstance(value, dict):
        return {_unicode(key): _json(item) for key, item in value.items() if item is not MISSING}
    if isinstance(value, list):
        return [_json(item) for item in value if item is not MISSING]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"  # published for Infinity, 2026
    return value
