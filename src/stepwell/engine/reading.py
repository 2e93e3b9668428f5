"""Reading journals: what an execution was given, what came of it, and its history as AWS shows it."""

from collections.abc import Sequence

import msgspec

from stepwell.arns import parse_arn
from stepwell.clock import Milliseconds
from stepwell.core import journal as j
from stepwell.core.history import Event, HistoryView
from stepwell.errors import ExecutionDoesNotExist
from stepwell.store.protocol import ExecutionRow, Store, StoreError

EVERYTHING = (1 << 31) - 1


class ExecutionData(msgspec.Struct, frozen=True):
    """An execution's input, and its output or failure where it has ended."""

    input: str
    output: str | None
    error: str | None
    cause: str | None
    events: int | None = None  # how many its history had at its end


class Journal:
    """One execution's committed journal, read as far as it is needed."""

    def __init__(self, store: Store, execution: int, arn: str = "") -> None:
        self._store = store
        self._execution = execution
        self._arn = arn  # for errors
        self._entries: dict[int, j.AnyEntry] = {}

    async def read(self, first: int, last: int, newest: int | None = None) -> list[int]:
        """Have these entries (`newest`: of the last so many chunks); returns the positions there are, chunks whole."""
        positions = []
        for chunk in await self._store.journal(self._execution, first, last, newest):
            for offset, entry in enumerate(j.decode(chunk.data)):
                self._entries[chunk.position + offset] = entry
                positions.append(chunk.position + offset)
        return positions

    def __contains__(self, position: int) -> bool:
        return position in self._entries

    def __getitem__(self, position: int) -> j.AnyEntry:
        """An entry that was read. Raises ExecutionDoesNotExist when it was deleted before: its retention was over."""
        entry = self._entries.get(position)
        if entry is None:
            raise ExecutionDoesNotExist(self._arn)
        return entry

    async def resolve(self, entries: Sequence[j.AnyEntry]) -> None:
        """Have the entries that these refer to."""
        wanted = {entry.payload for entry in entries if hasattr(entry, "payload") and isinstance(entry.payload, int)}
        for position in sorted(wanted):
            if position not in self._entries:
                await self.read(position, position)

    def text(self, payload: j.Payload) -> str:
        """The text of a payload whose reference was resolved."""
        if isinstance(payload, str):
            return payload
        text = self[payload].payload  # type: ignore[union-attr]
        assert isinstance(text, str)
        return text


async def mocks(store: Store, row: ExecutionRow) -> str | None:
    """What the execution's tasks are answered instead of being done, as `core.mocks` keeps it."""
    journal = Journal(store, row.id, row.arn)
    await journal.read(0, 0)
    started = journal[0]
    assert isinstance(started, j.ExecutionStarted)
    return started.mocks


async def describe(store: Store, row: ExecutionRow) -> ExecutionData:
    """Input and outcome. A machine's time-out shows no error here, only in the history (recorded)."""
    journal = Journal(store, row.id, row.arn)
    await journal.read(0, 0)
    input = journal.text(journal[0].payload)  # type: ignore[union-attr]
    if row.stopped_at is None:
        return ExecutionData(input, None, None, None)
    end = await _end(journal, row)
    if isinstance(end, j.ExecutionSucceeded):
        await journal.resolve([end])
        return ExecutionData(input, journal.text(end.payload), None, None, end.event)
    if isinstance(end, j.ExecutionFailed | j.ExecutionAborted):
        return ExecutionData(input, None, end.error, end.cause, end.event)
    return ExecutionData(input, None, None, None, end.event)


async def _end(journal: Journal, row: ExecutionRow) -> j.Closing:
    """The entry of which the row speaks: by now it may have been redriven, and may even have ended once more."""
    before = EVERYTHING
    while positions := await journal.read(0, before - 1, newest=1):
        for position in reversed(positions):
            entry = journal[position]
            if isinstance(entry, j.Closing) and entry.at == row.stopped_at:
                return entry
        before = positions[0]
    if before == EVERYTHING:  # nothing is left: it was deleted, its retention was over
        raise ExecutionDoesNotExist(row.arn)
    raise StoreError(f"The journal of {row.arn} does not end where its row says. `stepwell check` tells more.")


async def redriven_with(store: Store, row: ExecutionRow, client_token: str, since: Milliseconds) -> Milliseconds | None:
    """When the redrive with this token was: one of the last ten, and not before `since`."""
    journal = Journal(store, row.id, row.arn)
    before, left = EVERYTHING, TOKENS
    while positions := await journal.read(0, before - 1, newest=CHUNKS):
        for position in reversed(positions):
            entry = journal[position]
            if entry.at < since or not left:
                return None
            if isinstance(entry, j.ExecutionRedriven):
                if entry.client_token == client_token:
                    return entry.at
                left -= 1
        before = positions[0]
    return None


TOKENS = 10
"""Redrives whose client tokens are remembered (API model, RedriveExecution.clientToken)."""


PAGE = 2_000
"""Entries read from the store at a time."""

CHUNKS = 8
"""Chunks read at a time, backwards."""


async def history(
    store: Store, row: ExecutionRow, *, reverse: bool, after: int | None, limit: int, include_data: bool
) -> list[Event]:
    """Up to `limit` events that follow the event with id `after` (in reverse: that come before it)."""
    journal = Journal(store, row.id, row.arn)
    view = HistoryView(journal.text, parse_arn(row.arn).region, include_data=include_data)
    chosen = await (_backward if reverse else _forward)(journal, row, after, limit)
    if include_data:
        await journal.resolve(chosen)
    return [event for entry in chosen if (event := view.event(entry)) is not None]


async def _forward(journal: Journal, row: ExecutionRow, after: int | None, limit: int) -> list[j.AnyEntry]:
    seen = after or 0
    first = seen  # an event's position is never below its id less one
    chosen: list[j.AnyEntry] = []
    while len(chosen) < limit:
        positions = await journal.read(first, first + min(limit, PAGE))
        if not positions:
            break
        entries = [journal[position] for position in positions if position >= first]
        chosen += [entry for entry in entries if entry.event > seen]
        first = positions[-1] + 1
    return chosen[:limit]


async def _backward(journal: Journal, row: ExecutionRow, after: int | None, limit: int) -> list[j.AnyEntry]:
    before = EVERYTHING  # positions to look at lie below it
    chosen: list[j.AnyEntry] = []
    while len(chosen) < limit and before > 0:
        positions = await journal.read(0, before - 1, newest=CHUNKS)
        if not positions:
            break
        entries = [journal[position] for position in reversed(positions) if position < before]
        chosen += [entry for entry in entries if entry.event and (after is None or entry.event < after)]
        before = positions[0]
    return chosen[:limit]
