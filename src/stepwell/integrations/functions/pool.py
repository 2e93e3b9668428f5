"""The warm processes of one function: as many as it needs, up to its concurrency; idle ones end."""

import asyncio
import os
from collections import deque
from typing import cast

from stepwell.clock import Clock
from stepwell.integrations.call import Postponed
from stepwell.integrations.functions.invocation import Invocation, Moved, Outcome, bounded, exited
from stepwell.integrations.functions.names import FunctionName
from stepwell.integrations.functions.output import Output
from stepwell.integrations.functions.process import Lost, Spec, WarmProcess
from stepwell.integrations.functions.refusals import Refusal, TooManyRequestsException

STARTING = max(2, os.cpu_count() or 1)
"""Processes of a function that are started at the same time."""


STOP_SECONDS = 5
"""How long the operating system may take to end processes that were killed."""


class Waiter:
    """An invocation that no process has begun with."""

    __slots__ = ("invocation", "process")

    def __init__(self, invocation: Invocation, process: "asyncio.Future[WarmProcess]") -> None:
        self.invocation = invocation
        self.process = process


class Pool:
    """Invocations wait in line for a process; the last one that became idle is taken first, so that others can end."""

    def __init__(
        self,
        function: FunctionName,
        spec: Spec,
        clock: Clock,
        output: Output,
        concurrency: int,
        queue: int,
        idle: float,
    ) -> None:
        """`queue`: invocations that may wait. `idle`: seconds after which a process without work ends."""
        self._function = function
        self.spec = spec
        self._clock = clock
        self._output = output
        self.concurrency = concurrency
        self.queue = queue
        self.idle = idle
        self._waiting: deque[Waiter] = deque()
        self._idle: list[WarmProcess] = []
        self._processes: set[WarmProcess] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._retired = False

    @property
    def processes(self) -> list[int]:
        """Their process ids."""
        return [process.pid for process in self._processes if process.pid is not None]

    async def run(self, invocation: Invocation) -> Outcome:
        """Have a process answer. Raises TooManyRequestsException, ServiceException, Moved, Postponed."""
        try:
            process = self._take() or await self._wait(invocation)
        except Lost as lost:
            return exited(invocation.id, lost.code)
        try:
            return bounded(await process.invoke(invocation))
        finally:
            self._give_back(process)

    def _take(self) -> WarmProcess | None:
        while self._idle:
            process = self._idle.pop()
            if process.usable and not process.stale():
                return process
            process.end()
        return None

    async def _wait(self, invocation: Invocation) -> WarmProcess:
        if len(self._waiting) >= self.queue and len(self._processes) >= self.concurrency:
            raise TooManyRequestsException
        waiter = Waiter(invocation, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self._grow()
        try:
            return await waiter.process
        except asyncio.CancelledError:
            if waiter.process.done() and not waiter.process.cancelled() and waiter.process.exception() is None:
                self._give_back(waiter.process.result())
            raise

    def _grow(self) -> None:
        """Start processes for those who wait."""
        if self._retired:
            return
        live = sum(not process.gone for process in self._processes)
        room = min(self.concurrency - live, STARTING - len(self._starting), len(self._waiting) - len(self._starting))
        for _ in range(room):
            process = WarmProcess(self.spec, self._clock, self._output, self._ended)
            self._processes.add(process)
            task = asyncio.get_running_loop().create_task(self._start(process))
            self._starting.add(task)

    async def _start(self, process: WarmProcess) -> None:
        problem: Exception | None = None
        try:
            await process.start(self._function)
        except (Refusal, Lost) as lost:
            problem = lost
        finally:
            self._starting.discard(cast("asyncio.Task[None]", asyncio.current_task()))
        if problem is None:
            self._give_back(process)
        else:
            self._processes.discard(process)
            self._fail_first(problem)
        self._grow()

    def _fail_first(self, problem: Exception) -> None:
        """A process that did not come to life is the failure of one invocation: the others try others."""
        waiter = self._first()
        if waiter is not None:
            waiter.process.set_exception(problem)

    def _give_back(self, process: WarmProcess) -> None:
        if not process.usable or self._retired or (self._waiting and process.stale()):
            process.end()
            return  # its end makes room for another one
        waiter = self._first()
        if waiter is not None:
            waiter.process.set_result(process)
        else:
            process.idle_since = asyncio.get_running_loop().time()
            self._idle.append(process)

    def _first(self) -> Waiter | None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.process.done():
                return waiter
        return None

    def _ended(self, process: WarmProcess) -> None:
        self._processes.discard(process)
        if process in self._idle:
            self._idle.remove(process)
        self._grow()

    def end_idle(self) -> None:
        """Let go of processes that have had nothing to do for long."""
        now = asyncio.get_running_loop().time()
        while self._idle and now - self._idle[0].idle_since > self.idle:
            self._idle.pop(0).end()

    @property
    def forgotten(self) -> bool:
        """Whether nothing is left of it."""
        return not self._processes and not self._waiting

    def withdraw(self, id: str) -> None:
        """Nobody waits for this invocation any more; it is not begun if it has not been."""
        for waiter in self._waiting:
            if waiter.invocation.id == id and not waiter.process.done():
                waiter.process.set_exception(Postponed())
                self._waiting.remove(waiter)
                return

    def retire(self, problem: type[Exception] = Moved) -> None:
        """The function is run otherwise now. What has begun goes on; those who wait are sent away with `problem`."""
        self._retired = True
        while (waiter := self._first()) is not None:
            waiter.process.set_exception(problem())
        while self._idle:
            self._idle.pop().end()

    async def stop(self) -> None:
        """End everything at once, also what is being started; return when nothing is left."""
        self.retire(Postponed)
        end = asyncio.get_running_loop().time() + STOP_SECONDS
        while self._processes and asyncio.get_running_loop().time() < end:
            for process in self._processes:
                process.kill()
            await asyncio.wait([process.over for process in self._processes], timeout=0.05)
        await asyncio.gather(*self._starting, return_exceptions=True)
