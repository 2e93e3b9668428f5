"""Choice: the first rule that holds says where to go."""

from stepwell.asl.states import Choice, ChoiceRule
from stepwell.core import dataflow
from stepwell.core.document import Document
from stepwell.core.execution import Branch
from stepwell.core.turn import Turn
from stepwell.errors import ExpressionError, States


def enter_choice(turn: Turn, branch: Branch, state: Choice) -> None:
    given = dataflow.effective_input(turn, branch, state)
    scope = turn.scope(branch, given.value)
    for rule in state.rules:
        if rule.condition.evaluate(scope):
            _follow(turn, branch, state, rule, given)
            return
    if state.default is None:
        raise ExpressionError(States.NO_CHOICE_MATCHED, "No choice was matched and no Default is defined.")
    dataflow.leave(turn, branch, state, given, state.default)


def _follow(turn: Turn, branch: Branch, state: Choice, rule: ChoiceRule, given: Document) -> None:
    """The rule's own Assign and Output count; the state's are for its Default."""
    scope = dataflow.after_work(turn, branch, state, given)
    if state.language == "JSONata":
        output = dataflow.jsonata_output(turn, branch, state, given, rule.output)
    else:
        output = dataflow.filter_output(turn, branch, state, given)
    assigned = dataflow.assignments(turn, branch, scope, rule.assign)
    dataflow.exit_state(turn, branch, state, output, rule.next, assigned)
