"""One event, whole."""

from typing import Any

from starlette.requests import Request

from stepwell.arns import parse_arn
from stepwell.console.asked import execution_asked, number_asked
from stepwell.console.brief import size_of
from stepwell.console.events import find_entry, read_chunks, split_entries
from stepwell.core import journal as j
from stepwell.core.history import Event, HistoryView
from stepwell.engine.engine import Engine
from stepwell.errors import ResourceNotFound


class WholeView(HistoryView):
    """Shows events with all their texts, and the size of each."""

    def data(self, name: str, payload: j.Payload) -> Event:
        text = self._text(payload)
        return {name: text, f"{name}Details": {"truncated": False, "bytes": size_of(text)}}

    def parameters(self, payload: j.Payload) -> Event:
        return self.data("parameters", payload)


async def event(engine: Engine, request: Request) -> dict[str, Any]:
    """`GET /console/event`. Raises ExecutionDoesNotExist, ResourceNotFound, ValidationException, StoreError."""
    row = await execution_asked(engine, request)
    id = number_asked(request, "id", 0)
    found = await find_entry(engine, row, id)
    if found is None:
        raise ResourceNotFound(f"{row.arn} has no event {id}.", resourceName=row.arn)
    payload = getattr(found[1], "payload", None)
    text = payload
    if isinstance(payload, int):
        entries = split_entries(await read_chunks(engine, row, payload, payload), payload)
        text = getattr(entries[0][1], "payload", "") if entries else ""
    shown = WholeView(lambda _: str(text), parse_arn(row.arn).region).event(found[1])
    assert shown is not None
    return shown
