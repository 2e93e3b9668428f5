"""The runner: every fact comes in through `deliver`, and nothing leaves before its reason is on disk."""

import asyncio
import random
from collections import Counter, deque

from msgspec.structs import replace

from stepwell.asl.states import StateMachine
from stepwell.clock import Clock, Milliseconds
from stepwell.config import Config
from stepwell.core import facts as f
from stepwell.core import journal
from stepwell.core.advance import Moment, RunApart, Transition, advance
from stepwell.core.tokens import Tokens
from stepwell.core.work import WorkKind
from stepwell.engine.again import Again
from stepwell.engine.aside import Aside
from stepwell.engine.background import Background
from stepwell.engine.calls import Calls
from stepwell.engine.catalog import Catalog
from stepwell.engine.commits import commit_of
from stepwell.engine.committer import Committer, Pending
from stepwell.engine.deletions import Deletions
from stepwell.engine.delivery import Delivery, Subject
from stepwell.engine.dispatch import Dispatch
from stepwell.engine.execution_logs import ExecutionLogs
from stepwell.engine.express import ExpressJournals
from stepwell.engine.firing import Firing
from stepwell.engine.identity import Numbers
from stepwell.engine.limits import ExecutionLimits
from stepwell.engine.notices import Notices
from stepwell.engine.onlookers import Onlooker
from stepwell.engine.orphans import Orphans
from stepwell.engine.queues import ActivityQueues
from stepwell.engine.recovery import Recovery
from stepwell.engine.residents import Keep, Resident, Residents
from stepwell.engine.running_apart import RunningApart
from stepwell.engine.sandbox import Sandbox
from stepwell.engine.status_events import StatusEvents, status_notices
from stepwell.engine.timers import Timers
from stepwell.engine.traces import Traces
from stepwell.engine.trial import Trial
from stepwell.errors import ServiceUnavailable
from stepwell.integrations.call import Integrations
from stepwell.integrations.outgoing import Outgoing
from stepwell.store.protocol import Commit, Store

PATIENCE = 2
"""Seconds that calls under way get when the server stops; what is not answered then is called again."""

AHEAD = 4
"""Slices of one execution that may run ahead of their commits."""


def _evaluates_nothing(fact: f.Fact) -> bool:
    """Whether the fact can be taken in at once, whatever is being computed: it begins or ends the execution."""
    return isinstance(fact, f.Start | f.Stop | f.Redrive) or (
        isinstance(fact, f.TimerFired) and fact.kind == WorkKind.EXECUTION_TIMEOUT
    )


class Runner:
    """Runs executions over a store. One event loop, one writer per execution."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Config,
        catalog: Catalog,
        integrations: Integrations,
        outgoing: Outgoing,
        trial: Trial | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._catalog = catalog
        self._trial = trial
        self.background = Background(clock)
        self.spawn = self.background.spawn
        self.counters: Counter[str] = Counter()
        self.numbers = Numbers(clock)
        self.limits = ExecutionLimits(config, trial)
        self.express = ExpressJournals(config.keep_express_days > 0, config.express_journal_bytes)
        self.aside = Aside(self)
        self.residents = Residents(store, self.machine, self.aside.note_unloadable, config.resident_bytes, self.express)
        self.deletions = Deletions(store, catalog, self.residents, self.background)
        self.again = Again(self, store, self.numbers)
        self._dispatch = Dispatch(self)
        self.committer: Committer[Subject] = Committer(
            store, self._dispatch.committed, self.again.not_committed, self.background.pause
        )
        self.timers = Timers(store, clock)
        self.queues = ActivityQueues(store)
        self.orphans = Orphans(store, catalog, self.queues, self.background, self.again.for_sure)
        self.calls = Calls(integrations, clock, config.call_limit, self.spawn, self.resident, self.bring)
        self.notices = Notices(store, self.calls, self.background, self.write_apart)
        self.status_events = StatusEvents(
            store, clock, self.background, self.write_apart, outgoing.targets, config.history_limit
        )
        self.onlookers: list[Onlooker] = []
        if outgoing.logs is not None:
            logs = ExecutionLogs(store, catalog, self.background, outgoing.logs, self.counters)
            self._dispatch.observers.append(logs.observer)
        self._traces = None if outgoing.traces is None else Traces(store, catalog, self.background, outgoing.traces)
        if self._traces is not None:
            self._dispatch.observers.append(self._traces.observer)
        self.tokens = Tokens(b"")
        self.sandbox = Sandbox(self.counters)
        self._apart = RunningApart(
            self, self.sandbox, catalog, self.again, self.aside, self._moment, self.limits.of, self._secret
        )
        self._firing = Firing(self, self.aside, self.again)
        self._recovery = Recovery(self, store, self.again)
        self._slices: deque[Resident] = deque()
        self.released = False  # nobody may wait any longer
        self._stopping = False
        self._random = random.Random() if trial is None else trial.random

    # -- life ----------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin: take up what an earlier run left. The store must be open."""
        awake_since = self._clock.now()
        self.tokens = Tokens(await self._store.secret())
        await self.deletions.start()
        self.committer.start()
        await self.orphans.start()
        await self.status_events.start()
        for observer in self._dispatch.observers:
            self.spawn(observer.run(), "an observer")
        self.spawn(self._firing.run(awake_since), "timers")
        self.spawn(self._recovery.take_up(WorkKind.RUNNABLE), "taking up the runnable")
        self.spawn(self._recovery.take_up(WorkKind.CALL), "taking up the calls")
        self.spawn(self.notices.take_up(), "taking up the notices")
        self.deletions.go_on()

    @property
    def unseen(self) -> int:
        """Entries that logs or traces had no room for."""
        return sum(observer.unseen for observer in self._dispatch.observers)

    def release(self) -> None:
        """Let nobody wait any longer: the server stops."""
        for onlooker in self.onlookers:
            onlooker.release()
        self.released = True
        self.queues.release()
        self.residents.release(ServiceUnavailable("The server is stopping."))

    async def stop(self) -> None:
        """End: write what is on its way. Running executions go on at the next start."""
        self._stopping = True
        await self.calls.settle(PATIENCE)
        await self.committer.stop()
        for observer in self._dispatch.observers:
            await observer.settle(PATIENCE)
        if self._traces is not None:
            await self._traces.close(PATIENCE)
        await self.background.stop()
        await self.status_events.stop()
        await self.sandbox.stop()

    async def machine(self, machine_arn: str, revision: str) -> StateMachine:
        """The compiled definition that an execution runs by."""
        there = self._catalog.cached(machine_arn, revision) or await self._catalog.compiled(machine_arn, revision)
        there = self._apart.known(revision) or there
        return there if self._trial is None else self._trial.machine(there)

    # -- delivering ----------------------------------------------------------------------------------------------------

    async def deliver(self, execution: int, fact: f.Fact) -> bool:
        """Deliver a fact to an execution; returns once what came of it is on disk.

        False: the execution has no use for it (any more). Raises StoreError, InternalFailure for an execution that
        is set aside, ServiceUnavailable.
        """
        resident = await self.resident(execution)
        if resident is None:
            return False
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.apply(Delivery(resident, fact, waiter))
        return await waiter

    async def bring(self, execution: int, fact: f.Fact) -> None:
        """Deliver a fact that nobody else would bring again, for sure; returns once it is taken in."""
        resident = self.residents.get(execution)
        if resident is not None:
            self.apply(Delivery(resident, fact, None))
        else:  # let go again, for there were too many for the memory; or it has ended
            await self.again.for_sure(execution, fact)

    def begin(self, resident: Resident, start: f.Start, waiter: "asyncio.Future[bool] | None") -> None:
        """Take in a new execution and deliver its start."""
        self.counters["executions.started"] += 1
        self.residents.add(resident)
        self.apply(Delivery(resident, start, waiter))

    async def resident(self, execution: int) -> Resident | None:
        """The execution, if it runs. Raises InternalFailure when it is set aside."""
        while (resident := self.residents.get(execution)) is None:
            there = execution not in self.aside.why and await self.residents.load([execution])
            self.aside.refuse(execution)
            if not there:
                return None
        return resident

    def apply(self, delivery: Delivery) -> None:
        """Run one slice and hand what came of it to the committer; or wait for a helper process to run it."""
        resident = delivery.resident
        if resident.apart is not None and resident.execution.running and not _evaluates_nothing(delivery.fact):
            resident.apart.waiting.append(delivery)
            self._apart.go_on(resident, resident.apart)
            return
        try:
            transition = self._advance(resident, delivery.fact)
        except RunApart as reason:
            self._apart.move(delivery, foreseen=reason.foreseen)
        except Exception as problem:
            self.aside.put(delivery, problem)
        else:
            self.take(delivery, transition)

    def take(self, delivery: Delivery, transition: Transition) -> None:
        """Hand what came of a slice to the committer."""
        resident = delivery.resident
        if self.status_events.wanted and not resident.row.express:
            transition.opened.extend(status_notices(resident.execution, transition))
        if self._trial is not None:
            self._trial.took(resident.execution, transition.entries)
        try:
            commit = commit_of(resident, transition) if resident.writes(delivery.fact) else None
            if commit is not None:
                self.residents.grew(resident, 3 * len(commit.chunk))
            if transition.entries and (resident.past is not None or resident.kept is not None):
                chunk = journal.encode(transition.entries) if commit is None else commit.chunk
                if resident.past is not None:
                    self.residents.grew(resident, resident.past.add(chunk, resident.execution))
                if resident.kept is not None and commit is None:
                    resident.kept.add(chunk, len(transition.entries))
        except Exception as problem:
            self.aside.put(delivery, problem)
            return
        delivery.transition = transition
        self.counters["entries"] += len(transition.entries)
        for work in transition.moved:
            self.timers.set(work, kept=False)  # it must not fire at its old time while the new one is being written
        if commit is None and resident.unwritten:
            # Refusals rest on what was decided before: they wait for its commit too.
            commit = Commit(execution=resident.execution.id, position=transition.position)
        if commit is None:
            self._dispatch.written(delivery)
            return
        resident.unwritten += 1
        self.committer.submit(Pending(commit, delivery))
        self.schedule(resident)

    def _advance(self, resident: Resident, fact: f.Fact) -> Transition:
        # The first entry's time is the row's: lists, answers and the history all tell the same start.
        moment = self._moment(resident.row.started_at if isinstance(fact, f.Start) else None)
        limits = self.limits.of(resident.row)
        if resident.apart is not None or (resident.keep is Keep.START and isinstance(fact, f.Start)):
            limits = replace(limits, slice_entries=0)  # write it down, run nothing (yet)
        deleting = resident.row.machine_arn in self.deletions.machines
        return advance(
            resident.machine, resident.execution, fact, moment, limits, deleting=deleting, tokens=self.tokens
        )

    def _moment(self, now: Milliseconds | None = None) -> Moment:
        return Moment(self._clock.now() if now is None else now, self._random.getrandbits(63))

    def _secret(self) -> bytes:
        return self.tokens.secret

    def schedule(self, resident: Resident) -> None:
        """Another slice later, so that others can run between; not while too much of it is unwritten."""
        if resident.apart is not None:
            self._apart.go_on(resident, resident.apart)
        elif self.may_go_on(resident) and not resident.queued:
            resident.queued = True
            if not self._slices:
                asyncio.get_running_loop().call_soon(self._run_slice)
            self._slices.append(resident)

    def may_go_on(self, resident: Resident) -> bool:
        ahead = AHEAD if resident.keep is Keep.ALL else 1
        going = bool(resident.execution.ready) and resident.unwritten < ahead and not self._stopping
        return going and (self._trial is None or not self._trial.holds(resident.execution))

    def _run_slice(self) -> None:
        resident = self._slices.popleft()
        resident.queued = False
        if self._slices:
            asyncio.get_running_loop().call_soon(self._run_slice)
        if resident.execution.ready and self.residents.get(resident.execution.id) is resident:
            self.apply(Delivery(resident, f.Continue(), None))

    def write_apart(self, commit: Commit) -> None:
        """Write something about an execution that is not its journal."""
        self.committer.submit(Pending(commit, None))
