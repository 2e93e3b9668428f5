"""The store in an SQLite file, by the suite for all stores, and what only a file can suffer."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepwell.store.sqlite import SqliteStore
from stepwell.store.sqlite_files import DATABASE

from .rows import moved, start
from .suite import Step, StoreSuite, does_as_memory_does, with_any_batches


@pytest.fixture
def store(tmp_path: Path, runner: asyncio.Runner) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path)
    runner.run(store.open())
    yield store
    runner.run(store.close())


class TestSqliteStore(StoreSuite):
    pass


@with_any_batches
def test_any_batches_leave_what_they_leave_in_memory(
    store: SqliteStore, runner: asyncio.Runner, batches: list[list[Step]]
) -> None:
    runner.run(does_as_memory_does(store, batches))


async def test_tidying_gives_room_back_in_steps_and_keeps_some_for_what_comes(
    store: SqliteStore, tmp_path: Path
) -> None:
    await store.commit([start(n, chunk=bytes(1_000_000)) for n in range(1, 61)])
    await store.commit([moved(n, forget=True) for n in range(1, 61)])
    database = tmp_path / DATABASE
    steps = [await store.tidy()]
    while steps[-1]:
        steps.append(await store.tidy())
    await store.close()  # copies the log into the file
    size = database.stat().st_size
    assert len(steps) > 10
    assert 32 << 20 <= size < 40 << 20
    await store.open()
