"""Deletions: state machines that go once their last execution has ended."""

import asyncio

from stepwell.engine.background import Background
from stepwell.engine.catalog import Catalog
from stepwell.engine.residents import Residents
from stepwell.store.protocol import Store


class Deletions:
    """The machines that are being deleted; their executions are aborted at their next transition."""

    def __init__(self, store: Store, catalog: Catalog, residents: Residents, background: Background) -> None:
        self._store = store
        self._catalog = catalog
        self._residents = residents
        self._background = background
        self.machines: set[str] = set()
        self._looking: set[str] = set()  # of those, the ones about to be looked at

    async def start(self) -> None:
        """Know those that an earlier run began to delete."""
        self.machines = await self._catalog.deleting()

    def go_on(self) -> None:
        """Finish them."""
        for machine_arn in self.machines:
            self.look_soon(machine_arn)

    async def begin(self, machine_arn: str) -> None:
        """DeleteStateMachine was called."""
        self.machines.add(machine_arn)
        await self.finish(machine_arn)

    def ended(self, machine_arn: str) -> None:
        """One of its executions has ended: perhaps it was the last."""
        if machine_arn in self.machines:
            self.look_soon(machine_arn)

    async def finish(self, machine_arn: str) -> None:
        """Forget a machine that is being deleted, once none of its executions runs."""
        if self._residents.of_machine(machine_arn):
            return  # perhaps one that is not on disk yet; its end comes here again
        if not await self._store.executions(machine_arn, "RUNNING", None, 1):
            await self._catalog.forget_machine(machine_arn)
            self.machines.discard(machine_arn)

    def look_soon(self, machine_arn: str) -> None:
        if machine_arn not in self._looking:
            self._looking.add(machine_arn)
            self._background.spawn(self._finish_for_sure(machine_arn), "finishing a deletion")

    async def _finish_for_sure(self, machine_arn: str) -> None:
        await asyncio.sleep(0)  # many executions end together: ask once for all of them
        self._looking.discard(machine_arn)
        await self._background.until_done(lambda: self.finish(machine_arn))
