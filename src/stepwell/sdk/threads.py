"""Plain code beside an event loop, and an event loop beside plain code."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


async def in_thread(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a plain function in a thread of its own, which does not keep the program from ending."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[tuple[R | None, BaseException | None]] = loop.create_future()
    context = copy_context()

    def tell(outcome: tuple[R | None, BaseException | None]) -> None:
        if not done.done():
            done.set_result(outcome)

    def run() -> None:
        try:
            outcome: tuple[R | None, BaseException | None] = context.run(function, *args, **kwargs), None
        except BaseException as problem:
            outcome = None, problem
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
            loop.call_soon_threadsafe(tell, outcome)

    threading.Thread(target=run, daemon=True, name=getattr(function, "__name__", "call")).start()
    result, problem = await done
    if problem is not None:
        raise problem
    return result  # type: ignore[return-value]  # R, since nothing was raised


class Portal:
    """An event loop in a thread, through which plain code calls what is async: one for a process."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="stepwell")
        self._thread.start()

    def call(self, coroutine: Coroutine[Any, Any, R]) -> R:
        """Wait for it; Ctrl-C and other exceptions in the waiting thread cancel it."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def end(self, close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Close something that nobody uses any more: from wherever it was let go."""
        if not self._thread.is_alive():
            return
        closing = asyncio.run_coroutine_threadsafe(close(), self._loop)
        if threading.current_thread() is not self._thread:
            with contextlib.suppress(TimeoutError):
                closing.result(1)


def portal() -> Portal:
    """This process's; a fork makes one of its own."""
    pid = os.getpid()
    with _LOCK:
        if pid not in _PORTALS:
            _PORTALS.clear()
            _PORTALS[pid] = Portal()
        return _PORTALS[pid]


_LOCK = threading.Lock()
_PORTALS: dict[int, Portal] = {}
