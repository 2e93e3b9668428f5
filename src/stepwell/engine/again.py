"""Again: what becomes of facts whose commit was not made. Nothing of them has left the house."""

from collections.abc import Sequence

from stepwell.core import facts as f
from stepwell.engine.committer import Pending
from stepwell.engine.delivery import Delivery, Subject
from stepwell.engine.identity import Numbers
from stepwell.engine.shell import Shell
from stepwell.errors import ExecutionAlreadyExists, InternalFailure, ServiceUnavailable
from stepwell.store.protocol import ExecutionRow, Store, StoreError, StoreFull


class Again:
    """Delivers facts again, on what the store says, however often it must be asked."""

    def __init__(self, shell: Shell, store: Store, numbers: Numbers) -> None:
        self._shell = shell
        self._store = store
        self._numbers = numbers

    async def not_committed(self, batch: Sequence[Pending[Subject]], error: StoreError) -> None:
        """Forget what was decided, and decide it again on what the store says. Callers of a full store are told."""
        self._shell.counters["commits.failed"] += len(batch)
        for pending in batch:
            if isinstance(pending.subject, Delivery):
                self._shell.residents.drop(pending.subject.resident.execution.id)
        refused: dict[int, None] = {}
        again = []
        for pending in batch:
            delivery = pending.subject
            if isinstance(error, StoreFull) and isinstance(delivery, Delivery) and delivery.waiter is not None:
                delivery.refuse(ServiceUnavailable(f"Nothing was changed: {error}"))
                if not isinstance(delivery.fact, f.Start):
                    refused[delivery.resident.execution.id] = None
            else:
                again.append(pending)
        self._shell.background.spawn(self._decide_again(again, list(refused)), "delivering again")

    async def _decide_again(self, batch: Sequence[Pending[Subject]], refused: Sequence[int]) -> None:
        """`refused`: executions whose facts were refused, but which may have been about to go on by themselves."""
        await self._shell.background.pause()
        for pending in batch:
            delivery = pending.subject
            if not isinstance(delivery, Delivery):
                self._shell.committer.submit(pending)
            elif isinstance(delivery.fact, f.Start):
                self._shell.background.spawn(self._begin_again(delivery, delivery.fact), "starting again")
            else:
                self._shell.background.spawn(self.deliver(delivery), "delivering again")
        for execution in refused:
            self._shell.background.spawn(self.for_sure(execution, f.Continue()), "going on")

    async def _begin_again(self, delivery: Delivery, start: f.Start) -> None:
        there: ExecutionRow | None = None

        async def look() -> None:
            nonlocal there
            there = await self._store.find(start.arn)

        with delivery.answered():
            await self._shell.background.until_done(look)
            if there is not None and there.id == delivery.resident.row.id:  # it landed after all
                await self.persistently(there.id, f.Continue())
                delivery.answer(True)
            elif there is not None or self._shell.residents.by_arn(start.arn) is not None:
                delivery.refuse(ExecutionAlreadyExists(start.arn))
            else:
                self._shell.begin(delivery.resident.anew(self._numbers.next()), start, delivery.waiter)

    async def deliver(self, delivery: Delivery) -> None:
        with delivery.answered():
            delivery.answer(await self.persistently(delivery.resident.execution.id, delivery.fact))

    async def persistently(self, execution: int, fact: f.Fact) -> bool:
        """Deliver, however often the store must be asked."""
        while True:
            try:
                return await self._shell.deliver(execution, fact)
            except (StoreError, ServiceUnavailable):
                await self._shell.background.pause()

    async def for_sure(self, execution: int, fact: f.Fact) -> bool:
        """Deliver a fact that nobody waits for and nobody would bring again. False: it is of no use any more."""
        try:
            return await self.persistently(execution, fact)
        except InternalFailure:  # set aside: counted and logged there
            return False
