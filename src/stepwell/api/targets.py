"""The targets of status-change events as people and programs are shown them."""

from typing import Any

from stepwell.api.members import seconds
from stepwell.engine.engine import Engine
from stepwell.engine.target_line import GivenUp, TargetLine


def targets_shown(engine: Engine) -> list[dict[str, Any]]:
    """All of them, with what waits and what was given up; times in seconds since the epoch."""
    return [_target(line) for line in engine.runner.status_events.lines]


def _target(line: TargetLine) -> dict[str, Any]:
    return {
        "name": line.target.name,
        "to": line.target.to,
        "told": line.told,
        "waiting": line.behind,
        "problem": line.problem,
        "givenUp": line.record.given_up,
        "lastGivenUp": [_given_up(event) for event in reversed(line.record.last_given_up)],
    }


def _given_up(event: GivenUp) -> dict[str, Any]:
    return {
        "date": seconds(event.at),
        "executionArn": event.execution_arn,
        "status": event.status,
        "reason": event.why,
    }
