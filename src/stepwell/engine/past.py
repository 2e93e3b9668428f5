"""The past of an execution in memory: what it takes to make its state again, without asking the store."""

import pickle
from collections.abc import Iterable, Sequence

from stepwell.core import journal
from stepwell.core.evolve import evolve
from stepwell.core.execution import Execution

LONG = 1_000_000
"""Bytes of entries above which their place is taken by a picture of the state that they led to."""


class Past:
    """An execution's entries as chunks of its journal, the older ones replaced by a picture of the state after them.

    A picture is made once the entries since the last one are long, and twice as long as that picture: so an endless
    loop's past stays short, and pictures of a large state are rare.
    """

    __slots__ = ("_fresh", "bytes", "chunks", "picture")

    def __init__(self, chunks: Iterable[bytes] = ()) -> None:
        self.picture: bytes | None = None
        self.chunks = list(chunks)
        self.bytes = self._fresh = sum(map(len, self.chunks))

    def add(self, chunk: bytes, execution: Execution) -> int:
        """Take in the entries that have just led to the state of `execution`; returns by how much this grew."""
        before = self.bytes
        self.chunks.append(chunk)
        self._fresh += len(chunk)
        pictured = len(self.picture or b"")
        if self._fresh > max(LONG, 2 * pictured):
            self.picture = pickle.dumps(execution, pickle.HIGHEST_PROTOCOL)
            self.chunks = []
            self._fresh = 0
            pictured = len(self.picture)
        self.bytes = pictured + self._fresh
        return self.bytes - before

    def state(self, id: int) -> Execution:
        """The execution with this number, made again."""
        return state_after(id, self.picture, self.chunks)


def state_after(id: int, picture: bytes | None, chunks: Sequence[bytes]) -> Execution:
    """The state that a picture (of our own making: it is unpickled) and the chunks after it lead to."""
    execution: Execution = Execution(id) if picture is None else pickle.loads(picture)
    for chunk in chunks:
        for entry in journal.decode(chunk):
            evolve(execution, entry)
    execution.drain_work()
    return execution
