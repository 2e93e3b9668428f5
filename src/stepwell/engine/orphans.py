"""Activity tasks that no worker can ask for, since there is no such activity (any more): they fail."""

import asyncio
from collections.abc import Awaitable, Callable

from stepwell.core import facts as f
from stepwell.core.work import Work, WorkKind
from stepwell.engine.background import Background
from stepwell.engine.catalog import Catalog
from stepwell.engine.queues import ActivityQueues
from stepwell.engine.records import DeletedActivity
from stepwell.errors import Failure, States
from stepwell.store.protocol import Store

PAGE = 500


class Orphans:
    """Finds tasks without an activity, and refuses them. Those that a worker has already may still be answered."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        queues: ActivityQueues,
        background: Background,
        deliver: Callable[[int, f.Fact], Awaitable[object]],
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._queues = queues
        self._background = background
        self._deliver = deliver

    async def start(self) -> None:
        """Go on with the deletions that an earlier run left."""
        for deleted in await self._catalog.deleted_activities():
            self._spawn_refusing(deleted)

    def activity_deleted(self, deleted: DeletedActivity) -> None:
        """Workers that wait for its tasks find out, and tasks that wait for a worker fail."""
        self._queues[deleted.arn].release()
        self._spawn_refusing(deleted)

    def check(self, work: Work) -> None:
        """A task was queued: if it is not known that there is such an activity, look for it."""
        assert work.queue is not None
        if not self._catalog.knows_activity(work.queue):
            self._background.spawn(
                self._background.until_done(lambda: self._refuse_without_activity(work)), "looking for an activity"
            )

    def _spawn_refusing(self, deleted: DeletedActivity) -> None:
        self._background.spawn(
            self._background.until_done(lambda: self._refuse_queued(deleted)), "refusing a deleted activity's tasks"
        )

    async def _refuse_without_activity(self, work: Work) -> None:
        assert work.queue is not None
        if await self._catalog.activity(work.queue) is None:
            await self._refuse(work)

    async def _refuse_queued(self, deleted: DeletedActivity) -> None:
        """All that wait, unless the activity is created again: then its workers get them."""
        place = 0
        while await self._catalog.activity(deleted.arn) is None:
            rows = await self._store.queued(WorkKind.ACTIVITY, deleted.arn, place, PAGE)
            if not rows:
                break
            await asyncio.gather(*[self._refuse(work) for _, work in rows])
            place = rows[-1][0]
        await self._catalog.forget_deleted_activity(deleted)

    async def _refuse(self, work: Work) -> None:
        failure = Failure(States.RUNTIME, f"Activity Does Not Exist: '{work.queue}'")
        await self._deliver(work.execution, f.TaskRefused(work.position, failure, "ScheduleFailed"))
