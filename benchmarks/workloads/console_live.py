"""How long after a change was answered for the console shows it, on a quiet server and on a busy one."""

import asyncio
import contextlib
import math
import random
import time
from collections.abc import AsyncIterator, Mapping
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
COUNT = "main div > section.card:nth-of-type(2) > p > span:first-child", r"^([\d,]+)$"  # "Started, last hour"
ROWS = "main a[title^=probe-]", r"^(probe-\w+-\d+)$"


async def round(lab: Lab, updates: int, rate: int, seconds: int) -> dict[str, float]:
    with lab.server() as server:
        async with browser() as chromium, connected(server.url) as (caller,):
            probes = await create_machine(caller, chain(1), "probe")
            other = await create_machine(caller, chain(10), "other")
            shown_after = {
                "an execution": await _execution(chromium, server, caller, updates),
                "a list": await _list(chromium, server, caller, probes, updates, "quiet"),
                "the overview": await _overview(chromium, server, caller, probes, updates),
            }
            async with _busy(server, other, rate) as load:
                shown_after["an execution, busy server"] = await _execution(chromium, server, caller, updates)
                shown_after["a list, busy server"] = await _list(chromium, server, caller, probes, updates, "busy")
                memory = await _memory(chromium, server, seconds)
    percentiles = {
        f"{what}: p{percent} ms": percentile(times, percent)
        for what, times in shown_after.items()
        for percent in (50, 95)
    }
    return {**percentiles, **memory, "executions/s beside it": load["rate"]}


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
    times = await _times(page, answered)
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
    chromium: "Browser", server: StepwellServer, caller: Connection, machine: str, updates: int, name: str
) -> list[float]:
    """Milliseconds from each answer of StartExecution to its row."""
    page = await _page(chromium, f"{server.url}/#/executions?name=probe", "main h1", ROWS)
    answered = {}
    for number in range(updates):
        await asyncio.sleep(random.uniform(*APART))
        await caller.aws("StartExecution", stateMachineArn=machine, name=f"probe-{name}-{number}")
        answered[f"probe-{name}-{number}"] = time.time()
    seen = await _until(page, f"probe-{name}-{updates - 1}")
    await page.context.close()
    return [max(0.0, 1000 * (seen.get(name, math.inf) - moment)) for name, moment in answered.items()]


async def _memory(chromium: "Browser", server: StepwellServer, seconds: int) -> dict[str, float]:
    """What a list of all that begins keeps, at first and after a while."""
    page = await _page(chromium, f"{server.url}/#/executions", "main [role=row] a", ROWS)
    before = await heap_mib(page)
    await asyncio.sleep(seconds)
    after = await heap_mib(page)
    await page.context.close()
    return {"memory of a list before, MiB": before, "memory of a list after, MiB": after}


async def _overview(
    chromium: "Browser", server: StepwellServer, caller: Connection, machine: str, updates: int
) -> list[float]:
    """Milliseconds from each answer of StartExecution to the number of those started."""
    page = await _page(chromium, server.url, COUNT[0], COUNT)
    before = max(int(count.replace(",", "")) for count in await followed(page))
    answered = {}
    for number in range(before + 1, before + updates + 1):
        await asyncio.sleep(random.uniform(*APART))
        await caller.aws("StartExecution", stateMachineArn=machine)
        answered[number] = time.time()
    times = await _times(page, answered)
    await page.context.close()
    return times


async def _page(chromium: "Browser", url: str, ready: str, wanted: tuple[str, str]) -> "Page":
    context = await visitor(chromium)
    page = await context.new_page()
    await shown(page, url, ready)
    await follow(page, *wanted)
    return page


async def _times(page: "Page", answered: Mapping[int, float]) -> list[float]:
    """Milliseconds from each of these moments until the page counted so many, or more."""
    seen = {int(count.replace(",", "")): at for count, at in (await _until(page, f"{max(answered):,}")).items()}
    return [
        max(0.0, 1000 * (min(at for count, at in seen.items() if count >= wanted) - moment))
        for wanted, moment in answered.items()
    ]


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
