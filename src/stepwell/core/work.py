"""Work: what somebody must still do for an execution. Made and ended by `evolve`, kept as rows by the store."""

import msgspec

from stepwell.clock import Milliseconds


class WorkKind:
    """Kinds of work. Timers have `due`; queued things have `queue`."""

    WAIT = "wait"  # timer: a Wait state's end
    RETRY = "retry"  # timer: a retrier's delay
    TASK_TIMEOUT = "task-timeout"  # timer: TimeoutSeconds of a task's try
    HEARTBEAT = "heartbeat"  # timer: HeartbeatSeconds of a task's try; moved by heartbeats
    EXECUTION_TIMEOUT = "execution-timeout"  # timer: the machine's TimeoutSeconds
    ACTIVITY = "activity"  # queued: a worker must take the task
    JOB = "job"  # timer: when to ask after a job that a `.sync` task has submitted; moved each time it still runs
    CALL = "call"  # queued: an integration must be called
    CALLBACK = "callback"  # listed: somebody must answer with the task token, a person or a system outside
    RUNNABLE = "runnable"  # the execution itself can go on
    NOTICE_ENDED = "notice-ended"  # outbox: the execution that started this one and waits must look after it
    NOTICE_STATUS = "notice-status"  # outbox: targets of status-change events must be told of one
    NOTICE_STOP = "notice-stop"  # outbox: a job that nobody waits for any more must be stopped

    TIMERS = frozenset({WAIT, RETRY, TASK_TIMEOUT, HEARTBEAT, EXECUTION_TIMEOUT, JOB})
    MOVED = frozenset({HEARTBEAT, JOB})  # timers that are moved without a journal entry
    NOTICES = frozenset({NOTICE_ENDED, NOTICE_STATUS, NOTICE_STOP})  # outlive the execution's end


class Work(msgspec.Struct, frozen=True, gc=False):
    """Something somebody must still do for an execution. Identified by (execution, position, kind)."""

    execution: int
    position: int  # of the journal entry that asks for it
    kind: str  # see WorkKind
    due: Milliseconds | None = None  # for timers
    queue: str | None = None  # the activity's ARN; of calls the service, or the function's ARN; whom a notice is for;
    # of callbacks the machine and the state, see `callback_queue`


class WorkKey(msgspec.Struct, frozen=True, gc=False):
    execution: int
    position: int
    kind: str


def callback_queue(machine_arn: str, state: str) -> str:
    """The queue of the tasks of a state that wait for their tokens: a list of them needs no journals to name it."""
    return f"{machine_arn}#{state}"


def read_callback_queue(queue: str) -> tuple[str, str]:
    """The machine's ARN and the state; no machine's name has a `#`."""
    machine_arn, _, state = queue.partition("#")
    return machine_arn, state
