"""Starts: an execution begins, of what its machine's ARN leads to, and once under one name."""

import asyncio

import msgspec

from stepwell import arns
from stepwell.asl.states import StateMachine
from stepwell.clock import Clock, Milliseconds
from stepwell.config import Config
from stepwell.core import facts as f
from stepwell.core.execution import Execution
from stepwell.core.journal import Parent
from stepwell.engine import reading
from stepwell.engine.aliases import Target
from stepwell.engine.identity import new_uuid
from stepwell.engine.records import StateMachineRecord
from stepwell.engine.residents import Keep, Resident
from stepwell.engine.runner import Runner
from stepwell.errors import ExecutionAlreadyExists, ServiceUnavailable, StateMachineDeleting, ThrottlingException
from stepwell.store.protocol import ExecutionRow, Store


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


class Starts:
    """Starts executions, as long as there is room for more."""

    def __init__(self, store: Store, clock: Clock, config: Config, runner: Runner) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._runner = runner

    async def start(
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
        compiled = await self._runner.machine(machine.arn, target.revision)
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
        self._runner.begin(resident, start, waiter)
        await waiter
        return Started(resident.row.arn, resident.row.started_at)

    async def _there(self, arn: str, input: str, mocks: str | None) -> Started | None:
        """The execution of this name, if it runs with the same input and mocks. Raises ExecutionAlreadyExists."""
        while (row := await self._store.find(arn)) is None:
            resident = self._runner.residents.by_arn(arn)
            if resident is None:
                return None
            await self._runner.deliver(resident.row.id, f.Continue())  # what is said here rests on its commits
        if row.status != "RUNNING":
            raise ExecutionAlreadyExists(arn)
        given = (await reading.describe(self._store, row)).input
        if msgspec.json.decode(given) != msgspec.json.decode(input) or mocks != await reading.mocks(self._store, row):
            raise ExecutionAlreadyExists(arn)
        return Started(arn, row.started_at)

    async def start_sync(
        self,
        by: StateMachineRecord | Target,
        name: str | None,
        input: str,
        mocks: str | None = None,
        trace_header: str | None = None,
    ) -> SyncResult:
        """Run an Express execution to its end; nothing of it is on disk before. `mocks`: as in `start`.

        Raises StateMachineDeleting, ThrottlingException, ServiceUnavailable when the server stops.
        """
        target = by if isinstance(by, Target) else Target(by)
        self._admit(target.machine)
        compiled = await self._runner.machine(target.machine.arn, target.revision)
        resident, start = self._new(target, compiled, name, input, Keep.NOTHING, mocks=mocks, trace_header=trace_header)
        resident.closed = asyncio.get_running_loop().create_future()
        self._runner.begin(resident, start, None)
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
        if machine.status == "DELETING" or machine.arn in self._runner.deletions.machines:
            raise StateMachineDeleting(machine.arn)
        self.take_on_more()

    def take_on_more(self) -> None:
        """Whether there is room for one more execution that runs. Raises ServiceUnavailable, ThrottlingException."""
        if self._runner.released:
            raise ServiceUnavailable("The server is stopping.")
        if self._runner.committer.backlog > self._config.start_queue_limit:
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
            id=self._runner.numbers.next(),
            arn=self._execution_arn(machine, name),
            machine_arn=machine.arn,
            revision=target.revision,
            name=name,
            express=machine.express,
            status="RUNNING",
            started_at=self._clock.now(),
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
