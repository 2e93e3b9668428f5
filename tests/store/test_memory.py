"""The store in memory, by the suite for all stores."""

import asyncio

import pytest

from stepwell.store.memory import MemoryStore

from .suite import StoreSuite


@pytest.fixture
def store(runner: asyncio.Runner) -> MemoryStore:
    return MemoryStore()


class TestMemoryStore(StoreSuite):
    pass
