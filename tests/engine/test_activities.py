"""Activities: tasks are given out once, first come first served, and none is lost with its worker."""

import asyncio

import pytest

from definitions import chain, passing, task, waiting
from stepwell.engine import queues
from stepwell.engine.queues import Gone
from stepwell.errors import InvalidToken, TaskTimedOut, ThrottlingException
from stepwell.store.protocol import StoreError

from .world import ACTIVITY, DAY, World, outcome


async def started(world: World, count: int = 1, **fields: object) -> list:
    """Executions that wait for a worker, the first one with input 0."""
    await world.activity()
    machine = await world.machine(chain(T=task(**fields), A=passing()))
    return [await world.start(machine, input=str(n)) for n in range(count)]


async def test_tasks_are_given_out_in_the_order_they_came_each_one_once(world: World):
    await started(world, 5)
    polls = [world.poll() for _ in range(8)]
    await world.settle()
    assert [poll.result().input for poll in polls[:5]] == ["0", "1", "2", "3", "4"]
    assert not any(poll.done() for poll in polls[5:])


async def test_workers_that_wait_are_served_in_the_order_they_came(world: World):
    await world.activity()
    polls = [world.poll() for _ in range(3)]
    await world.settle()
    await started(world, 2)
    await world.settle()
    assert [poll.done() for poll in polls] == [True, True, False]
    assert polls[0].result().input == "0"


async def test_an_answer_ends_the_task_and_a_second_one_comes_too_late(world: World):
    [execution] = await started(world)
    given = await world.take()
    await world.engine.tasks.succeed(given.token, '{"r":1}')
    for late in (world.engine.tasks.succeed(given.token, "2"), world.engine.tasks.fail(given.token, "E", None)):
        assert isinstance(await outcome(late), TaskTimedOut)
    await world.settle()
    assert await world.output(execution) == {"r": 1}


async def test_a_failure_is_the_executions_own(world: World):
    [execution] = await started(world)
    await world.engine.tasks.fail((await world.take()).token, "Card.Declined", "no money")
    data = await world.engine.describe(await world.row(execution.arn))
    assert (data.error, data.cause) == ("Card.Declined", "no money")


async def test_a_task_that_timed_out_takes_no_answer_and_no_heartbeat(world: World):
    await started(world, TimeoutSeconds=10)
    given = await world.take()
    await world.pass_time(10)
    for late in (world.engine.tasks.succeed(given.token, "1"), world.engine.tasks.heartbeat(given.token)):
        assert isinstance(await outcome(late), TaskTimedOut)


async def test_a_token_of_another_server_or_of_nobody_is_refused(world: World):
    await started(world)
    given = await world.take()
    other = World()
    await other.up()
    for token in ("", "nonsense", given.token[:-4], given.token):
        assert isinstance(await outcome(other.engine.tasks.succeed(token, "1")), InvalidToken)
    await other.down()
    altered = given.token[:20] + ("A" if given.token[20] != "A" else "B") + given.token[21:]
    assert isinstance(await outcome(world.engine.tasks.succeed(altered, "1")), InvalidToken)
    await world.engine.tasks.succeed(given.token, "1")


async def test_a_heartbeat_moves_the_deadline(world: World):
    [execution] = await started(world, HeartbeatSeconds=10)
    given = await world.take()
    for _ in range(5):
        await world.pass_time(9.999)
        await world.engine.tasks.heartbeat(given.token)
    assert await world.status(execution) == "RUNNING"
    await world.pass_time(10)
    assert await world.status(execution) == "FAILED"


async def test_a_heartbeat_that_is_being_written_counts_already(world: World):
    [execution] = await started(world, HeartbeatSeconds=10)
    given = await world.take()
    await world.pass_time(9.9)
    world.store.gate = asyncio.Event()
    beat = asyncio.create_task(world.engine.tasks.heartbeat(given.token))
    await world.pass_time(5)
    world.store.gate.set()
    await beat
    await world.settle()
    assert await world.status(execution) == "RUNNING"
    await world.engine.tasks.succeed(given.token, "1")


async def test_a_worker_that_is_gone_before_it_has_the_answer_puts_the_task_back(world: World):
    [execution] = await started(world)
    await world.engine.tasks.put_back(await world.take())
    given = await world.take()
    await world.engine.tasks.succeed(given.token, "1")
    await world.settle()
    assert await world.output(execution) == 1
    assert (await world.types(execution)).count("ActivityStarted") == 2


async def test_a_worker_that_goes_while_it_is_woken_wakes_the_next_one(world: World, monkeypatch):
    await world.activity()
    gone = Gone()
    first = world.poll(gone)
    await world.settle()
    second = world.poll()
    await world.settle()
    queue = world.engine.runner.queues[ACTIVITY]
    add = queue.add

    def add_and_go(task) -> None:
        add(task)  # wakes the first
        gone.set_result(None)  # which is gone before it can ask

    monkeypatch.setattr(queue, "add", add_and_go)
    await started(world)
    await world.settle()
    assert first.result() is None
    assert second.result().input == "0"


async def test_a_poll_that_is_cancelled_at_any_moment_loses_no_task(runner):
    for moment in range(12):
        world = World()
        await world.up()
        await started(world)
        poll = world.poll()
        for _ in range(moment):
            await asyncio.sleep(0)
        poll.cancel()
        answer = (await asyncio.gather(poll, return_exceptions=True))[0]
        if not isinstance(answer, asyncio.CancelledError):
            await world.down()
            break
        await world.settle()
        assert (await world.take()).input == "0"
        await world.down()
    assert moment > 3


async def test_polls_end_without_a_task_at_their_time_and_leave_nothing_behind(runner):
    world = World(poll_seconds=0.01)
    await world.up()
    await world.activity()
    assert await asyncio.gather(*[world.poll() for _ in range(5)]) == [None] * 5
    assert world.engine.figures()["pollers"] == 0
    await world.down()


async def test_a_server_that_stops_answers_its_pollers(world: World):
    await world.activity()
    polls = [world.poll() for _ in range(3)]
    await world.settle()
    assert world.engine.figures()["pollers"] == 3
    world.engine.begin_stop()
    assert await asyncio.gather(*polls) == [None] * 3


async def test_too_many_pollers_are_turned_away(runner):
    world = World(poller_limit=2)
    await world.up()
    await world.activity()
    for _ in range(2):
        world.poll()
        await world.settle()
    assert isinstance(await outcome(world.poll()), ThrottlingException)
    await world.down()


async def test_tasks_beyond_the_window_wait_in_the_store_and_keep_their_order(world: World, monkeypatch):
    monkeypatch.setattr(queues, "WINDOW", 7)
    monkeypatch.setattr(queues, "PAGE", 3)
    await world.activity()
    idle = world.poll()
    await world.settle()
    executions = await started(world, 40)
    await world.settle()
    order = [idle.result().input] + [(await world.take()).input for _ in range(19)]
    machine = await world.machine(chain(T=task(), A=passing()))
    executions += [await world.start(machine, input=str(n)) for n in range(40, 60)]
    order += [(await world.take()).input for _ in range(40)]
    assert order == [str(n) for n in range(60)]


async def test_as_many_workers_as_there_are_tasks_are_all_served_whatever_the_window(world: World, monkeypatch):
    monkeypatch.setattr(queues, "WINDOW", 3)
    monkeypatch.setattr(queues, "PAGE", 2)
    await world.activity()
    polls = [world.poll() for _ in range(30)]
    await world.settle()
    machine = await world.machine(chain(T=task()))
    await asyncio.gather(*[world.start(machine, input=str(n)) for n in range(30)])
    await world.settle()
    assert {poll.result().input for poll in polls} == {str(n) for n in range(30)}


async def test_workers_that_come_together_after_a_restart_are_all_served(world: World):
    await started(world, 4)
    await world.restart()
    polls = [world.poll() for _ in range(4)]
    await world.settle()
    assert [poll.result().input for poll in polls] == ["0", "1", "2", "3"]


async def test_a_queue_that_could_not_be_read_is_read_again(world: World):
    await started(world)
    await world.restart()
    await world.settle()
    world.store.faults["queued"].append(StoreError("away"))
    await outcome(world.poll())
    assert (await world.take()).input == "0"


async def test_a_stopped_executions_task_is_passed_over(world: World):
    executions = await started(world, 2)
    await world.engine.stop_execution(await world.row(executions[0].arn), None, None)
    assert (await world.take()).input == "1"


async def test_a_task_waits_for_its_worker_however_long(world: World):
    await started(world, TimeoutSeconds=10)
    await world.pass_time(30 * DAY)
    assert (await world.take()).input == "0"


async def test_branches_of_one_execution_are_served_side_by_side(world: World):
    await world.activity()
    branches = [chain(**{f"T{n}": task(), f"W{n}": waiting(1)}) for n in range(3)]
    execution = await world.start(await world.machine(chain(P={"Type": "Parallel", "Branches": branches})))
    given = [await world.take() for _ in range(3)]
    await asyncio.gather(*[world.engine.tasks.succeed(each.token, str(n)) for n, each in enumerate(given)])
    await world.pass_time(1)
    assert await world.output(execution) == [0, 1, 2]


@pytest.mark.parametrize("worker", [None, "anna"])
async def test_the_history_names_the_worker(world: World, worker):
    [execution] = await started(world)
    await asyncio.wait_for(world.poll(worker=worker), 5)
    row = await world.row(execution.arn)
    events = await world.engine.history(row, reverse=True, after=None, limit=1, include_data=True)
    assert events[0]["activityStartedEventDetails"] == ({} if worker is None else {"workerName": worker})
