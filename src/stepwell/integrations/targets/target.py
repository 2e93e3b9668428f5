"""What a target of status-change events is, and what sending to one can come to."""

from fnmatch import fnmatchcase
from typing import Protocol

import msgspec

from stepwell.clock import Milliseconds

SECOND: Milliseconds = 1_000


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is sent."""

    id: str  # a UUID, the same however often it is sent
    execution_arn: str
    machine_arn: str
    status: str
    at: Milliseconds
    body: bytes  # JSON, in EventBridge's shape


class NotSent(Exception):
    """The target did not take an event. `refused`: it said no to this one, while others may be welcome."""

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


class Sender(Protocol):
    """Somebody who brings events to one place."""

    async def send(self, event: Event) -> None:
        """Returns once the place has taken it for sure. Raises NotSent, within the target's time-out."""
        ...

    async def close(self) -> None:
        """Let go of connections and files."""
        ...


class Target:
    """Who is told which events, and how long one that cannot be told is kept for it."""

    def __init__(
        self,
        name: str,
        sender: Sender,
        to: str = "",
        *,
        statuses: tuple[str, ...] = (),
        machines: tuple[str, ...] = (),
        concurrency: int = 8,
        keep: int = 100_000,
        give_up: float = 24 * 3600,
    ) -> None:
        """`to` is shown to people. Empty `statuses` or `machines` (patterns of ARNs): all of them.

        `concurrency`: executions of which it is told at one time; of each, one event after the other. `keep`: so many
        events may wait for it. `give_up`: seconds after which an event that it cannot take is given up.
        """
        self.name = name
        self.sender = sender
        self.to = to
        self.statuses = statuses
        self.machines = machines
        self.concurrency = concurrency
        self.keep = keep
        self.give_up: Milliseconds = round(give_up * SECOND)

    def wants(self, event: Event) -> bool:
        return (not self.statuses or event.status in self.statuses) and (
            not self.machines or any(fnmatchcase(event.machine_arn, pattern) for pattern in self.machines)
        )
