"""The store in memory: dicts and sorted lists, gone with the process, otherwise as good as the others."""

import secrets
from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

import msgspec

from stepwell.clock import Milliseconds
from stepwell.store.batch import stands
from stepwell.store.protocol import (
    Chunk,
    Commit,
    Conflict,
    ExecutionRow,
    Resource,
    Stored,
    Work,
    WorkKey,
    WorkKind,
)

Place = tuple[Milliseconds, int]
"""Where an execution stands in a list: see `ExecutionRow.place`."""


class MemoryStore:
    """A store for tests and trials. Closing it and opening it again finds everything as it was."""

    def __init__(self) -> None:
        self._journals = _Journals()
        self._executions = _Executions()
        self._work = _OpenWork()
        self._resources: dict[str, Resource] = {}
        self._secret = secrets.token_bytes(32)

    async def open(self) -> None:
        """Nothing to take hold of: nobody else can see this memory."""

    async def close(self) -> None:
        """Nothing to let go of; the data stay, so that a test can restart its server on them."""

    async def commit(self, commits: Sequence[Commit]) -> None:
        self._refuse_conflicts(commits)
        for commit in commits:
            self._apply(commit)

    def _refuse_conflicts(self, commits: Sequence[Commit]) -> None:
        """Look at the whole batch before the first change: all of it is done, or nothing."""
        arns: dict[str, bool] = {}  # whether one would be taken by then
        rows: dict[int, ExecutionRow] = {}  # that would be new
        ends: dict[int, int] = {}  # how long a journal would be by then
        for commit in commits:
            execution, row = commit.execution, commit.created
            if row is not None:
                if arns.get(row.arn, self._executions.holds(row)):
                    raise Conflict(f"Execution {row.arn} is there already.")
                arns[row.arn] = True
                rows[execution] = row
            end = ends.setdefault(execution, self._journals.length(execution))
            if commit.count:
                if commit.position < end:
                    raise Conflict(f"Execution {execution}: position {commit.position} of its journal is taken.")
                ends[execution] = commit.position + commit.count
            if commit.forget:
                ends[execution] = 0
                gone = rows.get(execution) or self._executions.get(execution)
                if gone is not None:
                    arns[gone.arn] = False

    def _apply(self, commit: Commit) -> None:
        if commit.created is not None:
            self._executions.put(commit.created)
        if commit.count:
            self._journals.append(commit.execution, Chunk(commit.position, commit.count, commit.chunk))
        if commit.updated is not None:
            self._executions.put(commit.updated)
        for work in commit.opened:
            self._work.open(work)
        for key in commit.closed:
            self._work.close(key)
        if commit.close_all:
            self._work.close_all(commit.execution, keep=WorkKind.NOTICES)
        if commit.forget:
            self._executions.remove(commit.execution)
            self._journals.remove(commit.execution)
            self._work.close_all(commit.execution, keep=frozenset())

    async def landed(self, commit: Commit) -> bool:
        stored = await self.load([commit.execution])
        return stands(commit, stored[0] if stored else None)

    async def load(self, executions: Sequence[int]) -> Sequence[Stored]:
        rows = [row for key in dict.fromkeys(executions) if (row := self._executions.get(key)) is not None]
        return [Stored(row, tuple(self._journals.chunks(row.id)), tuple(self._work.of(row.id))) for row in rows]

    async def find(self, arn: str) -> ExecutionRow | None:
        return self._executions.find(arn)

    async def journal(self, execution: int, first: int, last: int, newest: int | None = None) -> Sequence[Chunk]:
        chunks = self._journals.chunks(execution)
        found = [chunk for chunk in chunks if chunk.position <= last and chunk.position + chunk.count > first]
        return found if newest is None else found[-newest:]

    async def executions(
        self, started_by: str | None, status: str | None, after: tuple[int, int] | None, limit: int
    ) -> Sequence[ExecutionRow]:
        return self._executions.page(started_by, status, after, limit)

    async def closed(self, express: bool, until: Milliseconds, limit: int) -> Sequence[tuple[int, Milliseconds]]:
        return self._executions.closed(express, until, limit)

    async def due(self, until: Milliseconds, after: tuple[Milliseconds, int, int, str], limit: int) -> Sequence[Work]:
        return self._work.due(until, after, limit)

    async def queued(self, kind: str, queue: str | None, after: int, limit: int) -> Sequence[tuple[int, Work]]:
        return self._work.queued(kind, queue, after, limit)

    async def put(self, resource: Resource) -> None:
        self._resources[resource.arn] = resource

    async def get(self, arn: str) -> Resource | None:
        return self._resources.get(arn)

    async def list(self, kind: str, scope: str | None, after: str | None, limit: int) -> Sequence[Resource]:
        found = [
            resource
            for resource in self._resources.values()
            if resource.kind == kind
            and (scope is None or resource.scope == scope)
            and (after is None or resource.arn > after)
        ]
        return sorted(found, key=attrgetter("arn"))[:limit]

    async def remove(self, arn: str) -> None:
        self._resources.pop(arn, None)

    async def tidy(self) -> bool:
        return False

    async def counts(self) -> Mapping[str, int]:
        return {**self._executions.counts(), **self._work.counts()}

    async def secret(self) -> bytes:
        return self._secret


class _Journals:
    """The chunks of each execution, in order."""

    def __init__(self) -> None:
        self._chunks: dict[int, list[Chunk]] = {}

    def length(self, execution: int) -> int:
        chunks = self._chunks.get(execution)
        return chunks[-1].position + chunks[-1].count if chunks else 0

    def append(self, execution: int, chunk: Chunk) -> None:
        self._chunks.setdefault(execution, []).append(chunk)

    def chunks(self, execution: int) -> Sequence[Chunk]:
        return self._chunks.get(execution, ())

    def remove(self, execution: int) -> None:
        self._chunks.pop(execution, None)


class _Executions:
    """The rows of executions, found by id, by ARN, and in the order in which lists show them."""

    def __init__(self) -> None:
        self._rows: dict[int, ExecutionRow] = {}
        self._ids: dict[str, int] = {}
        self._shown: defaultdict[str | None, list[Place]] = defaultdict(list)  # by ARN; None: of all
        self._closed: defaultdict[bool, list[Place]] = defaultdict(list)  # by whether they are Express
        self._statuses: Counter[str] = Counter()

    def holds(self, row: ExecutionRow) -> bool:
        return row.id in self._rows or row.arn in self._ids

    def get(self, execution: int) -> ExecutionRow | None:
        return self._rows.get(execution)

    def find(self, arn: str) -> ExecutionRow | None:
        execution = self._ids.get(arn)
        return None if execution is None else self._rows[execution]

    def put(self, row: ExecutionRow) -> None:
        self.remove(row.id)
        self._rows[row.id] = row
        self._ids[row.arn] = row.id
        self._statuses[row.status] += 1
        for list_ in _lists(row):
            insort(self._shown[list_], row.place)
        if row.stopped_at is not None:
            insort(self._closed[row.express], row.place)

    def remove(self, execution: int) -> None:
        row = self._rows.pop(execution, None)
        if row is None:
            return
        del self._ids[row.arn]
        self._statuses[row.status] -= 1
        for list_ in _lists(row):
            shown = self._shown[list_]
            del shown[bisect_left(shown, row.place)]
        if row.stopped_at is not None:
            closed = self._closed[row.express]
            del closed[bisect_left(closed, row.place)]

    def closed(self, express: bool, until: Milliseconds, limit: int) -> Sequence[tuple[int, Milliseconds]]:
        closed = self._closed[express]
        found = closed[: bisect_left(closed, (until + 1, 0))][:limit]
        return [(id, stopped) for stopped, id in found]

    def page(
        self, started_by: str | None, status: str | None, after: Place | None, limit: int
    ) -> Sequence[ExecutionRow]:
        page: list[ExecutionRow] = []
        for row in self._newest_first(started_by, after):
            if len(page) == limit:
                break
            if status is None or row.status == status:
                page.append(row)
        return page

    def _newest_first(self, started_by: str | None, after: Place | None) -> Iterator[ExecutionRow]:
        shown = self._shown.get(started_by, [])
        end = len(shown) if after is None else bisect_left(shown, after)
        return (self._rows[shown[index][1]] for index in range(end - 1, -1, -1))

    def counts(self) -> Mapping[str, int]:
        return {f"executions.{status}": count for status, count in self._statuses.items() if count}


def _lists(row: ExecutionRow) -> set[str | None]:
    """The lists that show it."""
    return {None, row.machine_arn, row.version_arn, row.alias_arn}


class _OpenWork:
    """Open work, found by execution, by due time, and by queue in the order it came."""

    def __init__(self) -> None:
        self._work: dict[int, dict[tuple[int, str], tuple[int, Work]]] = {}  # with its place of arrival
        self._timers: list[tuple[Milliseconds, int, int, str]] = []
        self._queues: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
        self._at: dict[int, Work] = {}  # queued work by place
        self._kinds: Counter[str] = Counter()
        self._last_place = 0

    def open(self, work: Work) -> None:
        of_execution = self._work.setdefault(work.execution, {})
        known = of_execution.get((work.position, work.kind))
        if known is None:
            self._last_place += 1
            place = self._last_place
        else:
            place = known[0]
            work = msgspec.structs.replace(known[1], due=work.due)
            self._unlist(*known)
        of_execution[(work.position, work.kind)] = (place, work)
        self._list(place, work)

    def close(self, key: WorkKey) -> None:
        of_execution = self._work.get(key.execution, {})
        known = of_execution.pop((key.position, key.kind), None)
        if known is not None:
            self._unlist(*known)
        if not of_execution:
            self._work.pop(key.execution, None)

    def close_all(self, execution: int, keep: frozenset[str]) -> None:
        for work in self.of(execution):
            if work.kind not in keep:
                self.close(WorkKey(execution, work.position, work.kind))

    def of(self, execution: int) -> Sequence[Work]:
        return [work for _, work in self._work.get(execution, {}).values()]

    def due(self, until: Milliseconds, after: tuple[Milliseconds, int, int, str], limit: int) -> Sequence[Work]:
        first = bisect_right(self._timers, after)
        keys = self._timers[first : first + limit]
        return [self._work[execution][(position, kind)][1] for due, execution, position, kind in keys if due <= until]

    def queued(self, kind: str, queue: str | None, after: int, limit: int) -> Sequence[tuple[int, Work]]:
        places = self._queues.get((kind, queue), [])
        first = bisect_right(places, after)
        return [(place, self._at[place]) for place in places[first : first + limit]]

    def counts(self) -> Mapping[str, int]:
        return {f"work.{kind}": count for kind, count in self._kinds.items() if count}

    def _list(self, place: int, work: Work) -> None:
        self._kinds[work.kind] += 1
        if work.due is not None:
            insort(self._timers, (work.due, work.execution, work.position, work.kind))
            return
        self._at[place] = work
        for queue in {work.queue, None}:
            insort(self._queues[(work.kind, queue)], place)

    def _unlist(self, place: int, work: Work) -> None:
        self._kinds[work.kind] -= 1
        if work.due is not None:
            del self._timers[bisect_left(self._timers, (work.due, work.execution, work.position, work.kind))]
            return
        del self._at[place]
        for queue in {work.queue, None}:
            places = self._queues[(work.kind, queue)]
            del places[bisect_left(places, place)]
