"""The one thread that writes to SQLite: batches in, one transaction and one fsync each, answers out."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue

import apsw
from msgspec.structs import astuple

from stepwell.store.batch import Batch, combine
from stepwell.store.codes import KIND_CODES, STATUS_CODES, name_in, split_arn
from stepwell.store.protocol import Commit, DiskFailed, ExecutionRow, Resource, StoreError
from stepwell.store.sql import statements
from stepwell.store.sqlite_files import meaning

log = logging.getLogger(__name__)

_CHECKPOINT_PAGES = 4000
"""Pages in the write-ahead log after which it is copied into the database."""

_SPARE_PAGES = 4096
"""Free pages that stay in the file, for what is written next: 32 MiB."""

_TIDY_PAGES = 64
"""Pages given back to the system in one step: some milliseconds."""

Change = Callable[[], None]


class Writer:
    """Owns the writing connection: what is awaited hands over to the thread, which does the rest."""

    def __init__(self, db: apsw.Connection, copying: apsw.Connection) -> None:
        self._db = db
        self._copying_db = copying
        self._copier = ThreadPoolExecutor(1, "stepwell-sqlite-copier")
        self._copying: Future[None] | None = None
        self._sql = statements("sqlite")
        self._inbox: SimpleQueue[tuple[Change, asyncio.Future[None]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="stepwell-sqlite-writer", daemon=True)
        self._names: dict[str, int] = dict(db.execute(self._sql["all_names"]))
        self._new_names: list[str] = []
        self._place: int = db.execute(self._sql["last_place"]).get
        self._failed: DiskFailed | None = None
        self._log_pages = 0
        # Checkpoints are ours: SQLite's own would keep the caller waiting and would swallow a failed fsync.
        db.set_wal_hook(self._note_log_pages)

    def start(self) -> None:
        self._thread.start()

    async def stop(self) -> None:
        """Write what was handed over, then end."""
        self._inbox.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self._copying_db.close()
        self._db.close()

    async def commit(self, commits: Sequence[Commit]) -> None:
        await self._write(lambda: self._save(combine(commits)))

    async def put(self, resource: Resource) -> None:
        await self._write(lambda: self._execute("put_resource", astuple(resource)))

    async def remove(self, arn: str) -> None:
        await self._write(lambda: self._execute("delete_resource", (arn,)))

    async def tidy(self) -> bool:
        """Whether there was more room to give back than one step takes."""
        left = 0

        def give_back() -> None:
            nonlocal left
            left = self._db.pragma("freelist_count") - _SPARE_PAGES
            if left > 0:
                self._db.execute(f"PRAGMA incremental_vacuum({min(left, _TIDY_PAGES)})").fetchall()

        await self._write(give_back)
        return left > _TIDY_PAGES

    async def _write(self, change: Change) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._inbox.put((change, done))
        await done

    # From here on: in the thread.

    def _run(self) -> None:
        while (task := self._inbox.get()) is not None:
            change, done = task
            error = self._try(change)
            done.get_loop().call_soon_threadsafe(_answer, done, error)
            self._tend_log()
        self._copier.shutdown()

    def _try(self, change: Change) -> Exception | None:
        if self._failed is not None:
            return self._failed
        try:
            with meaning(self._db, "Nothing was written"), self._transaction():
                change()
        except DiskFailed as error:
            self._failed = error
            return error
        except Exception as error:  # whatever it is, it belongs to the one who asked, not to this thread
            return error
        return None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._new_names.clear()
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException:
            for name in self._new_names:
                del self._names[name]
            if self._db.in_transaction:  # SQLite has rolled back by itself after some errors
                self._db.execute("ROLLBACK")
            raise

    def _tend_log(self) -> None:
        """Have a long log copied into the database beside our writing: all at once it would take up to 100 ms.

        What was written meanwhile is little. It is copied between two commits, for the log can only begin anew when
        nothing of it is left to copy.
        """
        if self._copying is None:
            if self._log_pages >= _CHECKPOINT_PAGES:
                self._copying = self._copier.submit(self._checkpoint, self._copying_db)
        elif self._copying.done():
            self._copying = None
            self._log_pages = 0
            self._checkpoint(self._db)

    def _checkpoint(self, db: apsw.Connection) -> None:
        """Copy the log into the database, as far as it goes. A full disk only means: later."""
        try:
            with meaning(db, "The write-ahead log could not be copied into the database"):
                db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except DiskFailed as error:
            self._failed = error
        except StoreError as error:
            log.warning("%s", error)

    def _note_log_pages(self, _db: apsw.Connection, _name: str, pages: int) -> int:
        self._log_pages = pages
        return apsw.SQLITE_OK

    def _execute(self, name: str, values: tuple[object, ...]) -> None:
        self._db.execute(self._sql[name], values)

    def _execute_many(self, name: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            self._db.executemany(self._sql[name], rows)

    def _save(self, batch: Batch) -> None:
        """Write a batch, a statement for each kind of row: deletions, new rows, changes."""
        forgotten = [(execution,) for execution in batch.forgotten]
        for statement in ("delete_execution", "delete_journal", "forget_work"):
            self._execute_many(statement, forgotten)
        self._execute_many("close_all_work", [(execution,) for execution in batch.ended])
        self._execute_many("close_work", [(key.execution, key.position, KIND_CODES[key.kind]) for key in batch.closed])
        self._execute_many("insert_execution", [self._columns(row) for row in batch.created.values()])
        self._execute_many(
            "update_execution",
            [
                (STATUS_CODES[row.status], row.stopped_at, row.aside, row.redrive_count, row.redriven_at, row.id)
                for row in batch.updated.values()
            ],
        )
        self._execute_many("append_chunk", batch.chunks)
        self._open_work(batch)

    def _open_work(self, batch: Batch) -> None:
        rows = []
        for place, work in enumerate(batch.opened, self._place + 1):
            queue = None if work.queue is None else self._number(work.queue)
            rows.append((place, work.execution, work.position, KIND_CODES[work.kind], work.due, queue))
        self._place += len(rows)
        self._execute_many("open_work", rows)

    def _columns(self, row: ExecutionRow) -> tuple[object, ...]:
        head, tail = split_arn(row.arn)
        return (
            row.id,
            self._number(row.machine_arn),
            self._number(head),
            tail,
            None if row.name == name_in(tail) else row.name,
            self._number(row.revision),
            row.express,
            STATUS_CODES[row.status],
            row.started_at,
            row.stopped_at,
            row.aside,
            None if row.version_arn is None else self._number(row.version_arn),
            None if row.alias_arn is None else self._number(row.alias_arn),
            row.redrive_count,
            row.redriven_at,
        )

    def _number(self, name: str) -> int:
        """The small number of a text, given out now for a new one."""
        number = self._names.get(name)
        if number is None:
            number = self._db.execute(self._sql["insert_name"], (name,)).get
            self._names[name] = number
            self._new_names.append(name)
        return number


def _answer(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.cancelled():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
