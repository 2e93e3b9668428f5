"""How data flows through a state: InputPath, Parameters, then the state's work, then ResultSelector to OutputPath.

The order is the States Language's; each step costs nothing where the field is absent.
"""

from typing import Any

from stepwell.asl.states import Discard, Map, Parallel, ResultPath, State, Task
from stepwell.core import journal as j
from stepwell.core.document import Document, array_of
from stepwell.core.execution import Branch
from stepwell.core.turn import Turn
from stepwell.errors import ExpressionError, States
from stepwell.expressions.scope import Expression, Scope

VARIABLES = 40
"""Payloads that all variables together may take: 10 MiB, unless payloads may be larger."""


def effective_input(turn: Turn, branch: Branch, state: State) -> Document:
    """InputPath applied to the raw input."""
    if state.input_path is None:
        return branch.input
    return Document.of(state.input_path.evaluate(turn.scope(branch, branch.input.value)))


def with_parameters(turn: Turn, branch: Branch, given: Document, parameters: Expression | None) -> Document:
    """Parameters (or ItemSelector's like) applied to the effective input."""
    if parameters is None:
        return given
    return within_limit(turn, branch, Document.of(parameters.evaluate(turn.scope(branch, given.value))))


def joined(turn: Turn, branch: Branch) -> Document:
    """The outputs of a Parallel's branches or a Map's iterations, as the array that is the state's result."""
    assert branch.group is not None
    outputs = [output for output in branch.group.results if output is not None]
    return within_limit(turn, branch, array_of(outputs))


def select(turn: Turn, branch: Branch, result: Document, selector: Expression | None) -> Document:
    """ResultSelector applied to the raw result."""
    if selector is None:
        return result
    return Document.of(selector.evaluate(turn.scope(branch, result.value)))


def place(raw_input: Document, result: Document, path: ResultPath) -> Document:
    """ResultPath: the result put into the raw input."""
    if path is None:
        return result
    if isinstance(path, Discard):
        return raw_input
    return Document.of(path.place(raw_input.value, result.value))


def filter_output(turn: Turn, branch: Branch, state: State, document: Document) -> Document:
    """OutputPath."""
    if state.output_path is None:
        return document
    return Document.of(state.output_path.evaluate(turn.scope(branch, document.value)))


def leave(turn: Turn, branch: Branch, state: State, result: Document, next: str | None) -> None:
    """Result to output and variables, and out of the state."""
    if state.language == "JSONata":
        output = jsonata_output(turn, branch, state, result, state.output)
    else:
        fields: Any = state
        selected = select(turn, branch, result, getattr(fields, "result_selector", None))
        placed = place(branch.input, selected, getattr(fields, "result_path", None))
        output = filter_output(turn, branch, state, placed)
    assigned = assignments(turn, branch, after_work(turn, branch, state, result), state.assign)
    exit_state(turn, branch, state, output, next, assigned)


def after_work(turn: Turn, branch: Branch, state: State, result: Document) -> Scope:
    """What Output and Assign see once the state's work is done.

    JSONPath's `$` is the result; where a state has none (Choice, Wait) that is its effective input.
    """
    if state.language == "JSONPath":
        return turn.scope(branch, result.value)
    if isinstance(state, Task | Parallel | Map):
        return turn.scope(branch, branch.input.value, result=result)
    return turn.scope(branch, branch.input.value)


def jsonata_output(turn: Turn, branch: Branch, state: State, result: Document, output: Expression | None) -> Document:
    """Output; without it the result is the output."""
    if output is None:
        return result
    return Document.of(output.evaluate(after_work(turn, branch, state, result)))


def assignments(turn: Turn, branch: Branch, scope: Scope, assign: Expression | None) -> dict[str, str] | None:
    """Assign: variable names to JSON texts."""
    if assign is None:
        return None
    values = assign.evaluate(scope)
    within_limit(turn, branch, Document.of(values))
    assigned = {name: Document.of(value).text for name, value in values.items()}
    _check_all_variables(turn, branch, assigned)
    return assigned


def _check_all_variables(turn: Turn, branch: Branch, assigned: dict[str, str]) -> None:
    """All variables together may have 10 MiB (developer guide, "Quotas"); counted are those that the branch sees."""
    held = {name: document.text for name, document in (branch.variables or {}).items()} | assigned
    most = turn.limits.payload * VARIABLES
    if sum(map(len, held.values())) * 4 > most and sum(len(text.encode()) for text in held.values()) > most:
        raise DataLimitExceeded(branch.state)


def exit_state(
    turn: Turn,
    branch: Branch,
    state: State,
    output: Document,
    next: str | None,
    assigned: dict[str, str] | None = None,
) -> None:
    """Write the state's exit. Raises ExpressionError(States.DataLimitExceeded) for too large an output."""
    within_limit(turn, branch, output)
    entry = j.StateExited(*turn.head(branch), state.name, state.type, turn.payload(output), next, assigned or None)
    turn.add_with(entry, output)


def within_limit(turn: Turn, branch: Branch, document: Document) -> Document:
    """The document, unless it is larger than a payload may be."""
    if document.exceeds(turn.limits.payload):
        raise DataLimitExceeded(branch.state)
    return document


class DataLimitExceeded(ExpressionError):
    """A payload above the limit. Its text is AWS's and stands without the usual prefix."""

    def __init__(self, state: str) -> None:
        super().__init__(
            States.DATA_LIMIT_EXCEEDED,
            f"The state/task '{state}' returned a result with a size exceeding the maximum number of bytes"
            " service limit.",
        )
