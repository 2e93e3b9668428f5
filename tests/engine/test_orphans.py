"""A deleted activity: workers that wait are told, tasks that wait for a worker fail, those at work are answered."""

import asyncio

from definitions import catcher, chain, passing, task
from stepwell.engine import orphans
from stepwell.errors import ActivityDoesNotExist, Failure, States
from stepwell.store.protocol import StoreError

from .world import ACTIVITY, World, outcome

GONE = Failure(States.RUNTIME, f"Activity Does Not Exist: '{ACTIVITY}'")


async def started(world: World, count: int) -> list:
    await world.activity()
    machine = await world.machine(chain(T=task(), A=passing()))
    return [await world.start(machine, input=str(n)) for n in range(count)]


async def failure(world: World, execution) -> Failure:
    data = await world.engine.describe(await world.row(execution.arn))
    return Failure(data.error, data.cause)


async def test_workers_that_wait_are_told_at_once(world: World):
    await world.activity()
    polls = [world.poll() for _ in range(3)]
    await world.settle()
    await world.engine.delete_activity(ACTIVITY)
    errors = await asyncio.gather(*polls, return_exceptions=True)
    assert [(type(error), str(error)) for error in errors] == [
        (ActivityDoesNotExist, f"Activity Does Not Exist: '{ACTIVITY}'")
    ] * 3


async def test_tasks_that_wait_for_a_worker_fail(world: World, monkeypatch):
    monkeypatch.setattr(orphans, "PAGE", 3)
    executions = await started(world, 10)
    await world.engine.delete_activity(ACTIVITY)
    await world.settle()
    assert [await failure(world, each) for each in executions] == [GONE] * 10
    assert (await world.types(executions[0]))[-2:] == ["ActivityScheduleFailed", "ExecutionFailed"]


async def test_a_runtime_error_is_not_caught_by_all(world: World):
    await world.activity()
    execution = await world.start(await world.machine(chain(T=task(Catch=[catcher("A")]), A=passing())))
    await world.engine.delete_activity(ACTIVITY)
    await world.settle()
    assert await failure(world, execution) == GONE


async def test_a_task_that_a_worker_has_is_answered_as_ever(world: World):
    [execution] = await started(world, 1)
    given = await world.take()
    await world.engine.delete_activity(ACTIVITY)
    await world.settle()
    await world.engine.tasks.succeed(given.token, '"done"')
    await world.settle()
    assert await world.output(execution) == "done"


async def test_a_task_that_is_put_back_after_the_deletion_fails(world: World):
    [execution] = await started(world, 1)
    given = await world.take()
    await world.engine.delete_activity(ACTIVITY)
    await world.settle()
    await world.engine.tasks.put_back(given)
    await world.settle()
    assert await failure(world, execution) == GONE


async def test_a_deletion_that_a_crash_cut_short_is_finished_by_the_next_start(world: World):
    executions = await started(world, 4)
    # Given a server that ends when it has deleted the activity, and before it gets at its tasks
    deleted = await world.engine.catalog.delete_activity(ACTIVITY)
    assert deleted is not None
    await world.restart()
    await world.settle()
    assert [await failure(world, each) for each in executions] == [GONE] * 4
    # Then nothing is left to be done
    assert await world.engine.catalog.deleted_activities() == []


async def test_a_store_that_is_away_delays_it_only(world: World):
    [execution] = await started(world, 1)
    world.store.faults["queued"].append(StoreError("away"))
    await world.engine.delete_activity(ACTIVITY)
    await world.pass_time(2)
    assert await failure(world, execution) == GONE


async def test_an_activity_that_is_created_again_has_the_tasks_that_are_left(world: World):
    executions = await started(world, 2)
    # Given that the activity is there again before anything was refused
    await world.engine.catalog.delete_activity(ACTIVITY)
    await world.activity()
    await world.restart()
    await world.settle()
    assert (await world.take()).input == "0"
    assert await world.engine.catalog.deleted_activities() == []
    assert [await world.status(each) for each in executions] == ["RUNNING"] * 2


async def test_what_was_deleted_twice_is_forgotten_once_the_second_deletion_is_done(world: World):
    await world.activity()
    first = await world.engine.catalog.delete_activity(ACTIVITY)
    await world.activity()
    world.clock.advance_to(world.clock.now() + 1)
    second = await world.engine.catalog.delete_activity(ACTIVITY)
    assert first is not None
    assert second is not None
    await world.engine.catalog.forget_deleted_activity(first)
    assert await world.engine.catalog.deleted_activities() == [second]
    await world.engine.catalog.forget_deleted_activity(second)
    assert await world.engine.catalog.deleted_activities() == []


async def test_deleting_what_is_not_there_leaves_nothing_to_do(world: World):
    await world.engine.delete_activity(ACTIVITY)
    assert await world.engine.catalog.deleted_activities() == []
    assert isinstance(await outcome(world.poll()), ActivityDoesNotExist)
