"""What executions may use: AWS's quotas or those configured, and how long their expressions may hold up others."""

from msgspec.structs import replace

from stepwell.config import Config
from stepwell.core.advance import Limits
from stepwell.engine.trial import Trial
from stepwell.store.protocol import ExecutionRow

EXPRESS_SECONDS = 300
"""The longest that an Express execution runs (developer guide, quotas)."""

IN_PROCESS = 20
"""Milliseconds for which one JSONata expression of known cost may keep everybody waiting; then it runs apart."""

FORESEEN = 10
"""Milliseconds that those of one state may take by their bounds, where nobody looks at the clock."""


class ExecutionLimits:
    """The limits of a slice, by the type of its execution; a trial may have shorter ones."""

    def __init__(self, config: Config, trial: Trial | None) -> None:
        self.standard = Limits(
            payload=config.payload_limit,
            history=config.history_limit,
            map_concurrency=config.map_concurrency,
            time_limit=IN_PROCESS,
            foreseen_limit=FORESEEN,
        )
        self.express = replace(self.standard, history=1 << 31, duration=EXPRESS_SECONDS)
        self._trial = trial

    def of(self, row: ExecutionRow) -> Limits:
        limits = self.express if row.express else self.standard
        return limits if self._trial is None else self._trial.limits(limits)
