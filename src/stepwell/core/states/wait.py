"""Wait: until a moment, or for a number of seconds."""

from stepwell.asl.states import Wait
from stepwell.clock import Milliseconds
from stepwell.core import dataflow
from stepwell.core import journal as j
from stepwell.core.document import Document
from stepwell.core.execution import Branch
from stepwell.core.turn import Turn
from stepwell.errors import ExpressionError, States
from stepwell.expressions.scope import Expression, Json
from stepwell.expressions.timestamps import timestamp_ms

LONGEST_WAIT = 99_999_999
"""Seconds (developer guide, "Wait state")."""


def enter_wait(turn: Turn, branch: Branch, state: Wait) -> None:
    given = dataflow.effective_input(turn, branch, state).value
    due = _due(turn, branch, state, given)
    if due <= turn.now:
        wait_ended(turn, branch, state)
    else:
        turn.add(j.WaitingUntil(turn.now, 0, 0, branch.id, due))


def wait_ended(turn: Turn, branch: Branch, state: Wait) -> None:
    dataflow.leave(turn, branch, state, dataflow.effective_input(turn, branch, state), state.next)


def _due(turn: Turn, branch: Branch, state: Wait, given: Json) -> Milliseconds:
    scope = turn.scope(branch, given)
    if isinstance(state.seconds, int):
        return turn.now + state.seconds * 1000
    if isinstance(state.timestamp, str):
        return timestamp_ms(state.timestamp)
    if state.seconds_path is not None:
        value = state.seconds_path.evaluate(scope)
        return turn.now + 1000 * _seconds(state.seconds_path, value)
    if state.seconds is not None:
        return turn.now + 1000 * _jsonata_seconds(state.seconds.evaluate(scope))
    if state.timestamp is not None:
        return _jsonata_timestamp(state.timestamp.evaluate(scope))
    assert state.timestamp_path is not None
    return _timestamp(state.timestamp_path, state.timestamp_path.evaluate(scope))


def _seconds(path: Expression, value: Json) -> int:
    shown = f"{path.source} == {Document.of(value).text}"
    if isinstance(value, bool) or not isinstance(value, int):
        raise ExpressionError(States.RUNTIME, f"The SecondsPath parameter cannot be parsed as a long value: {shown}")
    if value < 0:
        raise ExpressionError(States.RUNTIME, f"The SecondsPath parameter references a negative value: {shown}")
    if value > LONGEST_WAIT:
        raise ExpressionError(States.RUNTIME, "Wait state delay is too long.")
    return value


def _timestamp(path: Expression, value: Json) -> Milliseconds:
    shown = value if isinstance(value, str) else Document.of(value).text
    try:
        return timestamp_ms(shown)
    except ValueError:
        raise ExpressionError(
            States.RUNTIME,
            "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format"
            f" string: {path.source} == {shown}",
        ) from None


def _jsonata_seconds(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST_WAIT:
        shown = Document.of(value).text
        raise _unfit("Seconds", f"The Seconds field must be an integer between 0 and {LONGEST_WAIT} but was: {shown}")
    return value


def _jsonata_timestamp(value: Json) -> Milliseconds:
    try:
        return timestamp_ms(value)
    except ValueError:
        raise _unfit(
            "Timestamp",
            f"The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {value}",
        ) from None


def _unfit(field: str, cause: str) -> ExpressionError:
    error = ExpressionError(States.QUERY_EVALUATION_ERROR, cause)
    error.location = field
    return error
