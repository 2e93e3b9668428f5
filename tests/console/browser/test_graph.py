"""The graph moves by mouse, wheel, fingers, buttons and keys; and only what is in sight of it is in the page."""

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import CDPSession, FloatRect, Locator, Page, expect

from cli.served import Server

from .conftest import PHONE, Visitor
from .kitchen import open_kitchen, start, succeed, task


class View(NamedTuple):
    """A point of the graph stands at (x + zoom · its x, y + zoom · its y) in the window."""

    x: float
    y: float
    zoom: float


def chain(*states: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """States one after the other."""
    following = [*(name for name, _ in states[1:]), None]
    return {
        name: {**state, **({"End": True} if after is None else {"Next": after})}
        for (name, state), after in zip(states, following, strict=True)
    }


def steps(first: int, last: int) -> list[tuple[str, dict[str, Any]]]:
    return [(f"Step {number}", {"Type": "Pass"}) for number in range(first, last + 1)]


@pytest.fixture(scope="module")
def dozen(server: Server) -> str:
    """A machine whose graph is higher than its window."""
    return server.create("dozen", chain(*steps(1, 12)))


@pytest.fixture
def page(visitor: Visitor, dozen: str) -> Page:
    """The graph of twelve states, as it is first seen."""
    return drawn(visitor, dozen)


def drawn(visitor: Visitor, machine: str) -> Page:
    page = visitor.open(f"/machines/{machine}/definition")
    expect(state(page, "Step 1")).to_be_visible()
    return page


def graph(page: Page) -> Locator:
    return page.get_by_role("group", name="Graph of the state machine")


def scene(page: Page) -> Locator:
    """What is moved within the window."""
    return graph(page).locator("> div")


def state(page: Page, name: str) -> Locator:
    return graph(page).get_by_role("button", name=re.compile(rf"^{name} "))


def chosen(page: Page, name: str | None) -> None:
    """This state and no other is chosen; None: none is."""
    marked = graph(page).locator("[aria-pressed=true]")
    expect(marked).to_have_text([] if name is None else [re.compile(rf"^{name}Pass$")])


def window(page: Page) -> FloatRect:
    box = graph(page).bounding_box()
    assert box is not None
    return box


def view(page: Page) -> View:
    """Where it is, or is on its way to."""
    moved = scene(page).evaluate("scene => scene.style.transform")
    x, y, zoom = (float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", moved))
    return View(x, y, zoom)


def arrives(page: Page, wanted: View) -> None:
    """It has moved there, to a hundredth of a pixel."""
    for _ in range(200):
        if tuple(view(page)) == pytest.approx(tuple(wanted), abs=0.01):
            return
        scene(page).evaluate("() => new Promise(requestAnimationFrame)")
    raise AssertionError(f"It has moved to {view(page)}, and not to {wanted}.")


def zoomed(before: View, factor: float, x: float, y: float) -> View:
    """What is at this point of the window stays there."""
    return View(x - (x - before.x) * factor, y - (y - before.y) * factor, before.zoom * factor)


def middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, begin: tuple[float, float], by: tuple[float, float]) -> None:
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(begin[0] + by[0], begin[1] + by[1], steps=5)
    page.mouse.up()


def test_dragging_moves_it_and_chooses_nothing(page: Page) -> None:
    before = view(page)
    drag(page, middle(state(page, "Step 2")), (60, 40))
    arrives(page, View(before.x + 60, before.y + 40, before.zoom))
    chosen(page, None)

    state(page, "Step 2").click()
    chosen(page, "Step 2")
    drag(page, middle(state(page, "Step 3")), (-60, -40))
    arrives(page, before)
    chosen(page, "Step 2")
    corner = window(page)
    drag(page, (corner["x"] + 10, corner["y"] + 10), (30, 0))
    chosen(page, "Step 2")
    graph(page).click(position={"x": 10, "y": 10})
    chosen(page, None)


def test_a_hand_that_trembles_still_clicks_and_moves_nothing(page: Page) -> None:
    before = view(page)
    drag(page, middle(state(page, "Step 2")), (2, 2))
    chosen(page, "Step 2")
    arrives(page, before)
    drag(page, middle(state(page, "Step 2")), (20, 0))
    arrives(page, View(before.x + 20, before.y, before.zoom))


def test_the_wheel_moves_it_up_and_down_and_with_shift_aside(page: Page) -> None:
    before = view(page)
    page.mouse.move(*middle(graph(page)))
    page.mouse.wheel(30, 100)
    arrives(page, View(before.x - 30, before.y - 100, before.zoom))
    page.keyboard.down("Shift")
    page.mouse.wheel(0, 50)
    page.keyboard.up("Shift")
    arrives(page, View(before.x - 80, before.y - 100, before.zoom))


def test_the_wheel_with_control_zooms_at_the_pointer_as_far_as_it_goes(page: Page) -> None:
    before, corner = view(page), window(page)
    x, y = math.floor(corner["x"]) + 100, math.floor(corner["y"]) + 60  # mice stand on whole pixels
    at = x - corner["x"], y - corner["y"]
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -50)
    arrives(page, zoomed(before, math.exp(0.5), *at))
    for _ in range(3):
        page.mouse.wheel(0, -200)
    arrives(page, zoomed(before, 2 / before.zoom, *at))
    page.mouse.wheel(0, 50)
    page.keyboard.up("Control")
    arrives(page, zoomed(before, 2 * math.exp(-0.5) / before.zoom, *at))


def test_the_buttons_zoom_about_the_middle_and_show_all_of_it(page: Page) -> None:
    before, size = view(page), window(page)
    centre = size["width"] / 2, size["height"] / 2
    page.get_by_role("button", name="Zoom in").click()
    arrives(page, zoomed(before, 1.3, *centre))
    page.get_by_role("button", name="Zoom out").click()
    arrives(page, before)
    expect(state(page, "Step 12")).not_to_be_in_viewport(ratio=0.99)

    page.get_by_role("button", name="Show all").click()
    for number in range(1, 13):
        expect(state(page, f"Step {number}")).to_be_in_viewport(ratio=0.99)


def test_whoever_wants_no_motion_sees_none(page: Page) -> None:
    expect(scene(page)).to_have_css("transition-duration", "0s")
    page.get_by_role("button", name="Zoom in").click()
    expect(scene(page)).to_have_css("transition-duration", "0.2s")
    page.emulate_media(reduced_motion="reduce")
    expect(scene(page)).to_have_css("transition-duration", "1e-05s")


def test_arrow_keys_lead_from_state_to_state_and_bring_them_into_sight(page: Page) -> None:
    state(page, "Step 1").focus()
    for number in range(2, 13):
        page.keyboard.press("ArrowDown")
        expect(state(page, f"Step {number}")).to_be_focused()
        chosen(page, f"Step {number}")
    expect(state(page, "Step 12")).to_be_in_viewport(ratio=0.99)
    page.keyboard.press("ArrowUp")
    expect(state(page, "Step 11")).to_be_focused()


def test_of_three_hundred_states_only_those_in_sight_are_in_the_page(visitor: Visitor, server: Server) -> None:
    page = drawn(visitor, server.create("long", chain(*steps(1, 300))))
    states = graph(page).locator("[data-id]")
    few = states.count()
    assert 1 < few < 30
    page.mouse.move(*middle(graph(page)))
    page.mouse.wheel(0, 10_000)
    expect(state(page, "Step 1")).to_have_count(0)
    assert 1 < states.count() < 30
    page.get_by_role("button", name="Show all").click()
    expect(states).to_have_count(300)


def test_it_follows_what_goes_on_until_somebody_moves_it(visitor: Visitor, server: Server) -> None:
    open_kitchen(server)
    both = [*steps(1, 15), ("Knead", task("dough")), *steps(16, 30), ("Heat", task("oven")), *steps(31, 45)]
    both.append(("Ask", task("decide")))
    arn = start(server, server.create("followed", chain(*both)), "followed")
    page = visitor.open(f"/executions/{arn}")
    expect(state(page, "Knead")).to_be_in_viewport(ratio=0.99)
    succeed(server, "dough", "soft")
    expect(state(page, "Heat")).to_be_in_viewport(ratio=0.99)

    before = view(page)
    page.mouse.move(*middle(graph(page)))
    page.mouse.wheel(0, 20)
    moved = View(before.x, before.y - 20, before.zoom)
    arrives(page, moved)
    succeed(server, "oven", "hot")
    expect(state(page, "Heat")).to_have_attribute("data-look", "succeeded")
    assert view(page) == moved


class Fingers:
    """Fingers on the screen, by their places."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})

    def do(self, kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_one_finger_moves_it_two_zoom_it_and_a_tap_chooses(
    visit: Callable[..., Visitor], server: Server, dozen: str
) -> None:
    visitor = visit(server.url, PHONE)
    fingers = Fingers(visitor.page)
    page = drawn(visitor, dozen)
    before, corner = view(page), window(page)
    x, y = middle(state(page, "Step 2"))
    fingers.do("touchStart", (x, y))
    for way in (20, 40, 60):
        fingers.do("touchMove", (x - way, y + way))
    fingers.do("touchEnd")
    panned = View(before.x - 60, before.y + 60, before.zoom)
    arrives(page, panned)
    chosen(page, None)

    x, y = corner["x"] + 150, corner["y"] + 150
    fingers.do("touchStart", (x - 40, y), (x + 40, y))
    for way in (50, 60):
        fingers.do("touchMove", (x - way, y), (x + way, y))
    fingers.do("touchEnd")
    arrives(page, zoomed(panned, 1.5, 150, 150))
    chosen(page, None)

    fingers.do("touchStart", middle(state(page, "Step 2")))
    fingers.do("touchEnd")
    chosen(page, "Step 2")
    visitor.shoot("graph-on-a-phone")
