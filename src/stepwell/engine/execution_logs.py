"""Execution logs: events at the level that the state machine asks for, written in batches."""

import logging
from collections import Counter

from stepwell.arns import parse_arn
from stepwell.core.history import HistoryView
from stepwell.core.log_event import is_logged, log_event, may_be_logged
from stepwell.engine.background import Background
from stepwell.engine.catalog import Catalog
from stepwell.engine.observer import Observer, Seen
from stepwell.engine.records import Logging, Settings
from stepwell.integrations.logs.writer import LogLine, LogWriter, NotWritten
from stepwell.store.protocol import Store

log = logging.getLogger(__name__)

TIMES = 3
"""How often writing is tried until the lines are dropped."""


class ExecutionLogs:
    """Writes them. `counters` count lines that were written and those that were not."""

    def __init__(
        self, store: Store, catalog: Catalog, background: Background, writer: LogWriter, counters: Counter[str]
    ) -> None:
        self.observer = Observer(store, catalog, background, _wants, self._work, ends_only=False)
        self._background = background
        self._writer = writer
        self._counters = counters

    async def _work(self, seen: list[tuple[Seen, Settings]]) -> None:
        lines = [line for one, settings in seen for line in await self._lines(one, settings.logging)]
        if lines:
            await self._write(lines)

    async def _lines(self, seen: Seen, settings: Logging) -> list[LogLine]:
        level, row = settings.level, seen.row
        candidates = [entry for entry in seen.entries if may_be_logged(level, entry)]
        if not candidates:
            return []
        at = parse_arn(row.machine_arn)
        text = await self.observer.texts(seen)
        view = HistoryView(text, at.region, include_data=settings.include_execution_data)
        events = [(entry.at, view.event(entry)) for entry in candidates]
        return [
            LogLine(moment, log_event(event, row.arn, seen.redrives), at.name, settings.destinations)
            for moment, event in events
            if event is not None and is_logged(level, event["type"])
        ]

    async def _write(self, lines: list[LogLine]) -> None:
        for attempt in range(1, TIMES + 1):
            try:
                await self._writer.write(lines)
            except NotWritten as problem:
                log.warning("execution logs could not be written (attempt %d of %d): %s", attempt, TIMES, problem)
                lines = list(problem.lines)
                if attempt < TIMES:
                    await self._background.pause()
            else:
                self._counters["logs.written"] += len(lines)
                return
        self._counters["logs.dropped"] += len(lines)


def _wants(settings: Settings) -> bool:
    return settings.logging.level != "OFF"
