"""When the store fails or our own code does: nothing is lost, nothing is done twice, and callers are told."""

import asyncio

import pytest
from msgspec.structs import replace

from definitions import chain, mapping, passing, task, waiting
from stepwell.errors import ExecutionAlreadyExists, InternalFailure, ServiceUnavailable, TaskTimedOut
from stepwell.store.protocol import Conflict, OutcomeUnknown, StoreError, StoreFull

from .test_engine import LOOP
from .world import LANDED, World, outcome

FAULTS = [
    Conflict("taken"),
    OutcomeUnknown("broke"),
    LANDED,
    StoreError("away"),
    RuntimeError("a fault of the store's"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("nth", range(1, 7))
async def test_whichever_commit_fails_the_execution_runs_exactly_once_and_everybody_is_answered(world, fault, nth):
    await world.activity()
    machine = await world.machine(chain(A=passing(), T=task(), W=waiting(5), B=passing()))
    world.store.faults["commit"].extend([None] * (nth - 1) + [fault])

    async def work() -> None:
        given = await world.poll()
        await world.engine.tasks.heartbeat(given.token)
        await world.engine.tasks.succeed(given.token, '"done"')

    worker = asyncio.create_task(work())
    started = await world.until(asyncio.create_task(world.start(machine, "order-1")))
    await world.until(worker)
    await world.until(lambda: world.engine.figures().get("executions.SUCCEEDED", 0) > 0)
    assert await world.output(started) == "done"
    assert (await world.types(started))[3:-5] == [
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
        "TaskStateExited",
    ]
    assert len(await world.store.executions(None, None, None, 10)) == 1
    assert (await world.store.counts()).keys() == {"executions.SUCCEEDED"}


async def test_a_full_store_refuses_a_start_and_nothing_of_it_is_there(world: World):
    machine = await world.machine(chain(A=passing()))
    world.store.faults["commit"].append(StoreFull("the disk is full"))
    with pytest.raises(ServiceUnavailable, match="the disk is full"):
        await world.start(machine, "order-1")
    assert world.engine.figures()["residents"] == 0
    started = await world.start(machine, "order-1")
    await world.settle()
    assert await world.status(started) == "SUCCEEDED"


async def test_a_start_that_the_full_store_refused_is_not_called_already_there(world: World):
    machine = await world.machine(chain(W=waiting()))
    world.store.gate = asyncio.Event()
    world.store.faults["commit"].append(StoreFull("full"))
    starts = [asyncio.create_task(outcome(world.start(machine, "order-1", str(n)))) for n in range(2)]
    await world.settle()
    world.store.gate.set()
    answers = await asyncio.gather(*starts)
    assert not any(isinstance(answer, ExecutionAlreadyExists) for answer in answers)


async def test_a_full_store_refuses_an_answer_which_can_be_given_again(world: World):
    await world.activity()
    started = await world.start(await world.machine(chain(T=task())))
    given = await world.take()
    world.store.faults["commit"].append(StoreFull("full"))
    with pytest.raises(ServiceUnavailable):
        await world.engine.tasks.succeed(given.token, "1")
    await world.engine.tasks.succeed(given.token, "2")
    await world.settle()
    assert await world.output(started) == 2


async def test_a_full_store_leaves_the_task_in_its_queue(world: World):
    await world.activity()
    await world.start(await world.machine(chain(T=task())))
    world.store.faults["commit"].append(StoreFull("full"))
    assert isinstance(await outcome(world.poll()), ServiceUnavailable)
    assert (await world.take()).input == "{}"


async def test_a_timer_that_fires_into_a_full_store_fires_again_when_there_is_room(world: World):
    started = await world.start(await world.machine(chain(W=waiting(5))))
    world.store.broken["commit"] = StoreFull("full")
    await world.pass_time(30)
    assert await world.status(started) == "RUNNING"
    del world.store.broken["commit"]
    await world.pass_time(2)
    assert await world.status(started) == "SUCCEEDED"


async def test_an_execution_goes_on_by_itself_after_the_full_store_refused_somebody_elses_fact(world: World):
    await world.activity()
    loop = chain(**{f"S{n}": passing() for n in range(3_000)})
    definition = chain(P={"Type": "Parallel", "Branches": [chain(T=task()), loop]})
    start = asyncio.create_task(world.start(await world.machine(definition)))
    started, given = await start, await world.take()
    world.store.faults["commit"].append(StoreFull("full"))
    answer = await outcome(world.engine.tasks.succeed(given.token, "1"))
    await world.pass_time(5)
    if isinstance(answer, ServiceUnavailable):
        await world.engine.tasks.succeed(given.token, "1")
    await world.pass_time(5)
    assert await world.status(started) == "SUCCEEDED"


async def test_an_outcome_that_the_store_cannot_tell_yet_is_asked_for_until_it_can(world: World):
    await world.activity()
    started = await world.start(await world.machine(chain(T=task())))
    given = await world.take()
    world.store.faults["commit"].append(LANDED)
    world.store.faults["landed"].extend([StoreError("away"), StoreError("still away")])
    answer = asyncio.create_task(world.engine.tasks.succeed(given.token, "1"))
    await world.until(answer)
    await world.settle()
    assert await world.output(started) == 1
    assert isinstance(await outcome(world.engine.tasks.succeed(given.token, "1")), TaskTimedOut)


async def test_timers_wait_for_a_store_that_cannot_be_read(runner):
    world = World(resident_bytes=1)
    await world.up()
    machine = await world.machine(chain(W=waiting(5)))
    started = [await world.start(machine) for _ in range(5)]
    world.store.faults["load"].extend([StoreError("away")] * 3)
    await world.pass_time(20)
    assert {await world.status(each) for each in started} == {"SUCCEEDED"}
    await world.down()


async def test_a_restart_waits_for_a_store_that_cannot_be_read(world: World):
    waits = await world.start(await world.machine(chain(W=waiting(5)), "w"))
    loops = await world.start(await world.machine(LOOP, "l"))
    for method in ("queued", "due", "load"):
        world.store.faults[method].extend([StoreError("away")] * 2)
    await world.restart()
    await world.pass_time(20)
    assert await world.status(waits) == "SUCCEEDED"
    assert await world.status(loops) == "FAILED"


# -- faults of our own -------------------------------------------------------------------------------------------------


class Faulty:
    """An expression with a fault: not one that the language knows, but one of ours."""

    source = "$.faulty"

    def evaluate(self, scope: object) -> None:
        raise ZeroDivisionError("a fault of our own")


async def faulty(world: World, machine, state: str) -> None:
    """Plant a fault into a state of the compiled machine; the next server compiles it anew, without."""
    compiled = await world.engine.catalog.compiled(machine.arn, machine.revision)
    compiled.states[state] = replace(compiled.states[state], parameters=Faulty())


async def test_an_execution_on_which_our_code_fails_is_set_aside_and_the_others_run_on(world: World):
    machine = await world.machine(chain(W=waiting(5), A=passing()))
    healthy = await world.machine(chain(W=waiting(5), A=passing()), "healthy")
    await faulty(world, machine, "A")
    broken, other = await world.start(machine), await world.start(healthy)
    await world.pass_time(100)
    assert await world.status(other) == "SUCCEEDED"
    row = await world.row(broken.arn)
    assert row.status == "RUNNING"
    assert "a fault of our own" in row.aside
    assert world.engine.figures()["executions.aside"] == 1


async def test_an_execution_set_aside_can_be_stopped(world: World):
    machine = await world.machine(chain(W=waiting(5), A=passing()))
    await faulty(world, machine, "A")
    broken = await world.start(machine)
    await world.pass_time(6)
    stopped = await world.engine.stop_execution(await world.row(broken.arn), "Not.Mended", "we cannot wait")
    row = await world.row(broken.arn)
    assert (row.status, row.stopped_at, row.aside) == ("ABORTED", stopped, None)
    assert await world.types(broken) == ["ExecutionStarted", "WaitStateEntered", "ExecutionAborted"]


async def test_one_whose_journal_cannot_be_taken_in_says_so_when_it_is_to_be_stopped(world: World):
    machine = await world.machine(chain(W=waiting(5)))
    lost = await world.start(machine)
    await world.store.remove(f"{machine.arn}#{machine.revision}")
    await world.restart()
    await world.pass_time(10)
    with pytest.raises(InternalFailure, match="`stepwell check` says what is wrong with it"):
        await world.engine.stop_execution(await world.row(lost.arn), None, None)
    assert "StateMachineDoesNotExist" in (await world.row(lost.arn)).aside


async def test_a_build_without_the_fault_takes_up_what_was_set_aside(world: World):
    machine = await world.machine(chain(W=waiting(5), A=passing(Result=7)))
    await faulty(world, machine, "A")
    started = await world.start(machine)
    await world.pass_time(100)
    await world.restart()
    await world.settle()
    assert await world.output(started) == 7
    assert (await world.row(started.arn)).aside is None


async def test_a_start_is_kept_although_our_code_fails_on_it_at_once(world: World):
    machine = await world.machine(chain(A=passing(Result=7)))
    await faulty(world, machine, "A")
    started = await world.start(machine, "order-1")
    assert "a fault of our own" in (await world.row(started.arn)).aside
    await world.restart()
    await world.settle()
    assert await world.output(started) == 7


async def test_an_express_execution_on_which_our_code_fails_tells_its_caller(world: World):
    machine = await world.machine(chain(A=passing()), type="EXPRESS")
    await faulty(world, machine, "A")
    with pytest.raises(InternalFailure):
        await world.engine.starts.start_sync(machine, None, "{}")


async def test_a_task_of_an_execution_set_aside_keeps_no_worker_from_the_next_one(world: World):
    await world.activity()
    inner = chain(W=waiting(5), A=passing())
    machine = await world.machine(chain(P={"Type": "Parallel", "Branches": [inner, chain(T=task())]}))
    await faulty(world, machine, "A")
    await world.start(machine, input='"aside"')
    await world.pass_time(6)
    await world.start(await world.machine(chain(T=task()), "healthy"), input='"next"')
    assert (await world.take()).input == '"next"'


async def test_an_execution_whose_definition_cannot_be_compiled_any_more_stops_nobody(runner):
    world = World(resident_bytes=1)
    await world.up()
    machine = await world.machine(chain(M=mapping(chain(W=waiting(5)))))
    lost = await world.start(machine, input="[1]")
    healthy = await world.start(await world.machine(chain(W=waiting(6)), "healthy"))
    await world.store.remove(f"{machine.arn}#{machine.revision}")
    await world.restart(resident_bytes=1)
    await world.pass_time(10)
    assert await world.status(healthy) == "SUCCEEDED"
    assert "StateMachineDoesNotExist" in (await world.row(lost.arn)).aside
    await world.down()
