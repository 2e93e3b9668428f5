"""The runner: every fact comes in through `deliver`, and nothing leaves before its reason is on disk."""

import asyncio
import logging
import random
import traceback
from collections import Counter, deque
from collections.abc import Sequence

from msgspec.structs import replace

from stepwell.asl.states import StateMachine
from stepwell.clock import Clock, Milliseconds
from stepwell.config import Config
from stepwell.core import facts as f
from stepwell.core import journal
from stepwell.core.advance import Limits, Moment, RunApart, Transition, advance
from stepwell.core.tokens import Tokens
from stepwell.core.work import Work, WorkKey, WorkKind
from stepwell.engine.again import Again
from stepwell.engine.background import Background
from stepwell.engine.calls import Calls
from stepwell.engine.catalog import Catalog
from stepwell.engine.committer import Committer, Pending
from stepwell.engine.deletions import Deletions
from stepwell.engine.delivery import Delivery, Subject
from stepwell.engine.execution_logs import ExecutionLogs
from stepwell.engine.express import ExpressJournals, KeptJournal
from stepwell.engine.identity import Numbers
from stepwell.engine.notices import Notices
from stepwell.engine.observer import Observer
from stepwell.engine.onlookers import Onlooker
from stepwell.engine.orphans import Orphans
from stepwell.engine.queues import ActivityQueues
from stepwell.engine.residents import Keep, Resident, Residents, Unloadable
from stepwell.engine.running_apart import RunningApart
from stepwell.engine.sandbox import Sandbox
from stepwell.engine.status_events import StatusEvents, status_notices
from stepwell.engine.timers import Key, Timers
from stepwell.engine.traces import Traces
from stepwell.engine.trial import Trial
from stepwell.errors import InternalFailure, ServiceUnavailable
from stepwell.integrations.call import Integrations
from stepwell.integrations.outgoing import Outgoing
from stepwell.store.protocol import Commit, ExecutionRow, Store, StoreError

log = logging.getLogger(__name__)

PATIENCE = 2
"""Seconds that calls under way get when the server stops; what is not answered then is called again."""

EXPRESS_SECONDS = 300
"""The longest that an Express execution runs (developer guide, quotas)."""

AHEAD = 4
"""Slices of one execution that may run ahead of their commits."""

IN_PROCESS = 20
"""Milliseconds for which one JSONata expression of known cost may keep everybody waiting; then it runs apart."""

FORESEEN = 10
"""Milliseconds that those of one state may take by their bounds, where nobody looks at the clock."""


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
        self.aside: dict[int, str] = {}  # executions that our code could not go on with -> why
        self.express = ExpressJournals(config.keep_express_days > 0, config.express_journal_bytes)
        self.residents = Residents(store, self.machine, self.note_unloadable, config.resident_bytes, self.express)
        self.deletions = Deletions(store, catalog, self.residents, self.background)
        self.again = Again(self, store, self.numbers)
        self.committer: Committer[Subject] = Committer(
            store, self._committed, self.again.not_committed, self.background.pause
        )
        self.timers = Timers(store, clock)
        self.queues = ActivityQueues(store)
        self.orphans = Orphans(store, catalog, self.queues, self.background, self.again.for_sure)
        self.calls = Calls(integrations, clock, config.call_limit, self.spawn, self.resident, self.bring)
        self._notices = Notices(store, self.calls, self.background, self._write_apart)
        self.status_events = StatusEvents(
            store, clock, self.background, self._write_apart, outgoing.targets, config.history_limit
        )
        self.onlookers: list[Onlooker] = []
        self._observers: list[Observer] = []
        if outgoing.logs is not None:
            logs = ExecutionLogs(store, catalog, self.background, outgoing.logs, self.counters)
            self._observers.append(logs.observer)
        self._traces = None if outgoing.traces is None else Traces(store, catalog, self.background, outgoing.traces)
        if self._traces is not None:
            self._observers.append(self._traces.observer)
        self.tokens = Tokens(b"")
        self.sandbox = Sandbox(self.counters)
        self._apart = RunningApart(
            self, self.sandbox, catalog, self.again, self.deletions, self._moment, self._limits_of, self._secret
        )
        self._limits = Limits(
            payload=config.payload_limit,
            history=config.history_limit,
            map_concurrency=config.map_concurrency,
            time_limit=IN_PROCESS,
            foreseen_limit=FORESEEN,
        )
        self._express_limits = replace(self._limits, history=1 << 31, duration=EXPRESS_SECONDS)
        self._slices: deque[Resident] = deque()
        self._stopping = False
        self._awake_since = clock.now()
        self._random = random.Random() if trial is None else trial.random

    # -- life ----------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin: take up what an earlier run left. The store must be open."""
        self._awake_since = self._clock.now()
        self.tokens = Tokens(await self._store.secret())
        await self.deletions.start()
        self.committer.start()
        await self.orphans.start()
        await self.status_events.start()
        for observer in self._observers:
            self.spawn(observer.run(), "an observer")
        self.spawn(self._run_timers(), "timers")
        self.spawn(self._take_up(WorkKind.RUNNABLE), "taking up the runnable")
        self.spawn(self._take_up(WorkKind.CALL), "taking up the calls")
        self.spawn(self._notices.take_up(), "taking up the notices")
        self.deletions.go_on()

    @property
    def unseen(self) -> int:
        """Entries that logs or traces had no room for."""
        return sum(observer.unseen for observer in self._observers)

    def release(self) -> None:
        """Let nobody wait any longer: the server stops."""
        for onlooker in self.onlookers:
            onlooker.release()
        self.queues.release()
        self.residents.release(ServiceUnavailable("The server is stopping."))

    async def stop(self) -> None:
        """End: write what is on its way. Running executions go on at the next start."""
        self._stopping = True
        await self.calls.settle(PATIENCE)
        await self.committer.stop()
        for observer in self._observers:
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
            there = execution not in self.aside and await self.residents.load([execution])
            self.refuse_aside(execution)
            if not there:
                return None
        return resident

    def refuse_aside(self, execution: int) -> None:
        """Raises InternalFailure for an execution that is set aside."""
        if execution in self.aside:
            raise InternalFailure("The execution is set aside: Stepwell's own code failed on it. See the log.")

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
            self.set_aside(delivery, problem)
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
            commit = self._commit(resident, transition) if resident.writes(delivery.fact) else None
            if transition.entries and (resident.past is not None or resident.kept is not None):
                chunk = journal.encode(transition.entries) if commit is None else commit.chunk
                if resident.past is not None:
                    self.residents.grew(resident, resident.past.add(chunk, resident.execution))
                if resident.kept is not None and commit is None:
                    resident.kept.add(chunk, len(transition.entries))
        except Exception as problem:
            self.set_aside(delivery, problem)
            return
        delivery.transition = transition
        self.counters["entries"] += len(transition.entries)
        for work in transition.moved:
            self.timers.set(work, kept=False)  # it must not fire at its old time while the new one is being written
        if commit is None and resident.unwritten:
            # Refusals rest on what was decided before: they wait for its commit too.
            commit = Commit(execution=resident.execution.id, position=transition.position)
        if commit is None:
            self._written(delivery)
            return
        resident.unwritten += 1
        self.committer.submit(Pending(commit, delivery))
        self._schedule(resident)

    def _advance(self, resident: Resident, fact: f.Fact) -> Transition:
        # The first entry's time is the row's: lists, answers and the history all tell the same start.
        moment = self._moment(resident.row.started_at if isinstance(fact, f.Start) else None)
        limits = self._limits_of(resident.row)
        if resident.apart is not None or (resident.keep is Keep.START and isinstance(fact, f.Start)):
            limits = replace(limits, slice_entries=0)  # write it down, run nothing (yet)
        deleting = resident.row.machine_arn in self.deletions.machines
        return advance(
            resident.machine, resident.execution, fact, moment, limits, deleting=deleting, tokens=self.tokens
        )

    def _moment(self, now: Milliseconds | None = None) -> Moment:
        return Moment(self._clock.now() if now is None else now, self._random.getrandbits(63))

    def _limits_of(self, row: ExecutionRow) -> Limits:
        limits = self._express_limits if row.express else self._limits
        return limits if self._trial is None else self._trial.limits(limits)

    def _secret(self) -> bytes:
        return self.tokens.secret

    def _commit(self, resident: Resident, transition: Transition) -> Commit | None:
        """What is to be written, or None when nothing is."""
        chunk = journal.encode(transition.entries) if transition.entries else b""  # before the row knows of them
        execution = resident.execution
        id = execution.id
        opened = [*transition.opened, *transition.moved]
        closed = [WorkKey(id, position, kind) for position, kind in transition.closed]
        runnable = bool(execution.ready)
        if runnable != resident.runnable_row:
            resident.runnable_row = runnable
            if runnable:
                opened.append(Work(id, 0, WorkKind.RUNNABLE))
            else:
                closed.append(WorkKey(id, 0, WorkKind.RUNNABLE))
        if not (transition.entries or opened or closed):
            return None
        new, ended, row = transition.position == 0, not execution.running, resident.row
        if ended or row.stopped_at is not None:  # in the latter case it has been redriven
            row = replace(
                row,
                status=execution.status,
                stopped_at=execution.stopped_at,
                redrive_count=execution.redrive_count,
                redriven_at=execution.redriven_at,
            )
        if not new and row.aside is not None:
            row = replace(row, aside=None)  # an earlier build could not go on with it; this one can
        changed, resident.row = row is not resident.row, row
        self.residents.grew(resident, 3 * len(chunk))
        return Commit(
            execution=id,
            position=transition.position,
            count=len(transition.entries),
            chunk=chunk,
            created=row if new else None,
            updated=row if changed and not new else None,
            opened=opened,
            closed=() if ended else closed,
            close_all=ended and not new,
        )

    def _schedule(self, resident: Resident) -> None:
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

    # -- after the commit ----------------------------------------------------------------------------------------------

    def _committed(self, batch: Sequence[Pending[Subject]]) -> None:
        for pending in batch:
            delivery = pending.subject
            if isinstance(delivery, KeptJournal):
                delivery.release()
                self._tell_kept(pending.commit)
            if not isinstance(delivery, Delivery):
                continue
            delivery.resident.unwritten -= 1
            try:
                self._written(delivery)
            except Exception as problem:  # one execution must not keep the others from hearing of their commits
                log.exception("after the commit of %s", delivery.resident.row.arn)
                delivery.refuse(InternalFailure(f"Written, but not carried out: {problem}"))

    def _tell_kept(self, commit: Commit) -> None:
        row = commit.created or commit.updated
        assert row is not None
        for onlooker in self.onlookers:
            onlooker.kept(row)

    def _written(self, delivery: Delivery) -> None:
        """Its reason is on disk: now it may leave the house."""
        resident, transition = delivery.resident, delivery.transition
        assert transition is not None
        if transition.entries and (status := journal.STATUS.get(type(transition.entries[-1]))):
            self.counters[f"executions.{status}"] += 1
        for observer in self._observers:
            observer.see(resident, transition)
        for onlooker in self.onlookers:
            onlooker.see(resident, transition)
        for position, kind in transition.closed:
            if kind in WorkKind.TIMERS:
                self.timers.end((resident.execution.id, position, kind))
            elif kind == WorkKind.CALL:
                self.calls.over((resident.execution.id, position))
        for work in transition.opened:
            self._dispatch(work, resident)
        for work in transition.moved:
            self.timers.set(work, kept=resident.keep is Keep.ALL)
        delivery.answer(transition.accepted)
        if resident.execution.running:
            self._schedule(resident)
        elif not resident.unwritten:
            self._ended(resident)

    def _dispatch(self, work: Work, resident: Resident) -> None:
        if work.kind in WorkKind.TIMERS:
            self.timers.set(work, kept=resident.keep is Keep.ALL)
        elif work.kind == WorkKind.ACTIVITY:
            self.queues.add(work)
            self.orphans.check(work)
        elif work.kind == WorkKind.CALL:
            self.calls.add(work)
        elif work.kind == WorkKind.NOTICE_STATUS:
            self.status_events.wake()
        elif work.kind in WorkKind.NOTICES:
            self._notices.add(work)

    def _ended(self, resident: Resident) -> None:
        if self.residents.get(resident.execution.id) is not resident:
            return  # its end was seen before
        if resident.closed is not None and not resident.closed.done():
            resident.closed.set_result(None)
        if resident.keep is not Keep.ALL:
            self._put_away(resident)
        self.residents.drop(resident.execution.id)
        self.deletions.ended(resident.row.machine_arn)

    def _put_away(self, resident: Resident) -> None:
        """An Express execution has ended: write its journal, where that is wanted; else forget that it was started.

        Nobody waits for it. A synchronous caller has what came of it in the answer, which promises nothing more.
        """
        execution, kept, started = resident.execution, resident.kept, resident.keep is Keep.START
        if kept is not None:
            row = replace(resident.row, status=execution.status, stopped_at=execution.stopped_at)
            commit = kept.commit(row, 1 if started else 0)
            if commit is not None:
                resident.kept = None  # it takes its memory until it is written
                self.committer.submit(Pending(commit, kept))
                return
        if started:
            self._write_apart(Commit(execution=execution.id, position=0, forget=True))

    def _write_apart(self, commit: Commit) -> None:
        """Write something about an execution that is not its journal."""
        self.committer.submit(Pending(commit, None))

    # -- when our own code fails ---------------------------------------------------------------------------------------

    def set_aside(self, delivery: Delivery, problem: Exception) -> None:
        """Our code failed on this execution: leave it as the disk has it, show it, let everybody else run on."""
        resident = delivery.resident
        why = self._note_aside(resident.row, problem)
        self.residents.drop(resident.execution.id)
        refusal = InternalFailure("Stepwell's own code failed on this execution; it is set aside. The log says why.")
        if resident.closed is not None and not resident.closed.done():
            resident.closed.set_exception(refusal)
        self.deletions.ended(resident.row.machine_arn)
        if resident.keep is Keep.ALL and isinstance(delivery.fact, f.Start):
            # The client's start is not lost: it is written down, and a build without the fault runs it.
            anew = resident.anew(resident.row.id, aside=why)
            moment = Moment(resident.row.started_at, 0)
            limits = replace(self._limits, slice_entries=0)
            started = Delivery(anew, delivery.fact, delivery.waiter)
            started.transition = advance(anew.machine, anew.execution, delivery.fact, moment, limits)
            commit = self._commit(anew, started.transition)
            assert commit is not None
            anew.unwritten += 1
            self.committer.submit(Pending(commit, started))
            return
        delivery.refuse(refusal)
        if resident.keep is Keep.ALL:
            row = replace(resident.row, aside=why)
            self._write_apart(Commit(execution=row.id, position=0, updated=row))

    def _note_aside(self, row: ExecutionRow, problem: Exception) -> str:
        why = "".join(traceback.format_exception(problem))
        log.error("%s is set aside: %s", row.arn, why)
        self.counters["executions.aside"] += 1
        self.aside[row.id] = why
        for onlooker in self.onlookers:
            onlooker.aside(replace(row, aside=why))
        return why

    def note_unloadable(self, problem: Unloadable) -> None:
        why = self._note_aside(problem.row, problem)
        if problem.row.aside is None:
            self._write_apart(Commit(execution=problem.row.id, position=0, updated=replace(problem.row, aside=why)))

    # -- recovery ------------------------------------------------------------------------------------------------------

    async def _take_up(self, kind: str) -> None:
        """What an earlier run left to be done at once, read from the rows, a page at a time."""
        place = 0
        rows: Sequence[tuple[int, Work]] = ()

        async def take_page() -> None:
            nonlocal rows
            rows = await self._store.queued(kind, None, place, 500)
            running = await self.residents.load([work.execution for _, work in rows])
            for _, work in rows:
                if work.execution in running:
                    self._take_up_work(work)

        await self.background.until_done(take_page)
        while rows:
            place = rows[-1][0]
            await self.committer.drain()
            await self.background.until_done(take_page)

    def _take_up_work(self, work: Work) -> None:
        resident = self.residents.get(work.execution)
        if work.kind != WorkKind.RUNNABLE:
            self.calls.add(work)
        elif resident is not None:
            self._schedule(resident)
        else:  # let go again: there were too many for the memory
            self.spawn(self.again.for_sure(work.execution, f.Continue()), "going on")

    # -- timers --------------------------------------------------------------------------------------------------------

    async def _run_timers(self) -> None:
        while True:
            try:
                await self._fire_timers()
            except Exception as error:  # no single timer may stop all the others
                log.warning("timers wait: %s", error, exc_info=not isinstance(error, StoreError))
                await self.background.pause()

    async def _fire_timers(self) -> None:
        keys = [key for key in await self.timers.due() if key[0] not in self.aside]
        if not keys:
            await self.timers.wait()
            return
        try:
            running = await self.residents.load([id for id, _, _ in keys])
        except StoreError:
            for id, position, kind in keys:
                fact = f.TimerFired(position, kind, self._awake_since)
                self.spawn(self.again.for_sure(id, fact), "a timer")
            raise
        for key in keys:
            if key[0] in running and key not in self.timers:  # else it was moved while we read
                self._fire(key)
        if self.committer.backlog > 2_000:
            await self.committer.drain()
        else:
            await asyncio.sleep(0)

    def _fire(self, key: Key) -> None:
        id, position, kind = key
        if kind == WorkKind.JOB:
            self.calls.ask((id, position))
            return
        fact = f.TimerFired(position, kind, self._awake_since)
        resident = self.residents.get(id)
        if resident is not None:
            self.apply(Delivery(resident, fact, None))
        else:  # let go again: there were too many for the memory
            self.spawn(self.again.for_sure(id, fact), "a timer")
