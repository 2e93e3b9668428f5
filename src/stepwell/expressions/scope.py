"""What an expression is and what it may see: the face that the rest of the house knows."""

import random
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from msgspec import UNSET

Json = Any
"""A JSON value as msgspec decodes it: dict, list, str, int (of any size), float, bool or None. Never mutated."""


LONGEST_EVALUATION = 1_000
"""Milliseconds that AWS gives one JSONata expression (published reports of 2026, not ours)."""

Watch = Callable[[], str | None]
"""Told before each JSONata expression; a text that it gives back is why that expression fails unevaluated."""


class Scope:
    """What an expression may see while it is evaluated.

    `context` may be a property computed on first use: only paths that begin with `$$`, and `$states.context`, ask
    for it. `result` and `error_output` are JSONata's `$states.result` and `$states.errorOutput`, UNSET where there is
    none; `now`, in milliseconds since the epoch, is what its clock shows, and `time_limit` how many milliseconds one
    expression may take. `watch`, if there is one, hears of each JSONata expression before it is evaluated; where
    `guarded`, `spend` is told how long one may take at most.
    """

    __slots__ = (
        "_context",
        "_seed",
        "error_output",
        "guarded",
        "input",
        "now",
        "random",
        "result",
        "time_limit",
        "variables",
        "watch",
    )

    def __init__(
        self,
        input: Json,
        context: Json = None,
        variables: Mapping[str, Json] | None = None,
        seed: int = 0,
        *,
        result: Json = UNSET,
        error_output: Json = UNSET,
        now: int = 0,
        time_limit: int = LONGEST_EVALUATION,
        watch: Watch | None = None,
    ) -> None:
        self.input = input
        self.result = result
        self.error_output = error_output
        self.now = now
        self.time_limit = time_limit
        self.watch = watch
        self.guarded = False
        self._context = context
        self.variables: Mapping[str, Json] = variables or {}
        self._seed = seed
        self.random: random.Random | None = None

    @property
    def context(self) -> Json:
        return self._context

    def spend(self, bound: Any, members: frozenset[str], variables: frozenset[str]) -> None:
        """Told before a JSONata expression of known cost that reads these: may raise where there is no time for it."""

    def chance(self) -> random.Random:
        """The source of States.UUID and States.MathRandom: seeded, so that a test can repeat it."""
        if self.random is None:
            self.random = random.Random(self._seed)
        return self.random


class Expression(Protocol):
    """A compiled expression. Compile once per revision, evaluate as often as needed."""

    @property
    def source(self) -> str:
        """The text it was compiled from."""
        ...

    def evaluate(self, scope: Scope) -> Json:
        """The value. Raises ExpressionError with AWS's error name and cause text."""
        ...
