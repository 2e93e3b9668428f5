"""The store in PostgreSQL, by the suite for all stores."""

import asyncio
from collections.abc import Iterator

import pytest

from stepwell.store.postgres import PostgresStore

from .suite import Step, StoreSuite, does_as_memory_does, with_any_batches


@pytest.fixture
def store(postgres_url: str, runner: asyncio.Runner) -> Iterator[PostgresStore]:
    store = PostgresStore(postgres_url)
    runner.run(store.open())
    yield store
    runner.run(store.close())


class TestPostgresStore(StoreSuite):
    pass


@with_any_batches
def test_any_batches_leave_what_they_leave_in_memory(
    store: PostgresStore, runner: asyncio.Runner, batches: list[list[Step]]
) -> None:
    runner.run(does_as_memory_does(store, batches))
