"""Onlookers: who is told at once what stands, while somebody looks, and has nothing done by it."""

from typing import Protocol

from stepwell.core.advance import Transition
from stepwell.engine.residents import Resident
from stepwell.store.protocol import ExecutionRow


class Onlooker(Protocol):
    """Called on the event loop, in the midst of running executions: to note something, not to do something.

    Whoever looks is in `Runner.onlookers`, and out of it as soon as nobody looks any more.
    """

    def see(self, resident: Resident, transition: Transition) -> None:
        """These entries stand. Those of an Express execution stand in memory, until its end is told by `kept`."""
        ...

    def kept(self, row: ExecutionRow) -> None:
        """An Express execution has ended, and its journal is on disk."""
        ...

    def aside(self, row: ExecutionRow) -> None:
        """Our code could not go on with this execution."""
        ...

    def release(self) -> None:
        """The server stops: let nobody wait any longer."""
        ...
