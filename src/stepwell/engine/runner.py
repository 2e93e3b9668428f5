"""The runner: every fact comes in through `deliver`, and nothing leaves before its reason is on disk."""

import asyncio
import contextlib
import logging
import random
import traceback
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import cast

from msgspec.structs import replace

from stepwell.asl.states import StateMachine
from stepwell.clock import Clock
from stepwell.config import Config
from stepwell.core import facts as f
from stepwell.core import journal
from stepwell.core.advance import Limits, Moment, RunApart, Transition, advance
from stepwell.core.evolve import evolve
from stepwell.core.tokens import Tokens
from stepwell.core.work import Work, WorkKey, WorkKind
from stepwell.engine.apart import Apart
from stepwell.engine.background import Background
from stepwell.engine.calls import Calls
from stepwell.engine.catalog import Catalog
from stepwell.engine.committer import Committer, Pending
from stepwell.engine.delivery import Delivery
from stepwell.engine.express import ExpressJournals, KeptJournal
from stepwell.engine.identity import Numbers
from stepwell.engine.notices import Notices
from stepwell.engine.orphans import Orphans
from stepwell.engine.queues import ActivityQueues
from stepwell.engine.residents import Keep, Resident, Residents, Unloadable
from stepwell.engine.sandbox import Sandbox, Superseded, Supply, Unavailable
from stepwell.engine.sandbox_protocol import Computed, Machine, Slice, State
from stepwell.engine.shelf import Recent
from stepwell.engine.timers import Key, Timers
from stepwell.errors import ExecutionAlreadyExists, InternalFailure, ServiceUnavailable
from stepwell.expressions.scope import LONGEST_EVALUATION
from stepwell.integrations.call import Integrations
from stepwell.store.protocol import Commit, ExecutionRow, Store, StoreError, StoreFull

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

TIMES = 3
"""So often expressions of a revision run out of that time until all its executions run apart."""

Subject = Delivery | KeptJournal | None
"""What a commit is for: a fact's delivery, the journal of an Express execution that has ended, something else."""


def _evaluates_nothing(fact: f.Fact) -> bool:
    """Whether the fact can be taken in at once, whatever is being computed: it begins or ends the execution."""
    return isinstance(fact, f.Start | f.Stop | f.Redrive) or (
        isinstance(fact, f.TimerFired) and fact.kind == WorkKind.EXECUTION_TIMEOUT
    )


class Runner:
    """Runs executions over a store. One event loop, one writer per execution."""

    def __init__(
        self, store: Store, clock: Clock, config: Config, catalog: Catalog, integrations: Integrations
    ) -> None:
        self._store = store
        self._clock = clock
        self._catalog = catalog
        self.background = Background(clock)
        self.spawn = self.background.spawn
        self.counters: Counter[str] = Counter()
        self.numbers = Numbers(clock)
        self.aside: dict[int, str] = {}  # executions that our code could not go on with -> why
        self.deleting: set[str] = set()  # state machines being deleted
        self._finishing: set[str] = set()  # of those, the ones about to be looked at
        self.express = ExpressJournals(config.keep_express_days > 0, config.express_journal_bytes)
        self.residents = Residents(store, self.machine, self.note_unloadable, config.resident_bytes, self.express)
        self.committer: Committer[Subject] = Committer(
            store, self._committed, self._not_committed, self.background.pause
        )
        self.timers = Timers(store, clock)
        self.queues = ActivityQueues(store)
        self.orphans = Orphans(store, catalog, self.queues, self.background, self.deliver_for_sure)
        self.calls = Calls(integrations, clock, config.call_limit, self.spawn, self.resident, self.deliver_for_sure)
        self._notices = Notices(store, self.calls, self.background, self._write_apart)
        self.tokens = Tokens(b"")
        self.sandbox = Sandbox(self.counters)
        self._costly: Counter[str] = Counter()  # revision -> how often an expression took too long
        self._wild: Recent[StateMachine] = Recent(1_000)  # of the revisions for which that was too often
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
        self._random = random.Random()

    # -- life ----------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin: take up what an earlier run left. The store must be open."""
        self._awake_since = self._clock.now()
        self.tokens = Tokens(await self._store.secret())
        self.deleting = await self._catalog.deleting()
        self.committer.start()
        await self.orphans.start()
        self.spawn(self._run_timers(), "timers")
        self.spawn(self._take_up(WorkKind.RUNNABLE), "taking up the runnable")
        self.spawn(self._take_up(WorkKind.CALL), "taking up the calls")
        self.spawn(self._notices.take_up(), "taking up the notices")
        for arn in self.deleting:
            self._spawn_finish_deletion(arn)

    def release(self) -> None:
        """Let nobody wait any longer: the server stops."""
        self.queues.release()
        self.residents.release(ServiceUnavailable("The server is stopping."))

    async def stop(self) -> None:
        """End: write what is on its way. Running executions go on at the next start."""
        self._stopping = True
        await self.calls.settle(PATIENCE)
        await self.committer.stop()
        await self.background.stop()
        await self.sandbox.stop()

    async def machine(self, machine_arn: str, revision: str) -> StateMachine:
        """The compiled definition that an execution runs by."""
        there = self._catalog.cached(machine_arn, revision) or await self._catalog.compiled(machine_arn, revision)
        return self._wild.get(revision) or there

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
            self._run_on_apart(resident, resident.apart)
            return
        try:
            transition = self._advance(resident, delivery.fact)
        except RunApart as reason:
            self._move_apart(delivery, foreseen=reason.foreseen)
        except Exception as problem:
            self._set_aside(delivery, problem)
        else:
            self._take(delivery, transition)

    def _take(self, delivery: Delivery, transition: Transition) -> None:
        """Hand what came of a slice to the committer."""
        resident = delivery.resident
        try:
            commit = self._commit(resident, transition) if resident.writes(delivery.fact) else None
            if transition.entries and (resident.past is not None or resident.kept is not None):
                chunk = journal.encode(transition.entries) if commit is None else commit.chunk
                if resident.past is not None:
                    self.residents.grew(resident, resident.past.add(chunk, resident.execution))
                if resident.kept is not None and commit is None:
                    resident.kept.add(chunk, len(transition.entries))
        except Exception as problem:
            self._set_aside(delivery, problem)
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
        now = resident.row.started_at if isinstance(fact, f.Start) else self._clock.now()
        moment = Moment(now, self._random.getrandbits(63))
        limits = self._express_limits if resident.row.express else self._limits
        if resident.apart is not None or (resident.keep is Keep.START and isinstance(fact, f.Start)):
            limits = replace(limits, slice_entries=0)  # write it down, run nothing (yet)
        deleting = bool(self.deleting) and resident.row.machine_arn in self.deleting
        return advance(
            resident.machine, resident.execution, fact, moment, limits, deleting=deleting, tokens=self.tokens
        )

    def _commit(self, resident: Resident, transition: Transition) -> Commit | None:
        """What is to be written, or None when nothing is."""
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
        chunk = journal.encode(transition.entries) if transition.entries else b""
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
            self._run_on_apart(resident, resident.apart)
        elif self._may_go_on(resident) and not resident.queued:
            resident.queued = True
            if not self._slices:
                asyncio.get_running_loop().call_soon(self._run_slice)
            self._slices.append(resident)

    def _may_go_on(self, resident: Resident) -> bool:
        ahead = AHEAD if resident.keep is Keep.ALL else 1
        return bool(resident.execution.ready) and resident.unwritten < ahead and not self._stopping

    def _run_slice(self) -> None:
        resident = self._slices.popleft()
        resident.queued = False
        if self._slices:
            asyncio.get_running_loop().call_soon(self._run_slice)
        if resident.execution.ready and self.residents.get(resident.execution.id) is resident:
            self.apply(Delivery(resident, f.Continue(), None))

    # -- apart ---------------------------------------------------------------------------------------------------------

    def _move_apart(self, delivery: Delivery, *, foreseen: bool) -> None:
        """An expression takes long: from now on the execution runs apart, from where it was before this fact."""
        resident, revision = delivery.resident, delivery.resident.row.revision
        try:
            assert resident.past is not None
            resident.execution = resident.past.state(resident.execution.id)
        except Exception as problem:
            self._set_aside(delivery, problem)
            return
        resident.apart = Apart()
        self._costly[revision] += not foreseen  # which cost nobody anything
        if self._costly[revision] >= TIMES and not resident.machine.wild:
            log.info("executions of %s run apart from now on: expressions take long", resident.row.machine_arn)
            wild = replace(resident.machine, wild=True)
            self._wild.put(revision, wild)
            for other in self.residents.of_revision(revision):
                other.machine = wild
                other.apart = other.apart or Apart()
        self.apply(delivery)

    def _run_on_apart(self, resident: Resident, apart: Apart[Delivery]) -> None:
        if not apart.busy and (apart.waiting or self._may_go_on(resident)):
            apart.busy = True
            self.spawn(self._run_apart(resident, apart), "running apart")

    async def _run_apart(self, resident: Resident, apart: Apart[Delivery]) -> None:
        """Slice after slice in a helper process, until nothing more can be done."""
        try:
            while apart.waiting or (self._may_go_on(resident) and self._is_current(resident)):
                delivery = apart.waiting.popleft() if apart.waiting else Delivery(resident, f.Continue(), None)
                with self._answered(delivery):
                    await self._apply_apart(delivery, apart)
        finally:
            apart.busy = False
            for delivery in apart.waiting:
                delivery.refuse(ServiceUnavailable("The server is stopping."))

    def _is_current(self, resident: Resident) -> bool:
        return self.residents.get(resident.execution.id) is resident

    async def _apply_apart(self, delivery: Delivery, apart: Apart[Delivery]) -> None:
        """Have one slice computed. What becomes of the execution meanwhile counts: then it is computed anew."""
        resident = delivery.resident
        while self._is_current(resident) and resident.execution.running:
            position = resident.execution.length
            try:
                computed = await self.sandbox.compute(self._slice(delivery, apart), self._supply(resident, apart))
                if self._is_current(resident) and resident.execution.length == position:
                    self._take_computed(delivery, computed)
                    return
            except (StoreError, ServiceUnavailable, Unavailable) as error:
                log.warning("trying again: %s", error)
                await self.background.pause()
            except Exception as problem:
                if isinstance(problem, Superseded) and resident.execution.length != position:
                    continue
                if self._is_current(resident):
                    self._set_aside(delivery, problem)
                    return
        if self._is_current(resident):
            self.apply(delivery)
        else:
            self.spawn(self._deliver_again(delivery), "delivering again")

    def _slice(self, delivery: Delivery, apart: Apart[Delivery]) -> Slice:
        """One step at a time: if that is lost, it alone is."""
        row, execution = delivery.resident.row, delivery.resident.execution
        limits = self._express_limits if row.express else self._limits
        return Slice(
            key=apart.key,
            machine=row.revision,
            position=execution.length,
            fact=cast(f.AnyFact, delivery.fact),
            moment=Moment(self._clock.now(), self._random.getrandbits(63)),
            limits=replace(limits, slice_entries=1, time_limit=LONGEST_EVALUATION, foreseen_limit=None),
            deleting=row.machine_arn in self.deleting,
            secret=self.tokens.secret,
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
        self._take(delivery, Transition(computed.accepted, position, entries, opened, closed, computed.moved))

    # -- after the commit ----------------------------------------------------------------------------------------------

    def _committed(self, batch: Sequence[Pending[Subject]]) -> None:
        for pending in batch:
            delivery = pending.subject
            if isinstance(delivery, KeptJournal):
                delivery.release()
            if not isinstance(delivery, Delivery):
                continue
            delivery.resident.unwritten -= 1
            try:
                self._written(delivery)
            except Exception as problem:  # one execution must not keep the others from hearing of their commits
                log.exception("after the commit of %s", delivery.resident.row.arn)
                delivery.refuse(InternalFailure(f"Written, but not carried out: {problem}"))

    def _written(self, delivery: Delivery) -> None:
        """Its reason is on disk: now it may leave the house."""
        resident, transition = delivery.resident, delivery.transition
        assert transition is not None
        if transition.entries and (status := journal.STATUS.get(type(transition.entries[-1]))):
            self.counters[f"executions.{status}"] += 1
        for position, kind in transition.closed:
            if kind in WorkKind.TIMERS:
                self.timers.end((resident.execution.id, position, kind))
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
        if resident.row.machine_arn in self.deleting:
            self._spawn_finish_deletion(resident.row.machine_arn)

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

    async def finish_deletion(self, machine_arn: str) -> None:
        """Forget a machine that is being deleted, once none of its executions runs."""
        if self.residents.of_machine(machine_arn):
            return  # perhaps one that is not on disk yet; its end comes here again
        if not await self._store.executions(machine_arn, "RUNNING", None, 1):
            await self._catalog.forget_machine(machine_arn)
            self.deleting.discard(machine_arn)

    def _spawn_finish_deletion(self, machine_arn: str) -> None:
        if machine_arn not in self._finishing:
            self._finishing.add(machine_arn)
            self.spawn(self._finish_deletion_for_sure(machine_arn), "finishing a deletion")

    async def _finish_deletion_for_sure(self, machine_arn: str) -> None:
        await asyncio.sleep(0)  # many executions end together: ask once for all of them
        self._finishing.discard(machine_arn)
        await self.background.until_done(lambda: self.finish_deletion(machine_arn))

    # -- when a commit was not made ------------------------------------------------------------------------------------

    async def _not_committed(self, batch: Sequence[Pending[Subject]], error: StoreError) -> None:
        """Forget what was decided, and decide it again on what the store says. Callers of a full store are told."""
        self.counters["commits.failed"] += len(batch)
        for pending in batch:
            if isinstance(pending.subject, Delivery):
                self.residents.drop(pending.subject.resident.execution.id)
        refused: dict[int, None] = {}
        again = []
        for pending in batch:
            delivery = pending.subject
            if isinstance(error, StoreFull) and isinstance(delivery, Delivery) and delivery.waiter is not None:
                delivery.refuse(ServiceUnavailable(f"Nothing was changed: {error}"))
                if not isinstance(delivery.fact, f.Start):
                    refused[delivery.resident.execution.id] = None
            else:
                again.append(pending)
        self.spawn(self._decide_again(again, list(refused)), "delivering again")

    async def _decide_again(self, batch: Sequence[Pending[Subject]], refused: Sequence[int]) -> None:
        """`refused`: executions whose facts were refused, but which may have been about to go on by themselves."""
        await self.background.pause()
        for pending in batch:
            delivery = pending.subject
            if not isinstance(delivery, Delivery):
                self.committer.submit(pending)
            elif isinstance(delivery.fact, f.Start):
                self.spawn(self._begin_again(delivery, delivery.fact), "starting again")
            else:
                self.spawn(self._deliver_again(delivery), "delivering again")
        for execution in refused:
            self.spawn(self.deliver_for_sure(execution, f.Continue()), "going on")

    async def _begin_again(self, delivery: Delivery, start: f.Start) -> None:
        there: ExecutionRow | None = None

        async def look() -> None:
            nonlocal there
            there = await self._store.find(start.arn)

        with self._answered(delivery):
            await self.background.until_done(look)
            if there is not None and there.id == delivery.resident.row.id:  # it landed after all
                await self._persistently(there.id, f.Continue())
                delivery.answer(True)
            elif there is not None or self.residents.by_arn(start.arn) is not None:
                delivery.refuse(ExecutionAlreadyExists(start.arn))
            else:
                self.begin(delivery.resident.anew(self.numbers.next()), start, delivery.waiter)

    @contextlib.contextmanager
    def _answered(self, delivery: Delivery) -> Iterator[None]:
        """Whatever happens within, whoever waits for the delivery hears of it."""
        try:
            yield
        except asyncio.CancelledError:
            delivery.refuse(ServiceUnavailable("The server is stopping."))
            raise
        except Exception as error:
            delivery.refuse(error)

    def begin(self, resident: Resident, start: f.Start, waiter: "asyncio.Future[bool] | None") -> None:
        """Take in a new execution and deliver its start."""
        self.counters["executions.started"] += 1
        self.residents.add(resident)
        self.apply(Delivery(resident, start, waiter))

    async def _deliver_again(self, delivery: Delivery) -> None:
        with self._answered(delivery):
            delivery.answer(await self._persistently(delivery.resident.execution.id, delivery.fact))

    async def _persistently(self, execution: int, fact: f.Fact) -> bool:
        """Deliver, however often the store must be asked."""
        while True:
            try:
                return await self.deliver(execution, fact)
            except (StoreError, ServiceUnavailable):
                await self.background.pause()

    async def deliver_for_sure(self, execution: int, fact: f.Fact) -> bool:
        """Deliver a fact that nobody waits for and nobody would bring again. False: it is of no use any more."""
        try:
            return await self._persistently(execution, fact)
        except InternalFailure:  # set aside: counted and logged there
            return False

    # -- when our own code fails ---------------------------------------------------------------------------------------

    def _set_aside(self, delivery: Delivery, problem: Exception) -> None:
        """Our code failed on this execution: leave it as the disk has it, show it, let everybody else run on."""
        resident = delivery.resident
        why = self._note_aside(resident.row, problem)
        self.residents.drop(resident.execution.id)
        refusal = InternalFailure("Stepwell's own code failed on this execution; it is set aside. The log says why.")
        if resident.closed is not None and not resident.closed.done():
            resident.closed.set_exception(refusal)
        if resident.row.machine_arn in self.deleting:
            self._spawn_finish_deletion(resident.row.machine_arn)
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
            self.spawn(self.deliver_for_sure(work.execution, f.Continue()), "going on")

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
                self.spawn(self.deliver_for_sure(id, fact), "a timer")
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
            self.spawn(self.deliver_for_sure(id, fact), "a timer")
