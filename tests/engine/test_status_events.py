"""Targets are told of every change of status, in order, once it is on disk; one that fails holds up nobody else."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from definitions import chain, fail, passing, task, waiting
from stepwell.core.work import WorkKind
from stepwell.engine.check import check
from stepwell.engine.target_line import TRIES
from stepwell.integrations.outgoing import Outgoing
from stepwell.integrations.targets.target import Event, NotSent, Target
from stepwell.store.protocol import StoreError

from .world import World, living


class Listener:
    """A place that events are sent to: it takes them, or not, as it is told, and remembers what it took."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []  # execution name, status
        self.asked: Counter[str] = Counter()  # execution name -> how often
        self.away = False
        self.refuses: set[str] = set()  # executions of which it wants to hear nothing
        self.breaks: set[str] = set()  # executions of which hearing breaks it
        self.gate: asyncio.Event | None = None

    async def send(self, event: Event) -> None:
        if self.gate is not None:
            await self.gate.wait()
        name = event.execution_arn.rpartition(":")[2]
        self.asked[name] += 1
        if self.away or name in self.breaks:
            raise NotSent("nobody is there")
        if name in self.refuses:
            raise NotSent("not this one", refused=True)
        self.heard.append((name, event.status))

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def world(runner: asyncio.Runner, listener: Listener) -> Iterator[World]:
    yield from living(runner, World(outgoing=Outgoing(targets=[Target("audit", listener, "the test")])))


async def restart(world: World, *targets: Target) -> None:
    world.outgoing = Outgoing(targets=targets)
    await world.restart()


async def rows(world: World) -> int:
    return len(await world.store.queued(WorkKind.NOTICE_STATUS, None, 0, 10_000))


def line(world: World, name: str = "audit") -> Any:
    return next(line for line in world.engine.runner.status_events.lines if line.target.name == name)


async def test_start_and_end_are_told(world, listener):
    await world.start(await world.machine(chain(P=passing())), "a")
    await world.settle()
    assert listener.heard == [("a", "RUNNING"), ("a", "SUCCEEDED")]


async def test_every_end_is_told_and_a_redrive_is_running_again(world, listener):
    await world.activity()
    started = await world.start(await world.machine({**chain(T=task()), "TimeoutSeconds": 60}), "a")
    await world.engine.stop_execution(await world.row(started.arn), None, None)
    await world.engine.redrives.redrive(await world.row(started.arn), None)
    await world.engine.tasks.fail((await world.take()).token, "E", "c")
    await world.engine.redrives.redrive(await world.row(started.arn), None)
    await world.pass_time(61)
    statuses = ["RUNNING", "ABORTED", "RUNNING", "FAILED", "RUNNING", "TIMED_OUT"]
    assert listener.heard == [("a", status) for status in statuses]


async def test_the_event_of_a_redrive_says_which_one_it_was(world, listener):
    bodies = []

    async def send(event: Event) -> None:
        detail = json.loads(event.body)["detail"]
        bodies.append((detail["status"], detail["redriveCount"], detail["redriveDate"]))

    listener.send = send
    started = await world.start(await world.machine(chain(F=fail())), "a")
    dates = []
    for _ in range(2):
        world.clock.advance_to(world.clock.now() + 1000)
        dates.append(await world.engine.redrives.redrive(await world.row(started.arn), None))
    await world.settle()
    first, second = dates
    assert bodies == [
        ("RUNNING", 0, None),
        ("FAILED", 0, None),
        ("RUNNING", 1, first),
        ("FAILED", 1, first),
        ("RUNNING", 2, second),
        ("FAILED", 2, second),
    ]


async def test_express_executions_are_not_told_of(world, listener):
    machine = await world.machine(chain(P=passing()), type="EXPRESS")
    await world.start(machine)
    await world.engine.starts.start_sync(machine, None, "{}")
    await world.settle()
    assert (listener.heard, await rows(world)) == ([], 0)


async def test_without_targets_there_are_no_rows(runner):
    world = World()
    await world.up()
    await world.start(await world.machine(chain(P=passing())))
    assert await rows(world) == 0
    await world.down()


async def test_what_all_have_been_told_is_deleted_but_for_the_last_row(world, listener):
    machine = await world.machine(chain(P=passing()))
    for name in "abc":
        await world.start(machine, name)
    await world.settle()
    assert (len(listener.heard), await rows(world)) == (6, 1)
    assert (await check(world.store)).counts == {}


async def test_nothing_is_told_before_it_is_on_disk(world, listener):
    machine = await world.machine(chain(P=passing()))
    world.store.gate = asyncio.Event()
    starting = asyncio.create_task(world.start(machine, "a"))
    await world.settle()
    assert listener.heard == []
    world.store.gate.set()
    await starting
    await world.settle()
    assert listener.heard == [("a", "RUNNING"), ("a", "SUCCEEDED")]


async def test_a_failed_commit_is_told_once(world, listener):
    machine = await world.machine(chain(P=passing()))
    world.store.faults["commit"].append(StoreError("no"))
    starting = asyncio.create_task(world.start(machine, "a"))
    await world.until(starting)
    await world.settle()
    assert listener.heard == [("a", "RUNNING"), ("a", "SUCCEEDED")]


async def test_a_target_that_was_away_hears_all_of_it_in_order(world, listener):
    listener.away = True
    machine = await world.machine(chain(W=waiting(5)))
    for name in "abc":
        await world.start(machine, name)
    await world.pass_time(3600)
    assert listener.heard == []
    listener.away = False
    await world.pass_time(60)
    assert {name: [status for other, status in listener.heard if other == name] for name in "abc"} == {
        name: ["RUNNING", "SUCCEEDED"] for name in "abc"
    }
    assert (line(world).behind, line(world).problem, line(world).record.given_up) == (0, None, 0)


async def test_a_target_that_is_away_is_asked_ever_more_seldom(world, listener):
    listener.away = True
    await world.start(await world.machine(chain(P=passing())), "a")
    await world.pass_time(600)
    assert listener.asked == {"a": 15}  # after 1, 2, 4, … seconds, then once a minute


async def test_a_target_that_is_away_holds_up_no_other(runner):
    dead, live = Listener(), Listener()
    dead.away = True
    world = World(outgoing=Outgoing(targets=[Target("dead", dead), Target("live", live)]))
    await world.up()
    await world.start(await world.machine(chain(P=passing())), "a")
    await world.settle()
    assert (dead.heard, live.heard) == ([], [("a", "RUNNING"), ("a", "SUCCEEDED")])
    assert await rows(world) == 2
    await world.down()


async def test_after_a_restart_a_target_hears_what_it_has_not_heard(world, listener):
    machine = await world.machine(chain(P=passing()))
    await world.start(machine, "before")
    await world.settle()
    listener.away = True
    await world.start(machine, "after")
    await world.settle()
    await restart(world, Target("audit", listener))
    assert line(world).behind == 2
    listener.away = False
    await world.pass_time(60)
    assert listener.heard == [(name, status) for name in ("before", "after") for status in ("RUNNING", "SUCCEEDED")]


async def test_a_new_target_hears_of_what_happens_from_now_on(world, listener):
    machine = await world.machine(chain(P=passing()))
    listener.away = True
    await world.start(machine, "before")
    new = Listener()
    await restart(world, Target("audit", listener), Target("new", new))
    await world.start(machine, "after")
    await world.settle()
    assert new.heard == [("after", "RUNNING"), ("after", "SUCCEEDED")]


async def test_a_target_that_is_gone_keeps_no_rows(world, listener):
    listener.away = True
    await world.start(await world.machine(chain(P=passing())))
    await restart(world)
    await world.settle()
    assert (await rows(world), await world.store.list("target", None, None, 10)) == (0, [])


@pytest.mark.parametrize("how", ["refuses", "breaks"])
async def test_an_event_that_fails_while_others_get_through_is_given_up(world, listener, how):
    setattr(listener, how, {"bad"})
    machine = await world.machine(chain(P=passing()))
    await world.start(machine, "bad")
    for number in range(30):
        await world.start(machine, f"good{number}")
        await world.pass_time(60)
    assert len(listener.heard) == 60
    record = line(world).record
    why = {"refuses": "not this one", "breaks": "nobody is there"}[how]
    assert record.given_up == 2
    assert [(lost.execution_arn[-3:], lost.status, lost.why) for lost in record.last_given_up] == [
        ("bad", status, f"failed {TRIES + 1} times, while others got through: {why}")
        for status in ("RUNNING", "SUCCEEDED")
    ]


async def test_a_target_that_refuses_everything_is_away(world, listener):
    listener.refuses = {"a"}
    await world.start(await world.machine(chain(P=passing())), "a")
    await world.pass_time(3600)
    assert (line(world).record.given_up, listener.heard) == (0, [])
    listener.refuses = set()
    await world.pass_time(60)
    assert listener.heard == [("a", "RUNNING"), ("a", "SUCCEEDED")]


async def test_what_was_given_up_is_remembered(world, listener):
    listener.away = True
    await world.start(await world.machine(chain(P=passing())), "a")
    await world.pass_time(25 * 3600)
    await restart(world, Target("audit", listener))
    assert (line(world).record.given_up, line(world).behind) == (2, 0)


async def test_an_event_is_given_up_after_a_day(world, listener):
    listener.away = True
    machine = await world.machine(chain(P=passing()))
    await world.start(machine, "old")
    await world.pass_time(12 * 3600)
    await world.start(machine, "young")
    await world.pass_time(12 * 3600 + 120)
    listener.away = False
    await world.pass_time(60)
    assert listener.heard == [("young", "RUNNING"), ("young", "SUCCEEDED")]
    record = line(world).record
    assert (record.given_up, record.last_given_up[0].why) == (2, "not taken for 24.0 hours: nobody is there")


async def test_no_more_events_wait_than_may(runner):
    listener = Listener()
    listener.away = True
    world = World(outgoing=Outgoing(targets=[Target("audit", listener, keep=10)]))
    await world.up()
    machine = await world.machine(chain(P=passing()))
    for number in range(200):
        await world.start(machine, f"e{number:03}")
    await world.pass_time(120)
    assert (line(world).behind, line(world).record.given_up, await rows(world)) == (10, 390, 11)
    listener.away = False
    await world.pass_time(120)
    assert {name for name, _ in listener.heard} == {f"e{number}" for number in range(195, 200)}
    await world.down()


@pytest.mark.parametrize(
    ("filter", "heard"),
    [
        ({"statuses": ("FAILED",)}, [("bad", "FAILED")]),
        ({"machines": ("*:stateMachine:g*",)}, [("good", "RUNNING"), ("good", "SUCCEEDED")]),
    ],
)
async def test_a_target_may_want_some_events_only(runner, filter, heard):
    listener = Listener()
    world = World(outgoing=Outgoing(targets=[Target("audit", listener, **filter)]))
    await world.up()
    await world.start(await world.machine(chain(P=passing()), "g"), "good")
    await world.start(await world.machine(chain(F=fail()), "b"), "bad")
    await world.settle()
    assert (listener.heard, line(world).behind) == (heard, 0)
    await world.down()


async def test_no_more_executions_are_told_of_at_one_time_than_may(world, listener):
    listener.gate = asyncio.Event()
    machine = await world.machine(chain(P=passing()))
    await world.start(machine, "first")
    await world.settle()
    for number in range(20):
        await world.start(machine, f"e{number:02}")
    await world.settle()
    listener.gate.set()
    await world.settle()
    assert len(listener.heard) == 42


async def test_a_store_that_refuses_to_be_read_only_delays(world, listener):
    world.store.broken["queued"] = StoreError("no")
    machine = await world.machine(chain(P=passing()))
    await world.start(machine, "a")
    await world.pass_time(5)
    del world.store.broken["queued"]
    await world.pass_time(5)
    assert listener.heard == [("a", "RUNNING"), ("a", "SUCCEEDED")]
