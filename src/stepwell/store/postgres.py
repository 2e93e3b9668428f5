"""The store in PostgreSQL: for those who run one already, and for many nodes."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

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
from stepwell.store.postgres_session import LOST, RENEWAL, SILENCE, Session, meaning
from stepwell.store.postgres_writer import PostgresWriter
from stepwell.store.protocol import Chunk, Commit, ExecutionRow, Resource, Stored, StoreError, Work
from stepwell.store.sql import statements

log = logging.getLogger(__name__)

_LAST = ((1 << 63) - 1, (1 << 63) - 1)  # after every place in a list
_READERS = 4
_NAMED = (1, 2, 5, 11, 12)  # columns of a page that are numbers of texts: machine, head, revision, version, alias


class PostgresStore:
    """Keeps everything in the first schema of the database's search path.

    Writes go through one session, which holds the data; reads through a few connections of their own.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = Session(url)
        self._writer = PostgresWriter(self._session)
        self._sql = statements("postgres")
        self._names: dict[int, str] = {}
        self._readers: Any = None
        self._renewal: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._session = Session(self._url)
        self._writer = PostgresWriter(self._session)
        await self._session.take()
        with meaning("The store in PostgreSQL could not be opened"):
            self._readers = await asyncpg.create_pool(self._url, min_size=1, max_size=_READERS, command_timeout=SILENCE)
        self._renewal = asyncio.create_task(self._keep_leases(), name="stepwell-leases")

    async def close(self) -> None:
        """Finish what is being written, and let go of the shards."""
        if self._readers is None or self._renewal is None:
            return
        self._renewal.cancel()
        readers, self._readers = self._readers, None
        await readers.close()
        await self._writer.close()

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(RENEWAL)
            try:
                await self._writer.renew()
            except StoreError as error:
                # Commits check the epochs themselves: a lost lease costs availability, never correctness.
                log.warning("%s", error)

    async def commit(self, commits: Sequence[Commit]) -> None:
        self._refuse_when_closed()
        await self._writer.commit(commits)

    async def put(self, resource: Resource) -> None:
        self._refuse_when_closed()
        await self._writer.put(resource)

    async def remove(self, arn: str) -> None:
        self._refuse_when_closed()
        await self._writer.remove(arn)

    async def landed(self, commit: Commit) -> bool:
        self._refuse_when_closed()
        await self._writer.settle()
        stored = await self.load([commit.execution])
        return stands(commit, stored[0] if stored else None)

    async def load(self, executions: Sequence[int]) -> Sequence[Stored]:
        return [_stored(*row) for row in await self._read("load", [*executions])]

    async def find(self, arn: str) -> ExecutionRow | None:
        rows = await self._read("find_execution", *split_arn(arn))
        return _row(*rows[0]) if rows else None

    async def journal(self, execution: int, first: int, last: int, newest: int | None = None) -> Sequence[Chunk]:
        return [Chunk(*row) for row in reversed(await self._read("read_journal", execution, first, last, newest))]

    async def executions(
        self, started_by: str | None, status: str | None, after: tuple[int, int] | None, limit: int
    ) -> Sequence[ExecutionRow]:
        wanted = [code for name, code in STATUS_CODES.items() if status in (None, name)]
        place = _LAST if after is None else after
        if started_by is None:
            rows = await self._read("page_of_all", wanted, *place, limit)
        else:
            rows = await self._read(_page_of(started_by), wanted, *place, limit, started_by)
        return await self._with_names(rows)

    async def _with_names(self, rows: Sequence[Any]) -> Sequence[ExecutionRow]:
        """Rows of executions whose shared texts are given as numbers."""
        numbers = {row[column] for column in _NAMED for row in rows}
        if unknown := numbers - self._names.keys() - {None}:
            self._names.update(await self._read("get_names", list(unknown)))
        found = []
        for row in rows:
            columns = list(row)
            for column in _NAMED:
                columns[column] = self._names.get(columns[column])
            found.append(_row(*columns))
        return found

    async def closed(self, express: bool, until: Milliseconds, limit: int) -> Sequence[tuple[int, Milliseconds]]:
        return [(id_, stopped) for id_, stopped in await self._read("closed", express, until, limit)]

    async def due(self, until: Milliseconds, after: tuple[Milliseconds, int, int, str], limit: int) -> Sequence[Work]:
        due, execution, position, kind = after
        rows = await self._read("due", until, due, execution, position, kind_bound(kind), limit)
        return [_work(*row) for row in rows]

    async def queued(self, kind: str, queue: str | None, after: int, limit: int) -> Sequence[tuple[int, Work]]:
        code = KIND_CODES.get(kind)
        if queue is None:
            rows = await self._read("queued", code, after, limit)
        else:
            rows = await self._read("queued_in", code, after, limit, queue)
        return [(place, _work(*work)) for place, *work in rows]

    async def get(self, arn: str) -> Resource | None:
        rows = await self._read("get_resource", arn)
        return _resource(*rows[0]) if rows else None

    async def list(self, kind: str, scope: str | None, after: str | None, limit: int) -> Sequence[Resource]:
        if scope is None:
            rows = await self._read("list_resources", kind, after or "", limit)
        else:
            rows = await self._read("list_resources_in_scope", kind, after or "", limit, scope)
        return [_resource(*row) for row in rows]

    async def tidy(self) -> bool:
        return False  # PostgreSQL vacuums by itself

    async def counts(self) -> Mapping[str, int]:
        executions = await self._read("count_executions")
        work = await self._read("count_work")
        return {
            **{f"executions.{STATUSES[code]}": count for code, count in executions},
            **{f"work.{KINDS[code]}": count for code, count in work},
        }

    async def secret(self) -> bytes:
        secret: bytes = (await self._read("get_meta", "secret"))[0][0]
        return secret

    def _refuse_when_closed(self) -> None:
        if self._readers is None:
            raise StoreError("The store is closed.")

    async def _read(self, name: str, *values: object) -> Sequence[Any]:
        """Read, and once more on fresh connections when the database was away for a moment."""
        self._refuse_when_closed()
        with meaning("The data could not be read"):
            try:
                rows = await self._readers.fetch(self._sql[name], *values)
            except LOST:
                await self._readers.expire_connections()
                rows = await self._readers.fetch(self._sql[name], *values)
        return rows  # type: ignore[no-any-return]


def _page_of(arn: str) -> str:
    """The statement that lists the executions of a machine, a version or an alias."""
    qualifier = split_qualifier(arn)[1]
    if qualifier is None:
        return "page_of_machine"
    return "page_of_version" if is_version(qualifier) else "page_of_alias"


def _row(
    number: int,
    machine: str,
    head: str,
    tail: str,
    name: str | None,
    revision: str,
    express: bool,
    status: int,
    started: Milliseconds,
    stopped: Milliseconds | None,
    aside: str | None,
    version: str | None,
    alias: str | None,
    redrives: int,
    redriven: Milliseconds | None,
) -> ExecutionRow:
    return ExecutionRow(
        id=number,
        arn=join_arn(head, tail),
        machine_arn=machine,
        revision=revision,
        name=name_in(tail) if name is None else name,
        express=express,
        status=STATUSES[status],
        started_at=started,
        stopped_at=stopped,
        aside=aside,
        version_arn=version,
        alias_arn=alias,
        redrive_count=redrives,
        redriven_at=redriven,
    )


def _stored(*columns: Any) -> Stored:
    """A row, three arrays of chunks, and four of work; an array without elements is None."""
    row = _row(*columns[:15])
    chunks, work = ([array or () for array in arrays] for arrays in (columns[15:18], columns[18:22]))
    return Stored(
        row,
        tuple(map(Chunk, *chunks)),
        tuple(_work(row.id, *one) for one in zip(*work, strict=True)),
    )


def _work(execution: int, position: int, kind: int, due: Milliseconds | None, queue: str | None) -> Work:
    return Work(execution, position, KINDS[kind], due, queue)


def _resource(arn: str, kind: str, scope: str, name: str, created_at: Milliseconds, body: bytes) -> Resource:
    return Resource(arn=arn, kind=kind, scope=scope, name=name, created_at=created_at, body=body)
