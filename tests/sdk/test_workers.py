"""Workers serve tasks: on a real server, with a real network in between that loses what it should not."""

import asyncio
import itertools
import json
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from api.live import LiveServer
from stepwell.api.keys import AccessKey, Keys
from stepwell.errors import IncompleteSignatureException, UnrecognizedClientException
from stepwell.sdk import Retry, task, workflow
from stepwell.sdk.attempts import Attempt, cancelled
from stepwell.sdk.client import AsyncExecution, AsyncStepwell, connect_async
from stepwell.sdk.outcomes import WorkflowFailed
from stepwell.sdk.stations import LARGEST_OUTPUT
from stepwell.sdk.tasks import Task
from stepwell.sdk.workers import places, run_workers, serve_workers

from . import kitchen
from .conftest import Serving, working
from .network import network


def calling(name: str, arguments: Any = None, **fields: Any) -> dict[str, Any]:
    """A machine with one state, which calls a task."""
    state = {
        "Type": "Task",
        "Resource": f"arn:aws:states:us-east-1:123456789012:activity:{name}",
        "Arguments": arguments if arguments is not None else "{% $states.input %}",
        "End": True,
        **fields,
    }
    return {"QueryLanguage": "JSONata", "StartAt": name, "States": {name: state}}


async def started(
    client: AsyncStepwell, served: Task[..., Any], count: int = 1, **input: Any
) -> list[AsyncExecution[Any]]:
    await client.deploy(calling(served.name, **_fields(served)), name=f"calls-{served.name}")
    return [await client.start(f"calls-{served.name}", **input) for _ in range(count)]


def _fields(served: Task[..., Any]) -> dict[str, Any]:
    return {name: value for name, value in served.fields().items() if name != "Retry"}


async def failed(execution: AsyncExecution[Any]) -> tuple[str | None, str | None]:
    with pytest.raises(WorkflowFailed) as caught:
        await execution.result(20)
    return caught.value.error, caught.value.cause


async def history(execution: AsyncExecution[Any]) -> list[str]:
    """What happened to the task."""
    return [
        event.type.removeprefix("Activity")
        for event in [e async for e in execution.events()]
        if "Activity" in event.type
    ]


async def test_as_many_run_at_one_time_as_are_asked_for(serving: Serving, runner: asyncio.Runner) -> None:
    at_work, most, together = 0, 0, asyncio.Event()

    @task
    async def crowd() -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        if at_work == 3:
            together.set()
        await together.wait()
        at_work -= 1

    async with serving({crowd: 3}) as client:
        for execution in await started(client, crowd, 6):
            assert await execution.result(20) is None
    assert most == 3


async def test_plain_functions_run_beside_each_other_in_threads(serving: Serving, runner: asyncio.Runner) -> None:
    meeting = threading.Barrier(2, timeout=20)

    @task
    def meet() -> str:
        meeting.wait()
        return threading.current_thread().name

    async with serving({meet: 2}) as client:
        assert [await execution.result(20) for execution in await started(client, meet, 2)] == ["meet", "meet"]


async def test_a_rate_is_kept(serving: Serving, runner: asyncio.Runner) -> None:
    times: list[float] = []

    @task(rate=20)
    async def paced() -> None:
        times.append(time.monotonic())

    async with serving({paced: 5}) as client:
        for execution in await started(client, paced, 6):
            await execution.result(20)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(gaps) >= 0.049


async def test_middleware_surrounds_each_handler(serving: Serving, runner: asyncio.Runner) -> None:
    seen: list[Any] = []

    async def watching(attempt: Attempt, call: Callable[[], Awaitable[Any]]) -> Any:
        seen.append((attempt.name, attempt.input, attempt.arguments, bool(attempt.token)))
        try:
            return await call()
        finally:
            seen.append("done")

    async def doubling(attempt: Attempt, call: Callable[[], Awaitable[Any]]) -> Any:
        attempt.arguments["grams"] *= 2
        return await call()

    @task
    def weigh(grams: int) -> int:
        return grams

    async with serving({weigh: 1}, middleware=[watching, doubling]) as client:
        [execution] = await started(client, weigh, grams=4)
        assert await execution.result(20) == 8
    assert seen == [("weigh", {"grams": 4}, {"grams": 8}, True), "done"]


async def test_a_broken_contract_is_an_error_that_names_the_place(serving: Serving, runner: asyncio.Runner) -> None:
    @task
    def careless(grams: int) -> str:
        return grams  # type: ignore[return-value]

    async with serving([kitchen.bake, careless]) as client:
        [execution] = await started(client, kitchen.bake, dough={"grams": "many"})
        assert await failed(execution) == ("ContractBroken", "bake.dough.grams: Expected `int`, got `str`")
        [execution] = await started(client, kitchen.bake)
        assert await failed(execution) == ("ContractBroken", "bake: dough is missing")
        [execution] = await started(client, careless, grams=1)
        assert await failed(execution) == ("ContractBroken", "careless returned: Expected `str`, got `int`")


async def test_an_error_has_its_class_and_text_and_the_log_its_traceback(
    serving: Serving, runner: asyncio.Runner, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving([kitchen.bake]) as client:
        [execution] = await started(client, kitchen.bake, dough={"grams": 2000})
        assert await failed(execution) == ("Burnt", "2000 g are too much")
    [record] = [record for record in caplog.records if record.name == "stepwell.worker"]
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    assert record.exc_info[0] is kitchen.Burnt


async def test_too_large_an_output_fails_and_says_what_to_do(serving: Serving, runner: asyncio.Runner) -> None:
    @task
    def bulky() -> str:
        return "x" * LARGEST_OUTPUT

    async with serving([bulky]) as client:
        [execution] = await started(client, bulky)
        error, cause = await failed(execution)
        assert error == "States.DataLimitExceeded"
        assert cause == "bulky returned more than 262144 bytes. Let it travel by reference: payloads= of run_workers."


# -- heartbeats, and tasks that nobody waits for any more --------------------------------------------------------------


async def test_heartbeats_are_sent_while_a_handler_works(serving: Serving, runner: asyncio.Runner) -> None:
    @task(heartbeat=1)
    def slow() -> str:
        time.sleep(2.5)
        return "done"

    async with serving([slow]) as client:
        [execution] = await started(client, slow)
        assert await execution.result(20) == "done"
        assert await history(execution) == ["Scheduled", "Started", "Succeeded"]


async def test_an_async_handler_is_cancelled_when_its_execution_was_stopped(
    serving: Serving, runner: asyncio.Runner
) -> None:
    at_work, over = asyncio.Event(), asyncio.Event()

    @task(heartbeat=1)
    async def endless() -> None:
        at_work.set()
        try:
            await asyncio.Event().wait()
        finally:
            over.set()

    async with serving([endless]) as client:
        [execution] = await started(client, endless)
        await at_work.wait()
        await execution.stop()
        async with asyncio.timeout(20):
            await over.wait()
        # and its hand is free for the next one
        at_work.clear()
        [again] = await started(client, endless)
        async with asyncio.timeout(20):
            await at_work.wait()
        await again.stop()


async def test_a_plain_handler_is_told_when_its_task_timed_out(serving: Serving, runner: asyncio.Runner) -> None:
    over = threading.Event()

    @task(timeout=2, heartbeat=1)
    def stubborn() -> None:
        while not cancelled():
            time.sleep(0.02)
        over.set()

    async with serving([stubborn]) as client:
        [execution] = await started(client, stubborn)
        assert (await failed(execution))[0] == "States.Timeout"
        await asyncio.to_thread(over.wait, 20)
    assert over.is_set()


def test_nothing_is_cancelled_outside_a_worker() -> None:
    assert cancelled() is False


async def test_a_process_is_killed_when_nobody_waits_for_it(
    serving: Serving, runner: asyncio.Runner, tmp_path: Path
) -> None:
    async with serving([kitchen.endless]) as client:
        [execution] = await started(client, kitchen.endless, folder=str(tmp_path))
        assert await until((tmp_path / "pid").exists)
        process = psutil.Process(int((tmp_path / "pid").read_text()))
        await execution.stop()
        await asyncio.to_thread(psutil.wait_procs, [process], 20)
        assert not process.is_running()


# -- processes ---------------------------------------------------------------------------------------------------------


async def test_heavy_work_is_done_in_a_process_that_is_kept(serving: Serving, runner: asyncio.Runner) -> None:
    async with serving([kitchen.whoami, kitchen.knead, kitchen.crumble]) as client:
        pids = [await execution.result(30) for execution in await started(client, kitchen.whoami, 2)]
        assert len(set(pids)) == 1
        [execution] = await started(client, kitchen.knead, turns=1000)
        assert await execution.result(30) == 499500
        [execution] = await started(client, kitchen.crumble)
        assert await failed(execution) == ("Burnt", "in a process")
        [execution] = await started(client, kitchen.knead, turns="x")
        assert await failed(execution) == ("ContractBroken", "knead.turns: Expected `int`, got `str`")


async def test_a_process_that_is_killed_is_an_error_that_retry_sees(serving: Serving, runner: asyncio.Runner) -> None:
    async with serving([kitchen.crash]) as client:
        [execution] = await started(client, kitchen.crash)
        assert await failed(execution) == ("WorkerLost", "The process was killed by SIGKILL.")


def test_a_task_that_a_process_cannot_find_is_refused() -> None:
    @task(processes=True)
    def local() -> None: ...

    with pytest.raises(ValueError, match="local is to run in processes, so it must be at the top of its module"):
        run_workers([local], url="http://127.0.0.1:9")


# -- networks and servers that fail ------------------------------------------------------------------------------------


async def test_an_answer_that_got_no_reply_counts_as_done(
    server: LiveServer, runner: asyncio.Runner, caplog: pytest.LogCaptureFixture
) -> None:
    times = 0

    @task
    def once() -> int:
        nonlocal times
        times += 1
        return times

    async with network(server.url) as between:
        between.losing = ["SendTaskSuccess"]
        async with working(between.url, [once]) as client:
            [execution] = await started(client, once)
            assert await execution.result(20) == 1
            # The worker is free again once it has made sure of the first one.
            [another] = await started(client, once)
            assert await another.result(20) == 2
        assert between.lost == ["SendTaskSuccess"]
        assert between.seen.count("SendTaskSuccess") == 3
    assert [record.message for record in caplog.records if "nobody waits" in record.message] == []
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_server_that_is_away_while_a_handler_works_gets_the_answer_later(
    server: LiveServer, runner: asyncio.Runner, caplog: pytest.LogCaptureFixture
) -> None:
    at_work, go_on = asyncio.Event(), asyncio.Event()

    @task(heartbeat=None)
    async def patient() -> str:
        at_work.set()
        await go_on.wait()
        return "kept"

    async with network(server.url) as between, working(between.url, [patient]) as client:
        [execution] = await started(client, patient)
        await at_work.wait()
        between.cut()
        go_on.set()
        assert await until(lambda: "goes on asking" in caplog.text)
        between.away = False
        assert await execution.result(20) == "kept"
        [again] = await started(client, patient)
        assert await again.result(20) == "kept"
    assert "The server answers again at" in caplog.text


async def until(condition: Callable[[], bool]) -> bool:
    """Once it holds: looked at as often as the loop turns."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)
    return True


async def test_an_activity_that_is_deleted_is_made_again(serving: Serving, runner: asyncio.Runner) -> None:
    @task
    def lost_and_found() -> str:
        return "found"

    async with serving([lost_and_found]) as client:
        [execution] = await started(client, lost_and_found)
        assert await execution.result(20) == "found"
        arn = (await client.place()).arn("activity", "lost_and_found")
        await client.call("DeleteActivity", activityArn=arn)
        async with asyncio.timeout(20):
            while arn not in [one["activityArn"] for one in (await client.call("ListActivities"))["activities"]]:
                await asyncio.sleep(0.02)
        [execution] = await started(client, lost_and_found)
        assert await execution.result(20) == "found"


# -- stopping ----------------------------------------------------------------------------------------------------------


async def test_a_worker_that_stops_lets_what_it_began_end(server: LiveServer, runner: asyncio.Runner) -> None:
    at_work, go_on, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @task
    async def careful() -> str:
        at_work.set()
        await go_on.wait()
        return "ended well"

    async with connect_async(server.url) as client:
        worker = asyncio.create_task(serve_workers([careful], url=server.url, stop=stop))
        [execution] = await started(client, careful)
        await at_work.wait()
        stop.set()
        [unserved] = await started(client, careful)
        go_on.set()
        await worker
        assert await execution.result(20) == "ended well"
        assert await unserved.status() == "RUNNING"
        async with working(server.url, [careful]):
            assert await unserved.result(20) == "ended well"


async def test_an_idle_worker_that_stops_takes_no_task_with_it(server: LiveServer, runner: asyncio.Runner) -> None:
    served = []

    @task
    async def shared() -> str:
        served.append("shared")
        return "by whoever is there"

    for _ in range(5):
        async with working(server.url, [shared]) as client:
            [execution] = await started(client, shared)
            assert await execution.result(20) == "by whoever is there"
    assert len(served) == 5


async def test_a_server_that_refuses_the_worker_ends_it(runner: asyncio.Runner) -> None:
    live = LiveServer(keys=Keys(None, (AccessKey(name="tests", id="AKIDTEST", secret="secret"),)))
    live.start()
    try:
        with pytest.raises(UnrecognizedClientException):
            await serve_workers([kitchen.bake], url=live.url, key=("AKIDOTHER", "secret"))
        with pytest.raises(
            IncompleteSignatureException, match="The server asks for an access key: set STEPWELL_ACCESS"
        ):
            await serve_workers([kitchen.bake], url=live.url)
    finally:
        live.stop()


async def test_what_does_not_end_in_time_is_handed_back_to_be_tried_again(
    server: LiveServer, runner: asyncio.Runner
) -> None:
    at_work, stop, asked = asyncio.Event(), asyncio.Event(), []

    @task
    async def handed_back() -> str:
        asked.append("asked")
        if len(asked) == 1:
            at_work.set()
            await asyncio.Event().wait()
        return "by the next one"

    @workflow
    async def passes_on() -> str:
        return await handed_back()

    async with connect_async(server.url) as client:
        await client.deploy(passes_on)
        worker = asyncio.create_task(serve_workers([handed_back], url=server.url, stop=stop, grace=0))
        execution = await client.start(passes_on)
        await at_work.wait()
        stop.set()
        await worker
        async with working(server.url, [handed_back]):
            assert await execution.result(20) == "by the next one"
        failures = [event.details for event in [e async for e in execution.events()] if event.type == "ActivityFailed"]
        assert failures == [{"error": "WorkerLost", "cause": "The worker was stopped before the task was done."}]


# -- what is served ----------------------------------------------------------------------------------------------------


def test_a_workflow_stands_for_its_tasks() -> None:
    assert [(place.task.name, place.concurrency) for place in places([kitchen.pizza])] == [
        ("make_dough", 1),
        ("bake", 1),
    ]


@pytest.mark.parametrize(
    ("served", "message"),
    [
        ([], "There is no task to serve."),
        ({kitchen.bake: 0}, "bake is to run 0 at one time: at least one."),
    ],
)
def test_what_cannot_be_served_is_refused(served: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        places(served)


def test_a_function_that_is_no_task_is_refused() -> None:
    with pytest.raises(TypeError, match="is no task: decorate the function with @task"):
        places([json.dumps])  # type: ignore[list-item]


def test_options_of_the_worker_go_before_those_of_the_task() -> None:
    @task(rate=5, concurrency=2, processes=False, retry=Retry())
    def optioned() -> None: ...

    [own] = places([optioned])
    [other] = places({optioned: 7}, rate=1, processes=True)
    assert (own.concurrency, own.rate, own.processes) == (2, 5, False)
    assert (other.concurrency, other.rate, other.processes) == (7, 1, True)
