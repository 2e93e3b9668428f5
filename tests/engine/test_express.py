"""Express executions that are kept: written at their end, listed and described like others, within bounds."""

import asyncio
from collections.abc import Iterator

import pytest

from definitions import chain, fail, passing, waiting
from stepwell.engine.check import check
from stepwell.engine.reading import ExecutionData
from stepwell.store.protocol import StoreError

from .world import DAY, World, living

AGAIN = {"Variable": "$.x", "IsPresent": True, "Next": "C"}
LOOP = chain(C={"Type": "Choice", "Choices": [AGAIN], "Default": "End"}, End=passing())


@pytest.fixture
def keeping(runner: asyncio.Runner) -> Iterator[World]:
    """A world in which Express executions are kept for two days."""
    yield from living(runner, World(keep_express_days=2))


async def test_a_synchronous_execution_is_written_whole_at_its_end(keeping: World):
    machine = await keeping.machine(chain(W=waiting(10), A=passing(Result=[1])), type="EXPRESS")
    result = await keeping.until(asyncio.create_task(keeping.engine.starts.start_sync(machine, "now", '{"a": 1}')))
    row = await keeping.engine.find(result.arn)
    assert row is not None
    assert (row.name, row.status, row.express) == ("now", "SUCCEEDED", True)
    assert (row.started_at, row.stopped_at) == (result.started_at, result.stopped_at)
    assert await keeping.engine.describe(row) == ExecutionData('{"a": 1}', "[1]", None, None, events=6)
    assert await keeping.types(result) == [
        "ExecutionStarted",
        "WaitStateEntered",
        "WaitStateExited",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]
    assert len(await keeping.store.journal(row.id, 0, 100)) == 1
    assert await keeping.store.executions(machine.arn, None, None, 10) == [row]


async def test_its_answer_does_not_wait_for_the_disk(keeping: World):
    machine = await keeping.machine(chain(A=passing()), type="EXPRESS")
    keeping.store.gate = asyncio.Event()
    result = await keeping.engine.starts.start_sync(machine, None, "{}")
    assert result.status == "SUCCEEDED"
    looking = asyncio.create_task(keeping.engine.find(result.arn))
    await keeping.settle()
    assert not looking.done()  # whoever asks for it by its ARN waits until it is there
    keeping.store.gate.set()
    assert (await looking).status == "SUCCEEDED"


async def test_an_asynchronous_execution_is_there_from_its_start_and_its_history_at_its_end(keeping: World):
    machine = await keeping.machine(chain(W=waiting(10), F=fail("Sold.Out", Cause="none left")), type="EXPRESS")
    started = await keeping.start(machine, "order", input="[2]")
    assert await keeping.status(started) == "RUNNING"
    assert await keeping.types(started) == ["ExecutionStarted"]
    await keeping.pass_time(11)
    row = await keeping.row(started.arn)
    assert row.status == "FAILED"
    data = await keeping.engine.describe(row)
    assert (data.input, data.output, data.error, data.cause) == ("[2]", None, "Sold.Out", "none left")
    assert (await keeping.types(started))[1:] == [
        "WaitStateEntered",
        "WaitStateExited",
        "FailStateEntered",
        "ExecutionFailed",
    ]


async def test_one_that_a_crash_interrupts_begins_again_and_is_kept_once(keeping: World):
    started = await keeping.start(await keeping.machine(chain(W=waiting(10)), type="EXPRESS"))
    await keeping.pass_time(5)
    await keeping.restart()
    await keeping.pass_time(11)
    assert await keeping.status(started) == "SUCCEEDED"
    assert await keeping.types(started) == [
        "ExecutionStarted",
        "WaitStateEntered",
        "WaitStateExited",
        "ExecutionSucceeded",
    ]


async def test_what_is_kept_passes_the_check(keeping: World):
    machine = await keeping.machine(chain(W=waiting(10), A=passing()), type="EXPRESS")
    await keeping.start(machine)
    await keeping.until(asyncio.create_task(keeping.engine.starts.start_sync(machine, None, "{}")))
    await keeping.pass_time(20)
    report = await check(keeping.store)
    assert (report.executions, dict(report.counts)) == (2, {})


async def test_they_have_a_retention_of_their_own(keeping: World):
    quick = await keeping.start(await keeping.machine(chain(A=passing()), "q", type="EXPRESS"))
    standard = await keeping.start(await keeping.machine(chain(A=passing()), "s"))
    await keeping.pass_time(2 * DAY - 60)
    assert await keeping.status(quick) == "SUCCEEDED"
    await keeping.pass_time(3700)
    assert await keeping.store.find(quick.arn) is None
    assert await keeping.status(standard) == "SUCCEEDED"


async def test_those_kept_before_go_when_it_is_switched_off(keeping: World):
    quick = await keeping.start(await keeping.machine(chain(A=passing()), type="EXPRESS"))
    await keeping.settle()
    await keeping.restart(keep_express_days=0)
    await keeping.settle()
    assert await keeping.store.find(quick.arn) is None


async def test_a_journal_beyond_its_share_of_the_memory_is_given_up_and_the_execution_runs_on(runner: asyncio.Runner):
    world = World(keep_express_days=2, express_journal_bytes=40_000)
    await world.up()
    endless = await world.machine({**LOOP, "TimeoutSeconds": 20}, "endless", type="EXPRESS")
    running = asyncio.create_task(world.engine.starts.start_sync(endless, None, '{"x": 1}'))
    async_run = await world.start(endless, input='{"x": 1}')
    while world.engine.figures()["express.given.up"] < 2:
        assert world.engine.figures()["express.journal.bytes"] <= 40_000
        await asyncio.sleep(0)
    world.clock.advance_to(world.clock.now() + 20_000)
    assert (await running).status == "TIMED_OUT"
    await world.settle()
    assert await world.store.find(async_run.arn) is None  # as without keeping
    small = await world.engine.starts.start_sync(await world.machine(chain(A=passing()), type="EXPRESS"), None, "{}")
    assert await world.engine.find(small.arn) is not None
    assert world.engine.figures()["express.journal.bytes"] == 0
    await world.down()


async def test_a_disk_that_is_away_costs_journals_and_no_memory(runner: asyncio.Runner):
    world = World(keep_express_days=2, express_journal_bytes=20_000)
    await world.up()
    machine = await world.machine(chain(A=passing()), type="EXPRESS")
    world.store.broken["commit"] = StoreError("away")
    for _ in range(100):
        assert (await world.engine.starts.start_sync(machine, None, "{}")).status == "SUCCEEDED"
    figures = world.engine.figures()
    assert 0 < figures["express.given.up"] < 100
    assert figures["express.journal.bytes"] <= 20_000
    del world.store.broken["commit"]
    await world.pass_time(10)
    kept = await world.store.executions(machine.arn, None, None, 1000)
    assert len(kept) == 100 - figures["express.given.up"]
    assert world.engine.figures()["express.journal.bytes"] == 0
    await world.down()


async def test_without_it_nothing_is_kept(world: World):
    machine = await world.machine(chain(A=passing()), type="EXPRESS")
    await world.engine.starts.start_sync(machine, None, "{}")
    await world.start(machine)
    await world.settle()
    assert await world.store.executions(None, None, None, 10) == []
