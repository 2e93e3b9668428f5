"""Redrive: what keeps an execution that has ended from going on, and where its branches begin again if it does.

The rules are those of the developer guide, "Restarting state machine executions with redrive".
"""

from stepwell.clock import Milliseconds
from stepwell.core.children import drop_children
from stepwell.core.execution import Branch, Execution, Group, Phase
from stepwell.core.open_work import let_go
from stepwell.errors import States

DAY = 24 * 3600 * 1000

PERIOD = 14 * DAY
"""Milliseconds after its end in which an execution may be redriven."""

LONGEST = 365 * DAY
"""Milliseconds after its start in which an execution may run at all."""


def obstacle(
    status: str,
    started_at: Milliseconds,
    stopped_at: Milliseconds | None,
    events: int,
    now: Milliseconds,
    history: int,
) -> str | None:
    """Why an execution with so many events cannot be redriven now; None when it can.

    `history`: the most events that an execution may have. The texts are those that the API model lists for
    `redriveStatusReason`.
    """
    if stopped_at is None or status in ("RUNNING", "SUCCEEDED"):
        return f"Execution is {status} and cannot be redriven"
    if events >= history - 1:  # ExecutionRedriven and one more must have room
        return "Execution history event limit exceeded"
    if now - started_at > LONGEST:
        return "Execution has exceeded the max execution time"
    if now - stopped_at > PERIOD:
        return "Execution redrivable period exceeded"
    return None


def begin_again(x: Execution) -> None:
    """Put every branch that did not come through where it can go on: what succeeded is not done again.

    A Parallel or Map that failed for too much data is done again as a whole.
    """
    root = x.root
    if root.group is not None and x.status == "FAILED" and x.error == States.DATA_LIMIT_EXCEEDED:
        drop_children(x, root)
    if root.phase is Phase.ENDED:
        x.ready.append(root.id)
    else:
        _again(x, root)


def _again(x: Execution, branch: Branch) -> None:
    let_go(x, branch)
    branch.task = branch.result = branch.retries = None
    branch.retry_count = 0
    if branch.group is not None:
        branch.phase = Phase.JOINING
        _children_again(x, branch, branch.group)
    else:
        branch.phase = Phase.ENTERED if branch.inside else Phase.READY
        x.ready.append(branch.id)


def _children_again(x: Execution, branch: Branch, group: Group) -> None:
    """In line come: an iteration that has ended unnoticed, the state itself if it has something to do, the others."""
    children = [x.branches[id] for id in group.children]
    if group.type == "Map":
        x.ready.extend(child.id for child in children if child.phase is Phase.ENDED)
    group.filling = group.has_room
    through = group.ended == group.length and (group.type == "Parallel" or not children)
    if group.filling or through:
        x.ready.append(branch.id)
    for child in children:
        if child.phase is not Phase.ENDED:
            _again(x, child)
