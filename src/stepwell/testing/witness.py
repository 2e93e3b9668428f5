"""The witness: sees every entry of every execution of a run, and holds the tested one before a state."""

from collections.abc import Callable, Sequence
from random import Random

from msgspec.structs import replace

from stepwell.asl.states import StateMachine
from stepwell.core.advance import Limits
from stepwell.core.execution import Execution, Phase
from stepwell.core.journal import Entry


class Witness:
    """A Trial (see `engine.trial`). `over` is called when the tested execution has ended, or is held."""

    def __init__(self, seed: int, over: Callable[[], None]) -> None:
        self.random = Random(seed)
        self.journals: dict[int, list[Entry]] = {}  # of every execution
        self.main: Execution | None = None  # the first to be started: the one that is tested
        self.until: str | None = None  # the state that it is held before
        self.held = False
        self._passed = -1  # length of its journal where it was let go last
        self._over = over

    def machine(self, machine: StateMachine) -> StateMachine:
        """Expressions of unknown cost begin in this process: a test has nobody whom they could hold up."""
        return replace(machine, wild=False) if machine.wild else machine

    def limits(self, limits: Limits) -> Limits:
        """One step at a time where a state must not be entered unasked."""
        return limits if self.until is None else replace(limits, slice_entries=1)

    def took(self, execution: Execution, entries: Sequence[Entry]) -> None:
        if self.main is None or self.main.id == execution.id:
            self.main = execution
        self.journals.setdefault(execution.id, []).extend(entries)
        if self.main is execution and not execution.running:
            self._over()

    def holds(self, execution: Execution) -> bool:
        if self.until is None or execution is not self.main or execution.length == self._passed:
            return False
        branch = execution.branches[execution.ready[0]]
        if branch.phase is not Phase.READY or branch.state != self.until:
            return False
        self.held = True
        self._over()
        return True

    def let_go(self, until: str | None) -> None:
        """Enter the state; hold before this one from now on."""
        assert self.main is not None
        self._passed = self.main.length
        self.held, self.until = False, until
