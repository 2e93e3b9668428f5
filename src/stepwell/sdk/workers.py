"""Workers: `run_workers({make_dough: 2, bake: 4})` serves tasks from any machine until it is told to stop."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from stepwell.sdk.http import Api, Where
from stepwell.sdk.machines import StateMachine
from stepwell.sdk.payloads import Payloads
from stepwell.sdk.reload import watched
from stepwell.sdk.stations import Contact, Middleware, Place, Station
from stepwell.sdk.tasks import Task

GRACE = 30.0
"""Seconds that tasks have to end once the worker is to stop. AWS's containers have as many before they are killed."""

Served = Mapping[Task[..., Any], int] | Iterable[Task[..., Any] | StateMachine]
"""Tasks with how many of each may run at one time; or tasks alone, and state machines for the tasks that they call."""


def run_workers(
    tasks: Served,
    *,
    url: str | None = None,
    region: str | None = None,
    key: tuple[str, str] | None = None,
    middleware: Sequence[Middleware] = (),
    payloads: Payloads | str | None = None,
    processes: bool | None = None,
    rate: float | None = None,
    grace: float = GRACE,
    name: str | None = None,
    reload: bool = False,
) -> None:
    """Serve tasks until SIGTERM or Ctrl-C; then those begun have `grace` seconds to end. A second signal ends at once.

    `url`, `region`, `key`, `payloads`: as in `connect`. `processes`, `rate`: in place of what each task says. `name`:
    what the history calls the worker. `reload`: start again whenever a Python file in the working directory changes.
    Raises ApiError where the server refuses to serve this worker; one that is away is waited for.
    """
    if reload and watched(Path.cwd()):
        return
    asked = places(tasks, processes=processes, rate=rate)
    where = Where.find(url, region, key)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_until_signalled(asked, where, middleware, Payloads.find(payloads), grace, name))


async def serve_workers(
    tasks: Served,
    *,
    url: str | None = None,
    region: str | None = None,
    key: tuple[str, str] | None = None,
    middleware: Sequence[Middleware] = (),
    payloads: Payloads | str | None = None,
    processes: bool | None = None,
    rate: float | None = None,
    grace: float = GRACE,
    name: str | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """As `run_workers`, within a program of your own: until `stop` is set; being cancelled leaves no grace."""
    asked = places(tasks, processes=processes, rate=rate)
    where, stop = Where.find(url, region, key), stop or asyncio.Event()
    await _serve(asked, where, middleware, Payloads.find(payloads), grace, name, stop)


def places(tasks: Served, *, processes: bool | None = None, rate: float | None = None) -> list[Place]:
    """Each task with how it is served. Raises ValueError, TypeError for what cannot be."""
    given = list(_tasks(tasks))
    for one in given:
        if not isinstance(one, Task):
            raise TypeError(f"{one!r} is no task: decorate the function with @task.")
    asked = dict(tasks) if isinstance(tasks, Mapping) else {task: task.concurrency for task in given}
    for task, concurrency in asked.items():
        if concurrency < 1:
            raise ValueError(f"{task.name} is to run {concurrency} at one time: at least one.")
    if not asked:
        raise ValueError("There is no task to serve.")
    return [
        Place(task, concurrency, rate or task.rate, task.processes if processes is None else processes)
        for task, concurrency in asked.items()
    ]


def _tasks(given: Iterable[Any]) -> Iterator[Any]:
    for one in given:
        if isinstance(one, StateMachine):
            yield from (used for used in one.uses() if isinstance(used, Task) and used.resource is None)
        else:
            yield one


async def _until_signalled(
    asked: Sequence[Place],
    where: Where,
    middleware: Sequence[Middleware],
    payloads: Payloads | None,
    grace: float,
    name: str | None,
) -> None:
    stop = asyncio.Event()
    serving = asyncio.ensure_future(_serve(asked, where, middleware, payloads, grace, name, stop))

    def signalled() -> None:
        if stop.is_set():
            serving.cancel()
        stop.set()

    with _on_signals(signalled), contextlib.suppress(asyncio.CancelledError):
        await serving


@contextlib.contextmanager
def _on_signals(call: Any) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    try:
        for number in signals:
            loop.add_signal_handler(number, call)
    except NotImplementedError:  # Windows' loop has none
        for number in signals:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(call))
        yield
        return
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


async def _serve(
    asked: Sequence[Place],
    where: Where,
    middleware: Sequence[Middleware],
    payloads: Payloads | None,
    grace: float,
    name: str | None,
    stop: asyncio.Event,
) -> None:
    """Serve until `stop` is set."""
    api = Api(where)
    worker = name or f"{socket.gethostname()}-{os.getpid()}"
    contact = Contact(api)
    stations = [Station(contact, place, worker, middleware, payloads) for place in asked]
    serving = asyncio.ensure_future(_open_and_serve(stations))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        await _cancelled(serving)
        await asyncio.gather(*(station.finish(grace) for station in stations))
    finally:
        serving.cancel()
        stopping.cancel()
        for station in stations:
            await station.finish(0)
        await api.close()


async def _open_and_serve(stations: Sequence[Station]) -> None:
    await asyncio.gather(*(station.open() for station in stations))
    await asyncio.gather(*(station.serve() for station in stations))


async def _cancelled(serving: "asyncio.Future[None]") -> None:
    """No task is asked for from here on. Raises what ended it, if that was not us."""
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


def _loop_factory() -> Any:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop
