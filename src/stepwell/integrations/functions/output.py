"""What functions print: kept in memory beside the invocation it belongs to, the newest of it, within bounds."""

import logging
from collections import OrderedDict, deque
from collections.abc import Iterator

import msgspec

from stepwell.clock import Clock, Milliseconds
from stepwell.integrations.functions.invocation import Invocation

log = logging.getLogger("stepwell.functions")

EACH = 64 * 1024
"""Bytes kept of one invocation: the last ones."""
ALL = 16 * 1024 * 1024
"""Bytes kept together; the oldest invocations make room."""
TAIL = 4096
"""Bytes that Invoke shows of the log (Lambda API reference, Invoke: LogResult)."""


class Printed(msgspec.Struct, frozen=True, rename="camel"):
    """What one invocation has printed, as /functions/NAME/logs shows it."""

    function: str
    request_id: str
    time: Milliseconds  # of the first byte
    text: str
    dropped: int  # bytes before `text` that are not kept
    execution: str = ""
    state: str = ""


class _Record:
    """The growing form of Printed."""

    __slots__ = ("dropped", "invocation", "pieces", "size", "time")

    def __init__(self, invocation: Invocation, time: Milliseconds) -> None:
        self.invocation = invocation
        self.time = time
        self.pieces: deque[bytes] = deque()
        self.size = 0
        self.dropped = 0

    def add(self, data: bytes) -> int:
        """By how many bytes the record has grown."""
        before = self.size
        self.pieces.append(data)
        self.size += len(data)
        while self.size > EACH:
            first = self.pieces.popleft()
            excess = min(self.size - EACH, len(first))
            if excess < len(first):
                self.pieces.appendleft(first[excess:])
            self.size -= excess
            self.dropped += excess
        return self.size - before

    def shown(self) -> Printed:
        i = self.invocation
        text = b"".join(self.pieces).decode("utf-8", "replace")
        return Printed(i.function.name, i.id, self.time, text, self.dropped, i.execution, i.state)


class Output:
    """Of all functions. An invocation that prints nothing leaves nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._records: OrderedDict[str, _Record] = OrderedDict()
        self._size = 0

    def add(self, invocation: Invocation, data: bytes) -> None:
        """The function has printed this."""
        record = self._records.get(invocation.id)
        if record is None:
            record = self._records[invocation.id] = _Record(invocation, self._clock.now())
            self._size += len(invocation.execution) + 512
        self._size += record.add(data)
        while self._size > ALL:
            _, oldest = self._records.popitem(last=False)
            self._size -= oldest.size + len(oldest.invocation.execution) + 512
        if log.isEnabledFor(logging.INFO):
            about = {"function": invocation.function.name, "request": invocation.id, "execution": invocation.execution}
            log.info("%s", data.decode("utf-8", "replace").rstrip("\n"), extra=about)

    def tail(self, id: str) -> bytes:
        """The end of what an invocation has printed."""
        record = self._records.get(id)
        return b"" if record is None else b"".join(record.pieces)[-TAIL:]

    def take(self, id: str) -> bytes:
        """What an invocation has printed, which is not kept any longer."""
        record = self._records.pop(id, None)
        if record is None:
            return b""
        self._size -= record.size + len(record.invocation.execution) + 512
        return b"".join(record.pieces)

    def find(
        self, function: str | None = None, execution: str | None = None, state: str | None = None
    ) -> list[Printed]:
        """What is kept of these, oldest first."""
        return [record.shown() for record in self._matching(function, execution, state)]

    def _matching(self, function: str | None, execution: str | None, state: str | None) -> Iterator[_Record]:
        for record in self._records.values():
            i = record.invocation
            wanted = ((function, i.function.name), (execution, i.execution), (state, i.state))
            if all(asked is None or asked == found for asked, found in wanted):
                yield record
