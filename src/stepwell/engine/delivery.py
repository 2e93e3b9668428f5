"""A delivery: a fact on its way through an execution, the commit, and back to whoever brought it."""

import asyncio
import contextlib
from collections.abc import Iterator

from stepwell.core.advance import Transition
from stepwell.core.facts import Fact
from stepwell.engine.express import KeptJournal
from stepwell.engine.residents import Resident
from stepwell.errors import ServiceUnavailable


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

    @contextlib.contextmanager
    def answered(self) -> Iterator[None]:
        """Whatever happens within, whoever waits hears of it."""
        try:
            yield
        except asyncio.CancelledError:
            self.refuse(ServiceUnavailable("The server is stopping."))
            raise
        except Exception as error:
            self.refuse(error)


Subject = Delivery | KeptJournal | None
"""What a commit is for: a fact's delivery, the journal of an Express execution that has ended, something else."""
