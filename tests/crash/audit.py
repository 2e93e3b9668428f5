"""What must be true when all is over: everything that was acknowledged, as clients see it and as the disk has it."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

from stepwell.core import journal as j
from stepwell.core.tokens import Tokens
from stepwell.store.opening import store_at
from stepwell.store.protocol import Store, Stored

from .client import Refused
from .drivers import Observer
from .ledger import Answer, Asked, Ledger
from .workflows import WORKFLOWS, Outcome

Try = tuple[int, int]
"""Execution, position of the try."""


def audit_executions(observer: Observer, ledger: Ledger) -> None:
    """Every execution ended as it had to, and its history is whole."""
    for arn, asked in list(ledger.started.items()):
        try:
            _audit_execution(arn, asked, observer, ledger)
        except Refused as refusal:
            ledger.violation(f"{arn} cannot be seen: {refusal}")


def _audit_execution(arn: str, asked: Asked, observer: Observer, ledger: Ledger) -> None:
    seen = observer.describe(arn)
    output = None if seen["output"] is None else json.loads(seen["output"])
    ended = Outcome(seen["status"], output, seen["error"], seen["cause"])
    if ended != asked.outcome:
        ledger.violation(f"{arn} was to end as {asked.outcome} and ended as {ended}")
    if json.loads(seen["input"]) != asked.input:
        ledger.violation(f"{arn} was given {asked.input} and has {seen['input']}")
    types = [type for _, _, type in observer.history(arn)]
    redrives = WORKFLOWS[asked.workflow].redrives
    if (seen["redriveCount"], types.count("ExecutionRedriven")) != (redrives, redrives):
        ledger.violation(f"{arn} was to be redriven {redrives} times: {seen}, {types}")
    if not types or types[0] != "ExecutionStarted" or types[-1] != _LAST[asked.outcome.status]:
        ledger.violation(f"the history of {arn} goes from {types[:1]} to {types[-1:]}")


_LAST = {
    "SUCCEEDED": "ExecutionSucceeded",
    "FAILED": "ExecutionFailed",
    "ABORTED": "ExecutionAborted",
    "TIMED_OUT": "ExecutionTimedOut",
}


async def audit_tasks(where: str, ledger: Ledger) -> int:
    """Every token given out and every answer taken stands in a journal. Returns how many entries there are."""
    store = store_at(where)
    await store.open()
    try:
        tokens = Tokens(await store.secret())
        tries: dict[Try, list[j.AnyEntry]] = defaultdict(list)
        entries = 0
        async for stored in _executions(store):
            entries += _gather(stored, tries)
    finally:
        await store.close()
    for token, worker in ledger.given.items():
        told = tries.get(tokens.read(token), [])
        if not any(isinstance(entry, j.TaskStarted) and entry.worker == worker for entry in told):
            ledger.violation(f"token {token} was given to {worker}, but the journal does not say so: {told}")
    for token, answer in ledger.accepted.items():
        if not any(_says(entry, answer) for entry in tries.get(tokens.read(token), [])):
            ledger.violation(f"{answer} was accepted for token {token}, but the journal does not say so")
    sent = {tokens.read(token): answers for token, answers in ledger.sent.items()}
    for place, told in tries.items():
        for entry in told:
            if _is_an_answer(entry) and not any(_says(entry, answer) for answer in sent.get(place, [])):
                ledger.violation(f"{place}: nobody gave the answer {entry}")
    return entries


async def _executions(store: Store) -> AsyncIterator[Stored]:
    after = None
    while rows := await store.executions(None, None, after, 100):
        for stored in await store.load([row.id for row in rows]):
            yield stored
        after = rows[-1].place


def _gather(stored: Stored, tries: dict[Try, list[j.AnyEntry]]) -> int:
    current: dict[int, int] = {}  # branch -> position of its try
    position = 0
    for chunk in stored.chunks:
        for entry in j.decode(chunk.data):
            if isinstance(entry, j.TaskScheduled):
                current[entry.branch] = position
            elif isinstance(entry, j.TaskStarted | j.TaskSucceeded | j.TaskFailed | j.TaskPutBack):
                tries[stored.row.id, current[entry.branch]].append(entry)
            position += 1
    return position


def _is_an_answer(entry: j.AnyEntry) -> bool:
    return isinstance(entry, j.TaskSucceeded) or (isinstance(entry, j.TaskFailed) and entry.how == "Failed")


def _says(entry: Any, answer: Answer) -> bool:
    if isinstance(entry, j.TaskSucceeded):
        return answer.how == "Succeeded" and json.loads(str(entry.payload)) == answer.output
    if isinstance(entry, j.TaskFailed):
        return answer.how == entry.how and entry.error == answer.error and entry.cause == answer.output
    return False
