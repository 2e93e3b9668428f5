"""Group commit: many executions' transitions, one database transaction, one fsync."""

import asyncio
import contextlib
import logging
import os
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from stepwell.store.protocol import Commit, DiskFailed, OutcomeUnknown, Store, StoreError

log = logging.getLogger(__name__)

MOST = 1_000  # commits in one transaction
PATIENCE = 10  # seconds that a stopping server gives a store to write what is on its way
DISK_FAILED = 74  # exit status: EX_IOERR

T = TypeVar("T")


class Pending(Generic[T]):
    """A commit on its way, and what it is for."""

    __slots__ = ("commit", "subject")

    def __init__(self, commit: Commit, subject: T) -> None:
        self.commit = commit
        self.subject = subject


class Committer(Generic[T]):
    """Writes what is submitted, in order. While one transaction is under way the next one gathers.

    An idle committer writes at once; under load the batches grow by themselves. When a transaction fails,
    everything submitted so far has failed with it: later commits of an execution rest on earlier ones.
    `pause` is how long to leave a store alone that could not answer.
    """

    def __init__(
        self,
        store: Store,
        done: Callable[[Sequence[Pending[T]]], None],
        failed: Callable[[Sequence[Pending[T]], StoreError], Awaitable[None]],
        pause: Callable[[], Awaitable[None]],
    ) -> None:
        self._store = store
        self._done = done
        self._failed = failed
        self._pause = pause
        self._waiting: list[Pending[T]] = []
        self._wake = asyncio.Event()
        self._submitted = 0
        self._settled = 0  # of those, written or failed
        self._drains: deque[tuple[int, asyncio.Future[None]]] = deque()  # who waits until so many are settled
        self._task: asyncio.Task[None] | None = None
        self.transactions = 0
        self.commits = 0

    @property
    def backlog(self) -> int:
        """Commits not begun yet."""
        return len(self._waiting)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="committer")

    def submit(self, pending: Pending[T]) -> None:
        self._waiting.append(pending)
        self._submitted += 1
        self._wake.set()

    async def drain(self) -> None:
        """Return once everything submitted until now has been written or has failed, whatever comes after it."""
        if self._settled < self._submitted:
            drained: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._drains.append((self._submitted, drained))
            await drained

    async def stop(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.drain(), PATIENCE)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if not self._waiting:
                self._wake.clear()
            await self._write(batch)
            self._settle(len(batch))

    def _settle(self, count: int) -> None:
        self._settled += count
        while self._drains and self._drains[0][0] <= self._settled:
            _, drained = self._drains.popleft()
            if not drained.done():
                drained.set_result(None)

    async def _write(self, batch: list[Pending[T]]) -> None:
        try:
            await self._commit([pending.commit for pending in batch])
        except DiskFailed as error:
            # What is on disk now nobody can say, and a retried fsync would lie: only a new process may look.
            log.critical("ending at once, the disk failed: %s", error)
            os._exit(DISK_FAILED)
        except StoreError as error:
            log.warning("commit failed: %s", error)
            await self._give_up(batch, error)
        except Exception as problem:  # a fault of the store's own must not end the only task that writes
            log.exception("commit failed unexpectedly")
            await self._give_up(batch, StoreError(f"{type(problem).__name__}: {problem}"))
        else:
            self.transactions += 1
            self.commits += len(batch)
            self._done(batch)

    async def _give_up(self, batch: list[Pending[T]], error: StoreError) -> None:
        batch += self._waiting
        self._waiting = []
        self._wake.clear()
        await self._failed(batch, error)

    async def _commit(self, commits: Sequence[Commit]) -> None:
        try:
            await self._store.commit(commits)
        except OutcomeUnknown as error:
            log.warning("outcome of a commit unknown, asking the store: %s", error)
            witness = next((commit for commit in commits if commit.count), None)
            if witness is None or not await self._landed(witness):
                raise

    async def _landed(self, witness: Commit) -> bool:
        """Whether it stands. Nothing else may be decided before this is known, so ask until there is an answer."""
        while True:
            try:
                return await self._store.landed(witness)
            except DiskFailed:
                raise
            except StoreError as error:
                log.warning("the store cannot say yet whether a commit stands: %s", error)
                await self._pause()
