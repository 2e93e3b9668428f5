"""Choice: the first rule that holds says where to go."""

from stepwell.asl.states import Choice
from stepwell.core import dataflow
from stepwell.core.execution import Branch
from stepwell.core.turn import Turn
from stepwell.errors import ExpressionError, States


def enter_choice(turn: Turn, branch: Branch, state: Choice) -> None:
    given = dataflow.effective_input(turn, branch, state)
    scope = turn.scope(branch, given.value)
    for rule in state.rules:
        if rule.condition.evaluate(scope):
            assigned = dataflow.assignments(turn, branch, given, rule.assign)
            output = dataflow.filter_output(turn, branch, state, given)
            dataflow.exit_state(turn, branch, state, output, rule.next, assigned)
            return
    if state.default is None:
        raise ExpressionError(States.NO_CHOICE_MATCHED, "No choice was matched and no Default is defined.")
    dataflow.leave(turn, branch, state, given, state.default)
