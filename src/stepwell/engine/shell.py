"""What the parts of the runner ask of it."""

import asyncio
from collections import Counter
from typing import Protocol

from stepwell.core import facts as f
from stepwell.core.advance import Transition
from stepwell.engine.background import Background
from stepwell.engine.calls import Calls
from stepwell.engine.committer import Committer
from stepwell.engine.deletions import Deletions
from stepwell.engine.delivery import Delivery, Subject
from stepwell.engine.notices import Notices
from stepwell.engine.onlookers import Onlooker
from stepwell.engine.orphans import Orphans
from stepwell.engine.queues import ActivityQueues
from stepwell.engine.residents import Resident, Residents
from stepwell.engine.status_events import StatusEvents
from stepwell.engine.timers import Timers
from stepwell.store.protocol import Commit


class Shell(Protocol):
    """The runner, as those see it who do one thing for it."""

    background: Background
    residents: Residents
    committer: Committer[Subject]
    counters: Counter[str]
    timers: Timers
    calls: Calls
    queues: ActivityQueues
    orphans: Orphans
    notices: Notices
    status_events: StatusEvents
    deletions: Deletions
    onlookers: list[Onlooker]

    def begin(self, resident: Resident, start: f.Start, waiter: "asyncio.Future[bool] | None") -> None:
        """Take in a new execution and deliver its start."""
        ...

    async def deliver(self, execution: int, fact: f.Fact) -> bool:
        """Deliver a fact to an execution; returns once what came of it is on disk."""
        ...

    def apply(self, delivery: Delivery) -> None:
        """Run one slice and hand what came of it to the committer."""
        ...

    def take(self, delivery: Delivery, transition: Transition) -> None:
        """Hand what came of a slice to the committer."""
        ...

    def may_go_on(self, resident: Resident) -> bool:
        """Whether the execution can go on by itself, and not too much of it is unwritten."""
        ...

    def schedule(self, resident: Resident) -> None:
        """Have it go on by itself, later."""
        ...

    def write_apart(self, commit: Commit) -> None:
        """Write something about an execution that is not its journal."""
        ...
