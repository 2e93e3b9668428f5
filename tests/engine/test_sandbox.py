"""Expressions that would stop the server or eat its memory: they fail by themselves, and nobody else notices."""

import asyncio
import json
import os
import signal
import sys
import time
from typing import Any

import pytest

from definitions import catcher, chain, mapping, passing, retrier, task, waiting
from stepwell.engine import sandbox
from stepwell.expressions.jsonata_errors import MEMORY, STACK, TIMEOUT

from .test_failures import FAULTS
from .world import World

BENIGN = "{% ($twice := function($n) { 2 * $n }; $twice($states.input.n)) %}"
LOOP = "{% ($f := function($n) { $f($n + 1) }; $f(1) + 1) %}"
REGEX = "{% $contains($states.input.text, /(a|aa)+$/) %}"
HUGE = "{% ($x := $pad('x', 100000000); $length($join([$x, $x, $x, $x, $x, $x]))) %}"
DOUBLING = "{% ($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $length($f('x', 60))) %}"
ARRAYS = "{% ($f := function($a, $n) { $n = 0 ? $a : $f([$a, $a], $n - 1) }; $count($f([1], 60))) %}"
NUMBERS = "{% [1..100000000] %}"
NESTED = "{% $count($map([1..10000], function($a) { $map([1..10000], function($b) { $a * $b }) })) %}"
JOINED = "{% $length($join([1..9000000].'abcdefghijklmnopqrstuvwxyz')) %}"
TEXT = json.dumps({"n": 21, "text": "a" * 200 + "!"})

RUBBISH = "import sys; sys.stdin.buffer.read(4); sys.stdout.buffer.write(bytes([1, 0, 0, 0, 7])); sys.stdout.flush()"
QUADRATIC = "{% $count($map($states.input.list, function($v) { $count($states.input.list[$ = $v]) })) %}"
LIST = json.dumps({"list": list(range(700)), "n": 21})


def jsonata(**states: Any) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", **chain(**states)}


async def sync(world: World, definition: Any, input: str = TEXT, name: str = "m"):
    machine = await world.machine(definition, name, type="EXPRESS")
    return await world.engine.starts.start_sync(machine, None, input)


# -- hostile -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        (LOOP, STACK),
        (REGEX, TIMEOUT),
        (HUGE, MEMORY),
        (DOUBLING, "Expression evaluation "),  # memory or time: whichever is at its end first
        (ARRAYS, "Expression evaluation "),
        (NUMBERS, "D2014: "),
        (NESTED, TIMEOUT),
        (JOINED, "Expression evaluation "),
    ],
    ids=["recursion", "regex", "huge", "doubling", "arrays", "range", "loops", "join"],
)
async def test_a_hostile_expression_fails_its_own_execution(world: World, expression, what):
    result = await sync(world, jsonata(A=passing(Output=expression)))
    assert (result.status, result.error) == ("FAILED", "States.QueryEvaluationError")
    assert f"The JSONata expression '{expression[2:-2].strip()}' specified for the field 'Output'" in result.cause
    assert what in result.cause


async def test_it_is_the_guilty_expression_of_several_that_fails(world: World):
    arguments = {"a": BENIGN, "b": [1, REGEX], "c": DOUBLING}
    result = await sync(world, jsonata(A=passing(Output=BENIGN), B=passing(Output=arguments)), '{"n": 1}')
    assert "the field 'Output/a'" in result.cause
    result = await sync(world, jsonata(B=passing(Output=arguments)), name="n")
    assert "the field 'Output/b[1]'" in result.cause
    assert result.cause.endswith(TIMEOUT)


async def test_what_came_before_the_guilty_state_stays_and_the_history_tells_of_it(world: World):
    await world.activity()
    machine = await world.machine(jsonata(T=task(Output="{% $states.result %}"), A=passing(Output=REGEX)))
    started = await world.start(machine, None, TEXT)
    await world.settle()
    await world.engine.tasks.succeed((await world.take()).token, TEXT)
    await world.settle()
    assert (await world.types(started))[-5:] == [
        "ActivitySucceeded",
        "TaskStateExited",
        "PassStateEntered",
        "EvaluationFailed",
        "ExecutionFailed",
    ]


async def test_a_retrier_and_then_a_catcher_take_the_error(world: World):
    items = mapping(
        chain(I=passing()),
        Items="{% $contains($states.input.text, /(a|aa)+$/) ? [] : [] %}",
        Retry=[retrier("States.QueryEvaluationError", MaxAttempts=1)],
        Catch=[catcher("C", "States.ALL", Output="{% $states.errorOutput.Error %}")],
        End=True,
    )
    started = await world.start(await world.machine(jsonata(M=items, C=passing())), None, TEXT)
    await world.until(lambda: world.engine.figures().get("executions.SUCCEEDED", 0) == 1)
    assert await world.output(started) == "States.QueryEvaluationError"
    assert (await world.types(started)).count("EvaluationFailed") == 2
    assert world.engine.figures()["sandbox.overruns"] == 2


async def test_a_catchers_own_hostile_expression_fails_too(world: World):
    items = mapping(
        chain(I=passing()), Items=REGEX, Catch=[catcher("C", "States.ALL", Output={"a": BENIGN, "b": REGEX})], End=True
    )
    result = await sync(world, jsonata(M=items, C=passing()))
    assert "the field 'Catch[0]/Output/b'" in result.cause


async def test_others_run_on_meanwhile(world: World):
    hostile = [
        await world.machine(jsonata(A=passing(Output=expression)), f"h{n}", type="EXPRESS")
        for n, expression in enumerate([LOOP, REGEX, DOUBLING, NESTED, ARRAYS])
    ]
    benign = await world.machine(jsonata(A=passing(Output="{% $states.input.n * 2 %}"), B=passing()), type="EXPRESS")
    attack = asyncio.gather(*(world.engine.starts.start_sync(machine, None, TEXT) for machine in hostile))
    took = []
    while not attack.done():
        began = time.perf_counter()
        result = await world.engine.starts.start_sync(benign, None, '{"n":21}')
        took.append(time.perf_counter() - began)
        assert result.output == "42"
        await asyncio.sleep(0.002)
    took.sort()
    assert took[len(took) * 99 // 100] < 0.25  # seconds; on a machine with nothing else to do 0.002


L = "$states.input.l"
TAME = {  # expressions with a bound, each over data that make it take as long as it may
    "[" + ", ".join([f"$sum({L})"] * 11) + "]": [1] * 120_000,
    f"$encodeUrl($string({L}))": [{"a": 1}] * 25_000,
    f"{L}{{$string($): $}}": [[1]] * 50_000,
    f"$distinct({L}).x": [[k, 31 * (11_000 - k)] for k in range(11_000)],
    f"($l := {L}; $count($l.($sum($l))))": [1] * 120_000,
    f"($l := {L}; $count($map($l, function($v) {{ $sum($l) }})))": [1.5] * 4_000,
    f"$count({L}[$ in {L}])": [[1]] * 1_500,
}


async def test_what_is_bounded_but_long_keeps_nobody_waiting(world: World):
    everything: dict[str, Any] = {f"v{n}": f"{{% $sum({L}) %}}" for n in range(200)}
    hostile = [({"a": f"{{% {expression} %}}"}, data) for expression, data in TAME.items()]
    hostile += [(everything, [1] * 5_000)]
    machines = [
        (await world.machine(jsonata(A=passing(Output=output)), f"h{n}", type="EXPRESS"), json.dumps({"l": data}))
        for n, (output, data) in enumerate(hostile)
    ]
    assert not any([(await world.engine.runner.machine(m.arn, m.revision)).wild for m, _ in machines])
    benign = await world.machine(jsonata(A=passing(Output="{% $states.input.n * 2 %}"), B=passing()), type="EXPRESS")
    took = []

    async def run_benign_ones() -> None:
        while True:
            began = time.perf_counter()
            result = await world.engine.starts.start_sync(benign, None, '{"n":21}')
            took.append(time.perf_counter() - began)
            assert result.output == "42"
            await asyncio.sleep(0.002)

    others = asyncio.create_task(run_benign_ones())
    for machine, input in machines:
        for _ in range(2):
            await world.engine.starts.start_sync(machine, None, input)
    others.cancel()
    took.sort()
    assert took[len(took) * 99 // 100] < 0.05  # seconds


# -- benign ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type", ["STANDARD", "EXPRESS"])
async def test_what_only_might_be_hostile_gives_its_result(world: World, type):
    definition = jsonata(
        W=waiting(5, Output={"n": BENIGN}),
        P=passing(Assign={"v": BENIGN}, Output="{% $states.input %}"),
        M=mapping(chain(I=passing(Output=BENIGN)), Items="{% [1..$states.input.n].{'n': $} %}"),
        S=passing(Output="{% $sum($states.input) + $v %}"),
    )
    machine = await world.machine(definition, type=type)
    assert (await world.engine.runner.machine(machine.arn, machine.revision)).wild
    started = await world.start(machine, None, '{"n": 2}')
    await world.until(lambda: world.engine.figures().get("executions.SUCCEEDED", 0) == 1)
    if type == "STANDARD":
        assert await world.output(started) == 2 * (1 + 2 + 3 + 4) + 8
        assert (await world.types(started)).count("MapIterationSucceeded") == 4
    done = asyncio.create_task(sync(world, definition, '{"n": 2}', "sync"))
    assert (await world.until(done)).output == "28"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("nth", [2, 4, 6])
async def test_whichever_commit_fails_it_runs_exactly_once(world: World, fault, nth):
    await world.activity()
    machine = await world.machine(jsonata(A=passing(Output={"n": BENIGN}), T=task(Arguments=BENIGN), B=passing()))
    world.store.faults["commit"].extend([None] * (nth - 1) + [fault])

    async def work() -> None:
        given = await world.poll()
        assert given.input == "84"
        await world.engine.tasks.succeed(given.token, '"done"')

    worker = asyncio.create_task(work())
    started = await world.until(asyncio.create_task(world.start(machine, "order-1", TEXT)))
    await world.until(worker)
    await world.until(lambda: world.engine.figures().get("executions.SUCCEEDED", 0) > 0)
    assert await world.output(started) == "done"
    assert await world.types(started) == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
        "TaskStateExited",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]


# -- from here to there ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS", "EXPRESS, synchronous"])
async def test_an_expression_that_takes_long_moves_its_execution_where_it_may(world: World, kind):
    definition = jsonata(
        A=passing(Assign={"x": "{% $states.input.n %}"}, Output="{% $states.input %}"),
        W=waiting(5, Output="{% $states.input %}"),
        Q=passing(Output="{% $x + " + QUADRATIC[2:]),
        Z=passing(Output="{% $states.input %}"),
    )
    machine = await world.machine(definition, type=kind.split(",")[0])
    assert not (await world.engine.runner.machine(machine.arn, machine.revision)).wild
    if kind == "EXPRESS, synchronous":
        done = asyncio.create_task(world.engine.starts.start_sync(machine, None, LIST))
        assert (await world.until(done)).output == "721"
    else:
        started = await world.start(machine, None, LIST)
        await world.until(lambda: world.engine.figures().get("executions.SUCCEEDED", 0) == 1)
        if kind == "STANDARD":
            assert await world.output(started) == 721
            assert len(await world.types(started)) == 10
    assert world.engine.figures()["sandbox.slices"] > 0


async def test_a_revision_whose_expressions_often_take_long_runs_apart_as_a_whole(world: World):
    machine = await world.machine(jsonata(W=waiting(5, Output="{% $states.input %}"), Q=passing(Output=QUADRATIC)))
    waiting_ones = [await world.start(machine, None, LIST) for _ in range(6)]
    await world.until(lambda: world.engine.figures().get("executions.SUCCEEDED", 0) == 6)
    assert [await world.output(started) for started in waiting_ones] == [700] * 6
    assert (await world.engine.runner.machine(machine.arn, machine.revision)).wild


# -- what happens meanwhile --------------------------------------------------------------------------------------------


async def test_a_helper_that_is_killed_is_replaced_and_nobody_can_tell(world: World):
    definition = jsonata(A=passing(Output=BENIGN))
    assert (await sync(world, definition)).output == "42"
    slow = asyncio.create_task(sync(world, jsonata(A=passing(Output=QUADRATIC, Assign={"x": BENIGN})), LIST, "slow"))
    while world.engine.figures()["sandbox.slices"] < 3:
        await asyncio.sleep(0)
    [helper] = world.engine.runner.sandbox.processes
    os.kill(helper, signal.SIGKILL)
    assert (await slow).output == "700"
    assert world.engine.runner.sandbox.processes != [helper]


@pytest.mark.parametrize("command", [("/nowhere/python",), (sys.executable, "-c", "")])
async def test_without_helpers_executions_wait_until_there_are_some(world: World, command, monkeypatch, caplog):
    with monkeypatch.context() as now:
        now.setattr(sandbox, "_COMMAND", command)
        done = asyncio.create_task(sync(world, jsonata(A=passing(Output=BENIGN))))
        while "trying again: The helper process" not in caplog.text:
            await asyncio.sleep(0)
    world.clock.advance_to(world.clock.now() + 1_000)
    assert (await done).output == "42"


async def test_when_our_own_code_fails_there_the_execution_is_set_aside_and_others_run(world: World, monkeypatch):
    with monkeypatch.context() as now:
        now.setattr(sandbox, "_COMMAND", (sys.executable, "-c", RUBBISH))
        started = await world.start(await world.machine(jsonata(A=passing(Output=BENIGN))), None, TEXT)
        await world.settle()
        assert (await world.row(started.arn)).aside is not None
    assert (await sync(world, jsonata(A=passing(Output=BENIGN)), name="n")).output == "42"
    await world.restart()
    await world.settle()
    assert await world.output(started) == 42


async def test_a_stop_does_not_wait_for_the_expression(world: World):
    started = await world.start(await world.machine(jsonata(A=passing(Output=REGEX))), None, TEXT)
    began = time.perf_counter()
    await world.engine.stop_execution(await world.row(started.arn), "Enough", None)
    assert time.perf_counter() - began < 1
    assert await world.status(started) == "ABORTED"
    await world.settle()
    assert (await world.types(started))[-1] == "ExecutionAborted"


async def test_the_executions_time_out_does_not_wait_for_the_expression(world: World):
    definition = {"TimeoutSeconds": 10, **jsonata(A=passing(Output=REGEX))}
    started = await world.start(await world.machine(definition), None, TEXT)
    world.clock.advance_to(world.clock.now() + 10_000)
    await world.settle()
    assert await world.types(started) == ["ExecutionStarted", "PassStateEntered", "ExecutionTimedOut"][::2]


async def test_a_server_that_ends_meanwhile_loses_nothing(world: World):
    started = await world.start(await world.machine(jsonata(P=passing(), A=passing(Output=REGEX))), None, TEXT)
    while world.engine.figures().get("sandbox.slices", 0) < 2:
        await asyncio.sleep(0)
    await world.restart()
    await world.settle()
    assert await world.types(started) == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "PassStateEntered",
        "EvaluationFailed",
        "ExecutionFailed",
    ]


async def test_a_machine_deleted_meanwhile_goes_after_its_execution(world: World):
    machine = await world.machine(jsonata(W=waiting(5), A=passing(Output=BENIGN)))
    started = await world.start(machine, None, TEXT)
    await world.engine.catalog.delete_machine(machine.arn)
    await world.engine.machine_deleted(machine.arn)
    await world.pass_time(10)
    assert await world.status(started) == "ABORTED"
    assert await world.engine.catalog.machine(machine.arn) is None


async def test_no_helper_is_left_when_the_server_ends(world: World):
    await sync(world, jsonata(A=passing(Output=BENIGN)))
    [helper] = world.engine.runner.sandbox.processes
    await world.engine.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(helper, 0)
