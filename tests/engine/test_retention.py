"""Retention: which executions are deleted when, and what remains possible meanwhile and afterwards."""

import asyncio
import json

import pytest

from definitions import chain, fail, passing, waiting
from stepwell.engine.records import Route, StateMachineRecord
from stepwell.engine.retention import BATCH
from stepwell.engine.starts import Started
from stepwell.errors import ExecutionDoesNotExist
from stepwell.store.protocol import StoreError

from .world import DAY, World

HOUR = 3600


async def there(world: World, started: Started) -> bool:
    return await world.store.find(started.arn) is not None


async def test_a_closed_execution_stays_for_90_days_after_its_end(world: World):
    slow = await world.start(await world.machine(chain(W=waiting(10 * DAY), A=passing())))
    await world.pass_time(99 * DAY)
    assert await world.status(slow) == "SUCCEEDED"
    await world.pass_time(1 * DAY + HOUR)
    assert not await there(world, slow)
    assert await world.store.load([1]) == []


async def test_an_execution_that_runs_stays_however_long_it_takes(world: World):
    year = await world.start(await world.machine(chain(W=waiting(365 * DAY))))
    await world.pass_time(364 * DAY)
    assert await world.status(year) == "RUNNING"


async def test_a_deleted_execution_leaves_nothing_and_is_counted(runner: asyncio.Runner):
    world = World(retention_days=1 / 24)
    await world.up()
    started = await world.start(await world.machine(chain(A=passing())))
    row = await world.row(started.arn)
    await world.pass_time(HOUR + 120)
    assert await world.store.load([row.id]) == []
    assert await world.store.journal(row.id, 0, 100) == []
    assert {name: n for name, n in (await world.store.counts()).items() if n} == {}
    assert world.engine.figures()["executions.deleted"] == 1
    with pytest.raises(ExecutionDoesNotExist):  # a client that had found it just before
        await world.engine.describe(row)
    await world.down()


async def test_its_name_may_be_used_again_then(runner: asyncio.Runner):
    world = World(retention_days=1)
    await world.up()
    machine = await world.machine(chain(A=passing()))
    first = await world.start(machine, "nightly", input="1")
    await world.pass_time(DAY + HOUR)
    second = await world.start(machine, "nightly", input="2")
    assert first.arn == second.arn
    assert await world.output(second) == 2
    await world.down()


async def test_many_go_in_small_batches_with_rests_between(runner: asyncio.Runner):
    world = World(retention_days=1)
    await world.up()
    machine = await world.machine(chain(A=passing()))
    many = [await world.start(machine) for _ in range(2 * BATCH + 1)]
    kept = await world.start(await world.machine(chain(W=waiting(2 * HOUR)), "later"))
    transactions: list[int] = []
    commit = world.store.commit

    async def counted(commits):
        transactions.append(sum(one.forget for one in commits))
        await commit(commits)

    world.store.commit = counted
    await world.pass_time(DAY + HOUR)
    assert [size for size in transactions if size] == [BATCH, BATCH, 1]
    assert [await there(world, one) for one in (many[0], many[-1], kept)] == [False, False, True]
    await world.down()


async def test_a_store_that_is_away_is_asked_again(runner: asyncio.Runner):
    world = World(retention_days=1)
    await world.up()
    started = await world.start(await world.machine(chain(A=passing())))
    await world.pass_time(DAY - HOUR)
    world.store.broken["commit"] = StoreError("away")
    await world.pass_time(3 * HOUR)
    assert await there(world, started)
    del world.store.broken["commit"]
    await world.pass_time(60)
    assert not await there(world, started)
    await world.down()


async def test_one_that_was_redriven_stays_until_it_has_ended_for_so_long_again(runner: asyncio.Runner):
    world = World(retention_days=1)
    await world.up()
    failing = await world.machine(chain(W=waiting(2 * HOUR), F=fail("Sold.Out")))
    started = await world.start(failing)
    await world.pass_time(DAY)
    await world.engine.redrives.redrive(await world.row(started.arn), None)
    await world.pass_time(DAY - HOUR)
    assert await world.status(started) == "FAILED"
    await world.pass_time(3 * HOUR)
    assert not await there(world, started)
    await world.down()


async def test_what_is_just_being_deleted_is_not_redriven(runner: asyncio.Runner):
    world = World(retention_days=1)
    await world.up()
    started = await world.start(await world.machine(chain(F=fail("Sold.Out"))))
    row = await world.row(started.arn)
    await world.pass_time(DAY - HOUR)
    world.store.gate = asyncio.Event()
    await world.pass_time(2 * HOUR)  # the deletion is under way
    with pytest.raises(ExecutionDoesNotExist):
        await world.engine.redrives.redrive(row, None)
    world.store.gate.set()
    await world.settle()
    assert not await there(world, started)
    await world.down()


async def test_a_shorter_retention_counts_for_what_is_there_already(world: World):
    started = await world.start(await world.machine(chain(A=passing())))
    await world.pass_time(2 * DAY)
    await world.restart(retention_days=1)
    await world.settle()
    assert not await there(world, started)


class TestRevisionsOfADeletedMachine:
    """They are for the histories of its executions."""

    async def revisions(self, world: World, machine: StateMachineRecord) -> int:
        return len(await world.store.list("revision", machine.arn, None, 100))

    async def twice_revised(self, world: World) -> StateMachineRecord:
        machine = await world.machine(chain(A=passing()))
        definition = json.dumps(chain(B=passing()))
        updated = await world.engine.catalog.update_machine(machine.arn, definition=definition, publish=True)
        await world.engine.catalog.aliases.create(machine.arn, "live", (Route(f"{machine.arn}:1", 100),), None)
        return updated

    async def delete(self, world: World, machine: StateMachineRecord) -> None:
        await world.engine.catalog.delete_machine(machine.arn)
        await world.engine.machine_deleted(machine.arn)

    async def test_go_with_its_last_execution(self, world: World):
        machine = await self.twice_revised(world)
        early = await world.start(machine)
        await world.pass_time(DAY)
        last = await world.start(machine)
        await world.settle()
        await self.delete(world, machine)
        await world.pass_time(89 * DAY + 2 * HOUR)
        assert (await there(world, early), await there(world, last)) == (False, True)
        assert await self.revisions(world, machine) == 2
        await world.pass_time(DAY)
        assert await self.revisions(world, machine) == 0
        assert await world.store.list("deletedStateMachine", None, None, 100) == []

    async def test_stay_while_the_machine_is_there(self, world: World):
        machine = await self.twice_revised(world)
        await world.pass_time(100 * DAY)
        assert await self.revisions(world, machine) == 2

    async def test_go_soon_when_it_never_had_an_execution(self, world: World):
        machine = await self.twice_revised(world)
        await self.delete(world, machine)
        await world.pass_time(2 * HOUR)
        assert await self.revisions(world, machine) == 0

    async def test_stay_while_one_of_its_name_is_there_again_and_go_with_that(self, world: World):
        machine = await self.twice_revised(world)
        await self.delete(world, machine)
        again = await world.machine(chain(C=passing()))
        assert again.arn == machine.arn
        await world.pass_time(2 * HOUR)
        assert await world.output(await world.start(again, input="1")) == 1
        assert await self.revisions(world, machine) == 3
        await self.delete(world, again)
        await world.pass_time(91 * DAY)
        assert await self.revisions(world, machine) == 0

    async def test_stay_for_closed_executions(self, world: World):
        machine = await world.machine(chain(W=waiting(60), A=passing()))
        await world.start(machine)
        await world.pass_time(61)
        await self.delete(world, machine)
        await world.pass_time(2 * HOUR)
        assert await world.engine.catalog.machine(machine.arn) is None
        assert await self.revisions(world, machine) == 1
