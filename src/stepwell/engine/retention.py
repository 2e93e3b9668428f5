"""Retention: executions are deleted some time after their end, in batches so small that nobody notices; and with them
the revisions of deleted state machines that nothing needs any more.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from stepwell.clock import Clock, Milliseconds
from stepwell.engine.background import Background
from stepwell.engine.leftovers import Leftovers
from stepwell.engine.residents import Residents
from stepwell.store.protocol import Commit, Store

log = logging.getLogger(__name__)

BATCH = 50
"""Executions deleted in one transaction. Some milliseconds, for which other commits may have to wait."""

REST = 3
"""So many times as long as a batch took nothing is deleted after it: three quarters of the disk are for others."""

OFTEN: Milliseconds = 60_000
SELDOM: Milliseconds = 3_600_000
"""How long to wait between two sweeps: a sixtieth of the shortest retention, within these."""


class Retention:
    """Deletes executions whose time is over, journals and all.

    `standard` and `express` are how long they stay after their end. One that ended may be redriven at any moment, so
    none is deleted that is among the residents, and whoever brings one back to life looks at their `forgetting` first.
    `settled` returns once what has ended is on disk.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        background: Background,
        residents: Residents,
        leftovers: Leftovers,
        settled: Callable[[], Awaitable[None]],
        *,
        standard: Milliseconds,
        express: Milliseconds,
    ) -> None:
        self._store = store
        self._clock = clock
        self._background = background
        self._residents = residents
        self._leftovers = leftovers
        self._settled = settled
        self._kept = {False: standard, True: express}
        self._every = min(max(min(standard, express or standard) // 60, OFTEN), SELDOM)
        self.deleted = 0
        self.behind: Milliseconds = 0  # for how long the oldest one seen last could have been gone

    async def run(self) -> None:
        """Sweep now and then, for ever."""
        while True:
            await self._background.until_done(self.sweep)
            await self._pause(self._every)

    async def sweep(self) -> None:
        """Delete what is to go, and give room back. Raises StoreError."""
        before = self.deleted
        for express in self._kept:
            while await self._unhurried(partial(self._delete_some, express)):
                pass
        self.behind = 0
        if self.deleted > before:
            log.info("%d executions were deleted, their retention was over", self.deleted - before)
        await self._clear_leftovers()
        while await self._unhurried(self._store.tidy):
            pass

    async def _clear_leftovers(self) -> None:
        """Remove the revisions of deleted machines that have no executions any more."""
        last = None
        while page := await self._leftovers.machines(last):
            await self._settled()  # journals of Express executions come after their end
            for deleted in page:
                while await self._unhurried(partial(self._leftovers.clear_some, deleted)):
                    pass
            last = page[-1]

    async def _unhurried(self, step: Callable[[], Awaitable[bool]]) -> bool:
        """Do a step; when there are more, leave the store to others for longer than this one took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        more = await step()
        if more:
            await self._pause(round(1000 * REST * (loop.time() - began)))
        return more

    async def _pause(self, span: Milliseconds) -> None:
        end = self._clock.now() + span
        while self._clock.now() < end:
            await self._clock.sleep_until(end)

    async def _delete_some(self, express: bool) -> bool:
        """Delete a batch; whether there may be more."""
        until = self._clock.now() - self._kept[express]
        found = await self._store.closed(express, until, BATCH)
        if not found:
            return False
        self.behind = until - found[0][1]
        free = {id for id, _ in found if id not in self._residents}
        self._residents.forgetting |= free
        try:
            # Looked at once more: one that was redriven before `forgetting` named it is not closed any more.
            still = [id for id, _ in await self._store.closed(express, until, BATCH) if id in free]
            if still:
                await self._store.commit([Commit(execution=id, position=0, forget=True) for id in still])
        finally:
            self._residents.forgetting -= free
        self.deleted += len(still)
        return bool(still) and len(found) == BATCH
