"""A real Chromium before a real server: what people see, and what they can do there."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from cli.served import Server, serving

SHOTS = Path(__file__).parents[3] / "build" / "screenshots"
"""Pictures of what the tests saw, for people to look at."""

LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

# The server that a test restarts is away for a moment: the browser tells of it, and the page goes on by itself.
AWAY = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET")


def chromium() -> str:
    """Where Chromium is. Raises LookupError."""
    for name in (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        if name and (path := shutil.which(name)):
            return path
    raise LookupError("The console's tests need Chromium: apt install chromium, or name it: CHROMIUM=/path.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Of a module only: while it is there an event loop runs in this thread, and other tests want their own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("data")) as server:
        yield server


class Visitor:
    """A person at a browser who must see no error, and whose page asks nobody but the server for anything."""

    def __init__(self, context: BrowserContext, url: str, forgiven: tuple[str, ...] = ()) -> None:
        """`forgiven`: what the browser may tell of because the test provokes it."""
        self.context = context
        self.url = url
        self._forgiven = (*AWAY, *forgiven)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.set_default_timeout(10_000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("request", self._look)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(known in message.text for known in self._forgiven):
            self.complaints.append(f"{message.type}: {message.text} ({message.location})")

    def _look(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != urlsplit(self.url).netloc:
            self.complaints.append(f"asked for {request.url}")

    def open(self, place: str = "/") -> Page:
        """Go to a place of the console, as a link to it does."""
        self.page.goto(f"{self.url}/#{place}")
        return self.page

    def shoot(self, name: str) -> None:
        """Keep a picture of what is to be seen."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", caret="initial")  # hiding it takes an inline style


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Somebody comes to the console at this address; at the end nothing may have gone wrong in the page."""
    visitors: list[Visitor] = []

    def visit(
        url: str,
        viewport: dict[str, int] = LAPTOP,
        scheme: str = "light",
        forgiven: tuple[str, ...] = (),
        bypass_csp: bool = False,
    ) -> Visitor:
        context = browser.new_context(
            viewport=viewport,
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
            bypass_csp=bypass_csp,
        )
        visitors.append(Visitor(context, url, forgiven))
        return visitors[-1]

    yield visit
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.context.close()
    assert complaints == []


@pytest.fixture
def visitor(visit: Callable[..., Visitor], server: Server) -> Visitor:
    return visit(server.url)
