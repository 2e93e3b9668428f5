"""Workers and servers in processes of their own, killed and started again."""

import asyncio
import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from cli.served import STEPWELL, environment, serving
from stepwell.sdk import task, workflow
from stepwell.sdk.blocking import Stepwell, connect
from stepwell.sdk.outcomes import Event

from .conftest import working
from .kitchen import notes, pizza

SLOW_MACHINE = 3
"""Seconds by which a timer may be late while other tests run."""
HERE = Path(__file__).parent


@contextmanager
def worker(*arguments: str, folder: Path = HERE, **changes: str) -> Iterator["subprocess.Popen[str]"]:
    """A worker's process, once it says what it serves."""
    command = (*STEPWELL, "worker", *arguments)
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment(**changes),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """What the condition gives once that is true. Looks at other processes, which tell nobody."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)
    return found


def begun(folder: Path, name: str) -> list[int]:
    """The processes that began it."""
    with contextlib.suppress(OSError):
        return [int(line) for line in (folder / f"{name}.begun").read_text().split()]
    return []


def of_type(events: list[Event], type: str) -> list[Event]:
    return [event for event in events if event.type == type]


def test_a_worker_that_is_killed_costs_at_most_a_heartbeat(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server, connect(server.url) as client:
        client.deploy(notes)
        with worker("kitchen:notes", "--url", server.url) as first:
            execution = client.start(notes, str(tmp_path), "kill", 60)
            [pid] = until(lambda: begun(tmp_path, "kill"))
            assert pid == first.pid
            first.send_signal(signal.SIGKILL)
            first.wait()
            killed = time.time()
        with worker("kitchen:notes", "--url", server.url) as second:
            assert execution.result(30) == "kill"
            assert begun(tmp_path, "kill") == [first.pid, second.pid]
        events = list(execution.events())
        [lost] = of_type(events, "ActivityTimedOut")
        assert lost.time.timestamp() - killed < 1 + SLOW_MACHINE  # HeartbeatSeconds is 1
        assert len(of_type(events, "ActivityStarted")) == 2


def test_a_server_that_is_started_again_costs_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    with worker("kitchen:notes", "--url", url) as process, connect(url) as client:  # it waits for the server
        with serving(tmp_path / "data", "--port", port) as server:
            client.deploy(notes)
            execution = client.start(notes, str(tmp_path), "restart", 1.5)
            until(lambda: begun(tmp_path, "restart"))
            server.process.kill()
            server.process.wait()
        with serving(tmp_path / "data", "--port", port):
            assert execution.result(30) == "restart"
            assert begun(tmp_path, "restart") == [process.pid]
            assert [event.type for event in execution.events() if "Activity" in event.type] == [
                "ActivityScheduled",
                "ActivityStarted",
                "ActivitySucceeded",
            ]


async def test_an_answer_is_in_time_when_a_server_comes_back_before_it_is_sent_again(
    tmp_path: Path, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given pauses between tries that are longer than the heartbeat, as they are when a server has been away for minutes
    at_work, go_on = asyncio.Event(), asyncio.Event()
    times = []

    @task(heartbeat=1)
    async def done_once() -> int:
        times.append("done")
        at_work.set()
        await go_on.wait()
        return len(times)

    @workflow
    async def does_once() -> int:
        return await done_once()

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with serving(tmp_path / "data", "--port", port) as server:
        async with working(server.url, [done_once]) as client:
            await client.deploy(does_once)
            execution = await client.start(does_once)
            await at_work.wait()
            # When the server dies, the handler ends, and the server comes back
            monkeypatch.setattr("stepwell.sdk.http.FIRST_PAUSE", 8)
            monkeypatch.setattr("stepwell.sdk.http.LONGEST_PAUSE", 8)
            server.process.kill()
            server.process.wait()
            go_on.set()
            with contextlib.ExitStack() as stack:
                await asyncio.to_thread(stack.enter_context, serving(tmp_path / "data", "--port", port))
                # Then its answer counts
                assert await execution.result(60) == 1
    assert times == ["done"]


def test_a_worker_that_is_told_to_stop_ends_what_it_began_and_exits_with_0(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server, connect(server.url) as client:
        client.deploy(notes)
        with worker("kitchen:notes", "--url", server.url) as process:
            execution = client.start(notes, str(tmp_path), "stop", 1)
            until(lambda: begun(tmp_path, "stop"))
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=30)
            assert (process.returncode, out, err) == (0, "stepwell worker serves note (1)\n", "")
            assert execution.result(0.5) == "stop"


def test_a_second_signal_hands_back_what_was_begun(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server, connect(server.url) as client:
        client.deploy(notes)
        with worker("kitchen:notes", "--url", server.url) as first:
            execution = client.start(notes, str(tmp_path), "hurry", 600)
            until(lambda: begun(tmp_path, "hurry"))
            first.send_signal(signal.SIGINT)
            first.send_signal(signal.SIGTERM)  # another one, since two of a kind may be taken for one
            assert first.wait(20) == 0
        with worker("kitchen:notes", "--url", server.url):
            assert execution.result(30) == "hurry"
        assert [event.details["error"] for event in of_type(list(execution.events()), "ActivityFailed")] == [
            "WorkerLost"
        ]


def test_all_tasks_of_a_module_are_served(tmp_path: Path) -> None:
    with serving(tmp_path) as server, connect(server.url) as client:
        client.deploy(pizza)
        with worker("kitchen", "-c", "2", "-c", "bake=5", "--url", server.url) as process:
            assert process.stdout is not None
            served = "make_dough (2), bake (5), knead (2), whoami (2), crash (2), crumble (2), endless (2), note (2)"
            assert process.stdout.readline() == f"stepwell worker serves {served}\n"
            assert client.run(pizza, 100) == "100 g of wheat"


def test_processes_end_with_the_worker_that_was_killed(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server, connect(server.url) as client:
        with worker("kitchen:endless", "--url", server.url) as process:
            _start(client, "endless", folder=str(tmp_path))
            until((tmp_path / "pid").exists)
            child = int((tmp_path / "pid").read_text())
            process.kill()
            process.wait()
        until(lambda: not psutil.pid_exists(child))


def test_a_change_of_the_source_starts_the_worker_again(tmp_path: Path) -> None:
    source = "from stepwell.sdk import task\n@task\ndef greet() -> str:\n    return {!r}\n"
    file = tmp_path / "greetings.py"
    file.write_text(source.format("hello"))
    with (
        serving(tmp_path / "data") as server,
        connect(server.url) as client,
        worker("greetings", "--reload", "--url", server.url, folder=tmp_path) as process,
    ):
        assert _start(client, "greet").result(30) == "hello"
        file.write_text("this is no Python")
        until(lambda: "Starting again" in (process.stderr.readline() if process.stderr else ""))
        file.write_text(source.format("good evening"))
        assert _start(client, "greet").result(30) == "good evening"
        process.terminate()
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "No module named 'nowhere'"),
        (["kitchen:nothing"], "kitchen has no nothing."),
        (["kitchen:Dough"], "kitchen:Dough has no task: decorate a function with @stepwell.task."),
        (["kitchen:bake", "-c", "cake=3"], "--concurrency cake=3: there is no task cake here."),
        (["kitchen:bake", "-c", "many"], "--concurrency many: many is no number. Write 4, or TASK=4."),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(arguments: list[str], message: str) -> None:
    with worker(*arguments, "--url", "http://127.0.0.1:9") as process:
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (2, "", f"Error: {message}\n")


def _start(client: Stepwell, name: str, **input: Any) -> Any:
    resource = client.call("CreateActivity", name=name)["activityArn"]
    definition = {"StartAt": name, "States": {name: {"Type": "Task", "Resource": resource, "End": True}}}
    client.deploy(definition, name=name)
    return client.start(name, **input)
