"""The console's pages: how much script they are, and how long until they stand on the screen."""

import json
import time
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.browser import browser, clicked, scripts, shown, visitor
from benchmarks.client import aws_request, connected, http_request
from benchmarks.lab import Lab
from benchmarks.processes import StepwellServer
from benchmarks.stepwell import create_machine, until_succeeded
from benchmarks.streams import until_ready
from benchmarks.workloads.latency import percentile
from benchmarks.workloads.map_items import MACHINE, RAISED
from benchmarks.workloads.pass10 import chain

if TYPE_CHECKING:
    from playwright.async_api import Browser

KILOBYTE = 1000
OVERVIEW = "main .uplot canvas"  # what is drawn last of all
# All that was there is told, and coloured the graph.
COLOURED = "main:has([data-look=succeeded]) aside[aria-label='What is picked'] > *"
TABS = {
    "events": "[aria-label=Events] [role=row]",
    "timeline": "[aria-label='States by time'] li",
    "items": "main canvas",
}
MARKED = "() => performance.getEntriesByName('history')[0]?.startTime ?? 0"
ENCODED = """
() => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js"))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
"""
# Over the grid from corner to corner: the time until the frame after each movement.
HOVER = """
async (times) => {
  const grid = document.querySelector("main canvas");
  const { width, height } = grid.getBoundingClientRect();
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const took = [];
  for (let at = 0; at < times; at += 1) {
    await frame();
    const began = performance.now();
    if (at % 2) window.scrollTo(0, (at / times) * height);
    else grid.dispatchEvent(new MouseEvent("mousemove", {
      bubbles: true, clientX: (at / times) * width, clientY: (at / times) * 500,
    }));
    await frame();
    took.push(performance.now() - began);
  }
  return took;
}
"""


async def round(lab: Lab, items: int, cells: int, repeats: int) -> dict[str, float]:
    with lab.server() as server, lab.server(**RAISED) as raised:
        execution, large = await _ran(server, items), await _ran(raised, cells)
        read = median([await _seconds_to_read(server, execution) for _ in range(repeats)])
        async with browser() as chromium:
            figures = await _first_screen(chromium, server, repeats)
            figures |= await _execution(chromium, server, execution, repeats)
            figures["10,000 items: p95 ms until the frame after a movement"] = await _grid(
                chromium, raised, large, repeats
            )
    return {**figures, "execution: ms of the server until the last byte": 1000 * read, **await _weights(lab)}


async def _ran(server: StepwellServer, items: int) -> str:
    """The ARN of an execution that went over so many items; others were there before it."""
    async with connected(server.url) as (connection,):
        other = await create_machine(connection, chain(3), "other")
        for _ in range(20):
            await connection.call(aws_request("StartExecution", stateMachineArn=other))
        machine = await create_machine(connection, MACHINE)
        given = json.dumps([*range(items)])
        started = await connection.aws("StartExecution", stateMachineArn=machine, name="large", input=given)
        await until_succeeded(connection, 21)
    return str(started["executionArn"])


async def _seconds_to_read(server: StepwellServer, execution: str) -> float:
    """What the server takes for all that the execution's page shows, as anybody would read it."""
    began = time.perf_counter()
    await until_ready(server.url, execution)
    return time.perf_counter() - began


async def _first_screen(chromium: "Browser", server: StepwellServer, repeats: int) -> dict[str, float]:
    cold, warm, script = [], [], 0.0
    for _ in range(repeats):
        context = await visitor(chromium)
        page = await context.new_page()
        cold.append(await shown(page, server.url, OVERVIEW))
        script = float(await page.evaluate(ENCODED))
        warm.append(await shown(page, server.url, OVERVIEW))
        await context.close()
    return {
        "overview, first visit: ms": median(cold),
        "overview, again: ms": median(warm),
        "JavaScript of the first screen, KB": script / KILOBYTE,
    }


async def _execution(chromium: "Browser", server: StepwellServer, arn: str, repeats: int) -> dict[str, float]:
    opened, folded = [], []
    tabs: dict[str, list[float]] = {tab: [] for tab in TABS}
    context = await visitor(chromium)
    page = await context.new_page()
    await shown(page, server.url, OVERVIEW)  # who looks at executions was at the console before
    for _ in range(repeats):
        opened.append(await shown(page, f"{server.url}/#/executions/{arn}", COLOURED))
        folded.append(float(await page.evaluate(MARKED)))
        for tab, selector in TABS.items():
            tabs[tab].append(await clicked(page, f"a[href$='{arn}/{tab}']", selector))
    await context.close()
    return {
        "execution: ms until its graph is coloured": median(opened),
        **{f"execution: ms from a click to its {tab}": median(times) for tab, times in tabs.items()},
        "execution: ms until its history is folded": median(folded),
    }


async def _grid(chromium: "Browser", server: StepwellServer, arn: str, repeats: int) -> float:
    context = await visitor(chromium)
    page = await context.new_page()
    await shown(page, f"{server.url}/#/executions/{arn}/items", TABS["items"])
    took: Sequence[float] = await page.evaluate(HOVER, 20 * repeats)
    await context.close()
    return percentile([*took], 95)


async def _weights(lab: Lab) -> dict[str, float]:
    """All scripts as they are sent."""
    with lab.server() as server:
        async with connected(server.url) as (connection,):
            asked: list[Any] = [http_request(path, None, **{"Accept-Encoding": "gzip"}) for path in scripts()]
            sizes = [len(await connection.call(request)) for request in asked]
    return {"JavaScript in all, KB": sum(sizes) / KILOBYTE}
