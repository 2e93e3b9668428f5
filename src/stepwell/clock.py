"""Time as a thing one holds: the real clock, and one that stands still until moved."""

import asyncio
import time
from typing import Protocol

Milliseconds = int
"""Time since the epoch, or a span of time, in whole milliseconds: the grain of the history."""


class Clock(Protocol):
    """What the engine knows of time."""

    def now(self) -> Milliseconds:
        """Wall-clock time in milliseconds since the epoch (UTC)."""
        ...

    async def sleep_until(self, due: Milliseconds) -> None:
        """Return once `now()` has reached `due`; may return early, so ask `now()` again."""
        ...


class WallClock:
    """The machine's own clock."""

    LONGEST_NAP: Milliseconds = 1000
    """A nap ends after a second at most, so that a clock that was set is seen."""

    def now(self) -> Milliseconds:
        return time.time_ns() // 1_000_000

    async def sleep_until(self, due: Milliseconds) -> None:
        nap = min(max(due - self.now(), 0), self.LONGEST_NAP)
        await asyncio.sleep(nap / 1000)


class VirtualClock:
    """Stands still until moved, or until everybody waits for it: a 30-day wait takes no time under test."""

    def __init__(self, now: Milliseconds = 1_700_000_000_000) -> None:
        self._now = now
        self._sleepers: list[tuple[Milliseconds, asyncio.Event]] = []

    def now(self) -> Milliseconds:
        return self._now

    async def sleep_until(self, due: Milliseconds) -> None:
        if due <= self._now:
            await asyncio.sleep(0)
            return
        moved = asyncio.Event()
        sleeper = (due, moved)
        self._sleepers.append(sleeper)
        try:
            await moved.wait()
        finally:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)

    def next_due(self) -> Milliseconds | None:
        """When the first sleeper wants to wake, or None when nobody sleeps."""
        return min((due for due, _ in self._sleepers), default=None)

    def advance_to(self, moment: Milliseconds) -> None:
        """Move on to `moment` (never back) and wake whoever waited for it."""
        self._now = max(self._now, moment)
        for due, moved in self._sleepers:
            if due <= self._now:
                moved.set()
