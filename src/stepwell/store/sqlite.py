"""The store in an SQLite file: the default, for one server on one machine, with nothing to install."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import msgspec

from stepwell.arns import is_version, split_qualifier
from stepwell.clock import Milliseconds
from stepwell.store.batch import stands
from stepwell.store.codes import (
    KIND_CODES,
    KINDS,
    STATUS_CODES,
    STATUSES,
    join_arn,
    kind_bound,
    name_in,
    split_arn,
)
from stepwell.store.directory import DirectoryLock
from stepwell.store.protocol import (
    Chunk,
    Commit,
    ExecutionRow,
    Resource,
    Stored,
    StoreError,
    Work,
)
from stepwell.store.sql import statements
from stepwell.store.sqlite_files import connect, meaning, migrate
from stepwell.store.sqlite_writer import Writer

Row = tuple[Any, ...]

_WRITER_CACHE = 16 << 20  # bytes: the indexes' inner pages; larger ones only fill up, the system caches the file anyway
_READER_CACHE = 16 << 20
_COUNTER_CACHE = 1 << 20
_COPIER_CACHE = 1 << 20
_COUNTED = (
    ("executions", "count_executions", STATUSES),
    ("work", "count_timers", KINDS),
    ("work", "count_queued", KINDS),
)
_PAGES = {
    None: ("page", "page_of_status"),
    "machine": ("page_of_machine", "page_of_machine_and_status"),
    "version": ("page_of_version", "page_of_version_and_status"),
    "alias": ("page_of_alias", "page_of_alias_and_status"),
}
"""What lists executions by who started them: those in all statuses, and those in one."""

_LAST = ((1 << 63) - 1, (1 << 63) - 1)  # after every place in a list


class SqliteStore:
    """Keeps everything in `stepwell.db` in a directory.

    Writes go to a thread of their own. Reads are done at once, on the event loop, in short statements: they
    cost some 10 µs, less than handing them over would, and never hold a snapshot between two calls.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = DirectoryLock(directory)
        self._sql = statements("sqlite")
        self._names: dict[int, str] = {}
        self._reader: apsw.Connection | None = None
        self._writer: Writer | None = None

    async def open(self) -> None:
        self._lock.take()
        try:
            db = connect(self._directory, _WRITER_CACHE)
            migrate(db)
            self._reader = connect(self._directory, _READER_CACHE)
            self._writer = Writer(db, connect(self._directory, _COPIER_CACHE))
            self._writer.start()
        except BaseException:
            self._lock.release()
            raise

    async def close(self) -> None:
        """Write what was handed over, and let go of the data."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        if self._writer is not None:
            await self._writer.stop()
            self._writer = None
        self._lock.release()

    async def commit(self, commits: Sequence[Commit]) -> None:
        await self._writing.commit(commits)

    async def put(self, resource: Resource) -> None:
        await self._writing.put(resource)

    async def remove(self, arn: str) -> None:
        await self._writing.remove(arn)

    async def tidy(self) -> bool:
        return await self._writing.tidy()

    async def landed(self, commit: Commit) -> bool:
        stored = await self.load([commit.execution])
        return stands(commit, stored[0] if stored else None)

    async def load(self, executions: Sequence[int]) -> Sequence[Stored]:
        ids = msgspec.json.encode([*executions]).decode()
        with meaning(self._reading, "Executions could not be read"), self._reading:
            rows = self._read("load_executions", ids)
            chunks = self._read("load_chunks", ids)
            work = self._read("load_work", ids)
        chunks_of: dict[int, list[Chunk]] = {row[0]: [] for row in rows}
        work_of: dict[int, list[Work]] = {row[0]: [] for row in rows}
        for execution, *chunk in chunks:
            chunks_of[execution].append(Chunk(*chunk))
        for columns in work:
            work_of[columns[0]].append(self._work(*columns))
        return [Stored(self._row(row), tuple(chunks_of[row[0]]), tuple(work_of[row[0]])) for row in rows]

    async def find(self, arn: str) -> ExecutionRow | None:
        head, tail = split_arn(arn)
        rows = self._read("find_execution", head=head, tail=tail)
        return self._row(rows[0]) if rows else None

    async def journal(self, execution: int, first: int, last: int, newest: int | None = None) -> Sequence[Chunk]:
        limits = {"execution": execution, "first": first, "last": last, "newest": -1 if newest is None else newest}
        return [Chunk(*row) for row in reversed(self._read("read_journal", **limits))]

    async def executions(
        self, started_by: str | None, status: str | None, after: tuple[int, int] | None, limit: int
    ) -> Sequence[ExecutionRow]:
        shown, last = _LAST if after is None else after
        values: dict[str, object] = {"shown": shown, "id": last, "limit": limit}
        starter = None if started_by is None else _kind_of_starter(started_by)
        if starter is not None and started_by is not None:
            values[starter] = self._number(started_by)
        if status is not None:
            values["status"] = STATUS_CODES.get(status)
        of_all, of_status = _PAGES[starter]
        return [self._row(row) for row in self._read(of_all if status is None else of_status, **values)]

    async def closed(self, express: bool, until: Milliseconds, limit: int) -> Sequence[tuple[int, Milliseconds]]:
        return [(id_, stopped) for id_, stopped in self._read("closed", express=express, until=until, limit=limit)]

    async def due(self, until: Milliseconds, after: tuple[Milliseconds, int, int, str], limit: int) -> Sequence[Work]:
        due, execution, position, kind = after
        rows = self._read(
            "due",
            until=until,
            due=due,
            execution=execution,
            position=position,
            kind=kind_bound(kind),
            limit=limit,
        )
        return [self._work(*row) for row in rows]

    async def queued(self, kind: str, queue: str | None, after: int, limit: int) -> Sequence[tuple[int, Work]]:
        values: dict[str, object] = {"kind": KIND_CODES.get(kind), "after": after, "limit": limit}
        name = "queued"
        if queue is not None:
            name = "queued_in"
            values["queue"] = self._number(queue)
        return [
            (place, self._work(execution, position, code, None, number))
            for place, execution, position, code, number in self._read(name, **values)
        ]

    async def get(self, arn: str) -> Resource | None:
        rows = self._read("get_resource", arn)
        return _resource(rows[0]) if rows else None

    async def list(self, kind: str, scope: str | None, after: str | None, limit: int) -> Sequence[Resource]:
        read = partial(self._read, kind=kind, after=after or "", limit=limit)
        rows = read("list_resources") if scope is None else read("list_resources_in_scope", scope=scope)
        return [_resource(row) for row in rows]

    async def counts(self) -> Mapping[str, int]:
        _ = self._reading
        # In a thread, on a connection of its own: it walks whole indexes, 0.1 s for a million executions.
        return await asyncio.to_thread(self._count)

    async def secret(self) -> bytes:
        secret: bytes = self._read("get_meta", "secret")[0][0]
        return secret

    @property
    def _writing(self) -> Writer:
        if self._writer is None:
            raise StoreError("The store is closed.")
        return self._writer

    @property
    def _reading(self) -> apsw.Connection:
        if self._reader is None:
            raise StoreError("The store is closed.")
        return self._reader

    def _read(self, name: str, *values: object, **named: object) -> Sequence[Row]:
        db = self._reading
        with meaning(db, "The data could not be read"):
            return db.execute(self._sql[name], named or values).fetchall()

    def _count(self) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        with closing(connect(self._directory, _COUNTER_CACHE)) as db, meaning(db, "Rows could not be counted"):
            for what, statement, words in _COUNTED:
                for code, count in db.execute(self._sql[statement]):
                    counts[f"{what}.{words[code]}"] = count
        return counts

    def _row(self, columns: Row) -> ExecutionRow:
        id_, machine, head, tail, name, revision, express, status, started, stopped, aside, *later = columns
        version, alias, redrives, redriven, *_ = later
        return ExecutionRow(
            id=id_,
            arn=join_arn(self._name(head), tail),
            machine_arn=self._name(machine),
            revision=self._name(revision),
            name=name_in(tail) if name is None else name,
            express=bool(express),
            status=STATUSES[status],
            started_at=started,
            stopped_at=stopped,
            aside=aside,
            version_arn=None if version is None else self._name(version),
            alias_arn=None if alias is None else self._name(alias),
            redrive_count=redrives,
            redriven_at=redriven,
        )

    def _work(self, execution: int, position: int, kind: int, due: Milliseconds | None, queue: int | None) -> Work:
        return Work(execution, position, KINDS[kind], due, None if queue is None else self._name(queue))

    def _name(self, number: int) -> str:
        name = self._names.get(number)
        if name is None:
            name = self._names[number] = self._read("get_name", number)[0][0]
        return name

    def _number(self, name: str) -> int | None:
        rows = self._read("find_name", name)
        return rows[0][0] if rows else None


def _kind_of_starter(arn: str) -> str:
    """What executions are listed by: their `machine`, or the `version` or `alias` that they were started by."""
    qualifier = split_qualifier(arn)[1]
    return "machine" if qualifier is None else "version" if is_version(qualifier) else "alias"


def _resource(row: Row) -> Resource:
    arn, kind, scope, name, created_at, body = row
    return Resource(arn=arn, kind=kind, scope=scope, name=name, created_at=created_at, body=body)
