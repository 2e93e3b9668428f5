"""Set aside: executions that our own code failed on. Each is left as the disk has it, and everybody else runs on."""

import logging
import traceback

from msgspec.structs import replace

from stepwell.core import facts as f
from stepwell.core.advance import Limits, Moment, advance
from stepwell.engine.commits import commit_of
from stepwell.engine.committer import Pending
from stepwell.engine.delivery import Delivery
from stepwell.engine.residents import Keep, Unloadable
from stepwell.engine.shell import Shell
from stepwell.errors import InternalFailure
from stepwell.store.protocol import Commit, ExecutionRow

log = logging.getLogger(__name__)


class Aside:
    """The executions that are set aside. A build without the fault takes them up again."""

    def __init__(self, shell: Shell) -> None:
        self.why: dict[int, str] = {}  # by execution
        self._shell = shell

    def refuse(self, execution: int) -> None:
        """Raises InternalFailure for an execution that is set aside."""
        if execution in self.why:
            raise InternalFailure("The execution is set aside: Stepwell's own code failed on it. See the log.")

    def put(self, delivery: Delivery, problem: Exception) -> None:
        """Our code failed on this execution: leave it as the disk has it, show it, let everybody else run on."""
        resident = delivery.resident
        why = self._note(resident.row, problem)
        self._shell.residents.drop(resident.execution.id)
        refusal = InternalFailure("Stepwell's own code failed on this execution; it is set aside. The log says why.")
        if resident.closed is not None and not resident.closed.done():
            resident.closed.set_exception(refusal)
        self._shell.deletions.ended(resident.row.machine_arn)
        if resident.keep is Keep.ALL and isinstance(delivery.fact, f.Start):
            self._write_start(delivery, delivery.fact, why)
            return
        delivery.refuse(refusal)
        if resident.keep is Keep.ALL:
            row = replace(resident.row, aside=why)
            self._shell.write_apart(Commit(execution=row.id, position=0, updated=row))

    def _write_start(self, delivery: Delivery, start: f.Start, why: str) -> None:
        """The client's start is not lost: it is written down, and a build without the fault runs it."""
        anew = delivery.resident.anew(delivery.resident.row.id, aside=why)
        moment = Moment(anew.row.started_at, 0)
        started = Delivery(anew, start, delivery.waiter)
        started.transition = advance(anew.machine, anew.execution, start, moment, Limits(slice_entries=0))
        commit = commit_of(anew, started.transition)
        assert commit is not None
        anew.unwritten += 1
        self._shell.committer.submit(Pending(commit, started))

    def note_unloadable(self, problem: Unloadable) -> None:
        """What is kept of an execution could not be read."""
        why = self._note(problem.row, problem)
        if problem.row.aside is None:
            updated = replace(problem.row, aside=why)
            self._shell.write_apart(Commit(execution=problem.row.id, position=0, updated=updated))

    def _note(self, row: ExecutionRow, problem: Exception) -> str:
        why = "".join(traceback.format_exception(problem))
        log.error("%s is set aside: %s", row.arn, why)
        self._shell.counters["executions.aside"] += 1
        self.why[row.id] = why
        for onlooker in self._shell.onlookers:
            onlooker.aside(replace(row, aside=why))
        return why
