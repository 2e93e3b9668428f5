"""Everything common by keyboard: one finds, goes, opens, moves and closes without a mouse, and sees where one is."""

import pytest
from playwright.sync_api import Locator, Page, expect

from cli.served import Server

from .conftest import Visitor
from .kitchen import PIZZA, open_kitchen, start

SEEN = """element => {
    const styles = one => [null, "::after"].map(part => getComputedStyle(one, part));
    const rings = [element, element.parentElement].flatMap(styles);
    return rings.some(({outlineStyle, outlineWidth}) => outlineStyle !== "none" && outlineWidth !== "0px");
}"""
"""Whether an element that has the focus shows it: itself, or what it stretches over."""

OPERABLE = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter(one => !one.disabled && one.tabIndex >= 0 && one.checkVisibility({visibilityProperty: true}))
    .map(one => (one.dataset.tab = "", one)).length"""
"""Marks what a mouse could operate, and says how much that is."""


READY = {
    "/": "Queues of activities",
    "/executions": "no more.",
    "/machines": "running",
    "/waiting": "Nobody is waited for",
    "machine": "no more.",
    "versions": "No version",
    "execution": "Now in",
}
"""Places, and what stands there once all has come."""


@pytest.fixture(scope="module")
def pizza(server: Server) -> str:
    open_kitchen(server)
    machine = server.create("pizza", PIZZA)
    for name in ("margherita", "funghi", "marinara"):
        start(server, machine, name, {"ingredients": ["tomato"]})
    return machine


@pytest.fixture
def page(visitor: Visitor, pizza: str) -> Page:
    page = visitor.open("/executions")
    expect(page.get_by_role("link", name="margherita")).to_be_visible()
    return page


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def test_the_palette_finds_pages_machines_executions_and_acts(page: Page) -> None:
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Find or do anything")
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("waiting")
    expect(palette.get_by_role("option", selected=True)).to_have_text("Waiting tasks")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Waiting tasks")).to_be_visible()

    page.keyboard.press("Control+k")
    page.keyboard.type("marinara")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("marinara")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="marinara")).to_be_visible()

    page.keyboard.press("Control+k")
    page.keyboard.type("start pizza")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("Start pizza")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Start pizza")
    expect(dialog.get_by_role("textbox", name="Input", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    page.keyboard.press("Control+k")
    page.keyboard.type("theme dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(palette).to_have_count(0)


def test_lists_are_filtered_walked_and_opened(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_label("Name contains")).to_be_focused()
    page.keyboard.type("mar")
    expect(page.get_by_role("link", name="funghi")).to_have_count(0)
    page.keyboard.press("Tab")
    for _ in range(4):
        if focused(page).get_attribute("href"):
            break
        page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("marinara")
    page.keyboard.press("ArrowDown")
    while focused(page).inner_text() != "margherita":
        page.keyboard.press("ArrowDown")
    assert focused(page).evaluate(SEEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="margherita")).to_be_visible()


def test_a_state_of_a_graph_is_gone_to_by_arrows_and_chosen(visitor: Visitor, page: Page, pizza: str) -> None:
    visitor.open(f"/machines/{pizza}/definition")
    box = page.locator("[data-id='/States/Prepare']")
    box.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(focused(page)).not_to_have_attribute("data-id", "/States/Prepare")
    expect(focused(page)).to_have_attribute("data-chosen", "true")
    assert focused(page).evaluate(SEEN)
    for _ in range(12):
        if focused(page).get_attribute("data-id") == "/States/Serve":
            break
        page.keyboard.press("ArrowDown")
    expect(focused(page)).to_have_attribute("data-id", "/States/Serve")
    expect(page.locator(".cm-selectionBackground, .cm-activeLine").first).to_be_attached()


def test_dialogs_keep_the_focus_close_by_escape_and_give_it_back(visitor: Visitor, page: Page, pizza: str) -> None:
    visitor.open(f"/machines/{pizza}")
    for name in ("Start", "Delete"):
        opener = page.get_by_role("button", name=name, exact=True)
        opener.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog.locator(":focus")).to_be_attached()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(opener).to_be_focused()
    opener.press("Enter")
    page.keyboard.type("pizz")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Type the name to go on.")


@pytest.mark.parametrize("place", READY)
def test_tab_reaches_everything_that_can_be_operated_and_the_focus_is_seen(
    visitor: Visitor, server: Server, pizza: str, place: str
) -> None:
    arn = f"{pizza.replace('stateMachine', 'execution')}:funghi"
    names = {
        "machine": f"/machines/{pizza}",
        "versions": f"/machines/{pizza}/versions",
        "execution": f"/executions/{arn}",
    }
    page = visitor.open(names.get(place, place))
    expect(page.get_by_role("main")).to_contain_text(READY[place])
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    left = page.evaluate(OPERABLE)
    unseen = []
    page.locator("body").press("Tab")
    expect(focused(page)).to_have_text("Skip to content")
    for _ in range(left + 60):
        if not focused(page).count():
            break  # around, to the browser itself
        html = focused(page).evaluate("one => (delete one.dataset.tab, one.outerHTML.slice(0, 120))")
        if not focused(page).evaluate(SEEN):
            unseen.append(html)
        page.keyboard.press("Tab")
    missed = page.evaluate("[...document.querySelectorAll('[data-tab]')].map(one => one.outerHTML.slice(0, 120))")
    assert (missed, unseen) == ([], [])
