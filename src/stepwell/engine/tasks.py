"""Tasks: an activity's are given to the workers that ask, and whoever has a task's token answers it."""

import asyncio

import msgspec

from stepwell.clock import Clock
from stepwell.config import Config
from stepwell.core import facts as f
from stepwell.engine.catalog import Catalog
from stepwell.engine.queues import ActivityQueue, Gone, Task
from stepwell.engine.runner import Runner
from stepwell.errors import (
    ActivityDoesNotExist,
    Failure,
    InternalFailure,
    ServiceUnavailable,
    TaskTimedOut,
    ThrottlingException,
)
from stepwell.store.protocol import StoreError


class ActivityTask(msgspec.Struct, frozen=True):
    """A task for a worker."""

    token: str
    input: str  # JSON text


class Tasks:
    """Gives tasks to workers, and takes the answers."""

    def __init__(self, config: Config, catalog: Catalog, runner: Runner, clock: Clock) -> None:
        self._clock = clock
        self._config = config
        self._catalog = catalog
        self._runner = runner

    async def take(self, activity_arn: str, worker: str | None, gone: Gone) -> ActivityTask | None:
        """Wait for a task of this activity: None when none came in time, the caller is gone or the server stops.

        Raises ActivityDoesNotExist, also when it is deleted meanwhile; ThrottlingException.
        """
        if self._runner.queues.pollers >= self._config.poller_limit:
            raise ThrottlingException("Rate exceeded: too many workers wait for tasks.")
        queue = self._runner.queues[activity_arn]
        queue.asked_at = self._clock.now()
        deadline = asyncio.get_running_loop().time() + self._config.poll_seconds
        try:
            while not (gone.done() or self._runner.released):
                known = self._catalog.knows_activity(activity_arn)
                if not known and await self._catalog.activity(activity_arn) is None:
                    raise ActivityDoesNotExist(activity_arn)
                task = await queue.take()
                if task is not None:
                    given = await self._give_or_return(queue, task, worker)
                    if given is not None:
                        return given
                elif not await queue.wait(deadline, gone):
                    return None
            return None
        finally:
            queue.asked_at = self._clock.now()
            queue.pass_on()

    async def _give_or_return(self, queue: ActivityQueue, task: Task, worker: str | None) -> ActivityTask | None:
        """As `_give`; the task goes back to the queue when that fails."""
        execution, position = task
        try:
            return await self._give(task, worker)
        except InternalFailure:
            return None  # its execution is set aside; the row brings it back once that is mended
        except (StoreError, ServiceUnavailable):
            queue.give_back(task)
            raise
        except asyncio.CancelledError:
            # The caller is gone. It may be recorded already that it has the task: then it is put back from there.
            queue.give_back(task)
            self._runner.spawn(self._runner.again.for_sure(execution, f.TaskReturned(position)), "a task's return")
            raise

    async def _give(self, task: tuple[int, int], worker: str | None) -> ActivityTask | None:
        """Record that the worker has it; None when it is not to be given out any more."""
        execution, position = task
        resident = await self._runner.resident(execution)
        branch = None if resident is None else resident.execution.owner(position)
        if resident is None or branch is None or branch.task is None:
            return None
        input = branch.task.input.text
        if not await self._runner.deliver(execution, f.TaskTaken(position, worker)):
            return None
        return ActivityTask(self._runner.tokens.make(execution, position), input)

    async def put_back(self, task: ActivityTask) -> None:
        """The worker was gone before it had the answer: somebody else is to get the task."""
        execution, position = self._runner.tokens.read(task.token)
        await self._runner.deliver(execution, f.TaskReturned(position))

    def check_token(self, token: str) -> None:
        """Raises InvalidToken."""
        self._runner.tokens.read(token)

    async def succeed(self, token: str, output: str) -> None:
        """Raises InvalidToken, TaskTimedOut."""
        execution, position = self._runner.tokens.read(token)
        await self._answer(execution, f.TaskAnswered(position, output))

    async def fail(self, token: str, error: str | None, cause: str | None) -> None:
        """Raises InvalidToken, TaskTimedOut."""
        execution, position = self._runner.tokens.read(token)
        await self._answer(execution, f.TaskRefused(position, Failure(error, cause)))

    async def heartbeat(self, token: str) -> None:
        """Raises InvalidToken, TaskTimedOut."""
        execution, position = self._runner.tokens.read(token)
        await self._answer(execution, f.Heartbeat(position))

    async def _answer(self, execution: int, fact: f.Fact) -> None:
        if not await self._runner.deliver(execution, fact):
            raise TaskTimedOut
