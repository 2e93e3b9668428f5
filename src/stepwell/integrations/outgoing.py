"""What goes out of an engine beside its answers, and to whom: nothing, unless it is configured."""

from collections.abc import Sequence

import msgspec

from stepwell.integrations.logs.writer import LogWriter
from stepwell.integrations.targets.target import Target
from stepwell.integrations.traces.tracer import Tracer


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """Those who are told."""

    targets: Sequence[Target] = ()  # of status-change events
    logs: LogWriter | None = None  # of executions
    traces: Tracer | None = None  # likewise
