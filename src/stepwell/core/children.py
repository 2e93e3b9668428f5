"""The children of a Parallel or Map state: how they begin, end, are dropped and are stopped."""

from stepwell.core.document import Document
from stepwell.core.execution import Branch, Execution, Phase
from stepwell.core.open_work import abandon, blocked, let_go


def begin_child(x: Execution, parent: Branch, index: int, state: str, data: Document, last: int) -> Branch:
    child = Branch(x.next_branch, parent.id, index, state, data, last)
    child.variables = parent.variables
    x.next_branch += 1
    x.branches[child.id] = child
    x.ready.append(child.id)
    assert parent.group is not None
    parent.group.children[child.id] = None
    parent.group.started += 1
    return child


def child_ended(x: Execution, child: Branch, parent: Branch) -> None:
    group = parent.group
    assert group is not None
    group.results[child.index] = child.data
    group.ended += 1
    parent.last = child.last
    if x.ready and x.ready[0] == child.id:
        x.ready.popleft()
    if group.type == "Map":
        x.ready.appendleft(child.id)
    elif group.ended == group.length:
        x.ready.appendleft(parent.id)


def drop_children(x: Execution, branch: Branch) -> None:
    group = branch.group
    assert group is not None
    for id in group.children:
        child = x.branches.pop(id)
        let_go(x, child)
        if child.group is not None:
            drop_children(x, child)
        blocked(x, child)
    branch.group = None


def stop_children(x: Execution, branch: Branch) -> None:
    """The children stay, for a redrive to see which had ended, but nothing is done for them any more."""
    if branch.group is None:
        return
    for id in branch.group.children:
        child = x.branches[id]
        abandon(x, child)
        blocked(x, child)
        if child.phase is not Phase.ENDED:
            child.phase = Phase.ABORTED
        stop_children(x, child)
