"""Parallel: every branch gets the same input; the outputs make an array."""

from stepwell.asl.states import Parallel
from stepwell.core import dataflow
from stepwell.core import journal as j
from stepwell.core.execution import Branch
from stepwell.core.turn import Turn


def start_branches(turn: Turn, branch: Branch, state: Parallel) -> None:
    given = dataflow.effective_input(turn, branch, state)
    data = dataflow.with_parameters(turn, branch, given, state.parameters)
    starts = tuple(scope.start_at for scope in state.branches)
    entry = j.ParallelStarted(*turn.head(branch), turn.payload(data), starts)
    turn.add_with(entry, data)


def join(turn: Turn, branch: Branch, state: Parallel) -> None:
    """All branches have ended. The exit names the same previous event as ParallelStateSucceeded (recorded)."""
    result = dataflow.joined(turn, branch)
    turn.add(j.GroupSucceeded(*turn.head(branch), state.type))
    dataflow.leave(turn, branch, state, result, state.next)
