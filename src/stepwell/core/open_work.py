"""Open work and who owns it: `evolve` opens and ends it as entries come, and the commit writes the difference."""

from stepwell.clock import Milliseconds
from stepwell.core.execution import Branch, Execution
from stepwell.core.work import Work, WorkKind


def open_work(
    execution: Execution,
    branch: Branch | None,
    position: int,
    kind: str,
    due: Milliseconds | None = None,
    queue: str | None = None,
) -> None:
    key = (position, kind)
    work = Work(execution.id, position, kind, due, queue)
    execution.work[key] = work
    execution.opened_work[key] = work
    if branch is not None:
        if branch.work is None:
            branch.work = []
        branch.work.append(key)


def close_work(execution: Execution, key: tuple[int, str]) -> None:
    if execution.work.pop(key, None) is None:
        return
    if execution.opened_work.pop(key, None) is None:
        execution.closed_work.append(key)


def abandon(execution: Execution, branch: Branch) -> None:
    """The branch is stopped from outside: as `let_go`, and a job that its task waits for is to be stopped."""
    tried = branch.task
    if tried is not None and tried.waits_for_job:
        key = (tried.position, WorkKind.NOTICE_STOP)
        execution.opened_work[key] = Work(execution.id, *key, queue=tried.service)
    let_go(execution, branch)


def own(execution: Execution, branch: Branch, position: int) -> None:
    branch.owned = position
    execution.owners[position] = branch.id


def let_go(execution: Execution, branch: Branch) -> None:
    if branch.owned is not None:
        del execution.owners[branch.owned]
        branch.owned = None
    if branch.work:
        for key in branch.work:
            close_work(execution, key)
        branch.work = None


def blocked(x: Execution, branch: Branch) -> None:
    """The branch waits for a fact now: it is first in line when live, and in line somewhere after a restart."""
    if x.ready and x.ready[0] == branch.id:
        x.ready.popleft()
    elif branch.id in x.ready:
        x.ready.remove(branch.id)
