"""`except` clauses as they hold where code is compiled: what leads to them, and what is known there."""

from collections.abc import Sequence

from stepwell.sdk.graph import Loose, State, setter
from stepwell.sdk.tasks import error_names
from stepwell.sdk.variables import Variables


class Handler:
    """An `except` clause."""

    def __init__(
        self, errors: Sequence[type[BaseException] | str], variable: str | None, home: str, depth: int
    ) -> None:
        self.errors = tuple(error for error in errors if isinstance(error, type))
        self.names = error_names(errors, home)
        self.variable = variable  # that holds the error
        self.depth = depth  # how many fragments it is within
        self.word = "except"
        self.keeps_input = False  # whether its first state wants the input of the one that failed
        self.entries: list[Loose] = []
        self.known: Variables | None = None  # at its beginning: what all that lead here know

    @property
    def passes_on(self) -> bool:
        """Whether the error goes on behind it: it is a `finally`."""
        return self.word == "finally"

    @property
    def takes_all(self) -> bool:
        return self.names == ["States.ALL"]

    def takes(self, error: type[BaseException]) -> bool:
        return issubclass(error, self.errors)

    def enter(self, ends: Sequence[Loose], known: Variables) -> None:
        """Something leads here, from where this is known."""
        self.entries += ends
        self.known = known.join(self.known)

    def catcher(self, known: Variables) -> State:
        """A Catch rule that leads here."""
        rule: State = {"ErrorEquals": self.names, "Next": ""}
        if self.variable is not None:
            rule["Assign"] = {self.variable: "{% $states.errorOutput %}"}
        if self.keeps_input:
            rule["Output"] = "{% $states.input %}"
        self.enter([setter(rule, "Next")], known)
        return rule


def innermost_first(handlers: Sequence[Sequence[Handler]]) -> list[Handler]:
    """The handlers that an error meets, in that order, as far as the first one that takes all."""
    found: list[Handler] = []
    for level in reversed(handlers):
        for handler in level:
            found.append(handler)
            if handler.takes_all:
                return found
    return found
