"""Histories as the engine really writes them, for the tests of the console's model: src/model/fixtures/NAME.json.

    python console/scripts/histories.py

Each file has a definition and the events of one execution of it, as GetExecutionHistory answers them. Time is virtual
and chance is none, so that the same code writes the same files.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from definitions import (  # noqa: E402
    catcher,
    chain,
    fail,
    mapping,
    parallel,
    passing,
    retrier,
    task,
    waiting,
)
from engine.world import World  # noqa: E402
from stepwell.engine.engine import Started  # noqa: E402
from stepwell.testing import NEVER, After, Failure, run  # noqa: E402

FIXTURES = ROOT / "console" / "src" / "model" / "fixtures"

Definition = Mapping[str, Any]


def call(resource: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", **fields}


def simple(name: str, definition: Definition, input: Any = None, tasks: Mapping[str, Any] | None = None) -> None:
    """One that comes to its end by itself."""
    write(name, definition, run(definition, {} if input is None else input, tasks=tasks or {}).history)


def write(name: str, definition: Definition, events: list[dict[str, Any]]) -> None:
    lines = ",\n    ".join(json.dumps(event, ensure_ascii=False) for event in events)
    text = f'{{\n  "definition": {json.dumps(definition, ensure_ascii=False)},\n  "events": [\n    {lines}\n  ]\n}}\n'
    (FIXTURES / f"{name}.json").write_text(text, encoding="utf-8")


LOOP = {
    "QueryLanguage": "JSONata",
    "StartAt": "Begin",
    "States": {
        "Begin": passing(Assign={"round": 0, "who": "Ada"}, Next="Again"),
        "Again": passing(Assign={"round": "{% $round + 1 %}"}, Next="Enough"),
        "Enough": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $round >= 3 %}", "Next": "Each"}],
            "Default": "Again",
        },
        "Each": mapping(
            chain(Inner=passing(Assign={"item": "{% $states.input %}"}), Look=passing(Output="{% $item %}")),
            Items=[7, 8],
            Assign={"sum": "{% $sum($states.result) %}"},
            Next="Done",
        ),
        "Done": {"Type": "Succeed", "Output": "{% $sum %}"},
    },
}

RETRIES = chain(
    Work=task(
        TimeoutSeconds=60,
        HeartbeatSeconds=20,
        Retry=[retrier("Busy", IntervalSeconds=2, BackoffRate=3, MaxAttempts=3)],
        Catch=[catcher("Sorry", "Broken", ResultPath="$.why")],
    ),
    Sorry=passing(),
)

MAP = chain(
    Each=mapping(
        chain(Task=task(Retry=[retrier("Busy")]), Pause=waiting(3)), MaxConcurrency=2, Catch=[catcher("Sorry")]
    ),
    Sorry=passing(),
)

NESTED = chain(
    Rows=mapping(chain(Cells=mapping(chain(Cell=passing(), Rest=waiting(1)), ItemsPath="$.cells")), MaxConcurrency=2),
    Both=parallel(
        chain(Left=waiting(2), Left2=passing()),
        chain(Right=task(), Right2=passing()),
        Retry=[retrier("Busy", IntervalSeconds=5)],
        ResultPath=None,
    ),
    End=passing(),
)

PARALLEL = chain(
    P=parallel(chain(A=task()), chain(M=mapping(chain(B=task(), B2=task())))), After=passing(ResultPath=None)
)


async def redriven(world: World) -> tuple[Definition, Started]:
    """One branch fails, the execution is redriven and comes through."""
    definition = PARALLEL
    started = await world.start(await world.machine(definition), input="[1,2]")
    first, second, _ = [await world.take() for _ in range(3)]  # A, and B twice
    await world.engine.succeed_task(second.token, '"b"')
    await world.pass_time(3)
    await world.engine.fail_task(first.token, "E", "it broke")
    await world.pass_time(60)
    await world.engine.redrives.redrive(await world.row(started.arn), None)
    for _ in range(4):  # A, B, and B2 twice
        await world.pass_time(1)
        await world.engine.succeed_task((await world.take()).token, '"again"')
    assert await world.status(started) == "SUCCEEDED"
    return definition, started


async def aborted(world: World) -> tuple[Definition, Started]:
    """Stopped while one task waits for a worker, and another one is under way."""
    definition = PARALLEL
    started = await world.start(await world.machine(definition), input="[1,2]")
    await world.take()
    await world.pass_time(5)
    await world.engine.stop_execution(await world.row(started.arn), "Enough", "we close")
    return definition, started


async def running(world: World) -> tuple[Definition, Started]:
    """One that is not at its end: a task queued, one taken, a third between two tries, and a Wait."""
    work = task(Retry=[retrier("Busy", IntervalSeconds=600)])
    definition = chain(P=parallel(chain(A=task()), chain(B=task()), chain(C=work), chain(D=waiting(600))))
    started = await world.start(await world.machine(definition))
    await world.take()
    await world.take()
    await world.engine.fail_task((await world.take()).token, "Busy", "come back")
    await world.pass_time(5)
    return definition, started


async def timed_out(world: World) -> tuple[Definition, Started]:
    definition = {**chain(A=passing(), W=waiting(600)), "TimeoutSeconds": 30}
    started = await world.start(await world.machine(definition))
    await world.pass_time(31)
    return definition, started


async def in_a_world(name: str, story: Callable[[World], Awaitable[tuple[Definition, Started]]]) -> None:
    world = World()
    await world.up()
    try:
        await world.activity()
        definition, started = await story(world)
        await world.settle()
        row = await world.row(started.arn)
        events = await world.engine.history(row, reverse=False, after=None, limit=30_000, include_data=True)
        write(name, definition, list(events))
    finally:
        await world.down()


def main() -> None:
    FIXTURES.mkdir(exist_ok=True)
    simple("loop", LOOP)
    simple("retries", RETRIES, {"a": 1}, {"Work": [Failure("Busy", "no hands"), NEVER, Failure("Busy")]})
    simple("caught", RETRIES, {"a": 1}, {"Work": [Failure("Busy"), after(7, Failure("Broken", "for good"))]})
    simple("map", MAP, [1, 2, 3], {"Task": [Failure("Busy"), 1, 2, Failure("Bad", "rotten")]})
    simple("nested", NESTED, [{"cells": [1, 2]}, {"cells": []}, {"cells": [3]}], {"Right": [Failure("Busy"), "r"]})
    simple(
        "callback",
        chain(
            Ask=call(
                "sqs:sendMessage.waitForTaskToken",
                Parameters={"QueueUrl": "guests", "MessageBody": "Well?"},
            ),
            Child=call("states:startExecution.sync:2", Parameters={"StateMachineArn": "child", "Input": {}}),
        ),
        {},
        {"Ask": after(90, "yes"), "Child": {"Output": 1}},
    )
    simple("evaluation", {"QueryLanguage": "JSONata", **chain(A=passing(), B=passing(Output="{% 1 + 'a' %}"))})
    simple(
        "evaluation-caught",
        {
            "QueryLanguage": "JSONata",
            **chain(T=task(Arguments="{% 1 + 'a' %}", Catch=[catcher("End")]), Other=passing(), End=passing()),
        },
    )
    simple("failed", chain(A=passing(), Stop=fail("Broken", Cause="as it must")))
    for story in (redriven, aborted, running, timed_out):
        asyncio.run(in_a_world(story.__name__.replace("_", "-"), story))


def after(seconds: float, answer: Any) -> After:
    return After(timedelta(seconds=seconds), answer)


if __name__ == "__main__":
    main()
