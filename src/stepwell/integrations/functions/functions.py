"""Functions: finds who runs one just now, and has it run there, whatever changes meanwhile."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Coroutine
from typing import Any, assert_never

import msgspec

from stepwell.clock import Clock
from stepwell.config import Settings
from stepwell.integrations.call import Postponed
from stepwell.integrations.functions.bindings import Bindings, Bound, Elsewhere, Local, Served, Unusable
from stepwell.integrations.functions.invocation import (
    EVENT_LIMIT,
    PAYLOAD_LIMIT,
    Invocation,
    InvocationType,
    Moved,
    Outcome,
    failure,
)
from stepwell.integrations.functions.names import FunctionName
from stepwell.integrations.functions.output import Output
from stepwell.integrations.functions.pool import Pool
from stepwell.integrations.functions.refusals import (
    InvalidRuntimeException,
    Refusal,
    RequestTooLargeException,
    ResourceNotFoundException,
)
from stepwell.integrations.functions.remote import Remote
from stepwell.integrations.functions.workers import Gone, Job, Workers

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds between two looks at the settings and at idle processes, when no call looks at them sooner."""
SECOND_TRIES = (60, 120)
"""Seconds before an asynchronous invocation is tried again (Lambda developer guide, "Retry behavior")."""


class NotForWorkers(Exception):
    """A worker asks for invocations of a function that stepwell.toml has somebody else run."""


class Functions:
    """All functions that this server knows. Use between `start` and `stop`."""

    def __init__(self, settings: Settings, clock: Clock, worker_seconds: float = 0) -> None:
        """`worker_seconds`: so long after the start, workers of functions that no table names may still come.

        Raises ConfigError.
        """
        self.output = Output(clock)
        self._clock = clock
        self._bindings = Bindings(settings)
        self._workers: defaultdict[str, Workers] = defaultdict(lambda: Workers(clock))
        self._served: set[str] = set()  # functions without a table that a worker has asked for
        self._pools: dict[tuple[str, Local], Pool] = {}
        self._retired: list[Pool] = []
        self._remotes: dict[Elsewhere, Remote] = {}
        self._strangers_until = time.monotonic() + worker_seconds
        self._runs: dict[str, Pool | Workers] = {}  # by id, who has an invocation
        self._stopping = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self.environment: dict[str, str] = {}

    # -- a server's life -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to look after processes and settings."""
        self._spawn(self._look_around())

    def begin_stop(self) -> None:
        """Take no more work; send away workers who ask, and whoever waits."""
        self._stopping = True
        for pool in self._pools.values():
            pool.retire(Postponed)
        for workers in self._workers.values():
            workers.stop()

    async def stop(self) -> None:
        """End all processes. What they were doing is called again at the next start."""
        self.begin_stop()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        pools = (*self._pools.values(), *self._retired)
        await asyncio.gather(*tasks, *(pool.stop() for pool in pools), return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_around(self) -> None:
        strangers = True
        while True:
            await asyncio.sleep(LOOK_EVERY)
            self._read_again()
            if strangers and time.monotonic() >= self._strangers_until:
                strangers = False
                self._send_away()
            for pool in self._pools.values():
                pool.end_idle()
            self._retired = [pool for pool in self._retired if not pool.forgotten]

    # -- who runs what -------------------------------------------------------------------------------------------------

    def find(self, function: FunctionName) -> Bound | None:
        """Who runs the function now; None: nobody."""
        self._read_again()
        bound = self._bindings.find(function)
        if bound is None and (function.name in self._served or time.monotonic() < self._strangers_until):
            return Served()
        return bound

    @property
    def names(self) -> list[str]:
        """Functions that are known by name."""
        self._read_again()
        return sorted({*self._bindings.names, *self._served})

    def _read_again(self) -> None:
        if self._bindings.changed():
            self._send_away()

    def _send_away(self) -> None:
        """Whoever waits with somebody who does not run the function any more shall look again."""
        for (arn, local), pool in list(self._pools.items()):
            region, account, _, name = arn.split(":")[3:7]
            if self._bindings.find(FunctionName(region, account, name)) != local:
                del self._pools[arn, local]
                pool.retire()
                self._retired.append(pool)
        for workers in self._workers.values():
            workers.send_away()

    # -- invoking ------------------------------------------------------------------------------------------------------

    async def invoke(self, invocation: Invocation, kind: InvocationType = "RequestResponse") -> Outcome | None:
        """Have the function run; None where nobody waits for its answer. Raises Refusal, and Postponed at a stop."""
        limit = EVENT_LIMIT if kind == "Event" else PAYLOAD_LIMIT
        if len(invocation.payload) > limit:
            raise RequestTooLargeException(len(invocation.payload), kind, limit)
        if kind == "RequestResponse":
            return await self._run(invocation)
        bound = self.find(invocation.function)
        if isinstance(bound, Elsewhere):
            await self._remote(bound).run(invocation, kind)
            return None
        self._check(bound, invocation)
        if kind == "Event":
            self._spawn(self._run_later(invocation))
        return None

    def _check(self, bound: Bound | None, invocation: Invocation) -> Bound:
        if bound is None:
            raise ResourceNotFoundException(invocation.function.arn)
        if isinstance(bound, Unusable):
            raise InvalidRuntimeException(bound.reason)
        return bound

    async def _run(self, invocation: Invocation) -> Outcome:
        while True:
            if self._stopping:
                raise Postponed
            bound = self._check(self.find(invocation.function), invocation)
            try:
                return await self._run_by(bound, invocation)
            except Moved:
                continue
            finally:
                self._runs.pop(invocation.id, None)

    async def _run_by(self, bound: Bound, invocation: Invocation) -> Outcome:
        match bound:
            case Local():
                pool = self._pool(invocation.function, bound)
                self._runs[invocation.id] = pool
                return await pool.run(invocation)
            case Served():
                workers = self._workers[invocation.function.name]
                self._runs[invocation.id] = workers
                return await workers.run(invocation, bound.queue, bound.timeout)
            case Elsewhere():
                return await self._remote(bound).run(invocation, "RequestResponse")
            case Unusable():
                raise InvalidRuntimeException(bound.reason)
            case _:
                assert_never(bound)

    def _pool(self, function: FunctionName, local: Local) -> Pool:
        key = function.unqualified_arn, local
        pool = self._pools.get(key)
        if pool is None:
            spec = local.spec
            if self.environment:
                given = {**self.environment, **dict(spec.environment)}
                spec = msgspec.structs.replace(spec, environment=tuple(sorted(given.items())))
            limits = local.concurrency, local.queue, local.idle
            pool = self._pools[key] = Pool(function, spec, self._clock, self.output, *limits)
        return pool

    def _remote(self, bound: Elsewhere) -> Remote:
        if bound not in self._remotes:
            self._remotes[bound] = Remote(bound.endpoint, bound.concurrency)
        return self._remotes[bound]

    async def _run_later(self, invocation: Invocation) -> None:
        """An asynchronous invocation: kept in memory only, and tried three times."""
        for pause in (*SECOND_TRIES, None):
            try:
                outcome = await self._run(invocation)
            except Refusal as refusal:
                outcome = failure(refusal.code, refusal.message)
            except Postponed:
                log.warning("The asynchronous invocation %s of %s is lost", invocation.id, invocation.function.arn)
                return
            if not outcome.failed:
                return
            log.warning("%s, invoked asynchronously, failed: %s", invocation.function.arn, outcome.payload.decode())
            if pause is not None:
                await asyncio.sleep(pause)

    def withdraw(self, id: str) -> None:
        """Nobody waits for this invocation any more: if nobody has begun with it, nobody will."""
        runner = self._runs.get(id)
        if runner is not None:
            runner.withdraw(id)

    # -- workers -------------------------------------------------------------------------------------------------------

    async def next(self, name: str, gone: Gone, agent: str) -> Job | None:
        """The next invocation for a worker; None when it has hung up or the server stops. Raises NotForWorkers."""
        self._read_again()
        bound = self._bindings.find(FunctionName("", "", name))
        if not isinstance(bound, Served | None):
            raise NotForWorkers(f"stepwell.toml has {name} run otherwise. For workers, write workers = true there.")
        if self._stopping:
            return None
        if bound is None:
            self._served.add(name)
        return await self._workers[name].next(gone, agent)

    def workers(self, name: str) -> Workers:
        """Those who serve the function."""
        return self._workers[name] if name in self._workers else Workers(self._clock)
