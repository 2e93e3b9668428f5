"""Execution logs have the events that the state machine's level asks for, of Standard and Express executions alike."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from definitions import chain, fail, passing, task, waiting
from stepwell.engine import observer
from stepwell.engine.records import Logging, Settings, StateMachineRecord
from stepwell.integrations.logs.writer import LogLine, NotWritten
from stepwell.integrations.outgoing import Outgoing

from .world import ACCOUNT, ROLE, World, living

GROUP = f"arn:aws:logs:{ACCOUNT}:log-group:states:*"


class Paper:
    """Takes lines, or fails as often as it is told to, or waits."""

    def __init__(self) -> None:
        self.lines: list[LogLine] = []
        self.fails = 0
        self.gate: asyncio.Event | None = None

    async def write(self, lines: Sequence[LogLine]) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.fails:
            self.fails -= 1
            raise NotWritten("no paper", lines)
        self.lines += lines

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(line.text) for line in self.lines]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.told]


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def world(runner: asyncio.Runner, paper: Paper) -> Iterator[World]:
    yield from living(runner, World(outgoing=Outgoing(logs=paper)))


async def machine(
    world: World, definition: Any, level: str = "ALL", data: bool = True, type: Any = "STANDARD"
) -> StateMachineRecord:
    return await world.engine.catalog.create_machine(
        arn=f"arn:aws:states:{ACCOUNT}:stateMachine:m",
        type=type,
        definition=json.dumps(definition),
        role_arn=ROLE,
        settings=Settings(Logging(level, data, (GROUP,))),
        tags={},
    )


TYPES = ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]


async def test_all_events_of_a_standard_execution_are_logged(world, paper):
    started = await world.start(await machine(world, chain(P=passing())), input='{"a":1}')
    await world.settle()
    assert paper.types == await world.types(started) == TYPES
    assert [event["id"] for event in paper.told] == ["1", "2", "3", "4"]
    assert paper.told[1]["details"] == {"name": "P", "input": '{"a":1}', "inputDetails": {"truncated": False}}
    assert {(line.machine, line.groups) for line in paper.lines} == {("m", (GROUP,))}


async def test_payloads_of_earlier_commits_are_found(world, paper):
    await world.start(await machine(world, chain(W=waiting(5), P=passing())), input='{"a":1}')
    await world.pass_time(6)
    assert {event["details"].get("input", event["details"].get("output")) for event in paper.told} == {'{"a":1}'}


@pytest.mark.parametrize("sync", [True, False])
async def test_all_events_of_an_express_execution_are_logged(world, paper, sync):
    express = await machine(world, chain(W=waiting(5), P=passing()), type="EXPRESS")
    if sync:
        running = asyncio.create_task(world.engine.starts.start_sync(express, None, '{"a":1}'))
        await world.pass_time(6)
        await running
    else:
        await world.start(express, input='{"a":1}')
        await world.pass_time(6)
    assert paper.types == [TYPES[0], "WaitStateEntered", "WaitStateExited", *TYPES[1:]]
    assert {event["details"].get("input", event["details"].get("output")) for event in paper.told} == {'{"a":1}'}


@pytest.mark.parametrize(
    ("level", "types"),
    [("ERROR", ["ActivityFailed", "FailStateEntered", "ExecutionFailed"]), ("FATAL", ["ExecutionFailed"]), ("OFF", [])],
)
async def test_a_level_narrows(world, paper, level, types):
    await world.activity()
    caught = task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "F"}], End=True)
    await world.start(await machine(world, chain(T=caught, F=fail()), level))
    await world.engine.tasks.fail((await world.take()).token, "E", "c")
    await world.settle()
    assert paper.types == types


async def test_data_are_logged_only_where_that_is_wanted(world, paper):
    await world.start(await machine(world, chain(P=passing(Result="secret")), data=False), input='"secret"')
    await world.settle()
    assert paper.types == TYPES
    assert "secret" not in json.dumps(paper.told)


async def test_a_redrive_counts(world, paper):
    started = await world.start(await machine(world, chain(F=fail()), "FATAL"))
    await world.engine.redrives.redrive(await world.row(started.arn), None)
    await world.settle()
    assert [event["redrive_count"] for event in paper.told] == ["0", "1"]


async def test_a_writer_that_fails_is_asked_again(world, paper):
    paper.fails = 2
    await world.start(await machine(world, chain(P=passing())))
    await world.pass_time(10)
    assert paper.types == TYPES
    assert world.engine.figures()["logs.written"] == 4


async def test_lines_that_cannot_be_written_are_dropped_and_counted(world, paper):
    paper.fails = 3
    started = await machine(world, chain(P=passing()))
    await world.start(started, "a")
    await world.pass_time(10)
    await world.start(started, "b")
    await world.settle()
    assert world.engine.figures()["logs.dropped"] == 4
    assert {event["execution_arn"][-1] for event in paper.told} == {"b"}


async def test_a_slow_writer_holds_up_nobody_and_no_more_than_a_bound_waits_for_it(world, paper, monkeypatch):
    monkeypatch.setattr(observer, "WAITING", 20_000)
    paper.gate = asyncio.Event()
    logged = await machine(world, chain(P=passing()))
    for number in range(30):
        started = await world.start(logged, input=json.dumps("x" * 1000 + str(number)))
        assert await world.status(started) == "SUCCEEDED"
    await world.settle()
    unseen = world.engine.figures()["observers.unseen"]
    paper.gate.set()
    await world.settle()
    assert unseen > 0
    assert len(paper.lines) + unseen == 120


async def test_what_waits_is_written_when_the_server_stops(world, paper):
    await world.start(await machine(world, chain(P=passing())))
    await world.restart()
    assert paper.types == TYPES
