"""Activity queues: tasks that wait for workers, and workers that wait for tasks."""

import asyncio
from collections import OrderedDict, deque
from functools import partial

from stepwell.clock import Milliseconds
from stepwell.core.work import Work, WorkKind
from stepwell.store.protocol import Store

WINDOW = 1_000  # tasks of one activity held in memory; the others wait in the store
PAGE = 500


Gone = asyncio.Future[None]
"""Done once a caller has gone."""

Task = tuple[int, int]
"""Execution, position of the try."""


class ActivityQueue:
    """The tasks of one activity, first come first served.

    A window of them is in memory. `_more` says that the store has some that never were; they are read when the
    window is empty, so nobody overtakes.
    """

    def __init__(self, arn: str, store: Store) -> None:
        self.arn = arn
        self._store = store
        self._window: deque[Task] = deque()
        self._more = True
        self._place = 0  # of the last task read from the store
        self._reading = asyncio.Lock()
        self._pollers: OrderedDict[asyncio.Future[bool], None] = OrderedDict()  # first come first woken
        self.asked_at: Milliseconds = 0  # when a worker asked for a task last

    @property
    def pollers(self) -> int:
        return len(self._pollers)

    def add(self, task: Task) -> None:
        """A task is queued, and its row is in the store."""
        if self._more or len(self._window) >= WINDOW:
            self._more = True
        else:
            self._window.append(task)
        self._wake()

    def give_back(self, task: Task) -> None:
        """The task was taken from here but nobody got it: it is the first again."""
        self._window.appendleft(task)
        self._wake()

    def _wake(self) -> None:
        while self._pollers:
            poller, _ = self._pollers.popitem(last=False)
            if not poller.done():
                poller.set_result(True)
                return

    def pass_on(self) -> None:
        """A poller goes without having asked for what it may have been woken for: wake the next one instead."""
        if self._window or self._more:
            self._wake()

    async def take(self) -> Task | None:
        """The next task, or None when there is none at the moment."""
        while not self._window and (self._more or self._reading.locked()):
            await self._read()
        return self._window.popleft() if self._window else None

    async def _read(self) -> None:
        async with self._reading:
            if self._window or not self._more:
                return
            self._more = False  # a task queued from here on goes to the window or sets it again
            try:
                rows = await self._store.queued(WorkKind.ACTIVITY, self.arn, self._place, PAGE)
            except BaseException:
                self._more = True
                raise
            self._window.extendleft((work.execution, work.position) for _, work in reversed(rows))
            if rows:
                self._place = rows[-1][0]
            self._more = self._more or len(rows) == PAGE

    async def wait(self, deadline: float, gone: Gone) -> bool:
        """Wait until it is worth asking `take` again; False at the deadline (loop time) or when `gone` is done."""
        loop = asyncio.get_running_loop()
        poller: asyncio.Future[bool] = loop.create_future()
        self._pollers[poller] = None
        end = loop.call_at(deadline, _end, poller)
        leave = partial(_end, poller)
        gone.add_done_callback(leave)
        try:
            return await poller
        finally:
            self._pollers.pop(poller, None)
            end.cancel()
            gone.remove_done_callback(leave)

    def release(self) -> None:
        """Wake all pollers: the server stops, or the activity was deleted."""
        while self._pollers:
            self._wake()


def _end(poller: "asyncio.Future[bool]", gone: Gone | None = None) -> None:
    if not poller.done():
        poller.set_result(False)


class ActivityQueues:
    """One queue for each activity that anybody asked of or gave to."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queues: dict[str, ActivityQueue] = {}

    def __getitem__(self, arn: str) -> ActivityQueue:
        queue = self._queues.get(arn)
        if queue is None:
            queue = self._queues[arn] = ActivityQueue(arn, self._store)
        return queue

    def find(self, arn: str) -> ActivityQueue | None:
        """The queue of an activity that anybody asked of or gave to."""
        return self._queues.get(arn)

    def add(self, work: Work) -> None:
        assert work.queue is not None
        self[work.queue].add((work.execution, work.position))

    @property
    def pollers(self) -> int:
        return sum(queue.pollers for queue in list(self._queues.values()))  # metrics may be asked from any thread

    def release(self) -> None:
        for queue in self._queues.values():
            queue.release()
