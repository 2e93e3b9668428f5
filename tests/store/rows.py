"""Executions, commits and work as short to write down as tests want them."""

from typing import Any

import msgspec

from stepwell.store.protocol import Chunk, Commit, ExecutionRow, Resource, Store, Stored, Work, WorkKey, WorkKind

ACCOUNT = "us-east-1:123456789012"
ORDERS = f"arn:aws:states:{ACCOUNT}:stateMachine:Orders"
REFUNDS = f"arn:aws:states:{ACCOUNT}:stateMachine:Refunds"


def row(number: int, machine: str = ORDERS, **changes: Any) -> ExecutionRow:
    """Execution `number` of a machine, started at that many milliseconds."""
    name = changes.pop("name", f"order-{number}")
    plain = ExecutionRow(
        id=number,
        arn=f"{machine.replace(':stateMachine:', ':execution:')}:{name}",
        machine_arn=machine,
        revision=f"{machine}#r1",
        name=name,
        express=False,
        status="RUNNING",
        started_at=number,
    )
    return msgspec.structs.replace(plain, **changes)


def ended(started: ExecutionRow, at: int, status: str = "SUCCEEDED") -> ExecutionRow:
    return msgspec.structs.replace(started, status=status, stopped_at=at)


def redriven(started: ExecutionRow, at: int, count: int = 1) -> ExecutionRow:
    return msgspec.structs.replace(started, redrive_count=count, redriven_at=at)


def start(number: int, **members: Any) -> Commit:
    """The first commit of an execution: its row and three entries."""
    created = members.pop("created", None) or row(number)
    return Commit(**{"execution": number, "position": 0, "count": 3, "chunk": b"started", "created": created} | members)


def step(number: int, position: int, chunk: bytes = b"more", count: int = 1, **members: Any) -> Commit:
    return Commit(execution=number, position=position, count=count, chunk=chunk, **members)


def moved(number: int, position: int = 0, **members: Any) -> Commit:
    """A commit that moves rows and adds no entry."""
    return Commit(execution=number, position=position, **members)


def timer(number: int, due: int, position: int = 1, kind: str = "wait") -> Work:
    return Work(execution=number, position=position, kind=kind, due=due)


def task(number: int, queue: str | None = "print", position: int = 2, kind: str = "activity") -> Work:
    return Work(execution=number, position=position, kind=kind, queue=queue)


def key(work: Work) -> WorkKey:
    return WorkKey(work.execution, work.position, work.kind)


def stored(created: ExecutionRow, *chunks: Chunk, work: tuple[Work, ...] = ()) -> Stored:
    return Stored(created, chunks, work)


STARTED = Chunk(0, 3, b"started")


def resource(name: str, kind: str = "activity", scope: str = ACCOUNT, body: bytes = b"{}") -> Resource:
    return Resource(
        arn=f"arn:aws:states:{scope}:{kind}:{name}",
        kind=kind,
        scope=scope,
        name=name,
        created_at=7,
        body=body,
    )


async def everything(store: Store) -> dict[str, Any]:
    """All that a store says of its executions and work, in a form that compares."""
    rows = await store.executions(None, None, None, 1000)
    loaded = await store.load([row.id for row in rows])
    kinds = ("activity", "call", "runnable", *sorted(WorkKind.NOTICES))
    return {
        "executions": rows,
        "journals": {one.row.id: (one.row, tuple(one.chunks)) for one in loaded},
        "work": {one.row.id: sorted(one.work, key=repr) for one in loaded},
        "due": await store.due(10**15, (0, 0, 0, ""), 1000),
        "queued": {kind: [work for _, work in await store.queued(kind, None, 0, 1000)] for kind in kinds},
        "counts": {name: count for name, count in (await store.counts()).items() if count},
    }
