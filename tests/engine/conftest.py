"""Tests of the engine and their world run on one event loop each: see the fixture `runner`."""

import asyncio
from collections.abc import Iterator

import pytest

from .world import World, living


@pytest.fixture
def world(runner: asyncio.Runner) -> Iterator[World]:
    """An engine over an empty store in memory, with virtual time."""
    yield from living(runner, World())
