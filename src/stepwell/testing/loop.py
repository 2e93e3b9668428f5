"""The event loop that tests run on: one for the process, which tells when there is nothing left to do."""

import asyncio
import atexit
import selectors
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

Idle = Callable[[], bool]
"""Asked when nothing can happen any more before something outside does; True: something can now."""


class _Selector(selectors.DefaultSelector):
    """Asks `idle` before it waits."""

    idle: Idle | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.idle is not None and (timeout is None or timeout > 0):
            ready = super().select(0)
            if ready or self.idle():
                return ready
        return super().select(timeout)


class Loop:
    """An event loop, kept for all runs of one thread."""

    def __init__(self) -> None:
        self._selector = _Selector()
        self._loop = asyncio.SelectorEventLoop(self._selector)

    def run(self, work: Coroutine[Any, Any, T], idle: Idle | None = None) -> T:
        """Run it to its end; `idle` is asked meanwhile."""
        self._selector.idle = idle
        try:
            return self._loop.run_until_complete(work)
        finally:
            self._selector.idle = None

    def close(self) -> None:
        """End what runs still held have under way, and the loop."""
        self._loop.run_until_complete(_end_all())
        self._loop.close()


async def _end_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class _Loops(threading.local):
    loop: Loop | None = None


_loops = _Loops()


def run(work: Callable[[], Coroutine[Any, Any, T]], idle: Idle | None = None) -> T:
    """Run on the kept loop, whether the caller runs on a loop of its own (a test that is a coroutine) or not."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run_here(work, idle)
    return _aside().submit(_run_here, work, idle).result()


def _run_here(work: Callable[[], Coroutine[Any, Any, T]], idle: Idle | None) -> T:
    if _loops.loop is None:
        _loops.loop = Loop()
        atexit.register(_loops.loop.close)
    return _loops.loop.run(work(), idle)


_thread: ThreadPoolExecutor | None = None


def _aside() -> ThreadPoolExecutor:
    """A thread for callers whose own is taken by another loop."""
    global _thread
    if _thread is None:
        _thread = ThreadPoolExecutor(1, thread_name_prefix="stepwell-testing")
    return _thread
