"""Leftovers: revisions of state machines that are no more stay as long as there are executions that ran by them."""

import asyncio

from stepwell.clock import Clock
from stepwell.engine.records import DeletedMachine, Revision, StateMachineRecord
from stepwell.engine.shelf import Shelf
from stepwell.store.protocol import Store

TOGETHER = 20  # removed in one turn to write
PAGE = 100


class Leftovers:
    """The deleted machines that have revisions. `writing` is held by whoever changes what exists."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        writing: asyncio.Lock,
        machines: Shelf[StateMachineRecord],
        revisions: Shelf[Revision],
    ) -> None:
        self._store = store
        self._clock = clock
        self._writing = writing
        self._machines = machines
        self._revisions = revisions
        self._deleted = Shelf(store, "deletedStateMachine", DeletedMachine, PAGE)

    async def left_by(self, machine_arn: str) -> None:
        """The machine is about to go, and what it leaves is to be looked for. To be called within `writing`."""
        await self._deleted.put(DeletedMachine(arn=machine_arn, created_at=self._clock.now()))

    async def machines(self, after: DeletedMachine | None) -> list[DeletedMachine]:
        """A page of the deleted machines that have left something."""
        return await self._deleted.page(None, None if after is None else after.key, PAGE)

    async def clear_some(self, deleted: DeletedMachine) -> bool:
        """Remove some revisions that nothing needs any more; whether there may be others of this machine.

        A machine that was created anew under the same ARN has its revisions for itself and for the earlier ones'
        executions: its own deletion leaves them all. Raises StoreError.
        """
        async with self._writing:
            if await self._machines.get(deleted.arn) is None:
                if await self._store.executions(deleted.arn, None, None, 1):
                    return False
                found = await self._revisions.page(deleted.arn, None, TOGETHER)
                for revision in found:
                    await self._revisions.remove(revision.key)
                if found:
                    return True
            await self._deleted.remove(deleted.key)
            return False
