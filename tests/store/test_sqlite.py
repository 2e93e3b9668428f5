"""The store in an SQLite file, by the suite for all stores, and what only a file can suffer."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepwell.store.sqlite import SqliteStore

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
