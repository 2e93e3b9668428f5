"""A delivery: a fact on its way through an execution, the commit, and back to whoever brought it."""

import asyncio

from stepwell.core.advance import Transition
from stepwell.core.facts import Fact
from stepwell.engine.residents import Resident


class Delivery:
    """A fact on its way through an execution, the commit and back to whoever brought it."""

    __slots__ = ("fact", "resident", "transition", "waiter")

    def __init__(self, resident: Resident, fact: Fact, waiter: "asyncio.Future[bool] | None") -> None:
        self.resident = resident
        self.fact = fact
        self.waiter = waiter
        self.transition: Transition | None = None

    def answer(self, accepted: bool) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(accepted)

    def refuse(self, error: Exception) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_exception(error)
