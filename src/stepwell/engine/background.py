"""Background work: tasks of the server's own, which disturb nobody when they fail and are ended when it stops."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from stepwell.clock import Clock, Milliseconds
from stepwell.errors import ServiceUnavailable
from stepwell.store.protocol import StoreError

log = logging.getLogger(__name__)

RETRY_AFTER: Milliseconds = 1000
"""How long to leave a store alone that refused."""


class Background:
    """Tasks under way."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """Do this in the background; an unexpected error is logged, and nobody else is disturbed."""
        task = asyncio.create_task(self._logged(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _logged(self, work: Coroutine[Any, Any, object], name: str) -> None:
        try:
            await work
        except Exception:
            log.exception("%s failed", name)

    async def stop(self) -> None:
        """End all tasks."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def pause(self) -> None:
        """Leave a store alone that refused."""
        await self._clock.sleep_until(self._clock.now() + RETRY_AFTER)

    async def until_done(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do what must be done, however often the store must be asked."""
        while True:
            try:
                return await work()
            except (StoreError, ServiceUnavailable) as error:
                log.warning("trying again: %s", error)
                await self.pause()
