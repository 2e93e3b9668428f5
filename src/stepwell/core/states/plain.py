"""Pass, Succeed and Fail: the states that need nobody else."""

from msgspec import UNSET

from stepwell.asl.states import Fail, Pass, Succeed
from stepwell.core import dataflow
from stepwell.core.document import Document
from stepwell.core.execution import Branch
from stepwell.core.retry_catch import fail, shortened
from stepwell.core.turn import Turn
from stepwell.errors import Failure
from stepwell.expressions.scope import Expression


def enter_pass(turn: Turn, branch: Branch, state: Pass) -> None:
    given = dataflow.effective_input(turn, branch, state)
    result = dataflow.with_parameters(turn, branch, given, state.parameters)
    if state.result is not UNSET:
        result = Document.of(state.result)
    dataflow.leave(turn, branch, state, result, state.next)


def enter_succeed(turn: Turn, branch: Branch, state: Succeed) -> None:
    dataflow.leave(turn, branch, state, dataflow.effective_input(turn, branch, state), None)


def enter_fail(turn: Turn, branch: Branch, state: Fail) -> None:
    failure = Failure(_text(turn, branch, state.error), _text(turn, branch, state.cause))
    fail(turn, branch, shortened(failure))


def _text(turn: Turn, branch: Branch, field: str | Expression | None) -> str | None:
    if field is None or isinstance(field, str):
        return field
    value = field.evaluate(turn.scope(branch, branch.input.value))
    return value if isinstance(value, str) else Document.of(value).text
