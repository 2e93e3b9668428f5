"""A trial: what a test asks of an engine beyond what a server does. It sees every entry, and may hold an execution."""

from collections.abc import Sequence
from random import Random
from typing import Protocol

from stepwell.asl.states import StateMachine
from stepwell.core.advance import Limits
from stepwell.core.execution import Execution
from stepwell.core.journal import Entry


class Trial(Protocol):
    """Asked by the runner; what runs is the same code with one and without."""

    random: Random
    """Chance for `States.UUID`, `$random` and jitter: seeded, so that a test can be repeated."""

    def machine(self, machine: StateMachine) -> StateMachine:
        """The definition to run by."""
        ...

    def limits(self, limits: Limits) -> Limits:
        """Those of one slice: shorter ones where `holds` is to be asked before every state."""
        ...

    def took(self, execution: Execution, entries: Sequence[Entry]) -> None:
        """These entries were just taken in: what came of one fact."""
        ...

    def holds(self, execution: Execution) -> bool:
        """Whether the execution, which could go on, is not to."""
        ...
