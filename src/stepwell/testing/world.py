"""The world of one run: the engine over the memory store, with a clock that leaps whenever all is quiet."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any

from stepwell.arns import parse_arn
from stepwell.asl.resources import SERVICES
from stepwell.clock import Milliseconds, VirtualClock
from stepwell.config import Config
from stepwell.core import facts as f
from stepwell.core.execution import Execution, Phase
from stepwell.engine.engine import Engine
from stepwell.engine.records import Encryption, Settings
from stepwell.engine.starts import Beginning
from stepwell.store.memory import MemoryStore
from stepwell.testing import loop
from stepwell.testing.answers import Answers
from stepwell.testing.definitions import Definition
from stepwell.testing.desk import Desk, Stopped
from stepwell.testing.nested import Nested
from stepwell.testing.tasks import activities
from stepwell.testing.witness import Witness

ACCOUNT = "us-east-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/test"
NOON: Milliseconds = 1_735_732_800_000
"""When runs begin, unless the test says: 2025-01-01T12:00:00Z."""


class CannotGoOn(Exception):
    """The execution waits for what will never come. The message says which state for what."""


class World:
    """An engine in which one execution is tested, and what it starts besides."""

    def __init__(self, definitions: Sequence[Definition], answers: Answers, *, now: Milliseconds, seed: int) -> None:
        self.definitions = definitions  # the tested one first
        self.clock = VirtualClock(now)
        self.witness = Witness(seed, self._over)
        self.engine = Engine(MemoryStore(), self.clock, Config(), trial=self.witness)
        self.desk = Desk(self, answers)
        self._nested = Nested(self.engine, self.desk)
        self._tasks: set[asyncio.Task[None]] = set()
        self._sleepers: list[Milliseconds] = []
        self._busy = 0  # things that take real time
        self._end: asyncio.Future[None] | None = None
        self._problem: BaseException | None = None
        self._open = True

    # -- what a run does -----------------------------------------------------------------------------------------------

    def start(self, input: str, name: str, beginning: Beginning | None, until: str | None, mocks: str | None) -> None:
        """Run from the start until the execution ends or is held. Raises what went wrong with the test."""
        self.witness.until = until

        async def begin() -> None:
            machine = await self._set_up()
            await self.engine.starts.start(machine, name, input, mocks=mocks, beginning=beginning)

        self._go(begin)

    def resume(self, until: str | None) -> None:
        """Go on from where it is held."""
        self.witness.let_go(until)

        async def let_go() -> None:
            assert self.witness.main is not None
            await self.engine.runner.deliver(self.witness.main.id, f.Continue())

        self._go(let_go)

    def _go(self, act: Any) -> None:
        async def work() -> None:
            self._end = asyncio.get_running_loop().create_future()
            acting = asyncio.ensure_future(act())
            await asyncio.wait((self._end, acting), return_when=asyncio.FIRST_COMPLETED)
            if acting.done():
                acting.result()
            await self._end
            await acting

        try:
            loop.run(work, self._idle)
        except BaseException:
            self.close()
            raise
        if self._problem is not None:
            self.close()
            raise self._problem
        if not self.witness.held:
            self.close()

    def close(self) -> None:
        """End the engine; what it has seen stays."""
        if self._open:
            self._open = False
            loop.run(self._down)

    async def _set_up(self) -> Any:
        engine = self.engine
        await engine.store.open()
        await engine.runner.start()  # and no retention: nothing here becomes old
        for service in (*SERVICES, "aws-sdk", "lambda"):
            engine.integrations.register(service, self._nested)
        for definition in self.definitions:
            self._nested.machines[definition.name] = await engine.catalog.create_machine(
                arn=f"arn:aws:states:{ACCOUNT}:stateMachine:{definition.name}",
                type=definition.type,
                definition=definition.text,
                role_arn=ROLE,
                settings=Settings(),
                tags={},
                compiled=definition.machine,
            )
        for activity in {arn for definition in self.definitions for arn in activities(definition)}:
            await engine.catalog.create_activity(activity, Encryption(), {})
            self.spawn(self.desk.serve(activity))
        return self._nested.machines[self.definitions[0].name]

    async def _down(self) -> None:
        self.desk.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.engine.stop()

    # -- what the desk needs -------------------------------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(self._watched(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watched(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Stopped:
            pass
        except Exception as problem:
            self.fail(problem)

    def fail(self, problem: BaseException) -> None:
        """The test cannot go on. The first problem counts."""
        self._problem = self._problem or problem
        self._over()

    def machine_of(self, machine_arn: str) -> str:
        return parse_arn(machine_arn).name

    @contextlib.contextmanager
    def really_busy(self) -> Iterator[None]:
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1

    async def sleep_until(self, due: Milliseconds) -> None:
        if due <= self.clock.now():
            return
        self._sleepers.append(due)
        try:
            while self.clock.now() < due:
                await self.clock.sleep_until(due)
        finally:
            self._sleepers.remove(due)

    # -- time ----------------------------------------------------------------------------------------------------------

    def _over(self) -> None:
        if self._end is not None and not self._end.done():
            self._end.set_result(None)

    def _idle(self) -> bool:
        """Nothing goes on without time passing: move it to whatever is due first."""
        if self._end is None or self._end.done():
            return False
        if self._busy or any(task.get_name() == "running apart" for task in asyncio.all_tasks(_running())):
            return False
        aside = self.engine.runner.aside.why
        if aside:
            self.fail(RuntimeError(f"Stepwell's own code failed:\n{next(iter(aside.values()))}"))
            return True
        due = self._next_due()
        if due is None:
            self.fail(CannotGoOn(self._waits_for()))
        else:
            self.clock.advance_to(due)
        return True

    def _next_due(self) -> Milliseconds | None:
        timers = self.engine.runner.timers
        due = [*self._sleepers, *([timers.next_look()] if len(timers) else [])]
        return min(due, default=None)

    def _waits_for(self) -> str:
        execution = self.witness.main
        waiting = [] if execution is None else list(_waiting(execution))
        what = ", ".join(repr(state) for state in waiting) or "the execution"
        return (
            f"{what} of {self.definitions[0].name} is never answered, and has no TimeoutSeconds or HeartbeatSeconds "
            "that would end it. Answer it, or give the state a TimeoutSeconds."
        )


def _waiting(execution: Execution) -> Iterator[str]:
    for branch in execution.branches.values():
        if branch.phase in (Phase.SCHEDULED, Phase.STARTED):
            yield branch.state


def _running() -> asyncio.AbstractEventLoop:
    """The loop that is asking: within its selector it counts as running."""
    return asyncio.get_running_loop()
