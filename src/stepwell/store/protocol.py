"""What a store is: the narrow waist between the engine and a disk, in terms of meaning, never of SQL.

Three kinds of things are kept: *resources* (state machines, their revisions, activities), *executions* with
their journals, and *work* (what somebody must still do for an execution, so that recovery reads these rows
and never all journals).
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from stepwell.clock import Milliseconds
from stepwell.core.work import Work, WorkKey, WorkKind

__all__ = ["Work", "WorkKey", "WorkKind"]

FORMAT = 1
"""Version of the stored format. An older format is migrated on opening, a newer one refused."""


class StoreError(Exception):
    """The store cannot do what it was asked; nothing of it was done."""


class StoreFull(StoreError):
    """No room to write (disk full). Reads still work; writes work again once there is room."""


class StoreHeld(StoreError):
    """Another server holds this data. The message names it (process, host, since when)."""


class DiskFailed(StoreError):
    """The disk refused to make a write durable (fsync). What is on it is unknown: the process must end."""


class StoreTooNew(StoreError):
    """The data were written by a newer Stepwell than this one."""


class Conflict(StoreError):
    """A journal has already gone on past the position a commit expected, or its execution is there already.

    This writer is not the only one.
    """


class OutcomeUnknown(StoreError):
    """The connection broke while committing: the commit may or may not stand. Ask `landed`."""


class ExecutionRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of executions shows, and what loading one needs before its journal."""

    id: int  # ours: time-ordered, unique in the data, never shown
    arn: str
    machine_arn: str  # the unqualified state machine
    revision: str  # key of the pinned revision's resource
    name: str
    express: bool
    status: str  # RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED
    started_at: Milliseconds
    stopped_at: Milliseconds | None = None
    aside: str | None = None  # why our own code could not go on with it; None for a healthy one
    version_arn: str | None = None  # of the state machine, when it was started by a version or an alias
    alias_arn: str | None = None  # when it was started by an alias
    redrive_count: int = 0  # how often it was redriven
    redriven_at: Milliseconds | None = None  # the last time

    @property
    def place(self) -> tuple[Milliseconds, int]:
        """Where it stands in lists, which begin with the greatest: stop time, else redrive, else start; and id."""
        if self.stopped_at is not None:
            return self.stopped_at, self.id
        return self.started_at if self.redriven_at is None else self.redriven_at, self.id


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """What one execution adds in one transaction, carried out in the order of these members."""

    execution: int
    position: int  # journal length this commit expects; its entries begin there
    count: int = 0  # entries in the chunk; 0 for a commit that only moves work
    chunk: bytes = b""  # the entries, encoded
    created: ExecutionRow | None = None  # the first commit of an execution
    updated: ExecutionRow | None = None  # status, stop time, redrives or `aside` changed
    opened: Sequence[Work] = ()  # inserted; an existing row of the same key gets the new `due`
    closed: Sequence[WorkKey] = ()  # deleted, where there
    close_all: bool = False  # delete every work row of the execution but notices (it has ended)
    forget: bool = False  # delete the execution's row, journal and work altogether (Express without retention)


class Chunk(msgspec.Struct, frozen=True):
    """Consecutive entries of one journal, as they were committed."""

    position: int  # of the first entry
    count: int
    data: bytes


class Stored(msgspec.Struct, frozen=True):
    """An execution as the disk knows it."""

    row: ExecutionRow
    chunks: Sequence[Chunk]  # whole journal, in order
    work: Sequence[Work]  # its open work


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A noun of the control plane: state machine, its revisions, versions and aliases, activity."""

    arn: str  # unique; for a revision the machine's ARN + "#" + revision id
    kind: str  # "stateMachine", "revision", "version", "alias", "activity", and what is left of deleted ones
    scope: str  # where it is listed: "<region>:<account>" for machines and activities, for others the machine's ARN
    name: str
    created_at: Milliseconds
    body: bytes  # the rest, encoded by its owner


class Store(Protocol):
    """A durable memory. Every method is atomic; what `commit`, `put` and `remove` have returned is on disk.

    Readers see committed state only. Raises StoreError and its kinds.
    """

    async def open(self) -> None:
        """Take hold of the data, creating or migrating them. Raises StoreHeld, StoreTooNew."""
        ...

    async def close(self) -> None:
        """Let go of the data."""
        ...

    async def commit(self, commits: Sequence[Commit]) -> None:
        """All of these, in order, in one transaction with one fsync, or none of them.

        Raises Conflict when a position or an ARN is taken, StoreFull, DiskFailed, OutcomeUnknown.
        """
        ...

    async def landed(self, commit: Commit) -> bool:
        """Whether this very commit (same position, same chunk) stands. To be asked after OutcomeUnknown."""
        ...

    async def load(self, executions: Sequence[int]) -> Sequence[Stored]:
        """These executions, whole, in any order; unknown ids are left out. One round trip for all."""
        ...

    async def find(self, arn: str) -> ExecutionRow | None:
        """The execution with this ARN."""
        ...

    async def journal(self, execution: int, first: int, last: int, newest: int | None = None) -> Sequence[Chunk]:
        """The chunks that hold the entries from position `first` to `last` (both included), in order.

        `newest`: only so many of them, the last ones; 1 gives the end of a journal of any length.
        """
        ...

    async def executions(
        self, started_by: str | None, status: str | None, after: tuple[int, int] | None, limit: int
    ) -> Sequence[ExecutionRow]:
        """A page of the executions of a machine, a version or an alias by its ARN (None: of all), newest first.

        Ordered by `place`, falling; `after` is that of the last row seen.
        """
        ...

    async def closed(self, express: bool, until: Milliseconds, limit: int) -> Sequence[tuple[int, Milliseconds]]:
        """Executions of a type that ended by `until`, each with its end, the oldest end first."""
        ...

    async def due(self, until: Milliseconds, after: tuple[Milliseconds, int, int, str], limit: int) -> Sequence[Work]:
        """Timers due by `until`, only those after `after`, ordered by (due, execution, position, kind)."""
        ...

    async def queued(self, kind: str, queue: str | None, after: int, limit: int) -> Sequence[tuple[int, Work]]:
        """Work of a kind in the order it came, each with its place in that order.

        `after` is the last place seen; `queue` None takes all queues of that kind. Work with a due time is a
        timer, never queued.
        """
        ...

    async def put(self, resource: Resource) -> None:
        """Insert or replace a resource."""
        ...

    async def get(self, arn: str) -> Resource | None: ...

    async def list(self, kind: str, scope: str | None, after: str | None, limit: int) -> Sequence[Resource]:
        """Resources of a kind in a scope (None: in all), ordered by ARN, those after the ARN `after` only."""
        ...

    async def remove(self, arn: str) -> None:
        """Delete a resource, where there."""
        ...

    async def tidy(self) -> bool:
        """Give some of the room that deletions left back to the system, in milliseconds. False: that was all."""
        ...

    async def counts(self) -> Mapping[str, int]:
        """Rows by meaning, for metrics: "executions.RUNNING", "work.activity", … Cheap enough to scrape."""
        ...

    async def secret(self) -> bytes:
        """32 random bytes made when the data were: the key that signs task tokens."""
        ...
