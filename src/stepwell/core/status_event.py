"""Status-change events: what EventBridge is told when an execution begins, ends, or goes on after a redrive.

Shape and members are those of the developer guide, "Events detail reference"; members that have no value are null.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec

from stepwell.clock import Milliseconds
from stepwell.core import journal as j
from stepwell.core.redrive import obstacle

SOURCE = "aws.states"
DETAIL_TYPE = "Step Functions Execution Status Change"

MOST = 248 * 1024
"""Bytes of the escaped input and output together; what is above leaves the event (developer guide)."""

_NAMES = uuid.UUID("0d0e4a52-9c0b-4c7e-8a0b-5f3a4b1f6c55")

CHANGES: tuple[type[j.Entry], ...] = (j.ExecutionStarted, j.ExecutionRedriven, *j.STATUS)
"""The entries that change an execution's status."""


class StatusChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change of status: of which execution, by which entry, and what was so by then."""

    started: j.ExecutionStarted
    entry: j.Entry  # one of CHANGES
    position: int  # of the entry
    input: str  # JSON text
    output: str | None  # likewise; None unless it succeeded
    redriven: j.ExecutionRedriven | None  # the last redrive by then

    @property
    def status(self) -> str:
        return j.STATUS.get(type(self.entry), "RUNNING")

    @property
    def id(self) -> str:
        """A UUID that is the same however often the event is told."""
        return str(uuid.uuid5(_NAMES, f"{self.started.arn} {self.started.at} {self.position}"))


def status_event(change: StatusChange, most_events: int) -> dict[str, Any]:
    """The event as EventBridge delivers it. `most_events`: those that a history may have, which limits redrives."""
    _, _, _, region, account, *_ = change.started.arn.split(":")
    return {
        "version": "0",
        "id": change.id,
        "detail-type": DETAIL_TYPE,
        "source": SOURCE,
        "account": account,
        "time": datetime.fromtimestamp(change.entry.at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [change.started.arn],
        "detail": _detail(change, most_events),
    }


def _detail(change: StatusChange, most_events: int) -> dict[str, Any]:
    started, entry, redriven = change.started, change.entry, change.redriven
    stopped: Milliseconds | None = None if change.status == "RUNNING" else entry.at
    reason = obstacle(change.status, started.at, stopped, entry.event, entry.at, most_events)
    output_size = 0 if change.output is None else _escaped(change.output)
    whole_output = output_size <= MOST
    whole_input = _escaped(change.input) + output_size <= MOST
    return {
        "executionArn": started.arn,
        "stateMachineArn": started.machine_arn,
        "name": started.name,
        "status": change.status,
        "startDate": started.at,
        "stopDate": stopped,
        "input": change.input if whole_input else None,
        "inputDetails": {"included": whole_input},
        "output": change.output if whole_output else None,
        "outputDetails": None if change.output is None else {"included": whole_output},
        "stateMachineVersionArn": started.version_arn,
        "stateMachineAliasArn": started.alias_arn,
        "redriveCount": 0 if redriven is None else redriven.count,
        "redriveDate": None if redriven is None else redriven.at,
        "redriveStatus": "REDRIVABLE" if reason is None else "NOT_REDRIVABLE",
        "redriveStatusReason": reason,
        "error": getattr(entry, "error", None),
        "cause": getattr(entry, "cause", None),
    }


def _escaped(text: str) -> int:
    """Bytes of a text as a string within JSON, without its quotes."""
    return len(msgspec.json.encode(text)) - 2
