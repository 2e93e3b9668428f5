"""An execution's state: branches, groups, tries of tasks, open work. Changed by `evolve` alone.

What a branch can be, and which entry moves it where:

    from                     entry                    to
    READY                    StateEntered             ENTERED
    ENTERED, RETRYING        TaskScheduled            SCHEDULED
    ENTERED, RETRYING        ParallelStarted          JOINING (its branches begin READY)
    ENTERED, RETRYING        MapStarted               JOINING
    JOINING                  MapIterationStarted      JOINING (the iteration begins READY)
    ENTERED                  WaitingUntil             WAITING
    SCHEDULED                TaskStarted              STARTED
    STARTED                  TaskPutBack              SCHEDULED
    SCHEDULED, STARTED       TaskSubmitted            STARTED
    SCHEDULED, STARTED       TaskSucceeded, -Failed   ENTERED
    JOINING                  GroupSucceeded, -Failed  ENTERED
    ENTERED, RETRYING, JOINING  RetryScheduled        RETRYING
    any but ENDED            StateExited              READY, or ENDED at the end of its scope
    any but ENDED            StateAborted, …Aborted   ABORTED
    any but ENDED            ExecutionRedriven        ENTERED where it was inside a state without children,
                                                      JOINING where it has children, else READY

Between two facts, ENTERED is seen only of a state that failed the execution, and of one that a redrive has the branch
do again.
"""

from collections import deque
from enum import Enum

from stepwell.clock import Milliseconds
from stepwell.core import journal as j
from stepwell.core.document import Document
from stepwell.core.mocks import MOCKED, Mocks
from stepwell.core.work import Work


class Phase(Enum):
    """What a branch is doing; see the table at the top."""

    READY = "ready"  # about to enter `state` with `data`
    ENTERED = "entered"  # in `state`, between two of its entries
    WAITING = "waiting"  # in a Wait state
    SCHEDULED = "scheduled"  # its task waits to be taken or answered
    STARTED = "started"  # its task is being worked on
    RETRYING = "retrying"  # waiting for a retrier's delay
    JOINING = "joining"  # waiting for its children
    ENDED = "ended"  # through its scope; `data` is the output
    ABORTED = "aborted"  # stopped because a sibling failed


class Try:
    """A try of a task: what a token stands for."""

    __slots__ = (
        "credentials",
        "due",
        "family",
        "heartbeat",
        "input",
        "mocked",
        "position",
        "resource",
        "resource_type",
        "submitted",
        "submitted_at",
        "timeout",
    )

    def __init__(self, entry: j.TaskScheduled, position: int, input: Document, mocked: int | None = None) -> None:
        self.position = position
        self.input = input  # what the worker is given
        self.family = entry.family
        self.resource = entry.resource
        self.resource_type = entry.resource_type
        self.timeout = entry.timeout
        self.heartbeat = entry.heartbeat
        self.due = entry.timeout_due  # when the try times out, for calls
        self.credentials = entry.credentials
        self.mocked = mocked  # which try of its state it is, from 0, where a mock answers; None: it is done
        self.submitted: Document | None = None  # what the service answered when it took the job or the message
        self.submitted_at: Milliseconds = 0

    @property
    def service(self) -> str:
        """Whom the call is for: `sqs`, `aws-sdk:dynamodb`, or a function's ARN. Calls queue by it."""
        return MOCKED if self.mocked is not None else self.resource_type or self.resource

    @property
    def waits_for_job(self) -> bool:
        """Whether the service is given a job, whose end the task waits for (`.sync`)."""
        return self._waits((".sync", ".sync:2"))

    @property
    def waits_for_token(self) -> bool:
        """Whether somebody must answer with the task token, once the service has taken the call."""
        return self._waits((".waitForTaskToken",))

    def _waits(self, patterns: tuple[str, ...]) -> bool:
        # A mock's answer is the task's result, whatever the task would have waited for.
        return self.mocked is None and self.resource_type is not None and self.resource.endswith(patterns)


class Group:
    """The children of a Parallel or Map state, and what they have come to."""

    __slots__ = (
        "children",
        "concurrency",
        "ended",
        "filling",
        "items",
        "length",
        "results",
        "start",
        "started",
        "type",
    )

    def __init__(self, type: str, length: int, items: Document, start: str = "", concurrency: int = 0) -> None:
        self.type = type
        self.length = length
        self.items = items
        self.start = start
        self.concurrency = concurrency
        self.started = 0
        self.ended = 0
        self.filling = False  # after a redrive: its Map is in line to begin the iterations that there is room for
        self.results: list[Document | None] = [None] * length
        self.children: dict[int, None] = {}  # branches that live, in order

    @property
    def has_room(self) -> bool:
        """Whether a Map may begin one more iteration."""
        return self.started < self.length and len(self.children) < self.concurrency


class Branch:
    """One line of control: the execution's own, a Parallel's branch, a Map's iteration."""

    __slots__ = (
        "before",
        "data",
        "entered_at",
        "entered_event",
        "group",
        "id",
        "index",
        "input",
        "item",
        "last",
        "owned",
        "parent",
        "phase",
        "result",
        "retries",
        "retry_count",
        "state",
        "task",
        "variables",
        "work",
    )

    def __init__(self, id: int, parent: int | None, index: int, state: str, data: Document, last: int) -> None:
        self.id = id
        self.parent = parent
        self.index = index
        self.state = state
        self.data = data  # before a state: its input to be; at the end: the output
        self.input = data  # raw input of the state it is in
        self.result: Document | None = None  # of its task, until it leaves the state
        self.item: Document | None = None  # of an iteration: its input
        self.last = last  # event that the next one names as previous
        self.phase = Phase.READY
        self.before = last  # event before the state was entered
        self.entered_event = 0  # StateEntered of the state that it is inside
        self.entered_at = 0
        self.retry_count = 0
        self.retries: dict[int, int] | None = None  # retrier -> how often, in this visit of the state
        self.task: Try | None = None
        self.group: Group | None = None
        self.variables: dict[str, Document] | None = None
        self.work: list[tuple[int, str]] | None = None  # keys of its open work
        self.owned: int | None = None  # position of the wait, retry or try that it is in

    @property
    def inside(self) -> bool:
        """Whether it has entered `state` and not left it, which ABORTED alone does not tell."""
        return self.entered_event != 0


class Execution:
    """Everything the core knows of an execution. Changed by `evolve` alone."""

    __slots__ = (
        "alias_arn",
        "arn",
        "branches",
        "cause",
        "closed_work",
        "error",
        "events",
        "id",
        "input",
        "last_at",
        "length",
        "machine_arn",
        "mocks",
        "name",
        "next_branch",
        "opened_work",
        "output",
        "owners",
        "parent",
        "ready",
        "redrive_count",
        "redriven_at",
        "revision",
        "role_arn",
        "started_at",
        "status",
        "stopped_at",
        "tries",
        "version_arn",
        "work",
    )

    def __init__(self, id: int) -> None:
        self.id = id
        self.arn = ""
        self.machine_arn = ""
        self.revision = ""
        self.name = ""
        self.role_arn = ""
        self.version_arn: str | None = None
        self.alias_arn: str | None = None
        self.parent: j.Parent | None = None  # whose task started it
        self.mocks: Mocks = {}  # states whose tasks are answered from here instead of being done
        self.tries: dict[str, int] = {}  # mocked state -> how many tries it has had
        self.input = Document("null")
        self.output: Document | None = None
        self.error: str | None = None
        self.cause: str | None = None
        self.status = "RUNNING"
        self.started_at: Milliseconds = 0
        self.stopped_at: Milliseconds | None = None
        self.redrive_count = 0
        self.redriven_at: Milliseconds | None = None
        self.last_at: Milliseconds = 0
        self.length = 0  # journal entries
        self.events = 0  # those of AWS's history
        self.branches: dict[int, Branch] = {}
        self.next_branch = 0
        self.ready: deque[int] = deque()  # branches that can go on at once
        self.owners: dict[int, int] = {}  # position of a wait, retry or try -> branch that is in it
        self.work: dict[tuple[int, str], Work] = {}
        self.opened_work: dict[tuple[int, str], Work] = {}  # since the last `drain_work`
        self.closed_work: list[tuple[int, str]] = []

    @property
    def root(self) -> Branch:
        return self.branches[0]

    @property
    def running(self) -> bool:
        return self.status == "RUNNING"

    @property
    def express(self) -> bool:
        return ":express:" in self.arn

    def owner(self, position: int) -> Branch | None:
        """The branch whose wait, retry or try of a task began at this position, while it is in it."""
        id = self.owners.get(position)
        return None if id is None else self.branches[id]

    def drain_work(self) -> tuple[list[Work], list[tuple[int, str]]]:
        """Work opened and closed since the last call; what was both is neither."""
        opened, closed = list(self.opened_work.values()), self.closed_work
        self.opened_work = {}
        self.closed_work = []
        return opened, closed
