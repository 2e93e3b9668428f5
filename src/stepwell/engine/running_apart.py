"""Running apart: executions whose expressions may take long are computed by a helper process, step by step."""

import logging
from collections import Counter
from collections.abc import Callable
from typing import cast

from msgspec.structs import replace

from stepwell.asl.states import StateMachine
from stepwell.core import facts as f
from stepwell.core import journal
from stepwell.core.advance import Limits, Moment, Transition
from stepwell.core.evolve import evolve
from stepwell.engine.again import Again
from stepwell.engine.apart import Apart
from stepwell.engine.aside import Aside
from stepwell.engine.catalog import Catalog
from stepwell.engine.delivery import Delivery
from stepwell.engine.residents import Resident
from stepwell.engine.sandbox import Sandbox, Superseded, Supply, Unavailable
from stepwell.engine.sandbox_protocol import Computed, Machine, Slice, State
from stepwell.engine.shelf import Recent
from stepwell.engine.shell import Shell
from stepwell.errors import ServiceUnavailable
from stepwell.expressions.scope import LONGEST_EVALUATION
from stepwell.store.protocol import ExecutionRow, StoreError

log = logging.getLogger(__name__)

TIMES = 3
"""So often expressions of a revision run out of their time until all its executions run apart."""


class RunningApart:
    """Moves executions to a helper process, and takes in what it computes."""

    def __init__(
        self,
        shell: Shell,
        sandbox: Sandbox,
        catalog: Catalog,
        again: Again,
        aside: Aside,
        moment: Callable[[], Moment],
        limits_of: Callable[[ExecutionRow], Limits],
        secret: Callable[[], bytes],
    ) -> None:
        self._shell = shell
        self._sandbox = sandbox
        self._catalog = catalog
        self._again = again
        self._aside = aside
        self._moment = moment
        self._limits_of = limits_of
        self._secret = secret
        self._costly: Counter[str] = Counter()  # revision -> how often an expression took too long
        self._wild: Recent[StateMachine] = Recent(1_000)  # of the revisions for which that was too often

    def known(self, revision: str) -> StateMachine | None:
        """The definition of a revision all of whose executions run apart, although its expressions look cheap."""
        return self._wild.get(revision)

    def move(self, delivery: Delivery, *, foreseen: bool) -> None:
        """An expression takes long: from now on the execution runs apart, from where it was before this fact."""
        resident, revision = delivery.resident, delivery.resident.row.revision
        try:
            assert resident.past is not None
            resident.execution = resident.past.state(resident.execution.id)
        except Exception as problem:
            self._aside.put(delivery, problem)
            return
        resident.apart = Apart()
        self._costly[revision] += not foreseen  # which cost nobody anything
        if self._costly[revision] >= TIMES and not resident.machine.wild:
            log.info("executions of %s run apart from now on: expressions take long", resident.row.machine_arn)
            wild = replace(resident.machine, wild=True)
            self._wild.put(revision, wild)
            for other in self._shell.residents.of_revision(revision):
                other.machine = wild
                other.apart = other.apart or Apart()
        self._shell.apply(delivery)

    def go_on(self, resident: Resident, apart: Apart[Delivery]) -> None:
        if not apart.busy and (apart.waiting or self._shell.may_go_on(resident)):
            apart.busy = True
            self._shell.background.spawn(self._run(resident, apart), "running apart")

    async def _run(self, resident: Resident, apart: Apart[Delivery]) -> None:
        """Slice after slice in a helper process, until nothing more can be done."""
        try:
            while apart.waiting or (self._shell.may_go_on(resident) and self._is_current(resident)):
                delivery = apart.waiting.popleft() if apart.waiting else Delivery(resident, f.Continue(), None)
                with delivery.answered():
                    await self._apply(delivery, apart)
        finally:
            apart.busy = False
            for delivery in apart.waiting:
                delivery.refuse(ServiceUnavailable("The server is stopping."))

    def _is_current(self, resident: Resident) -> bool:
        return self._shell.residents.get(resident.execution.id) is resident

    async def _apply(self, delivery: Delivery, apart: Apart[Delivery]) -> None:
        """Have one slice computed. What becomes of the execution meanwhile counts: then it is computed anew."""
        resident = delivery.resident
        while self._is_current(resident) and resident.execution.running:
            position = resident.execution.length
            try:
                computed = await self._sandbox.compute(self._slice(delivery, apart), self._supply(resident, apart))
                if self._is_current(resident) and resident.execution.length == position:
                    self._take_computed(delivery, computed)
                    return
            except (StoreError, ServiceUnavailable, Unavailable) as error:
                log.warning("trying again: %s", error)
                await self._shell.background.pause()
            except Exception as problem:
                if isinstance(problem, Superseded) and resident.execution.length != position:
                    continue
                if self._is_current(resident):
                    self._aside.put(delivery, problem)
                    return
        if self._is_current(resident):
            self._shell.apply(delivery)
        else:
            self._shell.background.spawn(self._again.deliver(delivery), "delivering again")

    def _slice(self, delivery: Delivery, apart: Apart[Delivery]) -> Slice:
        """One step at a time: if that is lost, it alone is."""
        row, execution = delivery.resident.row, delivery.resident.execution
        return Slice(
            key=apart.key,
            machine=row.revision,
            position=execution.length,
            fact=cast(f.AnyFact, delivery.fact),
            moment=self._moment(),
            limits=replace(self._limits_of(row), slice_entries=1, time_limit=LONGEST_EVALUATION, foreseen_limit=None),
            deleting=row.machine_arn in self._shell.deletions.machines,
            secret=self._secret(),
        )

    def _supply(self, resident: Resident, apart: Apart[Delivery]) -> Supply:
        async def machine() -> Machine:
            row = resident.row
            revision = await self._catalog.revision(row.machine_arn, row.revision)
            assert revision is not None  # it was there when the execution was taken into memory
            return Machine(row.revision, revision.definition, revision.type)

        def state() -> State:
            assert resident.past is not None
            return State(apart.key, resident.execution.id, resident.past.picture, resident.past.chunks)

        return Supply(machine, state)

    def _take_computed(self, delivery: Delivery, computed: Computed) -> None:
        """A slice from elsewhere: take its entries in as recovery would."""
        execution = delivery.resident.execution
        position = execution.length
        entries: list[journal.Entry] = [*journal.decode(computed.chunk)]
        for entry in entries:
            evolve(execution, entry)
        opened, closed = execution.drain_work()
        self._shell.take(delivery, Transition(computed.accepted, position, entries, opened, closed, computed.moved))
