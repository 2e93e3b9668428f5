"""Trials of an engine: every entry is seen, chance is repeated, an execution is held; and where executions begin."""

import asyncio
import json
from collections.abc import Sequence
from random import Random

from msgspec.structs import replace

from definitions import chain, parallel, passing, waiting
from stepwell.asl.states import StateMachine
from stepwell.core import facts as f
from stepwell.core.advance import Limits
from stepwell.core.execution import Execution
from stepwell.core.journal import Entry
from stepwell.engine.engine import Engine
from stepwell.engine.reading import EVERYTHING, Journal
from stepwell.engine.starts import Beginning

from .world import World


class Holding:
    """A trial that lets an execution go no further than this state."""

    def __init__(self, before: str) -> None:
        self.random = Random(7)
        self.before: str | None = before
        self.entries: list[Entry] = []

    def machine(self, machine: StateMachine) -> StateMachine:
        return machine

    def limits(self, limits: Limits) -> Limits:
        return replace(limits, slice_entries=1)

    def took(self, execution: Execution, entries: Sequence[Entry]) -> None:
        self.entries += entries

    def holds(self, execution: Execution) -> bool:
        return execution.branches[execution.ready[0]].state == self.before


async def on_trial(world: World, trial: Holding) -> None:
    await world.engine.stop()
    world.engine = Engine(world.store, world.clock, world.config, trial=trial)
    await world.engine.start()


async def test_an_execution_is_held_and_goes_on_by_the_next_fact(world: World):
    trial = Holding("C")
    await on_trial(world, trial)
    started = await world.start(await world.machine(chain(A=passing(), B=passing(), C=passing())))
    await world.settle()
    assert await world.types(started) == [
        "ExecutionStarted",
        *["PassStateEntered", "PassStateExited"] * 2,
    ]
    trial.before = None
    assert await world.engine.runner.deliver((await world.row(started.arn)).id, f.Continue())
    await world.settle()
    assert await world.status(started) == "SUCCEEDED"


async def test_an_execution_that_was_held_goes_on_after_a_restart_without_a_trial(world: World):
    await on_trial(world, Holding("B"))
    started = await world.start(await world.machine(chain(A=parallel(chain(B=passing(Result=1))), C=passing())))
    await world.settle()
    await world.restart()
    await world.settle()
    assert (await world.status(started), await world.output(started)) == ("SUCCEEDED", [1])


async def test_every_entry_is_seen_once(world: World):
    trial = Holding("nowhere")
    await on_trial(world, trial)
    started = await world.start(await world.machine(chain(A=waiting(5), B=passing())))
    await world.pass_time(6)
    row = await world.row(started.arn)
    journal = Journal(world.store, row.id)
    assert trial.entries == [journal[position] for position in await journal.read(0, EVERYTHING)]


async def test_chance_is_the_trials(world: World):
    drawn = []
    definition = chain(A=passing(Parameters={"id.$": "States.UUID()"}))
    machine = await world.machine(definition)
    for _ in range(2):
        await on_trial(world, Holding("nowhere"))
        started = await world.start(machine)
        await world.settle()
        drawn.append(await world.output(started))
    assert drawn[0] == drawn[1]


async def test_an_execution_may_begin_at_any_state_with_variables(world: World):
    machine = await world.machine(chain(A=passing(), B=waiting(60), C=passing(Parameters={"n.$": "$n"})))
    beginning = Beginning("B", {"n": json.dumps([1])})
    started = await world.engine.starts.start(machine, None, "{}", beginning=beginning)
    await world.settle()
    await world.restart()
    assert (await world.types(started))[1] == "WaitStateEntered"
    await world.until(asyncio.create_task(_ended(world, started.arn)))
    assert await world.output(started) == {"n": [1]}


async def _ended(world: World, arn: str) -> None:
    while (await world.row(arn)).status == "RUNNING":
        await world.clock.sleep_until(world.clock.now() + 10_000)
