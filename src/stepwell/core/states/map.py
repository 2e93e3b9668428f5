"""Inline Map: the processor runs once for each item, so many at once as MaxConcurrency allows."""

from stepwell.asl.states import Map
from stepwell.core import dataflow
from stepwell.core import journal as j
from stepwell.core.document import Document
from stepwell.core.execution import Branch
from stepwell.core.turn import Turn
from stepwell.errors import ExpressionError, States
from stepwell.expressions.scope import Json


def start_iterations(turn: Turn, branch: Branch, state: Map) -> None:
    if state.distributed:
        raise ExpressionError(
            States.RUNTIME,
            "Distributed Map is not there yet in this version of Stepwell; a Map whose ProcessorConfig.Mode is"
            " INLINE runs.",
        )
    given = dataflow.effective_input(turn, branch, state)
    items = array_given(state, items_of(turn, branch, state, given))
    most = turn.limits.map_concurrency
    concurrency = min(wanted_concurrency(turn, branch, state, given.value) or most, most)
    entry = j.MapStarted(
        *turn.head(branch),
        turn.payload(items),
        len(items.value),
        state.processor.start_at,
        concurrency,
    )
    turn.add_with(entry, items)
    if not items.value:
        _finish(turn, branch, state)
        return
    for _ in range(min(concurrency, len(items.value))):
        _start_next(turn, branch, state, branch.last)


def items_of(turn: Turn, branch: Branch, state: Map, given: Document) -> Document:
    """ItemsPath, or Items, applied to the effective input."""
    chosen = state.items_path or state.items
    if chosen is None:
        return given
    items = Document.of(chosen.evaluate(turn.scope(branch, given.value)))
    if state.items is None:
        return items
    return dataflow.within_limit(turn, branch, items)  # JSONata can make many of few; a path only chooses


def array_given(state: Map, items: Document) -> Document:
    """The items, which must be an array."""
    if not isinstance(items.value, list):
        error = States.RUNTIME if state.language == "JSONPath" else States.QUERY_EVALUATION_ERROR
        raise ExpressionError(error, f"Map state input must be an array but was: {items.text}")
    return items


def wanted_concurrency(turn: Turn, branch: Branch, state: Map, given: Json) -> int:
    """MaxConcurrency as the state has it; 0 says that it does not matter."""
    wanted = state.max_concurrency
    if not isinstance(wanted, int):
        value = wanted.evaluate(turn.scope(branch, given))
        if isinstance(value, bool) or not isinstance(value, int):
            raise ExpressionError(
                States.RUNTIME,
                f"The MaxConcurrencyPath field refers to value {_shown(value)} which is not a valid"
                f" integer: {wanted.source}",
            )
        if value < 0:
            raise ExpressionError(
                States.RUNTIME,
                f"The MaxConcurrencyPath field refers to value {value} which is negative: {wanted.source}",
            )
        wanted = value
    return wanted


def _shown(value: Json) -> str:
    """In quotes whatever its type (recorded)."""
    return f'"{value if isinstance(value, str) else Document.of(value).text}"'


def _start_next(turn: Turn, branch: Branch, state: Map, previous: int) -> None:
    """`previous`: MapStateStarted for the first ones, else the last event of the iteration that made room."""
    group = branch.group
    assert group is not None
    index = group.started
    item = selected_item(turn, branch, state, index)
    entry = j.MapIterationStarted(*turn.head(branch, previous), state.name, index, turn.payload(item))
    turn.add_with(entry, item)


def selected_item(turn: Turn, branch: Branch, state: Map, index: int) -> Document:
    """ItemSelector applied: the input of the iteration that works on the item at `index`."""
    assert branch.group is not None
    if state.item_selector is None:
        return Document.of(branch.group.items.value[index])
    given = dataflow.effective_input(turn, branch, state)
    scope = turn.item_scope(branch, given.value, index)
    return dataflow.within_limit(turn, branch, Document.of(state.item_selector.evaluate(scope)))


def iteration_ended(turn: Turn, iteration: Branch) -> None:
    """One iteration is through: make room for the next, or finish."""
    assert iteration.parent is not None
    branch = turn.execution.branches[iteration.parent]
    state = turn.machine.states[branch.state]
    assert isinstance(state, Map)
    group = branch.group
    assert group is not None
    last = iteration.last
    turn.add(j.MapIterationSucceeded(*turn.head(iteration), state.name, iteration.index))
    if group.started < group.length:
        _start_next(turn, branch, state, last)
    elif group.ended == group.length:
        _finish(turn, branch, state)


def go_on(turn: Turn, branch: Branch, state: Map) -> None:
    """After a redrive: begin an iteration that there is room for, or finish once more."""
    assert branch.group is not None
    if branch.group.ended == branch.group.length:
        _finish(turn, branch, state)
    else:
        _start_next(turn, branch, state, branch.last)


def _finish(turn: Turn, branch: Branch, state: Map) -> None:
    result = dataflow.joined(turn, branch)
    turn.add(j.GroupSucceeded(*turn.head(branch), state.type))
    dataflow.leave(turn, branch, state, result, state.next)
