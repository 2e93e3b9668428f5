"""Dispatch: once a slice is on disk, and not before, callers are answered and what is to be done is handed out."""

import logging
from collections.abc import Sequence

from msgspec.structs import replace

from stepwell.core import journal
from stepwell.core.work import Work, WorkKind
from stepwell.engine.committer import Pending
from stepwell.engine.delivery import Delivery, Subject
from stepwell.engine.express import KeptJournal
from stepwell.engine.observer import Observer
from stepwell.engine.residents import Keep, Resident
from stepwell.engine.shell import Shell
from stepwell.errors import InternalFailure
from stepwell.store.protocol import Commit

log = logging.getLogger(__name__)


class Dispatch:
    """Carries out what is on disk."""

    def __init__(self, shell: Shell) -> None:
        self.observers: list[Observer] = []
        """Who is shown every commit."""
        self._shell = shell

    def committed(self, batch: Sequence[Pending[Subject]]) -> None:
        """These are on disk."""
        for pending in batch:
            delivery = pending.subject
            if isinstance(delivery, KeptJournal):
                delivery.release()
                self._tell_kept(pending.commit)
            if not isinstance(delivery, Delivery):
                continue
            delivery.resident.unwritten -= 1
            try:
                self.written(delivery)
            except Exception as problem:  # one execution must not keep the others from hearing of their commits
                log.exception("after the commit of %s", delivery.resident.row.arn)
                delivery.refuse(InternalFailure(f"Written, but not carried out: {problem}"))

    def _tell_kept(self, commit: Commit) -> None:
        row = commit.created or commit.updated
        assert row is not None
        for onlooker in self._shell.onlookers:
            onlooker.kept(row)

    def written(self, delivery: Delivery) -> None:
        """Its reason is on disk: now it may leave the house."""
        shell, resident, transition = self._shell, delivery.resident, delivery.transition
        assert transition is not None
        if transition.entries and (status := journal.STATUS.get(type(transition.entries[-1]))):
            shell.counters[f"executions.{status}"] += 1
        for observer in self.observers:
            observer.see(resident, transition)
        for onlooker in shell.onlookers:
            onlooker.see(resident, transition)
        for position, kind in transition.closed:
            if kind in WorkKind.TIMERS:
                shell.timers.end((resident.execution.id, position, kind))
            elif kind == WorkKind.CALL:
                shell.calls.over((resident.execution.id, position))
        for work in transition.opened:
            self._hand_out(work, resident)
        for work in transition.moved:
            shell.timers.set(work, kept=resident.keep is Keep.ALL)
        delivery.answer(transition.accepted)
        if resident.execution.running:
            shell.schedule(resident)
        elif not resident.unwritten:
            self._ended(resident)

    def _hand_out(self, work: Work, resident: Resident) -> None:
        shell = self._shell
        if work.kind in WorkKind.TIMERS:
            shell.timers.set(work, kept=resident.keep is Keep.ALL)
        elif work.kind == WorkKind.ACTIVITY:
            shell.queues.add(work)
            shell.orphans.check(work)
        elif work.kind == WorkKind.CALL:
            shell.calls.add(work)
        elif work.kind == WorkKind.NOTICE_STATUS:
            shell.status_events.wake()
        elif work.kind in WorkKind.NOTICES:
            shell.notices.add(work)

    def _ended(self, resident: Resident) -> None:
        if self._shell.residents.get(resident.execution.id) is not resident:
            return  # its end was seen before
        if resident.closed is not None and not resident.closed.done():
            resident.closed.set_result(None)
        if resident.keep is not Keep.ALL:
            self._put_away(resident)
        self._shell.residents.drop(resident.execution.id)
        self._shell.deletions.ended(resident.row.machine_arn)

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
                self._shell.committer.submit(Pending(commit, kept))
                return
        if started:
            self._shell.write_apart(Commit(execution=execution.id, position=0, forget=True))
