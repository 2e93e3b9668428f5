"""Group commit: many executions' transitions, one database transaction, one fsync."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from stepwell.store.protocol import Commit, DiskFailed, OutcomeUnknown, Store, StoreError

log = logging.getLogger(__name__)

MOST = 1_000  # commits in one transaction
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
    """

    def __init__(
        self,
        store: Store,
        done: Callable[[Sequence[Pending[T]]], None],
        failed: Callable[[Sequence[Pending[T]], StoreError], Awaitable[None]],
    ) -> None:
        self._store = store
        self._done = done
        self._failed = failed
        self._waiting: list[Pending[T]] = []
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
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
        self._idle.clear()
        self._wake.set()

    async def drain(self) -> None:
        """Return once everything submitted has been written or has failed."""
        await self._idle.wait()

    async def stop(self) -> None:
        await self.drain()
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
            if not self._waiting:
                self._idle.set()

    async def _write(self, batch: list[Pending[T]]) -> None:
        try:
            await self._commit([pending.commit for pending in batch])
        except DiskFailed as error:
            # What is on disk now nobody can say, and a retried fsync would lie: only a new process may look.
            log.critical("ending at once, the disk failed: %s", error)
            os._exit(DISK_FAILED)
        except StoreError as error:
            log.warning("commit failed: %s", error)
            batch += self._waiting
            self._waiting = []
            self._wake.clear()
            await self._failed(batch, error)
        else:
            self.transactions += 1
            self.commits += len(batch)
            self._done(batch)

    async def _commit(self, commits: Sequence[Commit]) -> None:
        try:
            await self._store.commit(commits)
        except OutcomeUnknown as error:
            log.warning("outcome of a commit unknown, asking the store: %s", error)
            witness = next((commit for commit in commits if commit.count), None)
            if witness is None or not await self._store.landed(witness):
                raise
