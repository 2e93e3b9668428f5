"""How batches are written to PostgreSQL: a transaction each, a statement for each kind of row."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any
from zlib import crc32

from msgspec.structs import astuple

from stepwell.store.batch import Batch, combine
from stepwell.store.codes import KIND_CODES, STATUS_CODES, name_in, split_arn
from stepwell.store.postgres_session import LOST, Session, meaning
from stepwell.store.protocol import Commit, ExecutionRow, OutcomeUnknown, Resource
from stepwell.store.sql import statements

SHARDS = 16
"""As many as the first migration makes. Never to be changed: executions keep the shard they began in."""

Rows = Sequence[tuple[object, ...]]


def shard_of(execution_arn: str) -> int:
    """The shard of an execution: the same on every node and in every version."""
    return crc32(execution_arn.encode()) % SHARDS


class PostgresWriter:
    """Writes through one session, one change after the other."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._turn = asyncio.Lock()
        self._sql = statements("postgres")
        self._names: dict[str, int] = {}

    async def commit(self, commits: Sequence[Commit]) -> None:
        # Shielded: a caller who stops waiting must not leave the connection in the middle of a transaction.
        await asyncio.shield(self._commit(combine(commits)))

    async def put(self, resource: Resource) -> None:
        await self._until_known("put_resource", *astuple(resource))

    async def remove(self, arn: str) -> None:
        await self._until_known("delete_resource", arn)

    async def renew(self) -> None:
        async with self._turn:
            await self._session.renew()

    async def settle(self) -> None:
        """Return once no earlier session of ours can still be committing."""
        async with self._turn:
            await self._session.connected()

    async def close(self) -> None:
        async with self._turn:
            await self._session.release()

    async def _until_known(self, name: str, *values: object) -> None:
        """Carry out a change that is the same when done twice: once more if its outcome is unknown."""
        async with self._turn:
            with meaning("Nothing was written"):
                try:
                    await (await self._session.connected()).execute(self._sql[name], *values)
                except LOST:
                    self._session.drop()
                    await (await self._session.connected()).execute(self._sql[name], *values)

    async def _commit(self, batch: Batch) -> None:
        async with self._turn:
            with meaning("Nothing was written"):
                try:
                    transaction = await self._save(batch)
                except LOST:
                    # Not asked to commit, the database rolls it back: it may be done again.
                    transaction = await self._save(batch)
                try:
                    await transaction.commit()
                except LOST as error:
                    self._session.drop()
                    raise OutcomeUnknown(f"The connection broke while committing: {error}.") from error

    async def _save(self, batch: Batch) -> Any:
        """Everything but the commit itself, which the transaction returned waits for."""
        db = await self._session.connected()
        transaction = db.transaction()
        try:
            await self._learn(db, _names_in(batch))
            await transaction.start()
            await self._write(db, batch)
        except LOST:
            self._session.drop()
            raise
        except BaseException:
            if db.is_in_transaction():
                await transaction.rollback()
            raise
        return transaction

    async def _write(self, db: Any, batch: Batch) -> None:
        created = list(batch.created.values())
        touched = {*batch.updated, *batch.forgotten, *batch.ended, *(key.execution for key in batch.closed)}
        touched.update(chunk[0] for chunk in batch.chunks)
        touched.update(work.execution for work in batch.opened)
        touched.difference_update(batch.created)
        await self._session.check(sorted({shard_of(row.arn) for row in created}), list(touched))
        for name in ("delete_executions", "delete_journals", "forget_work"):
            await self._execute(db, name, [(execution,) for execution in batch.forgotten])
        await self._execute(db, "close_all_work", [(execution,) for execution in batch.ended])
        closed: Rows = [(key.execution, key.position, KIND_CODES[key.kind]) for key in batch.closed]
        await self._execute(db, "close_work", closed)
        await self._execute(db, "insert_executions", [self._columns(row) for row in created])
        updated: Rows = [
            (row.id, STATUS_CODES[row.status], row.stopped_at, row.aside, row.redrive_count, row.redriven_at)
            for row in batch.updated.values()
        ]
        await self._execute(db, "update_executions", updated)
        await self._execute(db, "append_chunks", batch.chunks)
        opened: Rows = [
            (
                work.execution,
                work.position,
                KIND_CODES[work.kind],
                work.due,
                None if work.queue is None else self._names[work.queue],
            )
            for work in batch.opened
        ]
        await self._execute(db, "open_work", opened)

    async def _execute(self, db: Any, name: str, rows: Rows) -> None:
        """One statement for all rows, which it takes as one array per column."""
        if rows:
            await db.execute(self._sql[name], *map(list, zip(*rows, strict=True)))

    def _columns(self, row: ExecutionRow) -> tuple[object, ...]:
        head, tail = split_arn(row.arn)
        return (
            row.id,
            shard_of(row.arn),
            self._names[row.machine_arn],
            self._names[head],
            tail,
            None if row.name == name_in(tail) else row.name,
            self._names[row.revision],
            row.express,
            STATUS_CODES[row.status],
            row.started_at,
            row.stopped_at,
            row.aside,
            None if row.version_arn is None else self._names[row.version_arn],
            None if row.alias_arn is None else self._names[row.alias_arn],
            row.redrive_count,
            row.redriven_at,
        )

    async def _learn(self, db: Any, names: Iterable[str]) -> None:
        """Know the numbers of these texts. In a transaction of its own: a number given out in vain does no harm."""
        new = list(set(names).difference(self._names))
        if new:
            await db.execute(self._sql["add_names"], new)
            self._names.update(await db.fetch(self._sql["find_names"], new))


def _names_in(batch: Batch) -> Iterable[str]:
    for row in batch.created.values():
        yield from (row.machine_arn, split_arn(row.arn)[0], row.revision)
        yield from (arn for arn in (row.version_arn, row.alias_arn) if arn is not None)
    for work in batch.opened:
        if work.queue is not None:
            yield work.queue
