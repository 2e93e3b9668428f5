"""Tasks that wait: a list of them, and the token to answer one with."""

from typing import Any

from starlette.requests import Request

from stepwell.api.members import seconds
from stepwell.arns import parse_arn
from stepwell.console.asked import execution_asked, number_asked, text_asked
from stepwell.console.brief import brief
from stepwell.console.events import find_entry
from stepwell.core import journal as j
from stepwell.core.execution import Phase, Try
from stepwell.engine.engine import Engine
from stepwell.engine.waiting import WaitingTask, waiting_tasks
from stepwell.errors import TaskDoesNotExist

MOST = 200
"""Tasks in a page."""
USUAL = 50


async def waiting(engine: Engine, request: Request) -> dict[str, Any]:
    """`GET /console/waiting`: tasks that wait for a callback, oldest first. Raises ValidationException, StoreError."""
    after = number_asked(request, "after", 0)
    limit = max(1, number_asked(request, "limit", USUAL, MOST))
    region = text_asked(request, "region")

    def wanted(machine_arn: str) -> bool:
        return region is None or parse_arn(machine_arn).region == region

    tasks, place = await waiting_tasks(engine.store, after, limit, wanted)
    return {"tasks": [_shown(task) for task in tasks], "next": None if place is None else str(place)}


def _shown(task: WaitingTask) -> dict[str, Any]:
    return {
        "executionArn": task.execution_arn,
        "executionName": task.execution_name,
        "stateMachineArn": task.machine_arn,
        "state": task.state,
        "eventId": task.event,
        "since": seconds(task.since),
        "resource": task.resource,
        "input": brief(task.input).text,
        "expires": None if task.expires is None else seconds(task.expires),
    }


async def token(engine: Engine, request: Request) -> dict[str, Any]:
    """`GET /console/token`: what answers the task that an event began. Raises TaskDoesNotExist, as for events."""
    row = await execution_asked(engine, request)
    id = number_asked(request, "id", 0)
    found = await find_entry(engine, row, id)
    if found is None or not isinstance(found[1], j.TaskScheduled):
        raise TaskDoesNotExist(f"Event {id} of {row.arn} begins no task. Name a …Scheduled event.")
    position = found[0]
    resident = await engine.runner.resident(row.id)
    branch = None if resident is None else resident.execution.owner(position)
    if branch is None or branch.task is None or not _may_be_answered(branch.task, branch.phase):
        raise TaskDoesNotExist(f"The task of event {id} of {row.arn} waits for no answer (any more).")
    return {"taskToken": engine.runner.tokens.make(row.id, position)}


def _may_be_answered(task: Try, phase: Phase) -> bool:
    """Whether somebody outside has the token: a callback's, or a worker's who took the task."""
    return task.waits_for_token or (task.family == "Activity" and phase is Phase.STARTED)
