"""Execution logs: an event of the history as CloudWatch Logs is told of it, and which level logs which.

Levels: developer guide, "Log levels for Step Functions execution events". The shape is that of published logs: numbers
are text, names of the outer members have underscores.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from stepwell.core import journal as j
from stepwell.core.history import Event

MOST = 248 * 1024
"""Bytes of an event above which its data are cut; CloudWatch Logs takes 256 KiB."""

_FATAL = frozenset({"ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"})
_BAD_ENDS = ("Failed", "Aborted", "TimedOut")
_QUIET = frozenset({j.StateExited, j.TaskScheduled, j.TaskStarted, j.TaskSubmitted, j.TaskSucceeded, j.MapStarted,
                    j.ParallelStarted, j.MapIterationStarted, j.MapIterationSucceeded, j.GroupSucceeded})  # fmt: skip
"""Entries whose events are of no level but ALL, whatever stands in them."""


def may_be_logged(level: str, entry: j.Entry) -> bool:
    """Whether an event of this entry can be of the level: a first look that costs nothing."""
    return entry.event > 0 and level != "OFF" and (level == "ALL" or type(entry) not in _QUIET)


def is_logged(level: str, type: str) -> bool:
    """Whether events of this type are of the level."""
    if level == "ERROR":
        return type.endswith(_BAD_ENDS) or type == "FailStateEntered"
    return level == "ALL" or (level == "FATAL" and type in _FATAL)


def log_event(event: Event, execution_arn: str, redrives: int) -> str:
    """The JSON text that is logged for an event of the history (`core.history`)."""
    details: Mapping[str, Any] = next((value for value in event.values() if isinstance(value, dict)), {})
    told = {
        "id": str(event["id"]),
        "type": event["type"],
        "details": _as_text(details),
        "previous_event_id": str(event["previousEventId"]),
        "event_timestamp": str(round(event["timestamp"] * 1000)),
        "execution_arn": execution_arn,
        "redrive_count": str(redrives),
    }
    text = msgspec.json.encode(told)
    while len(text) > MOST and _cut(told["details"], len(text)):
        text = msgspec.json.encode(told)
    return text.decode()


def _as_text(value: Any) -> Any:
    """The same with numbers as text."""
    if isinstance(value, dict):
        return {name: _as_text(member) for name, member in value.items()}
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return str(value)


def _cut(details: dict[str, Any], size: int) -> bool:
    """Shorten the longest text among the details, as much as it takes; False when there is none."""
    texts = {name: text for name, text in details.items() if isinstance(text, str)}
    if isinstance(details.get("assignedVariables"), dict) and details["assignedVariables"]:
        details["assignedVariables"] = {}
        details["assignedVariablesDetails"] = {"truncated": True}
        return True
    name = max(texts, key=lambda name: len(texts[name]), default=None)
    if name is None or not texts[name]:
        return False
    details[name] = texts[name][: len(texts[name]) * MOST // size * 9 // 10]
    if f"{name}Details" in details:
        details[f"{name}Details"] = {"truncated": True}
    return True
