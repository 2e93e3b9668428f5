"""Executions of state machines with tracing are traced at their end, Standard and Express ones alike."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from definitions import chain, passing, task, waiting
from stepwell.engine.records import Settings, StateMachineRecord
from stepwell.integrations.outgoing import Outgoing
from stepwell.integrations.traces.tracer import Trace

from .world import ACCOUNT, ROLE, World, living

HEADER = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


class Wall:
    """Takes traces."""

    def __init__(self) -> None:
        self.traces: list[Trace] = []

    async def send(self, trace: Trace) -> None:
        self.traces.append(trace)

    async def close(self, seconds: float) -> None:
        """Nothing is left."""

    @property
    def names(self) -> list[list[str]]:
        return [[span.name for span in trace.spans] for trace in self.traces]


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def world(runner: asyncio.Runner, wall: Wall) -> Iterator[World]:
    yield from living(runner, World(outgoing=Outgoing(traces=wall)))


async def machine(world: World, definition: Any, type: Any = "STANDARD", tracing: bool = True) -> StateMachineRecord:
    return await world.engine.catalog.create_machine(
        arn=f"arn:aws:states:{ACCOUNT}:stateMachine:m",
        type=type,
        definition=json.dumps(definition),
        role_arn=ROLE,
        settings=Settings(tracing=tracing),
        tags={},
    )


@pytest.mark.parametrize("type", ["STANDARD", "EXPRESS"])
async def test_an_execution_is_traced_at_its_end(world, wall, type):
    started = await world.engine.starts.start(
        await machine(world, chain(A=passing(), W=waiting(5)), type), None, "{}", HEADER
    )
    await world.settle()
    assert wall.traces == []
    await world.pass_time(6)
    assert wall.names == [["m", "A", "W"]]
    (trace,) = wall.traces
    assert (trace.arn, trace.started_at, trace.header) == (started.arn, started.started_at, HEADER)
    assert trace.spans[0].end == started.started_at + 5000


async def test_a_synchronous_execution_is_traced(world, wall):
    express = await machine(world, chain(A=passing()), "EXPRESS")
    await world.engine.starts.start_sync(express, None, "{}", trace_header=HEADER)
    await world.settle()
    assert (wall.names, wall.traces[0].header) == ([["m", "A"]], HEADER)


async def test_an_execution_of_before_a_restart_is_traced_whole(world, wall):
    await world.activity()
    await world.start(await machine(world, chain(A=passing(), T=task())))
    await world.restart()
    await world.engine.tasks.succeed((await world.take()).token, "1")
    await world.settle()
    assert wall.names == [["m", "A", "T"]]


async def test_a_redrive_is_traced_at_its_own_end(world, wall):
    await world.activity()
    started = await world.start(await machine(world, chain(A=passing(), T=task())))
    await world.engine.tasks.fail((await world.take()).token, "E", "c")
    await world.engine.redrives.redrive(await world.row(started.arn), None)
    await world.engine.tasks.succeed((await world.take()).token, "1")
    await world.settle()
    assert wall.names == [["m", "A", "T"], ["m", "T"]]
    assert [trace.spans[0].failed for trace in wall.traces] == ["E: c", None]


async def test_machines_without_tracing_are_not_traced(world, wall):
    await world.start(await machine(world, chain(A=passing()), tracing=False))
    await world.settle()
    assert wall.traces == []
