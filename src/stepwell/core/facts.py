"""Facts: everything that can happen to an execution. The only way in is to deliver one of these."""

import msgspec

from stepwell.clock import Milliseconds
from stepwell.core.journal import Parent
from stepwell.errors import Failure


class Fact(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Something that happened outside the core."""


class Start(Fact, frozen=True, gc=False, kw_only=True):
    """A client asked for the execution."""

    arn: str
    machine_arn: str
    revision: str
    name: str
    role_arn: str
    input: str  # JSON text
    version_arn: str | None = None
    alias_arn: str | None = None
    parent: Parent | None = None
    mocks: str | None = None  # JSON, see `core.mocks`
    start_at: str | None = None  # the state to begin with; None: the machine's StartAt
    variables: dict[str, str] | None = None  # that are set already: name -> JSON text
    trace_header: str | None = None


class Continue(Fact, frozen=True, gc=False):
    """Nothing new: go on where the last slice ended."""


class TimerFired(Fact, frozen=True, gc=False):
    """A timer's time has come.

    `awake_since` is when this server began: a heartbeat's deadline never lies within HeartbeatSeconds of it, since
    while the server was away nobody could send one.
    """

    position: int
    kind: str
    awake_since: Milliseconds = 0


class TaskTaken(Fact, frozen=True, gc=False):
    """A worker asked for an activity task and is given this one."""

    position: int
    worker: str | None


class TaskReturned(Fact, frozen=True, gc=False):
    """The worker was gone before it had the task."""

    position: int


class TaskSubmitted(Fact, frozen=True, gc=False):
    """The service has taken the job (`.sync`) or the call (`.waitForTaskToken`)."""

    position: int
    output: str  # JSON text: what the service answered


class JobRuns(Fact, frozen=True, gc=False):
    """The job was asked after, and still runs."""

    position: int
    ask_again: Milliseconds  # when


class TaskAnswered(Fact, frozen=True, gc=False):
    """A worker, an integration or a person answered: the task's output."""

    position: int
    output: str  # JSON text


class TaskRefused(Fact, frozen=True, gc=False):
    """A worker, an integration or a person answered: the task failed."""

    position: int
    failure: Failure
    how: str = "Failed"  # last part of the event's name


class Heartbeat(Fact, frozen=True, gc=False):
    """A worker is still at it."""

    position: int


class Stop(Fact, frozen=True, gc=False):
    """A client asked to stop the execution."""

    error: str | None
    cause: str | None


class Redrive(Fact, frozen=True, gc=False):
    """A client asked that the execution, which has ended without success, go on where it failed."""

    client_token: str | None = None


AnyFact = (
    Start
    | Continue
    | TimerFired
    | TaskTaken
    | TaskReturned
    | TaskSubmitted
    | JobRuns
    | TaskAnswered
    | TaskRefused
    | Heartbeat
    | Stop
    | Redrive
)
"""A fact as it can be read again."""
