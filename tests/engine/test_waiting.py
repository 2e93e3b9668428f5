"""Tasks that wait for an answer from outside: listed from the commit that handed them out to the end of the try."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from definitions import catcher, chain, mapping, passing, retrier, task
from stepwell.core.tokens import Tokens
from stepwell.engine import waiting
from stepwell.engine.waiting import WaitingTask, waiting_tasks
from stepwell.store.protocol import WorkKind

from .desk import Desk
from .world import ACCOUNT, ACTIVITY, World


def ask(**fields: Any) -> dict[str, Any]:
    """A task that waits for whoever has its token."""
    resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    parameters = {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, **fields}


class Office(World):
    """A world whose messages arrive."""

    async def up(self) -> None:
        self.engine.integrations.register("sqs", Desk())
        await super().up()

    async def restart(self, away: float = 0, **config: Any) -> None:
        await super().restart(away, **config)
        self.engine.integrations.register("sqs", Desk())

    async def listed(self) -> list[WaitingTask]:
        await self.settle()
        tasks, place = await waiting_tasks(self.store, 0, 100)
        assert place is None
        return tasks

    def token(self, task: WaitingTask) -> str:
        return self.engine.runner.tokens.make(task.execution, task.position)


@pytest.fixture
def world(runner: asyncio.Runner) -> Iterator[Office]:
    world = Office()
    runner.run(world.up())
    yield world
    runner.run(world.down())


async def test_a_task_is_listed_with_all_that_somebody_needs_to_answer_it(world: Office) -> None:
    machine = await world.machine(chain(Before=passing(), **{"Ask the manager": ask(TimeoutSeconds=60)}))
    started = await world.start(machine, "one", '{"order": 17}')
    (task,) = await world.listed()
    row = await world.row(started.arn)
    token = Tokens(await world.store.secret()).make(row.id, task.position)
    assert task == WaitingTask(
        execution=row.id,
        position=4,
        execution_arn=started.arn,
        execution_name="one",
        machine_arn=machine.arn,
        state="Ask the manager",
        event=5,
        since=started.started_at,
        resource="sqs:sendMessage.waitForTaskToken",
        input=json.dumps({"QueueUrl": "q", "MessageBody": token}, separators=(",", ":")),
        expires=started.started_at + 60_000,
    )


async def test_a_task_that_was_answered_is_not_listed_any_more(world: Office) -> None:
    started = await world.start(await world.machine(chain(Ask=ask())))
    (task,) = await world.listed()
    await world.engine.tasks.succeed(world.token(task), '"yes"')
    assert await world.listed() == []
    assert await world.output(started) == "yes"


@pytest.mark.parametrize("end", ["stop", "time-out", "failure that is caught"])
async def test_a_task_whose_try_ended_is_not_listed_any_more(world: Office, end: str) -> None:
    state = ask(TimeoutSeconds=60, Catch=[catcher("Otherwise")])
    started = await world.start(await world.machine(chain(Ask=state, Otherwise=passing())))
    (task,) = await world.listed()
    if end == "stop":
        await world.engine.stop_execution(await world.row(started.arn), None, None)
    elif end == "time-out":
        await world.pass_time(61)
    else:
        await world.engine.tasks.fail(world.token(task), "No", None)
    assert await world.listed() == []


async def test_the_next_try_is_listed_anew(world: Office) -> None:
    await world.start(await world.machine(chain(Ask=ask(Retry=[retrier(IntervalSeconds=1)]))))
    (first,) = await world.listed()
    await world.engine.tasks.fail(world.token(first), "No", None)
    await world.pass_time(2)
    (second,) = await world.listed()
    assert second.position > first.position


async def test_they_are_listed_by_the_store_so_a_restart_changes_nothing(world: Office) -> None:
    await world.start(await world.machine(chain(Each=mapping(chain(Ask=ask()), ItemsPath="$"))), input="[1, 2, 3]")
    before = await world.listed()
    await world.restart()
    assert await world.listed() == before
    assert len(before) == 3
    assert (await world.store.counts())["work.callback"] == 3


async def test_the_oldest_come_first_a_page_at_a_time(world: Office) -> None:
    machine = await world.machine(chain(Ask=ask()))
    for name in ("a", "b", "c"):
        await world.start(machine, name)
        await world.settle()
    first, place = await waiting_tasks(world.store, 0, 2)
    assert place is not None
    second, end = await waiting_tasks(world.store, place, 2)
    assert [[task.execution_name for task in page] for page in (first, second)] == [["a", "b"], ["c"]]
    assert end is None


async def test_a_page_looks_at_so_many_rows_however_few_are_wanted(
    world: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LOOKED_AT", 2)
    machine = await world.machine(chain(Ask=ask()))
    for name in ("a", "b", "c"):
        await world.start(machine, name)
        await world.settle()
    pages, place = [], 0
    while place is not None:
        page, place = await waiting_tasks(world.store, place, 5, wanted=lambda arn: False)
        pages.append(page)
    assert pages == [[], []]
    assert ACCOUNT in machine.arn


async def test_work_of_this_kind_is_taken_up_by_nobody(world: Office) -> None:
    await world.start(await world.machine(chain(Ask=ask())))
    await world.listed()
    await world.restart(away=3600)
    assert [work.kind for _, work in await world.store.queued(WorkKind.CALLBACK, None, 0, 10)] == ["callback"]
    assert len(world.engine.runner.residents) == 0


async def test_an_activity_task_is_listed_while_a_worker_has_it_and_no_heartbeat_shows_that_it_works(
    world: Office,
) -> None:
    await world.activity()
    await world.start(await world.machine(chain(Ask=task())), "by-a-person")
    await world.start(await world.machine(chain(Work=task(HeartbeatSeconds=60)), "other"), "by-a-program")
    assert await world.listed() == []  # nobody has them
    given = [await world.take(), await world.take()]
    assert [(one.execution_name, one.state, one.resource) for one in await world.listed()] == [
        ("by-a-person", "Ask", ACTIVITY)
    ]
    await world.engine.tasks.put_back(given[0])
    assert await world.listed() == []
    again = await world.take()
    assert len(await world.listed()) == 1
    await world.engine.tasks.succeed(again.token, "1")
    assert await world.listed() == []
