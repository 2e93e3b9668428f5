"""One event, whole."""

from typing import Any

from starlette.requests import Request

from stepwell.arns import parse_arn
from stepwell.console.asked import execution_asked, number_asked
from stepwell.console.brief import size_of
from stepwell.console.events import entry_at, find_entry
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
    text = getattr(found[1], "payload", None)
    if isinstance(text, int):
        text = getattr(await entry_at(engine, row, text), "payload", "")
    shown = WholeView(lambda _: str(text), parse_arn(row.arn).region).event(found[1])
    assert shown is not None
    return shown
