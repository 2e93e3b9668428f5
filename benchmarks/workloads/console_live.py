"""How long after a change was answered for the console shows it, on a quiet server and on a busy one."""

import asyncio
import contextlib
import math
import random
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from benchmarks.browser import browser, follow, followed, heap_mib, shown, visitor
from benchmarks.client import Connection, aws_request, connected
from benchmarks.lab import Lab
from benchmarks.processes import StepwellServer
from benchmarks.stepwell import NotDone, create_machine
from benchmarks.workloads.latency import percentile
from benchmarks.workloads.pass10 import chain

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

APART = 0.05, 0.15  # seconds from one update to the next
PATIENCE = 10  # seconds for the last update to be shown
LOOK_EVERY = 0.1  # seconds
STARTERS = 20  # connections that make a server busy

EVENTS = "main span", r"^([\d,]+) of [\d,]+ events$"
ROWS = "main a[title^=probe-]", r"^(probe-\d+)$"


async def round(lab: Lab, updates: int, rate: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    with lab.server() as server:
        async with browser() as chromium, connected(server.url) as (caller,):
            probes = await create_machine(caller, chain(1), "probe")
            busy = await create_machine(caller, chain(10), "busy")
            for name, starts in (("", 0), (", busy server", rate)):
                async with _busy(server, busy, starts) as load:
                    shown_after = {
                        "an execution": await _execution(chromium, server, caller, updates),
                        "a list": await _list(chromium, server, caller, probes, updates, figures if starts else {}),
                    }
                if starts:
                    figures["executions/s beside it"] = load["rate"]
                for what, times in shown_after.items():
                    figures[f"{what}{name}: p50 ms"] = percentile(times, 50)
                    figures[f"{what}{name}: p95 ms"] = percentile(times, 95)
    return figures


async def _execution(chromium: "Browser", server: StepwellServer, caller: Connection, updates: int) -> list[float]:
    """Milliseconds from each answer of SendTaskSuccess to the events that it made."""
    activity = (await caller.aws("CreateActivity", name="ask"))["activityArn"]
    machine = await create_machine(caller, asking(activity), "ask")
    execution = (await caller.aws("StartExecution", stateMachineArn=machine))["executionArn"]
    page = await _page(chromium, f"{server.url}/#/executions/{execution}", "main [data-look]", EVENTS)
    answered = {}
    for number in range(updates):
        token = (await caller.aws("GetActivityTask", activityArn=activity))["taskToken"]
        await asyncio.sleep(random.uniform(*APART))
        await caller.aws("SendTaskSuccess", taskToken=token, output="{}")
        # Begun, entered, scheduled; then each time: started, succeeded, left, through the Choice, entered, scheduled.
        answered[3 + 7 * (number + 1)] = time.time()
    seen = {int(count.replace(",", "")): at for count, at in (await _until(page, f"{max(answered):,}")).items()}
    times = [
        max(0.0, 1000 * (min(at for count, at in seen.items() if count >= events) - moment))
        for events, moment in answered.items()
    ]
    await caller.aws("StopExecution", executionArn=execution)
    await page.context.close()
    return times


def asking(activity: str) -> dict[str, Any]:
    """A machine that gives a task of this activity, again and again until one is answered with `done`."""
    ends = {"Variable": "$.done", "IsPresent": True, "Next": "Done"}
    return {
        "StartAt": "Ask",
        "States": {
            "Ask": {"Type": "Task", "Resource": activity, "Next": "Again?"},
            "Again?": {"Type": "Choice", "Choices": [ends], "Default": "Ask"},
            "Done": {"Type": "Succeed"},
        },
    }


async def _list(
    chromium: "Browser",
    server: StepwellServer,
    caller: Connection,
    machine: str,
    updates: int,
    figures: dict[str, float],
) -> list[float]:
    """Milliseconds from each answer of StartExecution to its row; the list's memory goes into `figures`."""
    page = await _page(chromium, f"{server.url}/#/executions?name=probe", "main h1", ROWS)
    other = await _page(chromium, f"{server.url}/#/executions", "main [role=row] a", ROWS)
    heap, answered = await heap_mib(other), {}
    first = 100_000 if figures else 0  # names of their own
    for number in range(first, first + updates):
        await asyncio.sleep(random.uniform(*APART))
        await caller.aws("StartExecution", stateMachineArn=machine, name=f"probe-{number}")
        answered[f"probe-{number}"] = time.time()
    seen = await _until(page, f"probe-{first + updates - 1}")
    times = [max(0.0, 1000 * (seen.get(name, math.inf) - moment)) for name, moment in answered.items()]
    figures["memory of a list before, MiB"] = heap
    figures["memory of a list after, MiB"] = await heap_mib(other)
    await page.context.close()
    await other.context.close()
    return times


async def _page(chromium: "Browser", url: str, ready: str, wanted: tuple[str, str]) -> "Page":
    context = await visitor(chromium)
    page = await context.new_page()
    await shown(page, url, ready)
    await follow(page, *wanted)
    return page


async def _until(page: "Page", last: str) -> dict[str, float]:
    """When texts were first there, once the last of them is."""
    deadline = time.perf_counter() + PATIENCE
    while last not in (found := await followed(page)):
        if time.perf_counter() > deadline:
            raise NotDone(f"{page.url} never showed {last}.")
        await asyncio.sleep(LOOK_EVERY)
    return found


@contextlib.asynccontextmanager
async def _busy(server: StepwellServer, machine: str, rate: int) -> AsyncIterator[dict[str, float]]:
    """A server on which so many executions begin a second meanwhile; "rate" tells at the end how many did."""
    load = {"rate": 0.0}
    if not rate:
        yield load
        return
    async with connected(server.url, STARTERS) as starters:
        request = aws_request("StartExecution", stateMachineArn=machine)

        async def start(connection: Connection) -> None:
            """One after another, at a pace; what was late is made up for."""
            due = time.perf_counter()
            while True:
                due += STARTERS / rate
                await connection.call(request)
                load["rate"] += 1
                await asyncio.sleep(max(0.0, due - time.perf_counter()))

        began = time.perf_counter()
        starting = [asyncio.create_task(start(connection)) for connection in starters]
        try:
            yield load
        finally:
            for one in starting:
                one.cancel()
            await asyncio.gather(*starting, return_exceptions=True)
            load["rate"] /= time.perf_counter() - began
