"""What callers of the engine may rely on: starts, ends, Express, deletion, restarts."""

import asyncio
import json

import pytest

from definitions import chain, fail, mapping, parallel, passing, task, waiting
from stepwell.errors import ExecutionAlreadyExists, StateMachineDeleting, ThrottlingException

from .world import ACTIVITY, DAY, World, outcome

AGAIN = {"Variable": "$", "IsPresent": True, "Next": "A"}
LOOP = chain(A=passing(), C={"Type": "Choice", "Choices": [AGAIN], "Default": "End"}, End=passing())


# -- starting ----------------------------------------------------------------------------------------------------------


async def test_an_execution_runs_to_its_end(world: World):
    started = await world.start(await world.machine(chain(A=passing(Result=1), B=passing())))
    await world.settle()
    assert await world.status(started) == "SUCCEEDED"
    assert await world.output(started) == 1


async def test_a_start_is_answered_once_it_is_on_disk_and_not_before(world: World):
    machine = await world.machine(chain(A=passing()))
    world.store.gate = asyncio.Event()
    start = asyncio.create_task(world.start(machine, "order-1"))
    await world.settle()
    assert not start.done()
    world.store.gate.set()
    await world.settle()
    assert await world.row(start.result().arn)


async def test_the_same_start_again_while_it_runs_gives_the_running_execution(world: World):
    machine = await world.machine(chain(W=waiting()))
    first = await world.start(machine, "order-1", '{"a": 1, "b": 2}')
    await world.pass_time(5)
    assert await world.start(machine, "order-1", '{"b":2,"a":1}') == first


async def test_the_same_name_with_another_input_or_after_the_end_is_refused(world: World):
    machine = await world.machine(chain(W=waiting()))
    await world.start(machine, "order-1", '{"a":1}')
    with pytest.raises(ExecutionAlreadyExists):
        await world.start(machine, "order-1", '{"a":2}')
    await world.pass_time(60)
    with pytest.raises(ExecutionAlreadyExists):
        await world.start(machine, "order-1", '{"a":1}')


async def test_starts_of_one_name_at_the_same_time_make_one_execution(world: World):
    machine = await world.machine(chain(W=waiting()))
    starts = [world.start(machine, "order-1", f'{{"a":{n % 2}}}') for n in range(6)]
    answers = await asyncio.gather(*starts, return_exceptions=True)
    there = [answer for answer in answers if not isinstance(answer, Exception)]
    assert len(there) == 3
    assert len(set(there)) == 1
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [ExecutionAlreadyExists] * 3
    assert len(await world.store.executions(None, None, None, 10)) == 1


async def test_what_is_said_of_a_start_under_way_waits_for_its_commit(world: World):
    machine = await world.machine(chain(A=passing()))
    world.store.gate = asyncio.Event()
    first = asyncio.create_task(world.start(machine, "order-1"))
    again = asyncio.create_task(world.start(machine, "order-1"))
    other = asyncio.create_task(outcome(world.start(machine, "order-1", "[]")))
    await world.settle()
    assert not any(each.done() for each in (first, again, other))
    world.store.gate.set()
    await world.settle()
    assert first.done()
    assert isinstance(await other, ExecutionAlreadyExists)


async def test_too_many_starts_waiting_for_the_disk_are_turned_away_while_running_work_goes_on(runner):
    world = World(start_queue_limit=1)
    await world.up()
    machine = await world.machine(chain(W=waiting()))
    running = await world.start(machine, "running")
    world.store.gate = asyncio.Event()
    starts = []
    for _ in range(4):  # one is being written, two wait
        starts.append(asyncio.create_task(outcome(world.start(machine))))
        await world.settle()
    assert isinstance(starts[-1].result(), ThrottlingException)
    world.store.gate.set()
    await world.pass_time(60)
    assert await world.status(running) == "SUCCEEDED"
    await world.down()


# -- stopping, deleting ------------------------------------------------------------------------------------------------


async def test_a_stopped_execution_is_aborted_and_stopping_it_again_changes_nothing(world: World):
    started = await world.start(await world.machine(chain(W=waiting())))
    stopped = await world.engine.stop_execution(await world.row(started.arn), "Mine", "why")
    await world.pass_time(100)
    assert await world.engine.stop_execution(await world.row(started.arn), "Other", None) == stopped
    assert await world.status(started) == "ABORTED"
    data = await world.engine.describe(await world.row(started.arn))
    assert (data.error, data.cause) == ("Mine", "why")


async def test_executions_of_a_deleted_machine_end_at_their_next_transition_and_then_it_goes(world: World):
    machine = await world.machine(chain(W=waiting(10), A=passing()))
    running = [await world.start(machine) for _ in range(3)]
    await world.engine.catalog.delete_machine(machine.arn)
    await world.engine.machine_deleted(machine.arn)
    with pytest.raises(StateMachineDeleting):
        await world.start(machine)
    await world.settle()
    assert await world.engine.catalog.machine(machine.arn) is not None
    await world.pass_time(10)
    assert {await world.status(started) for started in running} == {"ABORTED"}
    assert await world.engine.catalog.machine(machine.arn) is None
    assert await world.types(running[0])


async def test_a_deletion_goes_on_after_a_restart(world: World):
    machine = await world.machine(chain(W=waiting(10), A=passing()))
    started = await world.start(machine)
    await world.engine.catalog.delete_machine(machine.arn)
    await world.engine.machine_deleted(machine.arn)
    await world.restart()
    await world.pass_time(10)
    assert await world.status(started) == "ABORTED"
    assert await world.engine.catalog.machine(machine.arn) is None


async def test_a_start_on_its_way_while_its_machine_is_deleted_is_not_left_behind(world: World):
    machine = await world.machine(chain(W=waiting(10), A=passing()))
    world.store.gate = asyncio.Event()
    start = asyncio.create_task(world.start(machine))
    await world.settle()
    await world.engine.catalog.delete_machine(machine.arn)
    await world.engine.machine_deleted(machine.arn)
    world.store.gate.set()
    await world.settle()
    assert await world.engine.catalog.machine(machine.arn) is not None
    await world.pass_time(10)
    assert await world.status(await start) == "ABORTED"
    assert await world.engine.catalog.machine(machine.arn) is None


# -- Express -----------------------------------------------------------------------------------------------------------


async def test_a_synchronous_express_execution_answers_with_its_end_and_writes_nothing(world: World):
    machine = await world.machine(chain(W=waiting(10), A=passing(Result=[1])), type="EXPRESS")
    run = asyncio.create_task(world.engine.starts.start_sync(machine, "quick", '{"a":1}'))
    result = await world.until(run)
    assert (result.status, result.output, result.input, result.name) == ("SUCCEEDED", "[1]", '{"a":1}', "quick")
    assert result.stopped_at - result.started_at == 10_000
    assert await world.store.executions(None, None, None, 10) == []
    assert world.engine.figures()["residents"] == 0
    assert world.engine.figures()["timers"] == 0


async def test_a_failed_synchronous_express_execution_says_why(world: World):
    machine = await world.machine(chain(F=fail("Out.OfStock", Cause="none")), type="EXPRESS")
    result = await world.engine.starts.start_sync(machine, None, "{}")
    assert (result.status, result.error, result.cause, result.output) == ("FAILED", "Out.OfStock", "none", None)


async def test_an_express_execution_ends_after_five_minutes(world: World):
    machine = await world.machine(chain(W=waiting(600)), type="EXPRESS")
    run = asyncio.create_task(world.engine.starts.start_sync(machine, None, "{}"))
    result = await world.until(run)
    assert (result.status, result.stopped_at - result.started_at) == ("TIMED_OUT", 300_000)


async def test_an_endless_loop_in_express_ends_at_its_time_and_lets_others_run_until_then(world: World):
    machine = await world.machine({**LOOP, "TimeoutSeconds": 20}, type="EXPRESS")
    run = asyncio.create_task(world.engine.starts.start_sync(machine, None, "{}"))
    other = await world.start(await world.machine(chain(A=passing()), name="other"))
    for _ in range(50):
        await asyncio.sleep(0)
    assert await world.status(other) == "SUCCEEDED"
    assert not run.done()
    world.clock.advance_to(world.clock.now() + 20_000)
    assert (await run).status == "TIMED_OUT"


async def test_an_asynchronous_express_execution_is_on_disk_while_it_runs_and_never_idempotent(world: World):
    machine = await world.machine(chain(W=waiting(10)), type="EXPRESS")
    first, second = await world.start(machine, "same"), await world.start(machine, "same")
    assert first.arn != second.arn
    assert len(await world.store.executions(None, None, None, 10)) == 2
    await world.pass_time(10)
    assert await world.store.executions(None, None, None, 10) == []
    assert world.engine.figures()["executions.SUCCEEDED"] == 2


async def test_an_asynchronous_express_execution_begins_again_after_a_restart(world: World):
    await world.start(await world.machine(chain(W=waiting(10)), type="EXPRESS"))
    await world.pass_time(5)
    await world.restart()
    await world.pass_time(9)
    assert len(await world.store.executions(None, None, None, 10)) == 1
    await world.pass_time(1)
    assert await world.store.executions(None, None, None, 10) == []


# -- a restart ---------------------------------------------------------------------------------------------------------


async def test_waits_go_on_through_a_restart_and_end_when_they_should_have(world: World):
    machine = await world.machine(chain(W=waiting(30 * DAY), A=passing()))
    started = await world.start(machine)
    begin = world.clock.now()
    await world.restart(away=DAY)
    await world.until(lambda: world.engine.figures().get("executions.SUCCEEDED", 0) == 1)
    assert (await world.row(started.arn)).stopped_at == begin + 30 * DAY * 1000


async def test_a_wait_that_ended_while_the_server_was_away_ends_at_once(world: World):
    started = await world.start(await world.machine(chain(W=waiting(60))))
    await world.restart(away=DAY)
    await world.settle()
    assert await world.status(started) == "SUCCEEDED"


async def test_an_execution_that_was_running_goes_on_after_a_restart(world: World):
    started = await world.start(await world.machine(LOOP))
    for _ in range(20):
        await asyncio.sleep(0)
    assert await world.status(started) == "RUNNING"
    await world.restart()
    await world.settle()
    assert await world.status(started) == "FAILED"
    types = await world.types(started)
    assert len(types) == 25_000
    assert types[-1] == "ExecutionFailed"


async def test_many_runnable_executions_are_taken_up_though_memory_is_short(world: World):
    machine = await world.machine(LOOP)
    started = [await world.start(machine) for _ in range(4)]
    await world.restart(resident_bytes=1, history_limit=5_000)
    await world.settle()
    assert {await world.status(each) for each in started} == {"FAILED"}


async def test_a_task_and_its_token_outlive_a_restart(world: World):
    await world.activity()
    started = await world.start(await world.machine(chain(T=task(), A=passing())), input='{"a":1}')
    given = await world.take()
    await world.restart()
    await world.engine.tasks.succeed(given.token, '"done"')
    await world.settle()
    assert await world.output(started) == "done"


async def test_a_heartbeat_gets_its_whole_time_from_the_restart(world: World):
    await world.activity()
    started = await world.start(await world.machine(chain(T=task(HeartbeatSeconds=10))))
    given = await world.take()
    await world.pass_time(8)
    await world.restart(away=DAY)
    await world.pass_time(9)
    assert await world.status(started) == "RUNNING"
    await world.engine.tasks.heartbeat(given.token)
    await world.pass_time(9)
    assert await world.status(started) == "RUNNING"
    await world.pass_time(1)
    assert await world.status(started) == "FAILED"


async def test_an_activity_task_waits_through_a_restart_in_its_order(world: World):
    await world.activity()
    machine = await world.machine(chain(T=task()))
    for n in range(3):
        await world.start(machine, input=str(n))
    await world.restart()
    await world.start(machine, input="3")
    assert [(await world.take()).input for _ in range(4)] == ["0", "1", "2", "3"]


# -- memory ------------------------------------------------------------------------------------------------------------


async def test_waiting_executions_are_let_go_from_memory_and_come_back_when_something_happens(runner):
    world = World(resident_bytes=20_000)
    await world.up()
    await world.activity()
    sleepers = [await world.start(await world.machine(chain(W=waiting(60), A=passing()), "w")) for _ in range(20)]
    workers = [await world.start(await world.machine(chain(T=task()), "t"), input=str(n)) for n in range(20)]
    await world.settle()
    assert world.engine.figures()["residents"] < 5
    for _ in range(20):
        given = await world.take()
        await world.engine.tasks.succeed(given.token, given.input)
    await world.pass_time(60)
    assert {await world.status(each) for each in sleepers} == {"SUCCEEDED"}
    assert [await world.output(each) for each in workers] == list(range(20))
    await world.down()


async def test_an_execution_larger_than_the_memory_for_all_of_them_runs(runner):
    world = World(resident_bytes=1)
    await world.up()
    await world.activity()
    machine = await world.machine(chain(M=mapping(chain(T=task(), W=waiting(5)))))
    started = await world.start(machine, input=json.dumps([{"n": n, "text": "x" * 1000} for n in range(10)]))
    other = await world.start(machine, input="[]")
    for _ in range(10):
        given = await world.take()
        await world.engine.tasks.succeed(given.token, str(json.loads(given.input)["n"]))
    await world.pass_time(5)
    assert await world.output(started) == list(range(10))
    assert await world.status(other) == "SUCCEEDED"
    await world.down()


async def test_an_activity_that_is_not_there_fails_the_execution_in_words(world: World):
    started = await world.start(await world.machine(chain(T=task())))
    await world.settle()
    assert (await world.types(started))[-2:] == ["ActivityScheduleFailed", "ExecutionFailed"]
    data = await world.engine.describe(await world.row(started.arn))
    assert (data.error, data.cause) == ("States.Runtime", f"Activity Does Not Exist: '{ACTIVITY}'")


async def test_the_history_can_be_read_from_both_ends_and_in_pages(world: World):
    branches = [chain(A=passing(), W=waiting(1)), chain(B=passing())]
    started = await world.start(await world.machine(chain(P=parallel(*branches))))
    await world.pass_time(1)
    row = await world.row(started.arn)
    whole = await world.engine.history(row, reverse=False, after=None, limit=1000, include_data=True)
    assert [event["id"] for event in whole] == list(range(1, len(whole) + 1))
    backward = await world.engine.history(row, reverse=True, after=None, limit=1000, include_data=True)
    assert backward == whole[::-1]
    pages, after = [], None
    while page := await world.engine.history(row, reverse=False, after=after, limit=3, include_data=True):
        pages += page
        after = page[-1]["id"]
    assert pages == whole
