"""A small world to run an engine in: a store that can be told to fail, and a clock that moves when all is quiet."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from stepwell.clock import Milliseconds, VirtualClock
from stepwell.config import Config
from stepwell.engine.engine import Engine
from stepwell.engine.queues import Gone
from stepwell.engine.records import Settings, StateMachineRecord
from stepwell.engine.starts import Started
from stepwell.engine.tasks import ActivityTask
from stepwell.integrations.outgoing import Outgoing
from stepwell.store.memory import MemoryStore
from stepwell.store.protocol import Commit, ExecutionRow, OutcomeUnknown, Resource, Store, Stored, Work

ACCOUNT = "eu-west-1:123456789012"
ACTIVITY = f"arn:aws:states:{ACCOUNT}:activity:work"
ROLE = "arn:aws:iam::123456789012:role/any"
DAY = 24 * 3600

Fault = Exception | None


class Landed:
    """A commit that was made although its outcome could not be told."""


LANDED = Landed()


class Disk(MemoryStore):
    """The store in memory, but as slow to answer as a real one, and failing when told so.

    `faults["commit"]` is what becomes of the next commits, one after the other: an error, None (it works), or
    LANDED. Other methods likewise.
    """

    def __init__(self) -> None:
        super().__init__()
        self.faults: defaultdict[str, deque[Fault | Landed]] = defaultdict(deque)
        self.broken: dict[str, Exception] = {}  # methods that fail until this is taken away
        self.gate: asyncio.Event | None = None  # commits wait for it

    async def _answer(self, method: str) -> Fault | Landed:
        await asyncio.sleep(0)
        if method in self.broken:
            raise self.broken[method]
        fault = self.faults[method].popleft() if self.faults[method] else None
        if isinstance(fault, Exception):
            raise fault
        return fault

    async def commit(self, commits: Sequence[Commit]) -> None:
        if self.gate is not None:
            await self.gate.wait()
        fault = await self._answer("commit")
        await super().commit(commits)
        if fault is LANDED:
            raise OutcomeUnknown("the connection broke")

    async def landed(self, commit: Commit) -> bool:
        await self._answer("landed")
        return await super().landed(commit)

    async def load(self, executions: Sequence[int]) -> Sequence[Stored]:
        await self._answer("load")
        return await super().load(executions)

    async def find(self, arn: str) -> ExecutionRow | None:
        found = await super().find(arn)
        await self._answer("find")
        return found

    async def due(self, until: Milliseconds, after: tuple[Milliseconds, int, int, str], limit: int) -> Sequence[Work]:
        rows = await super().due(until, after, limit)
        await self._answer("due")
        return rows

    async def queued(self, kind: str, queue: str | None, after: int, limit: int) -> Sequence[tuple[int, Work]]:
        rows = await super().queued(kind, queue, after, limit)
        await self._answer("queued")
        return rows

    async def get(self, arn: str) -> Resource | None:
        await self._answer("get")
        return await super().get(arn)


class World:
    """An engine, its store and its clock; what tests do with them, in few words."""

    def __init__(self, store: Store | None = None, outgoing: Outgoing | None = None, **config: Any) -> None:
        self.clock = VirtualClock()
        self.store = Disk()
        self.config = Config(**config)
        self.outgoing = outgoing
        self.engine = Engine(self.store, self.clock, self.config, outgoing)

    async def up(self) -> None:
        await self.store.open()
        await self.engine.start()

    async def down(self) -> None:
        await self.engine.stop()
        await self.store.close()

    async def restart(self, away: float = 0, **config: Any) -> None:
        """Stop the server, and start another over the same data after so many seconds."""
        await self.engine.stop()
        self.clock.advance_to(self.clock.now() + round(away * 1000))
        self.engine = Engine(self.store, self.clock, Config(**config) if config else self.config, self.outgoing)
        await self.engine.start()

    # -- time ----------------------------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Let everything happen that needs no time, and helper processes take theirs."""
        quiet, before = 0, None
        for _ in range(100_000):
            await asyncio.sleep(0)
            tasks = asyncio.all_tasks()
            now = (self.engine.figures(), len(tasks))
            quiet, before = (quiet + 1 if now == before else 0), now
            if quiet > 30:
                apart = [task for task in tasks if task.get_name() == "running apart"]
                if not apart:
                    return
                await asyncio.wait(apart)
        raise AssertionError("it never becomes quiet")

    async def until(self, done: "Callable[[], bool] | asyncio.Task[Any]") -> Any:
        """Move time on from one thing that is due to the next until this is so."""
        finished = done.done if isinstance(done, asyncio.Task) else done
        for _ in range(10_000):
            await self.settle()
            if finished():
                return await done if isinstance(done, asyncio.Task) else None
            due = self.clock.next_due()
            assert due is not None, "nothing is due any more"
            self.clock.advance_to(due)
        raise AssertionError("it does not come to that")

    async def pass_time(self, seconds: float) -> None:
        """Move time on by this much, stopping wherever something is due."""
        end = self.clock.now() + round(seconds * 1000)
        await self.settle()
        while (due := self.clock.next_due()) is not None and due < end:
            self.clock.advance_to(due)
            await self.settle()
        self.clock.advance_to(end)
        await self.settle()

    # -- machines and executions ---------------------------------------------------------------------------------------

    async def machine(
        self, definition: Mapping[str, Any], name: str = "m", type: Any = "STANDARD"
    ) -> StateMachineRecord:
        arn = f"arn:aws:states:{ACCOUNT}:stateMachine:{name}"
        text = json.dumps(definition)
        return await self.engine.catalog.create_machine(
            arn=arn, type=type, definition=text, role_arn=ROLE, settings=Settings(), tags={}
        )

    async def activity(self) -> None:
        await self.engine.catalog.create_activity(ACTIVITY, Settings().encryption, {})

    async def start(self, machine: StateMachineRecord, name: str | None = None, input: str = "{}") -> Started:
        return await self.engine.starts.start(machine, name, input)

    async def row(self, arn: str) -> ExecutionRow:
        row = await self.store.find(arn)
        assert row is not None
        return row

    async def status(self, started: Started) -> str:
        return (await self.row(started.arn)).status

    async def output(self, started: Started) -> Any:
        data = await self.engine.describe(await self.row(started.arn))
        return None if data.output is None else json.loads(data.output)

    async def types(self, started: Started) -> list[str]:
        """The types of the events of its history."""
        row = await self.row(started.arn)
        events = await self.engine.history(row, reverse=False, after=None, limit=30_000, include_data=True)
        return [event["type"] for event in events]

    # -- workers -------------------------------------------------------------------------------------------------------

    def poll(self, gone: Gone | None = None, worker: str = "worker") -> "asyncio.Task[ActivityTask | None]":
        """A worker that asks for a task, in the background."""
        return asyncio.create_task(self.engine.tasks.take(ACTIVITY, worker, gone or Gone()))

    async def take(self) -> ActivityTask:
        """A task that is there."""
        task = await asyncio.wait_for(self.poll(), 5)
        assert task is not None
        return task


async def outcome(work: Awaitable[Any]) -> Any:
    """What it returns, or the error it raises."""
    try:
        return await work
    except Exception as error:
        return error


W = TypeVar("W", bound=World)


def living(runner: asyncio.Runner, world: W) -> Iterator[W]:
    """The world as a fixture yields it: up before the test, down after it."""
    runner.run(world.up())
    yield world
    runner.run(world.down())
