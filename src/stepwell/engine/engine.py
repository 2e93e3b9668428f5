"""The engine: what can be asked of it, in the API's terms."""

import asyncio
from random import Random

import msgspec

from stepwell import arns
from stepwell.asl.states import StateMachine
from stepwell.clock import Clock, Milliseconds
from stepwell.config import Config
from stepwell.core import facts as f
from stepwell.core.execution import Execution
from stepwell.core.history import Event
from stepwell.core.journal import Parent
from stepwell.engine import reading
from stepwell.engine.aliases import Target
from stepwell.engine.catalog import Catalog
from stepwell.engine.identity import new_uuid
from stepwell.engine.queues import ActivityQueue, Gone, Task
from stepwell.engine.reading import ExecutionData
from stepwell.engine.records import StateMachineRecord
from stepwell.engine.redrives import Redrives
from stepwell.engine.residents import Keep, Resident
from stepwell.engine.retention import Retention
from stepwell.engine.runner import Runner
from stepwell.engine.trial import Trial
from stepwell.errors import (
    ActivityDoesNotExist,
    ExecutionAlreadyExists,
    Failure,
    InternalFailure,
    ServiceUnavailable,
    StateMachineDeleting,
    TaskTimedOut,
    ThrottlingException,
)
from stepwell.integrations.call import Integrations
from stepwell.integrations.outgoing import Outgoing
from stepwell.store.protocol import ExecutionRow, Store, StoreError

CANNOT_BE_STOPPED = (
    "The execution is set aside, and cannot even be stopped, since what is kept of it cannot be read. "
    "`stepwell check` says what is wrong with it, on the data of a stopped server or on a backup."
)
DAY: Milliseconds = 24 * 3600 * 1000


class Started(msgspec.Struct, frozen=True):
    """An execution that was started, now or (idempotently) before."""

    arn: str
    started_at: Milliseconds


class Beginning(msgspec.Struct, frozen=True):
    """Where an execution begins when it is not its machine's StartAt: for the tests of a part of it."""

    start_at: str | None = None
    variables: dict[str, str] | None = None  # that are set by then: name -> JSON text


class SyncResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a synchronous Express execution ended."""

    arn: str
    name: str
    started_at: Milliseconds
    stopped_at: Milliseconds
    status: str
    input: str
    output: str | None
    error: str | None
    cause: str | None


class ActivityTask(msgspec.Struct, frozen=True):
    """A task for a worker."""

    token: str
    input: str  # JSON text


class Engine:
    """Starts, stops and shows executions, and gives and takes tasks."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Config,
        outgoing: Outgoing | None = None,
        trial: Trial | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.config = config
        self.catalog = Catalog(store, clock)
        self.integrations = Integrations()
        self.runner = Runner(store, clock, config, self.catalog, self.integrations, outgoing or Outgoing(), trial)
        self.redrives = Redrives(store, clock, config, self.catalog, self.runner)
        self.retention = Retention(
            store,
            clock,
            self.runner.background,
            self.runner.residents,
            standard=round(config.retention_days * DAY),
            express=round(config.keep_express_days * DAY),
        )
        self.stopping = False
        self._random = Random()

    async def start(self) -> None:
        """Take up what an earlier run left. The store must be open."""
        await self.runner.start()
        self.runner.spawn(self.retention.run(), "retention")

    def begin_stop(self) -> None:
        """Answer who waits, and begin nothing new."""
        self.stopping = True
        self.runner.release()

    async def stop(self) -> None:
        """Answer who waits, and write what is on its way. Running executions go on at the next start."""
        self.begin_stop()
        await self.runner.stop()
        await self.integrations.close()

    def figures(self) -> dict[str, int]:
        """What there is to count, for metrics: see `stepwell.metrics`."""
        runner = self.runner
        return {
            **runner.counters,
            "commits": runner.committer.commits,
            "observers.unseen": runner.unseen,
            "transactions": runner.committer.transactions,
            "residents": len(runner.residents),
            "resident.bytes": runner.residents.bytes,
            "timers": len(runner.timers),
            "pollers": runner.queues.pollers,
            "backlog": runner.committer.backlog,
            "executions.deleted": self.retention.deleted,
            "express.given.up": runner.express.given_up,
            "express.journal.bytes": runner.express.bytes,
            "retention.behind.seconds": self.retention.behind // 1000,
        }

    # -- executions ----------------------------------------------------------------------------------------------------

    async def target(self, arn: str) -> Target | None:
        """What the ARN of a machine, a version or an alias leads to, this time."""
        return await self.catalog.aliases.target(arn, self._random)

    async def start_execution(
        self,
        by: StateMachineRecord | Target,
        name: str | None,
        input: str,
        trace_header: str | None = None,
        parent: Parent | None = None,
        mocks: str | None = None,
        beginning: Beginning | None = None,
    ) -> Started:
        """Start an execution; returns when its start is on disk.

        `parent`: the try of a task that asks for it. `mocks`: what tasks are answered instead of being done, as
        `core.mocks` keeps it. `beginning`: where, and with which variables.

        For STANDARD, the same name and input while it runs gives the running one. Raises ExecutionAlreadyExists,
        StateMachineDeleting, ThrottlingException, ServiceUnavailable.
        """
        target = by if isinstance(by, Target) else Target(by)
        machine = target.machine
        self._admit(machine)
        compiled = await self.runner.machine(machine.arn, target.revision)
        if name is not None and not machine.express:
            there = await self._there(self._execution_arn(machine, name), input, mocks)
            if there is not None:
                return there
        self._admit(machine)  # again: we may have waited
        resident, start = self._new(
            target,
            compiled,
            name,
            input,
            Keep.START if machine.express else Keep.ALL,
            parent,
            mocks,
            beginning,
            trace_header,
        )
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.runner.begin(resident, start, waiter)
        await waiter
        return Started(resident.row.arn, resident.row.started_at)

    async def _there(self, arn: str, input: str, mocks: str | None) -> Started | None:
        """The execution of this name, if it runs with the same input and mocks. Raises ExecutionAlreadyExists."""
        while (row := await self.store.find(arn)) is None:
            resident = self.runner.residents.by_arn(arn)
            if resident is None:
                return None
            await self.runner.deliver(resident.row.id, f.Continue())  # what is said here rests on its commits
        if row.status != "RUNNING":
            raise ExecutionAlreadyExists(arn)
        given = (await reading.describe(self.store, row)).input
        if msgspec.json.decode(given) != msgspec.json.decode(input) or mocks != await reading.mocks(self.store, row):
            raise ExecutionAlreadyExists(arn)
        return Started(arn, row.started_at)

    async def start_sync_execution(
        self,
        by: StateMachineRecord | Target,
        name: str | None,
        input: str,
        mocks: str | None = None,
        trace_header: str | None = None,
    ) -> SyncResult:
        """Run an Express execution to its end; nothing of it is on disk before. `mocks`: as in `start_execution`.

        Raises StateMachineDeleting, ThrottlingException, ServiceUnavailable when the server stops.
        """
        target = by if isinstance(by, Target) else Target(by)
        self._admit(target.machine)
        compiled = await self.runner.machine(target.machine.arn, target.revision)
        resident, start = self._new(target, compiled, name, input, Keep.NOTHING, mocks=mocks, trace_header=trace_header)
        resident.closed = asyncio.get_running_loop().create_future()
        self.runner.begin(resident, start, None)
        await resident.closed
        execution = resident.execution
        assert execution.stopped_at is not None
        return SyncResult(
            arn=resident.row.arn,
            name=resident.row.name,
            started_at=execution.started_at,
            stopped_at=execution.stopped_at,
            status=execution.status,
            input=input,
            output=None if execution.output is None else execution.output.text,
            error=execution.error,
            cause=execution.cause,
        )

    def _admit(self, machine: StateMachineRecord) -> None:
        """Whether a new execution may begin; running work goes on whatever this says."""
        if machine.status == "DELETING" or machine.arn in self.runner.deletions.machines:
            raise StateMachineDeleting(machine.arn)
        self.take_on_more()

    def take_on_more(self) -> None:
        """Whether there is room for one more execution that runs. Raises ServiceUnavailable, ThrottlingException."""
        if self.stopping:
            raise ServiceUnavailable("The server is stopping.")
        if self.runner.committer.backlog > self.config.start_queue_limit:
            raise ThrottlingException("Rate exceeded: too many starts wait for the disk. Try again later.")

    def _execution_arn(self, machine: StateMachineRecord, name: str) -> str:
        at = arns.parse_arn(machine.arn)
        if machine.express:
            return arns.express_arn(at.region, at.account, machine.name, name, new_uuid())
        return arns.execution_arn(at.region, at.account, machine.name, name)

    def _new(
        self,
        target: Target,
        compiled: StateMachine,
        name: str | None,
        input: str,
        keep: Keep,
        parent: Parent | None = None,
        mocks: str | None = None,
        beginning: Beginning | None = None,
        trace_header: str | None = None,
    ) -> tuple[Resident, f.Start]:
        machine, begins = target.machine, beginning or Beginning()
        name = name or new_uuid()
        row = ExecutionRow(
            id=self.runner.numbers.next(),
            arn=self._execution_arn(machine, name),
            machine_arn=machine.arn,
            revision=target.revision,
            name=name,
            express=machine.express,
            status="RUNNING",
            started_at=self.clock.now(),
            version_arn=target.version_arn,
            alias_arn=target.alias_arn,
        )
        start = f.Start(
            arn=row.arn,
            machine_arn=machine.arn,
            revision=target.revision,
            name=name,
            role_arn=target.role_arn,
            input=input,
            version_arn=target.version_arn,
            alias_arn=target.alias_arn,
            parent=parent,
            mocks=mocks,
            start_at=begins.start_at,
            variables=begins.variables,
            trace_header=trace_header,
        )
        return Resident(Execution(row.id), compiled, row, keep), start

    async def stop_execution(self, row: ExecutionRow, error: str | None, cause: str | None) -> Milliseconds:
        """Abort it; returns when it stopped (for a closed one: when it had).

        One that is set aside too, as long as its journal can be read: nothing is evaluated to end it. Raises
        InternalFailure otherwise, ServiceUnavailable.
        """
        aside = self.runner.aside.pop(row.id, None)
        try:
            await self.runner.deliver(row.id, f.Stop(error, cause))
        except InternalFailure as failure:
            if aside is None:
                raise
            raise InternalFailure(CANNOT_BE_STOPPED) from failure
        stopped = await self.store.find(row.arn)
        if stopped is None or stopped.stopped_at is None:
            raise ServiceUnavailable("The execution is still running; try again.")
        return stopped.stopped_at

    @property
    def keeps_express(self) -> bool:
        """Whether Express executions are kept, to be listed and described as STANDARD ones are."""
        return self.config.keep_express_days > 0

    async def find(self, arn: str) -> ExecutionRow | None:
        """The execution with this ARN. An Express one whose journal is just being written is waited for."""
        row = await self.store.find(arn)
        if row is None and self.keeps_express and ":express:" in arn:
            await self.runner.committer.drain()
            row = await self.store.find(arn)
        return row

    async def describe(self, row: ExecutionRow) -> ExecutionData:
        """Input and outcome."""
        return await reading.describe(self.store, row)

    async def history(
        self, row: ExecutionRow, *, reverse: bool, after: int | None, limit: int, include_data: bool
    ) -> list[Event]:
        """Up to `limit` events after the one with id `after` (in reverse: before it)."""
        return await reading.history(
            self.store, row, reverse=reverse, after=after, limit=limit, include_data=include_data
        )

    async def machine_deleted(self, machine_arn: str) -> None:
        """DeleteStateMachine was called: executions end at their next transition, then the machine goes."""
        await self.runner.deletions.begin(machine_arn)

    async def delete_activity(self, arn: str) -> None:
        """Workers that wait are told that there is no such activity; tasks that wait for a worker fail."""
        deleted = await self.catalog.delete_activity(arn)
        if deleted is not None:
            self.runner.orphans.activity_deleted(deleted)

    # -- tasks ---------------------------------------------------------------------------------------------------------

    async def take_activity_task(self, activity_arn: str, worker: str | None, gone: Gone) -> ActivityTask | None:
        """Wait for a task of this activity: None when none came in time, the caller is gone or the server stops.

        Raises ActivityDoesNotExist, also when it is deleted meanwhile; ThrottlingException.
        """
        if self.runner.queues.pollers >= self.config.poller_limit:
            raise ThrottlingException("Rate exceeded: too many workers wait for tasks.")
        queue = self.runner.queues[activity_arn]
        deadline = asyncio.get_running_loop().time() + self.config.poll_seconds
        try:
            while not (gone.done() or self.stopping):
                if not self.catalog.knows_activity(activity_arn) and await self.catalog.activity(activity_arn) is None:
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
            self.runner.spawn(self.runner.again.for_sure(execution, f.TaskReturned(position)), "a task's return")
            raise

    async def _give(self, task: tuple[int, int], worker: str | None) -> ActivityTask | None:
        """Record that the worker has it; None when it is not to be given out any more."""
        execution, position = task
        resident = await self.runner.resident(execution)
        branch = None if resident is None else resident.execution.owner(position)
        if resident is None or branch is None or branch.task is None:
            return None
        input = branch.task.input.text
        if not await self.runner.deliver(execution, f.TaskTaken(position, worker)):
            return None
        return ActivityTask(self.runner.tokens.make(execution, position), input)

    async def put_back(self, task: ActivityTask) -> None:
        """The worker was gone before it had the answer: somebody else is to get the task."""
        execution, position = self.runner.tokens.read(task.token)
        await self.runner.deliver(execution, f.TaskReturned(position))

    def check_token(self, token: str) -> None:
        """Raises InvalidToken."""
        self.runner.tokens.read(token)

    async def succeed_task(self, token: str, output: str) -> None:
        """Raises InvalidToken, TaskTimedOut."""
        execution, position = self.runner.tokens.read(token)
        await self._answer(execution, f.TaskAnswered(position, output))

    async def fail_task(self, token: str, error: str | None, cause: str | None) -> None:
        """Raises InvalidToken, TaskTimedOut."""
        execution, position = self.runner.tokens.read(token)
        await self._answer(execution, f.TaskRefused(position, Failure(error, cause)))

    async def heartbeat_task(self, token: str) -> None:
        """Raises InvalidToken, TaskTimedOut."""
        execution, position = self.runner.tokens.read(token)
        await self._answer(execution, f.Heartbeat(position))

    async def _answer(self, execution: int, fact: f.Fact) -> None:
        if not await self.runner.deliver(execution, fact):
            raise TaskTimedOut
