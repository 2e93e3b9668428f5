"""What a batch of commits comes to: the fewest rows to delete, write and change for all of them together."""

from collections.abc import Iterable, Sequence
from operator import itemgetter

import msgspec

from stepwell.store.protocol import Chunk, Commit, Conflict, ExecutionRow, Stored, Work, WorkKey, WorkKind


class Batch:
    """The net effect of commits, to be written in this order: deletions first, then new rows, then changes.

    An execution that begins and ends within one batch is one new row; work that is opened and closed within
    one batch is never written.
    """

    def __init__(self) -> None:
        self.forgotten: set[int] = set()  # delete row, journal and work
        self.ended: set[int] = set()  # delete the work but notices
        self.closed: set[WorkKey] = set()  # delete these
        self.created: dict[int, ExecutionRow] = {}
        self.updated: dict[int, ExecutionRow] = {}
        self._opened: dict[int, dict[WorkKey, tuple[int, Work]]] = {}  # with its place of arrival
        self._arrivals = 0
        self._chunks: dict[int, list[tuple[int, int, bytes]]] = {}

    @property
    def opened(self) -> Sequence[Work]:
        """Work to write, in the order it came."""
        arrived = [pair for of_execution in self._opened.values() for pair in of_execution.values()]
        return [work for _, work in sorted(arrived, key=itemgetter(0))]

    @property
    def chunks(self) -> Sequence[tuple[int, int, int, bytes]]:
        """Chunks to append: (execution, position, count, data)."""
        return [
            (execution, position, count, data)
            for execution, chunks in self._chunks.items()
            for position, count, data in chunks
        ]

    def add(self, commit: Commit) -> None:
        execution = commit.execution
        if commit.created is not None:
            if execution in self.created:
                raise Conflict(f"Execution {commit.created.arn} is created twice.")
            self.created[execution] = commit.created
        if commit.count:
            self._chunks.setdefault(execution, []).append((commit.position, commit.count, commit.chunk))
        if commit.updated is not None:
            self._update(commit.updated)
        if commit.opened:
            self._open(execution, commit.opened)
        if commit.closed:
            self._close(execution, commit.closed)
        if commit.close_all:
            self._close_all(execution)
        if commit.forget:
            self._forget(execution)

    def _update(self, row: ExecutionRow) -> None:
        rows = self.created if row.id in self.created else self.updated
        rows[row.id] = row

    def _open(self, execution: int, opened: Iterable[Work]) -> None:
        of_execution = self._opened.setdefault(execution, {})
        for work in opened:
            key = WorkKey(execution, work.position, work.kind)
            known = of_execution.get(key)
            if known is None:
                self._arrivals += 1
                of_execution[key] = (self._arrivals, work)
            else:
                of_execution[key] = (known[0], msgspec.structs.replace(known[1], due=work.due))

    def _close(self, execution: int, keys: Iterable[WorkKey]) -> None:
        of_execution = self._opened.get(execution, {})
        for key in keys:
            of_execution.pop(key, None)
        if execution not in self.created:
            self.closed.update(keys)

    def _close_all(self, execution: int) -> None:
        of_execution = self._opened.get(execution)
        if of_execution:
            kept = {key: pair for key, pair in of_execution.items() if key.kind in WorkKind.NOTICES}
            self._opened[execution] = kept
        if execution not in self.created:
            self.ended.add(execution)

    def _forget(self, execution: int) -> None:
        self._opened.pop(execution, None)
        self._chunks.pop(execution, None)
        self.updated.pop(execution, None)
        if self.created.pop(execution, None) is None:
            self.forgotten.add(execution)


def combine(commits: Sequence[Commit]) -> Batch:
    """The net effect of these commits, carried out one after the other."""
    batch = Batch()
    for commit in commits:
        batch.add(commit)
    return batch


def stands(commit: Commit, stored: Stored | None) -> bool:
    """Whether this commit is part of what is stored.

    Its chunk is the proof. A commit without one moves rows only, which is the same when done twice: it stands
    when the rows are as it wanted them.
    """
    if stored is None:
        return commit.forget
    if commit.forget:
        return False
    if commit.count:
        return Chunk(commit.position, commit.count, commit.chunk) in stored.chunks
    return _rows_are_as_wanted(commit, stored)


def _rows_are_as_wanted(commit: Commit, stored: Stored) -> bool:
    due = {(work.position, work.kind): work.due for work in stored.work}
    return (
        commit.updated in (None, stored.row)
        and all(due.get((work.position, work.kind), -1) == work.due for work in commit.opened)
        and not any((key.position, key.kind) in due for key in commit.closed)
        and not (commit.close_all and any(work.kind not in WorkKind.NOTICES for work in stored.work))
    )
