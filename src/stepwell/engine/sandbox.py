"""The sandbox: slices computed in helper processes, so that no expression can stop the server or eat its memory."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from msgspec.structs import replace

from stepwell.engine.sandbox_protocol import (
    HEAD,
    Broken,
    Computed,
    Evaluating,
    Exhausted,
    Machine,
    Missing,
    Reply,
    Request,
    Slice,
    State,
    Trial,
    Tried,
    frame,
    length,
    replies,
)
from stepwell.engine.shelf import Recent
from stepwell.expressions.jsonata_errors import MEMORY, TIMEOUT
from stepwell.store.protocol import StoreError

PATIENCE = 1.5
"""Seconds for one expression: the second that AWS gives it, which it mostly heeds by itself, and some to answer."""
TOGETHER = 6.0
"""Seconds for all expressions of a slice."""
TAKING_UP = 60.0
"""Seconds to start, to compile the machine and to make the state: our own work, not the expressions'."""
MOST_OVERRUNS = 3
"""In one slice; after so many, its further expressions fail unevaluated."""
SLOW = 0.25
"""Seconds of a slice from which its machine waits among its like."""
SUSPECTS = 1_000  # machines known to be slow

_COMMAND = (sys.executable, "-P", "-m", "stepwell.engine.sandbox_worker")


class Unavailable(Exception):
    """No helper process can be had just now."""


class Superseded(Exception):
    """The execution is further on than the slice knows."""


class SandboxFault(Exception):
    """Our own code failed on the slice."""


class _Overrun(Exception):
    """The helper is gone over the `count`-th expression of the slice. `text`: why, None if nobody knows."""

    def __init__(self, count: int, text: str | None) -> None:
        super().__init__(count, text)
        self.count = count
        self.text = text


class Supply(NamedTuple):
    """Where to get what a helper does not know yet."""

    machine: Callable[[], Awaitable[Machine]]
    state: Callable[[], State]


class Sandbox:
    """Two helper processes: one for machines that were slow before, one for all others. Started when needed.

    `counters` counts what happens here, for metrics.
    """

    def __init__(self, counters: Counter[str]) -> None:
        self._counters = counters
        self._quick = _Lane()
        self._slow = _Lane()
        self._suspects: Recent[bool] = Recent(SUSPECTS)

    @property
    def processes(self) -> list[int]:
        """The process ids of the helpers that run."""
        return [lane.process.pid for lane in (self._quick, self._slow) if lane.process is not None]

    async def compute(self, slice: Slice, supply: Supply) -> Computed:
        """What comes of the slice. An expression that overruns fails as it would on AWS.

        A slice changes nothing, so it is computed again, by another helper, until it gets through: without the
        expressions over which helpers were lost. One that died without a word is forgiven once, since anybody may
        kill a process; then memory is the likely reason. Raises Unavailable, Superseded, SandboxFault, StoreError.
        """
        computed = await self._through(slice, supply)
        assert isinstance(computed, Computed)
        return computed

    async def try_state(self, trial: Trial) -> Tried:
        """What comes of the test of a state; else as `compute`. Raises Unavailable, SandboxFault."""
        tried = await self._through(trial, None)
        assert isinstance(tried, Tried)
        return tried

    async def _through(self, slice: Slice | Trial, supply: Supply | None) -> Computed | Tried:
        forgiven: set[int] = set()
        while True:
            try:
                return await self._once(slice, supply)
            except _Overrun as overrun:
                count, text = overrun.count, overrun.text
            self._counters["sandbox.overruns"] += 1
            if text is None and count not in forgiven:
                forgiven.add(count)
            elif count:
                slice = _refusing(slice, count, text or MEMORY)
            elif text is None:
                raise Unavailable("The helper process for JSONata expressions ended; its last words may be above.")
            else:
                raise SandboxFault(f"The helper process gave up before any expression. {text}")

    async def _once(self, slice: Slice | Trial, supply: Supply | None) -> Computed | Tried:
        lane = self._slow if self._suspects.get(slice.machine) else self._quick
        async with lane.turn:
            began = asyncio.get_running_loop().time()
            self._counters["sandbox.slices"] += 1
            try:
                return await lane.compute(slice, supply)
            finally:
                if asyncio.get_running_loop().time() - began > SLOW + lane.taking_up:
                    self._suspects.put(slice.machine, True)

    async def stop(self) -> None:
        """End the helpers, whatever they are doing."""
        for lane in (self._quick, self._slow):
            await lane.end()


def _refusing(slice: Slice | Trial, count: int, text: str) -> Slice | Trial:
    refused = {**slice.refused, count: text}
    return replace(slice, refused=refused, refused_beyond=count if len(refused) >= MOST_OVERRUNS else None)


class _Lane:
    """One helper process at a time, and those who wait for their `turn` with it."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.process: Process | None = None
        self.taking_up = 0.0  # seconds that the last slice waited before it was taken up

    async def compute(self, slice: Slice | Trial, supply: Supply | None) -> Computed | Tried:
        self.taking_up = 0.0
        try:
            process = await self._running()
            reply = await self._converse(process, slice, supply)
        except (Superseded, StoreError):  # the helper wants to be told something, and may wait for the next slice
            raise
        except BaseException:
            await self.end()
            raise
        if reply.last:
            await self.end()
        return reply

    async def _running(self) -> Process:
        if self.process is None or self.process.returncode is not None:
            try:
                self.process = await asyncio.create_subprocess_exec(*_COMMAND, stdin=PIPE, stdout=PIPE)
            except OSError as error:
                raise Unavailable(f"The helper process for JSONata expressions cannot be started: {error}") from error
        return self.process

    async def end(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()

    async def _converse(self, process: Process, slice: Slice | Trial, supply: Supply | None) -> Computed | Tried:
        clock = asyncio.get_running_loop().time
        began, end, wait, count, supplied = clock(), 0.0, TAKING_UP, 0, False
        try:
            await _say(process, slice)
            while True:
                async with asyncio.timeout(wait):
                    reply = await _hear(process)
                match reply:
                    case Evaluating(count):
                        if count == 0:
                            self.taking_up = clock() - began
                            end = clock() + TOGETHER
                        wait = max(0.0, min(PATIENCE, end - clock()))
                    case Computed() | Tried():
                        return reply
                    case Missing() if supplied or supply is None:
                        raise Superseded
                    case Missing(machine, state):
                        supplied = True
                        assert supply is not None
                        if machine:
                            await _say(process, await supply.machine())
                        if state:
                            await _say(process, supply.state())
                        await _say(process, slice)
                    case Exhausted():
                        raise _Overrun(count, MEMORY)
                    case Broken(why):
                        raise SandboxFault(why)
        except TimeoutError:
            raise _Overrun(count, TIMEOUT) from None
        except (ConnectionError, asyncio.IncompleteReadError):
            raise _Overrun(count, None) from None


async def _say(process: Process, request: Request) -> None:
    assert process.stdin is not None
    process.stdin.write(frame(request))
    await process.stdin.drain()


async def _hear(process: Process) -> Reply:
    assert process.stdout is not None
    head = await process.stdout.readexactly(HEAD)
    return replies.decode(await process.stdout.readexactly(length(head)))
