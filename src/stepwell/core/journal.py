"""The journal: every entry there is, and how entries become bytes. The only stored truth of an execution.

Most entries are events of AWS's history; those with `event` 0 are ours alone (AWS has no event for them). Tags are
stored: a number is never reused, and fields are only ever added at the end, with a default.
"""

from collections.abc import Sequence

import msgspec

from stepwell.clock import Milliseconds

Payload = str | int
"""JSON text, or the position of the earlier entry that holds the same text."""


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False, tag_field="tag", tag=0):
    """What all entries have."""

    at: Milliseconds
    event: int  # id in AWS's history, from 1; 0: not an event of AWS's
    previous: int  # previousEventId
    branch: int  # whom it concerns; 0 is the execution's own branch


class Parent(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Which try of which execution's task started this one."""

    execution: int
    position: int
    waits: bool  # for this one's end (`.sync`)


class ExecutionStarted(Entry, frozen=True, array_like=True, gc=False, tag=1):
    payload: Payload  # input
    arn: str
    machine_arn: str
    revision: str
    name: str
    role_arn: str
    start_at: str
    due: Milliseconds | None = None  # the machine's TimeoutSeconds
    version_arn: str | None = None
    alias_arn: str | None = None
    parent: Parent | None = None
    mocks: str | None = None  # what tasks are answered instead of being done; JSON, see `core.mocks`
    variables: dict[str, str] | None = None  # that the first state finds: name -> JSON text
    trace_header: str | None = None  # whose trace it belongs to, as X-Ray or W3C write it


class ExecutionSucceeded(Entry, frozen=True, array_like=True, gc=False, tag=2):
    payload: Payload  # output


class ExecutionFailed(Entry, frozen=True, array_like=True, gc=False, tag=3):
    error: str | None = None
    cause: str | None = None


class ExecutionAborted(Entry, frozen=True, array_like=True, gc=False, tag=4):
    error: str | None = None
    cause: str | None = None


class ExecutionTimedOut(Entry, frozen=True, array_like=True, gc=False, tag=5):
    error: str | None = None
    cause: str | None = None


class ExecutionRedriven(Entry, frozen=True, array_like=True, gc=False, tag=6):
    count: int  # how often by now
    due: Milliseconds | None = None  # the machine's TimeoutSeconds, from now on
    client_token: str | None = None  # of the request: another one with the same token is answered like it


class StateEntered(Entry, frozen=True, array_like=True, gc=False, tag=10):
    name: str
    type: str  # Pass, Task, …
    payload: Payload  # raw input


class StateExited(Entry, frozen=True, array_like=True, gc=False, tag=11):
    name: str
    type: str
    payload: Payload  # output
    next: str | None  # None: the end of the scope
    assigned: dict[str, str] | None = None  # variable name -> JSON text


class StateAborted(Entry, frozen=True, array_like=True, gc=False, tag=12):
    """A Task or Wait state that was stopped because a sibling failed."""

    type: str


class EvaluationFailed(Entry, frozen=True, array_like=True, gc=False, tag=13):
    state: str
    error: str
    cause: str
    location: str | None = None


class TaskScheduled(Entry, frozen=True, array_like=True, gc=False, tag=20):
    """A try of a task. Its position names the try: in the task token, and in the timers."""

    family: str  # Activity, LambdaFunction, Task: the first part of the events' names
    resource: str  # the ARN, or the action (`sendMessage.waitForTaskToken`)
    payload: Payload  # what the task is given
    resource_type: str | None = None  # `sqs`, `aws-sdk:dynamodb`, … for family Task
    timeout: int | None = None  # seconds
    heartbeat: int | None = None  # seconds
    timeout_due: Milliseconds | None = None  # not for activities: theirs runs from TaskStarted
    heartbeat_due: Milliseconds | None = None
    credentials: str | None = None  # the role to call with


class TaskStarted(Entry, frozen=True, array_like=True, gc=False, tag=21):
    family: str
    resource: str
    resource_type: str | None = None
    worker: str | None = None
    timeout_due: Milliseconds | None = None
    heartbeat_due: Milliseconds | None = None


class TaskSubmitted(Entry, frozen=True, array_like=True, gc=False, tag=22):
    """The service has taken the job (`.sync`) or the call (`.waitForTaskToken`)."""

    family: str
    resource: str
    payload: Payload
    resource_type: str | None = None


class TaskSucceeded(Entry, frozen=True, array_like=True, gc=False, tag=23):
    family: str
    resource: str
    payload: Payload
    resource_type: str | None = None


class TaskFailed(Entry, frozen=True, array_like=True, gc=False, tag=24):
    family: str
    resource: str
    how: str  # Failed, TimedOut, ScheduleFailed, StartFailed, SubmitFailed: the last part of the event's name
    error: str | None = None
    cause: str | None = None
    resource_type: str | None = None


class TaskPutBack(Entry, frozen=True, array_like=True, gc=False, tag=25):
    """Ours: the worker was gone before it had the task; the same try waits for another worker."""


class ParallelStarted(Entry, frozen=True, array_like=True, gc=False, tag=30):
    payload: Payload  # every branch's input
    starts: tuple[str, ...]  # each branch's first state


class MapStarted(Entry, frozen=True, array_like=True, gc=False, tag=31):
    payload: Payload  # the array of items
    length: int
    start: str  # the processor's first state
    concurrency: int  # most iterations at once


class MapIterationStarted(Entry, frozen=True, array_like=True, gc=False, tag=32):
    """`branch` is the Map's; the iteration gets the next free branch number."""

    name: str
    index: int
    payload: Payload  # the iteration's input


class MapIterationSucceeded(Entry, frozen=True, array_like=True, gc=False, tag=33):
    name: str
    index: int


class MapIterationFailed(Entry, frozen=True, array_like=True, gc=False, tag=34):
    name: str
    index: int


class MapIterationAborted(Entry, frozen=True, array_like=True, gc=False, tag=35):
    name: str
    index: int


class GroupSucceeded(Entry, frozen=True, array_like=True, gc=False, tag=36):
    type: str  # Map or Parallel


class GroupFailed(Entry, frozen=True, array_like=True, gc=False, tag=37):
    type: str


class GroupAborted(Entry, frozen=True, array_like=True, gc=False, tag=38):
    type: str


class WaitingUntil(Entry, frozen=True, array_like=True, gc=False, tag=40):
    """Ours: when a Wait state ends."""

    due: Milliseconds


class RetryScheduled(Entry, frozen=True, array_like=True, gc=False, tag=41):
    """Ours: which retrier took an error, and when it tries again."""

    retrier: int  # index in Retry
    due: Milliseconds


AnyEntry = (
    ExecutionStarted
    | ExecutionSucceeded
    | ExecutionFailed
    | ExecutionAborted
    | ExecutionTimedOut
    | ExecutionRedriven
    | StateEntered
    | StateExited
    | StateAborted
    | EvaluationFailed
    | TaskScheduled
    | TaskStarted
    | TaskSubmitted
    | TaskSucceeded
    | TaskFailed
    | TaskPutBack
    | ParallelStarted
    | MapStarted
    | MapIterationStarted
    | MapIterationSucceeded
    | MapIterationFailed
    | MapIterationAborted
    | GroupSucceeded
    | GroupFailed
    | GroupAborted
    | WaitingUntil
    | RetryScheduled
)

Closing = ExecutionSucceeded | ExecutionFailed | ExecutionAborted | ExecutionTimedOut

STATUS: dict[type[Entry], str] = {
    ExecutionSucceeded: "SUCCEEDED",
    ExecutionFailed: "FAILED",
    ExecutionAborted: "ABORTED",
    ExecutionTimedOut: "TIMED_OUT",
}
"""The status that each closing entry gives."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[AnyEntry])


def encode(entries: Sequence[Entry]) -> bytes:
    """A chunk: these entries as they are stored."""
    return _encoder.encode(entries)


def decode(chunk: bytes) -> list[AnyEntry]:
    """The entries of a chunk. Raises msgspec.ValidationError when it is none of ours."""
    return _decoder.decode(chunk)
