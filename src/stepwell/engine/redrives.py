"""Redrives: executions that have ended without success are read from the store once more, and go on."""

import asyncio

from stepwell.clock import Clock, Milliseconds
from stepwell.config import Config
from stepwell.core import facts as f
from stepwell.core.redrive import obstacle
from stepwell.engine import reading
from stepwell.engine.catalog import Catalog
from stepwell.engine.delivery import Delivery
from stepwell.engine.reading import ExecutionData
from stepwell.engine.residents import Resident, Unloadable
from stepwell.engine.runner import Runner
from stepwell.errors import ExecutionDoesNotExist, ExecutionNotRedrivable
from stepwell.store.protocol import ExecutionRow, Store

TOKEN_LIFE = 15 * 60 * 1000
"""Milliseconds for which a client token is remembered (API model, RedriveExecution.clientToken)."""


class Redrives:
    """Says whether an execution can be redriven, and does it."""

    def __init__(self, store: Store, clock: Clock, config: Config, catalog: Catalog, runner: Runner) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._catalog = catalog
        self._runner = runner

    async def redrive(self, row: ExecutionRow, client_token: str | None) -> Milliseconds:
        """Let an execution that has ended without success go on where it failed; returns when it was redriven.

        The same token within a quarter of an hour gives the same answer and does nothing. Raises
        ExecutionNotRedrivable, ExecutionDoesNotExist when it is being deleted, StoreError, InternalFailure for one that
        is set aside, ServiceUnavailable.
        """
        while True:
            before = await self._redriven_with(row, client_token)
            if before is not None:
                return before
            reason = await self.obstacle(row, await reading.describe(self._store, row))
            if reason is not None:
                raise ExecutionNotRedrivable(reason)
            accepted = await self._deliver(row, f.Redrive(client_token))
            row = await self._store.find(row.arn) or row
            if accepted and row.redriven_at is not None:
                return row.redriven_at

    async def obstacle(self, row: ExecutionRow, data: ExecutionData) -> str | None:
        """Why the execution cannot be redriven now, in AWS's words where it has some; None when it can."""
        if row.express:
            return "Express executions cannot be redriven"
        now, most = self._clock.now(), self._config.history_limit
        reason = obstacle(row.status, row.started_at, row.stopped_at, data.events or 0, now, most)
        if reason is not None:
            return reason
        machine = await self._catalog.machine(row.machine_arn)
        if machine is None:
            return "State machine does not exist any more"
        if machine.status == "DELETING" or machine.arn in self._runner.deletions.machines:
            return "State machine is in DELETING status"
        return None

    async def _redriven_with(self, row: ExecutionRow, client_token: str | None) -> Milliseconds | None:
        if client_token is None or not row.redrive_count:
            return None
        return await reading.redriven_with(self._store, row, client_token, self._clock.now() - TOKEN_LIFE)

    async def _deliver(self, row: ExecutionRow, redrive: f.Redrive) -> bool:
        """Let it go on; returns once that is on disk.

        False: it may not, or it runs by now, or it was not written; the store says which.
        """
        self._runner.aside.refuse(row.id)
        resident = self._runner.residents.get(row.id) or await self._ended(row)
        if resident is None or row.machine_arn in self._runner.deletions.machines:
            return False
        if self._runner.residents.get(row.id) is None:
            self._runner.residents.add(resident)
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._runner.apply(Delivery(resident, redrive, waiter))
        accepted = await waiter
        self._runner.counters["executions.redriven"] += accepted
        return accepted

    async def _ended(self, row: ExecutionRow) -> Resident | None:
        """The execution from the store; or from memory, where somebody else was quicker to bring it there."""
        ended = None
        try:
            ended = await self._runner.residents.ended(row.id)
        except Unloadable as problem:
            self._runner.aside.note_unloadable(problem)
        self._runner.aside.refuse(row.id)
        if row.id in self._runner.residents.forgetting:  # its retention is over
            raise ExecutionDoesNotExist(row.arn)
        return self._runner.residents.get(row.id) or ended
