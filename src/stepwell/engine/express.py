"""Journals of Express executions that are to be kept: in memory until the end, then written at once."""

from bisect import bisect_right
from collections.abc import Sequence

from stepwell.core import journal as j
from stepwell.store.protocol import Commit, ExecutionRow

LARGEST = 4
"""One journal takes at most this part of the memory for all: an endless loop must not cost the others theirs."""

OVERHEAD = 300  # bytes that a chunk takes besides what is in it


class ExpressJournals:
    """How many bytes the journals take that are not on disk yet, and whether there are to be any.

    When there is no room, the journal concerned is given up, not the execution: it runs on and leaves nothing. So a
    disk that is away costs what is kept, never memory.
    """

    def __init__(self, wanted: bool, limit: int) -> None:
        self._wanted = wanted
        self.limit = limit
        self.bytes = 0
        self.given_up = 0

    def begin(self) -> "KeptJournal | None":
        """The journal of an execution that begins; None where none is wanted."""
        return KeptJournal(self) if self._wanted else None


class KeptJournal:
    """One execution's entries that are not on disk."""

    __slots__ = ("_all", "_bytes", "_chunks", "_count", "_ends")

    def __init__(self, all: ExpressJournals) -> None:
        self._all = all
        self._chunks: list[bytes] | None = []  # None: given up
        self._ends: list[int] = []  # how many entries there were by each chunk
        self._count = 0
        self._bytes = 0

    def add(self, chunk: bytes, count: int) -> None:
        """These entries come next."""
        if self._chunks is None:
            return
        size = len(chunk) + OVERHEAD
        if self._bytes + size > self._all.limit // LARGEST or self._all.bytes + size > self._all.limit:
            self.release()
            self._chunks = None
            self._all.given_up += 1
            return
        self._chunks.append(chunk)
        self._count += count
        self._ends.append(self._count)
        self._bytes += size
        self._all.bytes += size

    def since(self, count: int, most: int) -> list[tuple[int, bytes]]:
        """At most so many chunks, from the one with what comes after the first `count` entries of these on.

        Each with how many entries come before it. They can be read until the journal has been written or given up.
        """
        first = bisect_right(self._ends, count)
        starts = [0, *self._ends][first : first + most]
        return list(zip(starts, (self._chunks or [])[first : first + most], strict=False))

    def commit(self, ended: ExecutionRow, position: int) -> Commit | None:
        """What writes it, now that the execution has ended; None when it was given up.

        `position`: how many entries are on disk already. Afterwards it takes its memory until `release`.
        """
        if self._chunks is None:
            return None
        return Commit(
            execution=ended.id,
            position=position,
            count=self._count,
            chunk=_joined(self._chunks),
            created=None if position else ended,
            updated=ended if position else None,
            close_all=position > 0,
        )

    def release(self) -> None:
        """It needs no memory any more."""
        self._all.bytes -= self._bytes
        self._bytes = 0
        self._chunks = []


def _joined(chunks: Sequence[bytes]) -> bytes:
    if len(chunks) == 1:
        return chunks[0]
    return j.encode([entry for chunk in chunks for entry in j.decode(chunk)])
