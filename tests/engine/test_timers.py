"""Timers: whatever their number, each fires once and in time, and none that was moved or ended fires at all."""

import asyncio

import pytest

from definitions import chain, passing, task, waiting
from stepwell.clock import VirtualClock
from stepwell.core.work import Work, WorkKind
from stepwell.engine import timers as module
from stepwell.engine.timers import Timers
from stepwell.store.protocol import Commit

from .world import Disk, World


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """So few that a test can have more."""
    monkeypatch.setattr(module, "PAGE", 5)
    monkeypatch.setattr(module, "MOST", 20)
    monkeypatch.setattr(module, "BATCH", 4)


def timer(number: int, due: int) -> Work:
    return Work(number, 1, WorkKind.WAIT, due)


async def put(store: Disk, *works: Work) -> None:
    await store.commit([Commit(execution=work.execution, position=0, opened=[work]) for work in works])


async def fired_at(timers: Timers, clock: VirtualClock, moment: int) -> list[int]:
    """The executions whose timers fire at this moment."""
    clock.advance_to(moment)
    fired: list[int] = []
    while keys := await timers.due():
        fired += [execution for execution, _, _ in keys]
    return fired


async def all_fired(timers: Timers, clock: VirtualClock, end: int) -> list[tuple[int, int]]:
    """(when, execution) of all that fires until `end`, looking only when the timers say so."""
    fired = []
    while (look := timers.next_look()) <= end:
        clock.advance_to(look)
        fired += [(clock.now(), execution) for execution, _, _ in await timers.due()]
    return fired


@pytest.fixture
def clock():
    return VirtualClock(0)


@pytest.fixture
def store():
    return Disk()


async def test_more_timers_than_a_page_fire_each_once_in_order(runner, store, clock):
    await put(store, *[timer(n, due=n * 7 % 100 + 1) for n in range(60)])
    fired = await all_fired(Timers(store, clock), clock, 200)
    assert sorted(execution for _, execution in fired) == list(range(60))
    assert all(when == execution * 7 % 100 + 1 for when, execution in fired)


async def test_ties_across_pages_lose_nobody(runner, store, clock):
    await put(store, *[timer(n, due=50) for n in range(23)])
    fired = await all_fired(Timers(store, clock), clock, 100)
    assert sorted(execution for _, execution in fired) == list(range(23))


async def test_far_more_at_one_moment_than_memory_is_meant_to_hold(runner, store, clock):
    timers = Timers(store, clock)
    assert await timers.due() == []
    for n in range(100):
        await put(store, timer(n, due=50))
        timers.set(timer(n, due=50))
    assert sorted(await fired_at(timers, clock, 50)) == list(range(100))


async def test_timers_that_memory_does_not_hold_are_read_again_in_time(runner, store, clock):
    timers = Timers(store, clock)
    assert await timers.due() == []
    for n in range(100):
        await put(store, timer(n, due=100 - n))
        timers.set(timer(n, due=100 - n))
    assert len(timers) <= 40
    fired = await all_fired(timers, clock, 200)
    assert sorted(execution for _, execution in fired) == list(range(100))
    assert all(when == 100 - execution for when, execution in fired)


async def test_a_timer_that_was_ended_does_not_fire_and_one_that_was_moved_fires_then(runner, store, clock):
    timers = Timers(store, clock)
    await timers.due()
    for work in (timer(1, due=10), timer(2, due=10), timer(3, due=10)):
        timers.set(work)
    timers.end((1, 1, WorkKind.WAIT))
    timers.set(timer(2, due=30))
    timers.set(timer(3, due=5))
    assert await fired_at(timers, clock, 5) == [3]
    assert await fired_at(timers, clock, 29) == []
    assert await fired_at(timers, clock, 30) == [2]


async def test_what_is_moved_or_ended_while_the_store_is_read_is_not_undone_by_what_was_read(runner, store, clock):
    await put(store, timer(1, due=10), timer(2, due=10), timer(3, due=10))
    timers = Timers(store, clock)
    reading = asyncio.create_task(timers.due())
    await asyncio.sleep(0)  # the rows are read, and not yet taken in
    timers.set(timer(1, due=40))
    timers.end((2, 1, WorkKind.WAIT))
    await reading
    assert await fired_at(timers, clock, 10) == [3]
    assert await fired_at(timers, clock, 40) == [1]


async def test_an_earlier_timer_wakes_who_sleeps(runner, store, clock):
    timers = Timers(store, clock)
    await timers.due()
    timers.set(timer(50, 50))
    sleeping = asyncio.create_task(timers.wait())
    await asyncio.sleep(0)
    # When a later one is set, the sleeper sleeps on; when an earlier one is set, it wakes
    timers.set(timer(60, 60))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not sleeping.done()
    timers.set(timer(40, 40))
    await sleeping


async def test_a_timer_that_the_store_does_not_have_is_never_forgotten(runner, store, clock):
    timers = Timers(store, clock)
    await timers.due()
    timers.set(timer(999, due=500), kept=False)
    for n in range(100):
        await put(store, timer(n, due=n + 1))
        timers.set(timer(n, due=n + 1))
    assert (500, 999) in await all_fired(timers, clock, 500)


async def test_executions_with_more_timers_than_memory_holds_all_end(world: World):
    machine = await world.machine(chain(W={"Type": "Wait", "SecondsPath": "$"}, A=passing()))
    begin = world.clock.now()
    started = [await world.start(machine, input=str(1 + n * 13 % 50)) for n in range(60)]
    await world.restart()
    await world.pass_time(60)
    for n, each in enumerate(started):
        row = await world.row(each.arn)
        assert (row.status, row.stopped_at) == ("SUCCEEDED", begin + 1000 * (1 + n * 13 % 50))


async def test_a_machines_timeout_ends_with_the_execution(world: World):
    machine = await world.machine({**chain(W=waiting(5)), "TimeoutSeconds": 100})
    started = await world.start(machine)
    await world.pass_time(50)
    assert await world.status(started) == "SUCCEEDED"
    assert world.engine.figures()["timers"] == 0


async def test_time_that_ran_out_is_told_as_aws_does(world: World):
    await world.activity()
    started = await world.start(await world.machine({**chain(T=task()), "TimeoutSeconds": 100}))
    await world.pass_time(100)
    data = await world.engine.describe(await world.row(started.arn))
    assert (await world.status(started), data.error, data.cause) == ("TIMED_OUT", None, None)
