"""A real Chromium before a server's console: what its pages show, and when that stood on the screen."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.lab import Unavailable

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

BUILT = Path(__file__).parent.parent / "src/stepwell/console/built"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 20  # seconds
LAPTOP: Any = {"width": 1280, "height": 800}


class NeverShown(Exception):
    """A page did not show what was waited for."""


# Moments are those of the frame after the one in which something was drawn: it was on the screen by then. Wall clock
# for what is compared with a moment outside of the page, and the time since the navigation for the rest.
WATCH = """
window.watch = (() => {
  const painted = () => new Promise((told) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => told(performance.now());
    port2.postMessage(0);
  }));
  const there = (selector) => new Promise((found) => {
    const look = () => document.querySelector(selector) !== null && (watching.disconnect(), found());
    const watching = new MutationObserver(look);
    watching.observe(document, { subtree: true, childList: true, attributes: true });
    look();
  });
  const log = [];
  return {
    seen: (selector) => there(selector).then(painted),
    after: async (act, selector) => {
      const began = performance.now();
      act();
      await there(selector);
      return (await painted()) - began;
    },
    log, // [text, wall clock in ms] of what `follow` found, each text once
    follow: (selector, pattern) => {
      const known = new Set();
      const wanted = new RegExp(pattern);
      const look = () => {
        for (const { textContent } of document.querySelectorAll(selector)) {
          const found = wanted.exec(textContent)?.[1];
          if (found === undefined || known.has(found)) continue;
          known.add(found);
          log.push([found, Date.now()]);
        }
      };
      new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
      look();
    },
  };
})();
"""


def find_chromium() -> str:
    """Where Chromium is. Raises Unavailable, also where the page has not been built."""
    if not (BUILT / "index.html").exists():
        raise Unavailable("The console has not been built: scripts/console")
    for name in (os.environ.get("CHROMIUM", ""), *CHROMIUM):
        if name and (path := shutil.which(name)):
            return path
    raise Unavailable("Chromium is not installed. On Debian: apt install chromium; or name it: CHROMIUM=/path")


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator["Browser"]:
    """A Chromium, gone at the end. Raises Unavailable."""
    path = find_chromium()
    try:
        from playwright.async_api import async_playwright
    except ModuleNotFoundError as missing:
        raise Unavailable(f"{missing}: pip install playwright") from None
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield found
        finally:
            await found.close()


async def visitor(browser: "Browser") -> "BrowserContext":
    """Somebody who was never here: nothing is in the cache."""
    context = await browser.new_context(viewport=LAPTOP)
    context.set_default_timeout(1000 * PATIENCE)
    await context.add_init_script(WATCH)
    return context


async def shown(page: "Page", url: str, selector: str) -> float:
    """Go there; milliseconds from the navigation until an element stood on the screen."""
    await page.goto("about:blank")  # a change of what is behind the # is no navigation
    await page.goto(url, wait_until="commit")
    return await _told(page, "(selector) => window.watch.seen(selector)", selector)


async def clicked(page: "Page", target: str, selector: str) -> float:
    """Milliseconds from a click until an element stood on the screen."""
    click = "([target, selector]) => window.watch.after(() => document.querySelector(target).click(), selector)"
    return await _told(page, click, [target, selector])


async def _told(page: "Page", expression: str, argument: Any) -> float:
    """Raises NeverShown."""
    try:
        async with asyncio.timeout(PATIENCE):
            return float(await page.evaluate(expression, argument))
    except TimeoutError:
        raise NeverShown(f"{page.url} did not show {argument} within {PATIENCE} seconds.") from None


async def follow(page: "Page", selector: str, pattern: str) -> None:
    """From now on, note when texts first stand in elements: what the pattern's group has of them."""
    await page.evaluate("([selector, pattern]) => window.watch.follow(selector, pattern)", [selector, pattern])


async def followed(page: "Page") -> dict[str, float]:
    """When each text was first there, in seconds since the epoch."""
    return {text: at / 1000 for text, at in await page.evaluate("window.watch.log")}


async def heap_mib(page: "Page") -> float:
    """What the page's scripts keep, after a garbage collection."""
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    used = (await session.send("Runtime.getHeapUsage"))["usedSize"]
    await session.detach()
    return float(used) / 2**20


def scripts() -> list[str]:
    """The paths of all the page's scripts."""
    return [f"/assets/{path.name}" for path in sorted((BUILT / "assets").glob("*.js"))]
