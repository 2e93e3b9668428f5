"""A server with nothing on it: its first screen leads to a first workflow, and each way of the three works."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from cli.served import serving

from .conftest import PHONE, Visitor
from .kitchen import shell, typed

EMPTY = {
    "/": "three ways to the first one",
    "/executions": "What is started appears here as it happens.",
    "/machines": "There is no state machine yet",
    "/waiting": "Nobody is waited for",
    "/new": "No problems",
    "/nowhere": "There is nothing at this address.",
}


def test_every_page_of_an_empty_server_says_what_will_be_there(visitor: Visitor) -> None:
    for place, words in EMPTY.items():
        expect(visitor.open(place).get_by_role("main")).to_contain_text(words)


def test_a_first_workflow_is_created_started_and_watched_in_the_page(visitor: Visitor) -> None:
    page = visitor.open()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    visitor.shoot("first")
    page.get_by_role("button", name="Create one here").click()
    page.get_by_role("dialog").get_by_role("button", name="Create", exact=True).click()
    dialog = page.get_by_role("dialog", name="Start first-pizza")
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("main header").first).to_contain_text("Running")
    expect(page.locator("[data-id$=Knead]")).to_have_attribute("data-look", "waiting")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("dialog").get_by_label("Cause").fill("Nobody is hungry any more.")
    page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    expect(page.locator("main header").first).to_contain_text("Aborted")
    expect(page.get_by_label("What is picked")).to_contain_text("Nobody is hungry any more.")
    visitor.open()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_the_commands_and_programs_shown_do_what_they_say(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        visitor = visit(server.url, PHONE)
        page = visitor.open()
        shown = {name: page.get_by_label(name, exact=True).inner_text() for name in ("workflow", "worker", "program")}
        page.get_by_role("button", name="Copy the commands").click()
        visitor.shoot("first-phone")
        assert '"executionArn"' in typed(page.evaluate("navigator.clipboard.readText()"), tmp_path)
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()  # by itself: it is live

        (tmp_path / "pizza.py").write_text(shown["workflow"].replace("seconds=5", "seconds=1"))
        (tmp_path / "order.py").write_text(shown["program"])
        with subprocess.Popen(["bash", "-c", f"exec {shown['worker']}"], cwd=tmp_path, env=shell()) as worker:
            try:
                assert typed("python order.py", tmp_path).splitlines()[-1] == "a pizza of 300 g of dough"
            finally:
                worker.terminate()
        expect(page.get_by_role("main")).to_contain_text("in 2 state machines")
