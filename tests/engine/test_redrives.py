"""Redriving executions that have ended: also after a restart, when commits fail, twice at once, by a token again."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from definitions import chain, fail, mapping, parallel, passing, task, waiting
from stepwell.core import journal
from stepwell.core.advance import Limits
from stepwell.core.redrive import PERIOD
from stepwell.engine.check import check
from stepwell.engine.redrives import TOKEN_LIFE
from stepwell.engine.starts import Started
from stepwell.errors import ExecutionNotRedrivable, InternalFailure, ServiceUnavailable
from stepwell.store.protocol import Commit, StoreFull

from .test_failures import FAULTS
from .world import DAY, World, outcome

BRANCHES = chain(
    P=parallel(chain(A=task()), chain(M=mapping(chain(B=task(), B2=task())))), After=passing(ResultPath=None)
)


async def redrive(world: World, started: Started, token: str | None = None) -> int:
    return await world.engine.redrives.redrive(await world.row(started.arn), token)


async def failed(world: World, definition: object = None, name: str = "m") -> Started:
    """An execution whose only task, T, has failed."""
    await world.activity()
    started = await world.start(await world.machine(definition or chain(A=passing(), T=task()), name))
    await world.engine.tasks.fail((await world.take()).token, "E", "c")
    assert await world.status(started) == "FAILED"
    return started


async def sound(world: World) -> None:
    assert (await check(world.store)).counts == {}


async def test_a_redriven_execution_goes_on_where_it_failed(world: World):
    started = await failed(world)
    world.clock.advance_to(world.clock.now() + 5000)
    at = await redrive(world, started)
    assert at == world.clock.now()
    row = await world.row(started.arn)
    assert (row.status, row.stopped_at, row.redrive_count, row.redriven_at) == ("RUNNING", None, 1, at)
    await world.engine.tasks.succeed((await world.take()).token, '"done"')
    assert await world.output(started) == "done"
    assert (await world.types(started))[6:] == [
        "ActivityFailed",
        "ExecutionFailed",
        "ExecutionRedriven",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    row = await world.row(started.arn)
    assert (row.status, row.redrive_count, row.redriven_at) == ("SUCCEEDED", 1, at)
    figures = world.engine.figures()
    assert [figures[f"executions.{what}"] for what in ("FAILED", "redriven", "SUCCEEDED")] == [1, 1, 1]
    await sound(world)


@pytest.mark.parametrize("when", ["before", "after", "both"])
async def test_a_restart_before_or_after_changes_nothing(world: World, when: str):
    await world.activity()
    started = await world.start(await world.machine(BRANCHES), input="[1,2]")
    given = [await world.take() for _ in range(3)]  # A, and B twice
    await world.engine.tasks.succeed(given[1].token, '"b"')
    await world.engine.tasks.fail(given[0].token, "E", None)
    if when != "after":
        await world.restart(away=DAY)
    await redrive(world, started)
    if when != "before":
        await sound(world)
        await world.restart(away=DAY)
    for _ in range(4):  # A, B2, B, B2
        task = await world.take()
        await world.engine.tasks.succeed(task.token, task.input)
    await world.settle()
    assert await world.output(started) == [[1, 2], ["b", 2]]
    await sound(world)


@pytest.mark.parametrize("fault", [*FAULTS, StoreFull("full")], ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("nth", range(1, 5))
async def test_whichever_commit_fails_it_is_redriven_once(world: World, fault, nth: int):
    started = await failed(world)
    world.store.faults["commit"].extend([None] * (nth - 1) + [fault])

    async def surely(ask: Callable[[], Awaitable[Any]]) -> Any:
        """As a client does that is told to come back."""
        while isinstance(answer := await world.until(asyncio.create_task(outcome(ask()))), ServiceUnavailable):
            pass
        return answer

    await surely(lambda: redrive(world, started, "token"))
    given = await surely(world.poll)
    await surely(lambda: world.engine.tasks.succeed(given.token, '"done"'))
    await world.until(lambda: world.engine.figures().get("executions.SUCCEEDED", 0) > 0)
    assert await world.output(started) == "done"
    assert (await world.types(started)).count("ExecutionRedriven") == 1
    assert (await world.row(started.arn)).redrive_count == 1
    await sound(world)


async def test_of_many_redrives_at_once_one_is_carried_out(world: World):
    started = await failed(world)
    answers = await asyncio.gather(*(outcome(redrive(world, started)) for _ in range(5)))
    refusals = [answer for answer in answers if isinstance(answer, ExecutionNotRedrivable)]
    assert len(refusals) == 4
    assert {str(refusal) for refusal in refusals} == {"Execution is RUNNING and cannot be redriven"}
    assert (await world.row(started.arn)).redrive_count == 1
    await sound(world)


async def test_the_same_token_again_gives_the_same_answer_whatever_has_become_of_it(world: World):
    started = await failed(world)
    first = await redrive(world, started, "one")
    assert await asyncio.gather(*(redrive(world, started, "one") for _ in range(3))) == [first] * 3
    await world.engine.tasks.fail((await world.take()).token, "E", None)
    await world.pass_time(60)
    assert await redrive(world, started, "one") == first
    second = await redrive(world, started, "two")
    assert second == first + 60_000
    await world.engine.tasks.succeed((await world.take()).token, "1")
    await world.restart(away=60)
    assert [await redrive(world, started, token) for token in ("one", "two")] == [first, second]
    assert (await world.types(started)).count("ExecutionRedriven") == 2


async def test_a_token_is_forgotten_after_a_quarter_of_an_hour(world: World):
    started = await failed(world)
    first = await redrive(world, started, "one")
    await world.engine.tasks.fail((await world.take()).token, "E", None)
    await world.pass_time(TOKEN_LIFE / 1000)
    assert await redrive(world, started, "one") == first
    await world.pass_time(1)
    assert await redrive(world, started, "one") == first + TOKEN_LIFE + 1000


async def test_the_last_ten_tokens_are_remembered(world: World):
    await world.activity()
    started = await world.start(await world.machine(chain(F=fail())))
    dates = []
    for number in range(12):
        await world.pass_time(1)
        dates.append(await redrive(world, started, f"token-{number}"))
    assert [await redrive(world, started, f"token-{number}") for number in range(2, 12)] == dates[2:]
    await world.pass_time(1)
    assert await redrive(world, started, "token-1") > dates[-1]


async def test_a_redrive_that_fails_at_once_is_one_commit_and_can_be_redriven_again(world: World):
    started = await world.start(await world.machine(chain(F=fail("Meant", Cause="so"))))
    for count in (1, 2):
        world.clock.advance_to(world.clock.now() + 1000)
        at = await redrive(world, started)
        row = await world.row(started.arn)
        assert (row.status, row.stopped_at, row.redrive_count, row.redriven_at) == ("FAILED", at, count, at)
        data = await world.engine.describe(row)
        assert (data.error, data.cause, data.events) == ("Meant", "so", 3 + 2 * count)
    await world.settle()
    await sound(world)


async def test_what_was_read_of_an_end_stays_true_after_a_redrive(world: World):
    started = await failed(world)
    before = await world.row(started.arn)
    world.clock.advance_to(world.clock.now() + 1000)
    await redrive(world, started)
    assert (await world.engine.describe(before)).error == "E"  # somebody has read the row a moment ago
    await world.engine.tasks.fail((await world.take()).token, "F", None)
    assert (await world.engine.describe(before)).error == "E"
    assert (await world.engine.describe(await world.row(started.arn))).error == "F"


async def test_it_can_be_stopped_in_the_midst_of_a_redrive_and_redriven_again(world: World):
    started = await failed(world)
    await redrive(world, started)
    await world.engine.stop_execution(await world.row(started.arn), "Enough", None)
    assert await world.status(started) == "ABORTED"
    assert (await world.store.counts()).keys() == {"executions.ABORTED"}
    await redrive(world, started)
    await world.engine.tasks.succeed((await world.take()).token, '"done"')
    assert await world.output(started) == "done"
    await sound(world)


async def test_a_worker_of_before_the_redrive_is_told_that_its_time_is_over(world: World):
    await world.activity()
    started = await world.start(await world.machine(chain(T=task())))
    old = await world.take()
    await world.engine.stop_execution(await world.row(started.arn), None, None)
    await redrive(world, started)
    new = await world.take()
    assert type(await outcome(world.engine.tasks.succeed(old.token, '"old"'))).__name__ == "TaskTimedOut"
    await world.engine.tasks.succeed(new.token, '"new"')
    assert await world.output(started) == "new"


async def test_the_time_out_of_the_machine_starts_over(world: World):
    started = await world.start(await world.machine({**chain(W=waiting(100)), "TimeoutSeconds": 10}))
    await world.pass_time(10)
    assert await world.status(started) == "TIMED_OUT"
    await world.pass_time(DAY)
    await redrive(world, started)
    await world.pass_time(9)
    assert await world.status(started) == "RUNNING"
    await world.pass_time(1)
    assert await world.status(started) == "TIMED_OUT"


async def test_it_runs_by_the_revision_it_began_with(world: World):
    started = await failed(world)
    machine = await world.engine.catalog.machine((await world.row(started.arn)).machine_arn)
    await world.engine.catalog.update_machine(machine.arn, definition=json.dumps(chain(T=passing())))
    await redrive(world, started)
    await world.engine.tasks.succeed((await world.take()).token, '"done"')
    assert await world.output(started) == "done"


async def test_an_execution_whose_expressions_run_apart_is_redriven_apart(world: World):
    wild = "{% ($f := function($n) { $n < 1 ? 0 : $f($n - 1) }; $f(2)) %}"
    definition = {"QueryLanguage": "JSONata", **chain(A=passing(Output=wild), T=task(), B=passing(Output=wild))}
    started = await failed(world, definition)
    await redrive(world, started)
    given = await world.until(world.poll())
    await world.engine.tasks.succeed(given.token, "1")
    await world.until(lambda: world.engine.figures().get("executions.SUCCEEDED", 0) > 0)
    assert await world.output(started) == 0
    await sound(world)


async def test_a_long_redrive_goes_on_after_a_restart_in_its_midst(world: World):
    await world.activity()
    many = parallel(*(chain(**{f"T{n}": task()}) for n in range(2)))
    started = await world.start(await world.machine(chain(M=mapping(chain(P=many)))), input=json.dumps(list(range(20))))
    await world.engine.stop_execution(await world.row(started.arn), None, None)
    world.engine.runner.limits.standard = Limits(slice_entries=3)
    world.store.gate = asyncio.Event()
    redriving = asyncio.create_task(redrive(world, started))
    await world.settle()
    world.store.gate.set()
    await redriving
    await world.restart()
    await world.settle()
    await sound(world)
    for _ in range(40):
        given = await world.take()
        await world.engine.tasks.succeed(given.token, given.input)
    await world.settle()
    assert await world.output(started) == [[n, n] for n in range(20)]


# -- refused ----------------------------------------------------------------------------------------------------------


async def reasons(world: World, started: Started) -> set[str | None]:
    """Why it cannot be redriven: as a question is answered, and as an attempt is."""
    row = await world.row(started.arn)
    asked = await world.engine.redrives.obstacle(row, await world.engine.describe(row))
    refusal = await outcome(redrive(world, started))
    return {asked, str(refusal) if isinstance(refusal, ExecutionNotRedrivable) else None}


async def test_what_runs_or_succeeded_or_is_too_old_is_not_redriven(world: World):
    runs = await world.start(await world.machine(chain(W=waiting(10 * DAY)), "waits"))
    succeeded = await world.start(await world.machine(chain(A=passing()), "passes"))
    old = await world.start(await world.machine(chain(F=fail()), "fails"))
    await world.settle()
    assert await reasons(world, runs) == {"Execution is RUNNING and cannot be redriven"}
    assert await reasons(world, succeeded) == {"Execution is SUCCEEDED and cannot be redriven"}
    await world.pass_time(PERIOD / 1000 + 1)
    assert await reasons(world, old) == {"Execution redrivable period exceeded"}


async def test_a_history_without_room_is_not_gone_on_with(world: World):
    await world.restart(history_limit=8)
    started = await world.start(await world.machine(chain(A=passing(), W=waiting())))
    await world.engine.stop_execution(await world.row(started.arn), None, None)
    assert (await world.types(started))[-1] == "ExecutionAborted"
    await redrive(world, started)
    await world.engine.stop_execution(await world.row(started.arn), None, None)
    assert await reasons(world, started) == {"Execution history event limit exceeded"}


async def test_while_its_machine_is_being_deleted_or_after_nothing_is_redriven(world: World):
    started = await failed(world)
    machine = await world.engine.catalog.machine((await world.row(started.arn)).machine_arn)
    other = await world.start(machine)  # keeps the machine from going
    await world.engine.catalog.delete_machine(machine.arn)
    await world.engine.machine_deleted(machine.arn)
    assert await reasons(world, started) == {"State machine is in DELETING status"}
    await world.engine.stop_execution(await world.row(other.arn), None, None)
    await world.settle()
    assert await reasons(world, started) == {"State machine does not exist any more"}


async def test_one_that_our_code_cannot_load_is_set_aside_and_says_so(world: World):
    started = await failed(world)
    row = await world.row(started.arn)
    end = (await world.store.load([row.id]))[0].chunks[-1]
    broken = journal.encode([journal.StateEntered(row.stopped_at or 0, 0, 0, 99, "T", "Task", "{}")])
    await world.store.commit([Commit(execution=row.id, position=end.position + end.count, count=1, chunk=broken)])
    for _ in range(2):
        assert isinstance(await outcome(redrive(world, started)), InternalFailure)
    await world.settle()
    row = await world.row(started.arn)
    assert row.aside is not None
    assert row.status == "FAILED"
