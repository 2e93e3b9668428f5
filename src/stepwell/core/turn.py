"""A turn: one fact being worked in. Collects the entries, knows the moment and the limits."""

import random
from collections.abc import Iterator, Mapping, Set
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import UNSET

from stepwell.asl.states import Map, Parallel, State, StateMachine, Task
from stepwell.clock import Milliseconds
from stepwell.core import journal as j
from stepwell.core.document import Document
from stepwell.core.evolve import evolve
from stepwell.core.execution import Branch, Execution
from stepwell.core.tokens import Tokens
from stepwell.core.work import Work
from stepwell.errors import Failure
from stepwell.expressions.jsonata_cost import Bound
from stepwell.expressions.jsonata_syntax import STATES
from stepwell.expressions.scope import LONGEST_EVALUATION, Json, Scope, Watch


class Moment(msgspec.Struct, frozen=True, gc=False):
    """Time and chance, as arguments."""

    now: Milliseconds
    seed: int


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What an execution may use. AWS's quotas unless configured otherwise."""

    payload: int = 262_144  # bytes of UTF-8 of any input, output or result
    history: int = 25_000  # events; the last of them says so
    map_concurrency: int = 40  # iterations of an inline Map at once
    duration: int | None = None  # seconds that an execution may run, whatever its machine says
    slice_entries: int = 500
    slice_bytes: int = 1_000_000
    time_limit: int = LONGEST_EVALUATION  # of one JSONata expression, ms; below AWS's, RunApart follows on it
    foreseen_limit: int | None = None  # of all JSONata expressions of a state, ms by their bounds; RunApart follows


class HistoryFull(Exception):
    """The next event would be the last one allowed: raised inside the core, ends in ExecutionFailed."""


class RunApart(Exception):
    """A JSONata expression took longer than this slice gives it, though AWS might give it more; or, `foreseen`, it
    might have.

    Raised out of the core. The execution may be half-changed: take it anew from its journal, and deliver the fact
    again where an expression may take as long as AWS allows.
    """

    def __init__(self, *, foreseen: bool = False) -> None:
        super().__init__()
        self.foreseen = foreseen


MANY = 10
"""Of fewer expressions than that in a state it does not matter that each is taken to read all there is."""


class Effort:
    """How long the JSONata of a turn may keep everybody waiting, in nanoseconds: bounds from the expressions' syntax
    and the size of their data, not measurements, for the core has no clock.
    """

    __slots__ = ("limit", "state", "turn")

    def __init__(self, limit: int) -> None:
        self.limit = limit  # of a state; and about that of a turn
        self.state = 0
        self.turn = 0

    def spend(self, nanoseconds: int) -> None:
        """So much more. Raises RunApart where a state's are more than allowed."""
        self.state += nanoseconds
        self.turn += nanoseconds
        if self.state > self.limit:
            raise RunApart(foreseen=True)


class Turn:
    """One fact being worked into one execution."""

    def __init__(
        self,
        machine: StateMachine,
        execution: Execution,
        moment: Moment,
        limits: Limits,
        watch: Watch | None = None,
        tokens: Tokens | None = None,
    ) -> None:
        self.machine = machine
        self.execution = execution
        self.limits = limits
        self.watch = watch
        self.tokens = tokens or Tokens(b"")
        self.now = max(moment.now, execution.last_at)
        self.seed = moment.seed
        self.entries: list[j.Entry] = []
        self.moved: list[Work] = []  # timers whose due time changed without an entry (heartbeats)
        self.bytes = 0
        self.tried: int | None = None  # the try that has just ended: its token is what its results may still see
        limit = limits.foreseen_limit
        self.effort = None if limit is None else Effort(limit * 1_000_000)
        self.failure: Failure | None = None  # the last one that a state gave to its retriers and catchers
        self._random: random.Random | None = None

    @property
    def full(self) -> bool:
        """The slice is long enough: others want to run, and the entries so far make a commit."""
        effort = self.effort
        return (
            len(self.entries) >= self.limits.slice_entries
            or self.bytes >= self.limits.slice_bytes
            or (effort is not None and effort.turn > effort.limit)
        )

    def head(self, branch: Branch, previous: int | None = None) -> tuple[Milliseconds, int, int, int]:
        """What all events begin with: time, the next event's id, the event it follows, the branch.

        `previous`: None: the last one of the branch. Raises HistoryFull when only the closing event may follow.
        """
        event = self.execution.events + 1
        if event >= self.limits.history:
            raise HistoryFull
        return self.now, event, branch.last if previous is None else previous, branch.id

    def add(self, entry: j.Entry) -> None:
        """Write an entry without a payload."""
        evolve(self.execution, entry)
        self.entries.append(entry)

    def payload(self, document: Document) -> j.Payload:
        """The document as the next entry may hold it: a reference when an earlier entry has the text."""
        if document.position is not None:
            return document.position
        document.position = self.execution.length
        text = document.text
        self.bytes += len(text)
        return text

    def add_with(self, entry: j.Entry, document: Document) -> None:
        """Write an entry whose payload came from `payload(document)`."""
        evolve(self.execution, entry, document)
        self.entries.append(entry)

    def chance(self) -> random.Random:
        """This turn's random numbers."""
        if self._random is None:
            self._random = random.Random(self.seed)
        return self._random

    def scope(
        self, branch: Branch, input: Json, *, result: Document | None = None, error_output: Document | None = None
    ) -> Scope:
        """What an expression sees while `branch` is in its state; `input` is its `$`, or `$states.input`."""
        return _BranchScope(self, branch, input, result, error_output)

    def item_scope(self, branch: Branch, input: Json, index: int) -> Scope:
        """What an ItemSelector sees: the Map state's scope, with `$$.Map.Item` of the item at `index`."""
        return _BranchScope(self, branch, input, index=index)

    def context_of(self, branch: Branch, index: int | None) -> Mapping[str, Any]:
        """`$$` for the state that `branch` is in; `index`: see `context_object`."""
        return context_object(self, branch, index)


class _BranchScope(Scope):
    """A scope whose context object is built only when an expression asks for it."""

    __slots__ = ("_branch", "_documents", "_index", "_turn", "_values")

    def __init__(
        self,
        turn: Turn,
        branch: Branch,
        input: Json,
        result: Document | None = None,
        error_output: Document | None = None,
        index: int | None = None,
    ) -> None:
        super().__init__(
            input,
            result=UNSET if result is None else result.value,
            error_output=UNSET if error_output is None else error_output.value,
            now=turn.now,
            time_limit=turn.limits.time_limit,
            watch=turn.watch,
        )
        self._index = index
        self._turn = turn
        self._branch = branch
        self._documents = (result, error_output)
        self._values: int | None = None  # in all that there is to be seen
        self.guarded = turn.effort is not None
        if branch.variables:
            self.variables = {name: document.value for name, document in branch.variables.items()}

    def chance(self) -> random.Random:
        return self._turn.chance()

    def spend(self, bound: Bound, members: frozenset[str], variables: frozenset[str]) -> None:
        effort = self._turn.effort
        assert effort is not None
        values = self._values
        if values is None:
            values = self._values = sum([document.values for document in self._seen(STATES, self.variables.keys())])
        took = bound.once + bound.each * values
        if bound.bytes or took > effort.limit // MANY:
            seen = self._seen(members, variables)
            took = bound.once + bound.each * sum(len(d.text) if bound.bytes else d.values for d in seen)
        effort.spend(took)

    def _seen(self, members: Set[str], variables: Set[str]) -> list[Document]:
        """What an expression that names these looks at."""
        branch = self._branch
        documents = [document for document in self._documents if document is not None]
        if "input" in members:
            documents.append(branch.input)
        if "context" in members:
            documents += in_context(self._turn.execution, branch)
        if variables and branch.variables:
            documents += [document for name, document in branch.variables.items() if name in variables]
        return documents

    @property
    def context(self) -> Json:
        if self._context is None:
            self._context = self._turn.context_of(self._branch, self._index)
        return self._context


def timestamp(at: Milliseconds) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`, as the context object shows times."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def context_object(turn: Turn, branch: Branch, index: int | None = None) -> Mapping[str, Any]:
    """`$$` as AWS shows it (developer guide, "Accessing execution data from the Context object").

    `index`: of the item that the Map state which the branch is in begins to work on.
    """
    execution = turn.execution
    context: dict[str, Any] = {
        "Execution": {
            "Id": execution.arn,
            "Input": execution.input.value,
            "StartTime": timestamp(execution.started_at),
            "Name": execution.name,
            "RoleArn": execution.role_arn,
        },
        "StateMachine": {"Id": execution.machine_arn, "Name": execution.machine_arn.rsplit(":", 1)[-1]},
        "State": {"Name": branch.state, "EnteredTime": timestamp(branch.entered_at)},
    }
    if not execution.express:  # which cannot be redriven
        context["Execution"]["RedriveCount"] = execution.redrive_count
    if execution.redriven_at is not None:
        context["Execution"]["RedriveTime"] = timestamp(execution.redriven_at)
    if isinstance(turn.machine.states[branch.state], Task | Parallel | Map):  # a recorded Pass has none
        context["State"]["RetryCount"] = branch.retry_count
    if _has_token(turn.machine.states[branch.state]):
        # Parameters are evaluated just before the entry whose position the token stands for.
        position = execution.length if turn.tried is None else turn.tried
        context["Task"] = {"Token": turn.tokens.make(execution.id, position)}
    item = _item(branch, index) if index is not None else _iteration_of(execution, branch)
    if item is not None:
        context["Map"] = {"Item": item}
    return context


def _has_token(state: State) -> bool:
    """Whether the state shows a task token: who waits for an answer, and (recorded) who waits for a job."""
    return isinstance(state, Task) and state.resource.endswith((".waitForTaskToken", ".sync", ".sync:2"))


def in_context(execution: Execution, branch: Branch) -> Iterator[Document]:
    """The documents of which the context object shows parts: the execution's input, and the items of the Maps."""
    yield execution.input
    while True:
        if branch.group is not None and branch.group.type == "Map":
            yield branch.group.items
        if branch.parent is None:
            return
        branch = execution.branches[branch.parent]


def _iteration_of(execution: Execution, branch: Branch) -> Mapping[str, Any] | None:
    """The innermost Map item that the branch works on."""
    while branch.parent is not None:
        parent = execution.branches[branch.parent]
        if parent.group is not None and parent.group.type == "Map":
            return _item(parent, branch.index)
        branch = parent
    return None


def _item(branch: Branch, index: int) -> Mapping[str, Any]:
    assert branch.group is not None
    return {"Index": index, "Value": branch.group.items.value[index]}
