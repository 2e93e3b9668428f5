"""What an expression is and what it may see: the face that the rest of the house knows."""

import random
from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import UNSET

Json = Any
"""A JSON value as msgspec decodes it: dict, list, str, int (of any size), float, bool or None. Never mutated."""


class Scope:
    """What an expression may see while it is evaluated.

    `context` may be a property computed on first use: only paths that begin with `$$`, and `$states.context`, ask
    for it. `result` and `error_output` are JSONata's `$states.result` and `$states.errorOutput`, UNSET where there is
    none; `now`, in milliseconds since the epoch, is what its clock shows, and `time_limit` how many milliseconds one
    expression may take: AWS gives it a second.
    """

    __slots__ = ("_context", "_seed", "error_output", "input", "now", "random", "result", "time_limit", "variables")

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
        time_limit: int = 1_000,
    ) -> None:
        self.input = input
        self.result = result
        self.error_output = error_output
        self.now = now
        self.time_limit = time_limit
        self._context = context
        self.variables: Mapping[str, Json] = variables or {}
        self._seed = seed
        self.random: random.Random | None = None

    @property
    def context(self) -> Json:
        return self._context

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
