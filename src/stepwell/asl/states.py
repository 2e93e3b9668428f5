"""A state machine after parsing: frozen data whose expressions are compiled. What is here is valid.

Where a field is None the language's default holds and costs nothing: no `InputPath` is the identity, and so on.
"""

from typing import Any, Literal

import msgspec

from stepwell.expressions.paths import ReferencePath
from stepwell.expressions.scope import Expression

QueryLanguage = Literal["JSONPath", "JSONata"]


class Discard(msgspec.Struct, frozen=True):
    """`ResultPath: null`: the result is dropped and the input kept."""


DISCARD = Discard()

ResultPath = ReferencePath | Discard | None
"""None: the result replaces the input (`$`)."""


class Retrier(msgspec.Struct, frozen=True, kw_only=True):
    """One element of Retry. Defaults as the States Language gives them."""

    error_equals: tuple[str, ...]
    interval_seconds: int = 1
    max_attempts: int = 3
    backoff_rate: float = 2.0
    max_delay_seconds: int | None = None
    jitter: bool = False  # JitterStrategy FULL


class Catcher(msgspec.Struct, frozen=True, kw_only=True):
    """One element of Catch."""

    error_equals: tuple[str, ...]
    next: str
    result_path: ResultPath = None
    output: Expression | None = None  # JSONata
    assign: Expression | None = None


class State(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What all states have. `next` None ends the scope."""

    name: str
    language: QueryLanguage = "JSONPath"
    comment: str | None = None
    next: str | None = None
    input_path: Expression | None = None
    output_path: Expression | None = None
    assign: Expression | None = None
    output: Expression | None = None  # JSONata

    @property
    def type(self) -> str:
        """The `Type` of the definition, and the first part of the state's event names."""
        return self.__class__.__name__


class Pass(State, frozen=True, kw_only=True):
    result: Any = msgspec.UNSET  # any JSON value, null too
    parameters: Expression | None = None
    result_path: ResultPath = None


class Succeed(State, frozen=True, kw_only=True):
    pass


class Fail(State, frozen=True, kw_only=True):
    """`error` and `cause` are the literal texts, or expressions (ErrorPath, CausePath, or JSONata)."""

    error: str | Expression | None = None
    cause: str | Expression | None = None


class Wait(State, frozen=True, kw_only=True):
    """Exactly one is set, settled by parse."""

    seconds: int | Expression | None = None  # a literal, or JSONata
    seconds_path: Expression | None = None
    timestamp: str | Expression | None = None  # RFC 3339, or JSONata
    timestamp_path: Expression | None = None


class Choice(State, frozen=True, kw_only=True):
    """Its `next` is never used: a rule or `default` says where to go."""

    rules: "tuple[ChoiceRule, ...]"
    default: str | None = None


class ChoiceRule(msgspec.Struct, frozen=True, kw_only=True):
    condition: Expression  # evaluates to a bool
    next: str
    assign: Expression | None = None
    output: Expression | None = None  # JSONata


class Task(State, frozen=True, kw_only=True):
    resource: str
    parameters: Expression | None = None  # JSONPath's Parameters or JSONata's Arguments
    result_selector: Expression | None = None
    result_path: ResultPath = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    timeout_seconds: int | Expression | None = None
    heartbeat_seconds: int | Expression | None = None
    credentials: Expression | None = None


class Parallel(State, frozen=True, kw_only=True):
    branches: "tuple[Scope, ...]"
    parameters: Expression | None = None
    result_selector: Expression | None = None
    result_path: ResultPath = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()


class Map(State, frozen=True, kw_only=True):
    """`item_selector` is ItemSelector, or Parameters, its legacy name; JSONata uses `items`."""

    processor: "Scope"
    distributed: bool = False
    execution_type: Literal["STANDARD", "EXPRESS"] = "STANDARD"  # of a distributed Map's children
    items_path: Expression | None = None
    items: Expression | None = None  # JSONata
    item_selector: Expression | None = None
    max_concurrency: int | Expression = 0  # an Expression for MaxConcurrencyPath or JSONata
    tolerated_failure_percentage: float | Expression = 0
    tolerated_failure_count: int | Expression = 0
    item_reader: Any = None  # raw; read when distributed Maps come
    item_batcher: Any = None
    result_writer: Any = None
    label: str | None = None
    result_selector: Expression | None = None
    result_path: ResultPath = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """A set of states with a beginning: the machine itself, a Parallel branch, a Map's processor."""

    start_at: str


class StateMachine(msgspec.Struct, frozen=True, kw_only=True):
    """A whole definition. State names are unique across all scopes, so one table serves them all."""

    start_at: str
    states: dict[str, State]  # of every scope, by name
    timeout_seconds: int | None = None
    comment: str | None = None
    language: QueryLanguage = "JSONPath"
    variable_references: dict[str, tuple[str, ...]] = {}  # names of the variables that each state reads
    jsonata: bool = False  # some state evaluates JSONata
    wild: bool = False  # some of it has no known bound on its cost: it must not run among others
