"""Tests of the engine are coroutines: they and their world run on one event loop each."""

import asyncio
import inspect
from collections.abc import Iterator

import pytest

from .world import World


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """The event loop of one test."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def world(runner: asyncio.Runner) -> Iterator[World]:
    """An engine over an empty store in memory, with virtual time."""
    world = World()
    runner.run(world.up())
    yield world
    runner.run(world.down())


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run `async def` tests on the loop of the fixture `runner`."""
    runner = pyfuncitem.funcargs.get("runner")
    if runner is None or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    runner.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True
