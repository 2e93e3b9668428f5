"""Traces: the spans of an execution, made from its journal once it has ended."""

import asyncio

from stepwell.core import journal as j
from stepwell.core.spans import spans
from stepwell.engine.background import Background
from stepwell.engine.catalog import Catalog
from stepwell.engine.observer import Observer, Seen
from stepwell.engine.records import Settings
from stepwell.integrations.traces.tracer import Trace, Tracer
from stepwell.store.protocol import Store

LONG = 1_000
"""Entries of which the spans are made in a thread: some milliseconds."""


class Traces:
    """Sends those of state machines with tracing enabled."""

    def __init__(self, store: Store, catalog: Catalog, background: Background, tracer: Tracer) -> None:
        self.observer = Observer(store, catalog, background, _wants, self._work, ends_only=True)
        self._tracer = tracer

    async def _work(self, seen: list[tuple[Seen, Settings]]) -> None:
        for one, _ in seen:
            entries = await self.observer.all_entries(one)
            if not entries or not isinstance(started := entries[0], j.ExecutionStarted):
                self.observer.unseen += len(entries)
                continue
            made = spans(entries) if len(entries) < LONG else await asyncio.to_thread(spans, entries)
            await self._tracer.send(Trace(started.arn, started.at, started.trace_header, made))

    async def close(self, seconds: float) -> None:
        """The server stops: send what is left, for so long at most."""
        await self._tracer.close(seconds)


def _wants(settings: Settings) -> bool:
    return settings.tracing
