"""What is written of a slice: its entries, the rows of work that it opened and closed, and the execution's row."""

from msgspec.structs import replace

from stepwell.core import journal
from stepwell.core.advance import Transition
from stepwell.core.work import Work, WorkKey, WorkKind
from stepwell.engine.residents import Resident
from stepwell.store.protocol import Commit


def commit_of(resident: Resident, transition: Transition) -> Commit | None:
    """What is to be written, or None when nothing is. The resident's row is what it will be then."""
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
