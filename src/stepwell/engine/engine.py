"""The engine: what can be asked of it, in the API's terms."""

from random import Random

from stepwell.clock import Clock, Milliseconds
from stepwell.config import Config
from stepwell.core import facts as f
from stepwell.core.history import Event
from stepwell.engine import reading
from stepwell.engine.aliases import Target
from stepwell.engine.catalog import Catalog
from stepwell.engine.reading import ExecutionData
from stepwell.engine.redrives import Redrives
from stepwell.engine.retention import Retention
from stepwell.engine.runner import Runner
from stepwell.engine.starts import Starts
from stepwell.engine.tasks import Tasks
from stepwell.engine.trial import Trial
from stepwell.errors import (
    InternalFailure,
    ServiceUnavailable,
)
from stepwell.integrations.call import Integrations
from stepwell.integrations.outgoing import Outgoing
from stepwell.store.protocol import ExecutionRow, Store

CANNOT_BE_STOPPED = (
    "The execution is set aside, and cannot even be stopped, since what is kept of it cannot be read. "
    "`stepwell check` says what is wrong with it, on the data of a stopped server or on a backup."
)
DAY: Milliseconds = 24 * 3600 * 1000


class Engine:
    """What a server asks of: executions, their starts and redrives, tasks, and what they are made of."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Config,
        outgoing: Outgoing | None = None,
        trial: Trial | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.config = config
        self.catalog = Catalog(store, clock)
        self.integrations = Integrations()
        self.runner = Runner(store, clock, config, self.catalog, self.integrations, outgoing or Outgoing(), trial)
        self.starts = Starts(store, clock, config, self.runner)
        self.tasks = Tasks(config, self.catalog, self.runner, clock)
        self.redrives = Redrives(store, clock, config, self.catalog, self.runner)
        self.retention = Retention(
            store,
            clock,
            self.runner.background,
            self.runner.residents,
            self.catalog.leftovers,
            self.runner.committer.drain,
            standard=round(config.retention_days * DAY),
            express=round(config.keep_express_days * DAY),
        )
        self._random = Random()

    async def start(self) -> None:
        """Take up what an earlier run left. The store must be open."""
        await self.runner.start()
        self.runner.spawn(self.retention.run(), "retention")

    def begin_stop(self) -> None:
        """Answer who waits, and begin nothing new."""
        self.runner.release()

    async def stop(self) -> None:
        """Answer who waits, and write what is on its way. Running executions go on at the next start."""
        self.begin_stop()
        await self.runner.stop()
        await self.integrations.close()

    def figures(self) -> dict[str, int]:
        """What there is to count, for metrics: see `stepwell.metrics`."""
        runner = self.runner
        return {
            **runner.counters,
            "commits": runner.committer.commits,
            "observers.unseen": runner.unseen,
            "transactions": runner.committer.transactions,
            "residents": len(runner.residents),
            "resident.bytes": runner.residents.bytes,
            "timers": len(runner.timers),
            "pollers": runner.queues.pollers,
            "backlog": runner.committer.backlog,
            "executions.deleted": self.retention.deleted,
            "express.given.up": runner.express.given_up,
            "express.journal.bytes": runner.express.bytes,
            "retention.behind.seconds": self.retention.behind // 1000,
        }

    # -- executions ----------------------------------------------------------------------------------------------------

    async def target(self, arn: str) -> Target | None:
        """What the ARN of a machine, a version or an alias leads to, this time."""
        return await self.catalog.aliases.target(arn, self._random)

    async def stop_execution(self, row: ExecutionRow, error: str | None, cause: str | None) -> Milliseconds:
        """Abort it; returns when it stopped (for a closed one: when it had).

        One that is set aside too, as long as its journal can be read: nothing is evaluated to end it. Raises
        InternalFailure otherwise, ServiceUnavailable.
        """
        aside = self.runner.aside.why.pop(row.id, None)
        try:
            await self.runner.deliver(row.id, f.Stop(error, cause))
        except InternalFailure as failure:
            if aside is None:
                raise
            raise InternalFailure(CANNOT_BE_STOPPED) from failure
        stopped = await self.store.find(row.arn)
        if stopped is None or stopped.stopped_at is None:
            raise ServiceUnavailable("The execution is still running; try again.")
        return stopped.stopped_at

    @property
    def keeps_express(self) -> bool:
        """Whether Express executions are kept, to be listed and described as STANDARD ones are."""
        return self.config.keep_express_days > 0

    async def find(self, arn: str) -> ExecutionRow | None:
        """The execution with this ARN. An Express one whose journal is just being written is waited for."""
        row = await self.store.find(arn)
        if row is None and self.keeps_express and ":express:" in arn:
            await self.runner.committer.drain()
            row = await self.store.find(arn)
        return row

    async def describe(self, row: ExecutionRow) -> ExecutionData:
        """Input and outcome."""
        return await reading.describe(self.store, row)

    async def history(
        self, row: ExecutionRow, *, reverse: bool, after: int | None, limit: int, include_data: bool
    ) -> list[Event]:
        """Up to `limit` events after the one with id `after` (in reverse: before it)."""
        return await reading.history(
            self.store, row, reverse=reverse, after=after, limit=limit, include_data=include_data
        )

    async def machine_deleted(self, machine_arn: str) -> None:
        """DeleteStateMachine was called: executions end at their next transition, then the machine goes."""
        await self.runner.deletions.begin(machine_arn)

    async def delete_activity(self, arn: str) -> None:
        """Workers that wait are told that there is no such activity; tasks that wait for a worker fail."""
        deleted = await self.catalog.delete_activity(arn)
        if deleted is not None:
            self.runner.orphans.activity_deleted(deleted)
