"""Threads for requests that block: so many at a time for each service, and none that holds up the server's end."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

IDLE_SECONDS = 30
"""How long a thread waits for work before it ends."""

T = TypeVar("T")

Job = tuple[Callable[[], Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class Pool:
    """Threads as they are needed, up to `size`; more work waits.

    The threads are daemons, as those of concurrent.futures are not: a service that never answers would keep the
    process from ending.
    """

    def __init__(self, name: str, size: int, idle_seconds: float = IDLE_SECONDS) -> None:
        self._name = name
        self._size = size
        self._idle_seconds = idle_seconds
        self._work: SimpleQueue[Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._open = 0  # work that waits or is under way

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises, in a thread."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        with self._lock:
            self._open += 1
            grows = self._open > self._threads and self._threads < self._size
            self._threads += grows
        self._work.put((work, loop, answer))
        if grows:
            threading.Thread(target=self._serve, name=f"aws {self._name}", daemon=True).start()
        return await answer

    def _serve(self) -> None:
        while True:
            try:
                work, loop, answer = self._work.get(timeout=self._idle_seconds)
            except Empty:
                with self._lock:
                    if self._open >= self._threads:  # work has just come in for this thread
                        continue
                    self._threads -= 1
                return
            told = self._do(work, answer)
            with self._lock:
                self._open -= 1
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(told)

    def _do(self, work: Callable[[], Any], answer: "asyncio.Future[Any]") -> Callable[[], None]:
        """How to tell the loop what came of the work."""
        try:
            result = work()
        except BaseException as error:
            problem = error
            return lambda: None if answer.cancelled() else answer.set_exception(problem)
        return lambda: None if answer.cancelled() else answer.set_result(result)
