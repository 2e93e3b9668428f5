"""Closed executions by the million, written through a store in large batches: no server could run so many in time."""

import random
import uuid
from collections.abc import Iterator, Sequence
from itertools import count, islice

import msgspec

from stepwell.arns import execution_arn, parse_arn
from stepwell.core import journal as j
from stepwell.engine.records import StateMachineRecord
from stepwell.store.opening import store_at
from stepwell.store.protocol import Commit, ExecutionRow

BATCH = 10_000  # executions in a transaction
STATUSES = ("SUCCEEDED",) * 16 + ("FAILED",) * 2 + ("TIMED_OUT", "ABORTED")
BY_ALIAS = 4  # each fourth was started by the alias, so by its version too
LONGEST = 60_000  # ms from a start to its end
CLOSING = {status: entry for entry, status in j.STATUS.items()}
_COUNTER_BITS = 20  # of an execution's number, as the server gives them out


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """Closed executions of one machine: how many, and when they began, in ms since the epoch."""

    machine_arn: str
    count: int
    first: int
    last: int
    alias_arn: str | None = None
    version_arn: str | None = None


async def seed(where: str, pasts: Sequence[Past]) -> None:
    """Write these executions into the data at `where`, on which no server runs and which have the machines."""
    store = store_at(where)
    await store.open()
    try:
        numbers = count()
        for past in pasts:
            resource = await store.get(past.machine_arn)
            assert resource is not None, f"{past.machine_arn} is not there"
            revision = msgspec.msgpack.decode(resource.body, type=StateMachineRecord).revision
            commits = _commits(past, revision, numbers)
            while batch := list(islice(commits, BATCH)):
                await store.commit(batch)
    finally:
        await store.close()


def _commits(past: Past, revision: str, numbers: Iterator[int]) -> Iterator[Commit]:
    chance = random.Random(past.machine_arn)
    machine = parse_arn(past.machine_arn)
    for number in range(past.count):
        started = past.first + (past.last - past.first) * number // past.count
        name = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        aliased = number % BY_ALIAS == 0
        row = ExecutionRow(
            id=(started << _COUNTER_BITS) + next(numbers) % (1 << _COUNTER_BITS),
            arn=execution_arn(machine.region, machine.account, machine.name, name),
            machine_arn=past.machine_arn,
            revision=revision,
            name=name,
            express=False,
            status=chance.choice(STATUSES),
            started_at=started,
            stopped_at=started + chance.randrange(LONGEST),
            version_arn=past.version_arn if aliased else None,
            alias_arn=past.alias_arn if aliased else None,
        )
        entries = _journal(row)
        yield Commit(execution=row.id, position=0, count=len(entries), chunk=j.encode(entries), created=row)


def _journal(row: ExecutionRow) -> list[j.Entry]:
    """What a machine of one Pass state leaves behind."""
    at, end = row.started_at, row.stopped_at or 0
    started = j.ExecutionStarted(
        at,
        1,
        0,
        0,
        '{"order": 17}',
        row.arn,
        row.machine_arn,
        row.revision,
        row.name,
        "arn:aws:iam::123456789012:role/benchmark",
        "Pass1",
        None,
        row.version_arn,
        row.alias_arn,
    )
    entered = j.StateEntered(at, 2, 0, 0, "Pass1", "Pass", 0)
    if row.status != "SUCCEEDED":
        return [started, entered, CLOSING[row.status](end, 3, 2, 0, None, None)]
    exited = j.StateExited(end, 3, 2, 0, "Pass1", "Pass", 0, None)
    return [started, entered, exited, j.ExecutionSucceeded(end, 4, 3, 0, 0)]
