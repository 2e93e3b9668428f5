"""Tasks that wait for somebody outside, a person or a system, to answer with their tokens: listed, the oldest first.

An activity task that a worker took counts when it has no heartbeat: then it may be with a person.
"""

import asyncio
from collections.abc import Callable

import msgspec

from stepwell.clock import Milliseconds
from stepwell.core import journal as j
from stepwell.core.work import Work, read_callback_queue
from stepwell.engine.reading import Journal
from stepwell.errors import ExecutionDoesNotExist
from stepwell.store.protocol import Store, WorkKind

LOOKED_AT = 2_000
"""Rows that one page looks at, however few of them are wanted."""


class WaitingTask(msgspec.Struct, frozen=True, kw_only=True):
    """A try of a task that was handed out and not answered."""

    execution: int
    position: int  # of the try: what its token stands for
    execution_arn: str
    execution_name: str
    machine_arn: str
    state: str
    event: int  # id of its …Scheduled event
    since: Milliseconds
    resource: str  # as `sqs:sendMessage.waitForTaskToken`, or an activity's ARN
    input: str  # JSON text: what the task was given
    expires: Milliseconds | None  # by TimeoutSeconds; heartbeats have deadlines of their own


def _everyone(machine_arn: str) -> bool:
    return True


async def waiting_tasks(
    store: Store, after: int, limit: int, wanted: Callable[[str], bool] = _everyone
) -> tuple[list[WaitingTask], int | None]:
    """Up to `limit` of those after a place in the order they came (0: the first), and the place to go on after.

    `wanted` is asked of the machine's ARN. The place is None when there are no more; a page may be empty all the
    same when the rows looked at were of others. Raises StoreError.
    """
    found: list[Work] = []
    place, left, more = after, LOOKED_AT, True
    while more and left > 0 and len(found) < limit:
        asked = min(limit, left)
        rows = await store.queued(WorkKind.CALLBACK, None, place, asked)
        left -= asked
        more = len(rows) == asked
        for arrival, work in rows:
            if len(found) == limit:
                more = True
                break
            place = arrival
            if wanted(_machine_of(work)):
                found.append(work)
    tasks = await asyncio.gather(*(_task(store, work) for work in found))
    return [task for task in tasks if task is not None], place if more else None


def _machine_of(work: Work) -> str:
    return read_callback_queue(work.queue or "")[0]


async def _task(store: Store, work: Work) -> WaitingTask | None:
    """None: it has ended meanwhile, and was deleted."""
    journal = Journal(store, work.execution)
    try:
        await journal.read(0, 0)
        await journal.read(work.position, work.position)
        started, scheduled = journal[0], journal[work.position]
        await journal.resolve([scheduled])
    except ExecutionDoesNotExist:
        return None
    assert isinstance(started, j.ExecutionStarted)
    assert isinstance(scheduled, j.TaskScheduled)
    machine_arn, state = read_callback_queue(work.queue or "")
    return WaitingTask(
        execution=work.execution,
        position=work.position,
        execution_arn=started.arn,
        execution_name=started.name,
        machine_arn=machine_arn,
        state=state,
        event=scheduled.event,
        since=scheduled.at,
        resource=f"{scheduled.resource_type}:{scheduled.resource}" if scheduled.resource_type else scheduled.resource,
        input=journal.text(scheduled.payload),
        expires=scheduled.timeout_due,
    )
