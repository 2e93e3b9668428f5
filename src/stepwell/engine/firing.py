"""Firing: timers that are due become facts, also those of executions that are not in memory."""

import asyncio
import logging

from stepwell.clock import Milliseconds
from stepwell.core import facts as f
from stepwell.core.work import WorkKind
from stepwell.engine.again import Again
from stepwell.engine.aside import Aside
from stepwell.engine.delivery import Delivery
from stepwell.engine.shell import Shell
from stepwell.engine.timers import Key
from stepwell.store.protocol import StoreError

log = logging.getLogger(__name__)

BACKLOG = 2_000
"""Commits that may wait before no more timers are fired."""


class Firing:
    """Fires timers for as long as the server runs."""

    def __init__(self, shell: Shell, aside: Aside, again: Again) -> None:
        self._shell = shell
        self._aside = aside
        self._again = again
        self._awake_since: Milliseconds = 0

    async def run(self, awake_since: Milliseconds) -> None:
        """Never returns. `awake_since`: when the server began to be there for workers' heartbeats."""
        self._awake_since = awake_since
        while True:
            try:
                await self._fire_due()
            except Exception as error:  # no single timer may stop all the others
                log.warning("timers wait: %s", error, exc_info=not isinstance(error, StoreError))
                await self._shell.background.pause()

    async def _fire_due(self) -> None:
        shell = self._shell
        keys = [key for key in await shell.timers.due() if key[0] not in self._aside.why]
        if not keys:
            await shell.timers.wait()
            return
        try:
            running = await shell.residents.load([id for id, _, _ in keys])
        except StoreError:
            for key in keys:
                self._fire_for_sure(key)
            raise
        for key in keys:
            if key[0] in running and key not in shell.timers:  # else it was moved while we read
                self._fire(key)
        if shell.committer.backlog > BACKLOG:
            await shell.committer.drain()
        else:
            await asyncio.sleep(0)

    def _fire(self, key: Key) -> None:
        id, position, kind = key
        resident = self._shell.residents.get(id)
        if kind == WorkKind.JOB:
            self._shell.calls.ask((id, position))
        elif resident is not None:
            self._shell.apply(Delivery(resident, self._fact(key), None))
        else:  # let go again: there were too many for the memory
            self._fire_for_sure(key)

    def _fire_for_sure(self, key: Key) -> None:
        self._shell.background.spawn(self._again.for_sure(key[0], self._fact(key)), "a timer")

    def _fact(self, key: Key) -> f.TimerFired:
        _, position, kind = key
        return f.TimerFired(position, kind, self._awake_since)
