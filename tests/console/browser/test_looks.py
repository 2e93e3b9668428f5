"""How every page looks: readable for everybody, in light and dark, on a laptop and on a phone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page, expect

from cli.served import Server

from .conftest import LAPTOP, PHONE, Visitor
from .kitchen import PIZZA, asking, fail, open_kitchen, start, succeed, take, task

AXE = Path(__file__).parents[3] / "console" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

# What pulses goes on; what moves into its place, or fades in, comes to an end.
STILL = """() => Promise.allSettled(document.getAnimations()
    .filter(one => one.effect.getTiming().iterations !== Infinity).map(one => one.finished))"""

ORDER = {"ingredients": ["tomato", "basil", "olives"], "guest": "Ada Lovelace", "note": "No onions. " * 12}
DECIDE = {"Decide": task("decide", HeartbeatSeconds=3600, Next="Pay"), "Pay": {"Type": "Pass", "End": True}}


class Sight(NamedTuple):
    """A page, what must be there before one looks, and what is to be done first."""

    place: str
    ready: str
    press: tuple[str, ...] = ()


@pytest.fixture(scope="module")
def sights(server: Server) -> dict[str, Sight]:
    """Everything there is to see, of a server on which something of each kind happened."""
    open_kitchen(server)
    pizza = server.create("pizza", PIZZA)
    approval = server.create("approval", DECIDE)
    question = server.create("question", asking(server))
    client = server.client
    for number, description in enumerate(("the first", "with olives"), 1):
        client.call("PublishStateMachineVersion", stateMachineArn=pizza, description=description)
        definition = json.dumps({"StartAt": "Prepare", "States": PIZZA, "Comment": f"version {number + 1}"})
        client.call("UpdateStateMachine", stateMachineArn=pizza, definition=definition)
    weights = [{"stateMachineVersionArn": f"{pizza}:{version}", "weight": 50} for version in (1, 2)]
    client.call("CreateStateMachineAlias", name="live", routingConfiguration=weights)
    burnt = start(server, pizza, "burnt", ORDER)
    succeed(server, "dough", "soft")
    fail(server, "oven", "Cold")
    start(server, pizza, "stopped", ORDER)
    client.call("StopExecution", executionArn=burnt.replace("burnt", "stopped"), error="Closed", cause="We are closed.")
    take_of = start(server, pizza, "served", ORDER)
    succeed(server, "dough", "soft")
    succeed(server, "oven", {"crisp": True})
    running = start(server, pizza, "a-rather-long-name-of-an-execution-that-was-given-by-a-program-2026", ORDER)
    asked = start(server, approval, "order-7", {"amount": 120, "for": "a new oven"})
    take(server, "decide")
    start(server, approval, "order-8", {"amount": 7})
    for name in ("order-9", "order-10"):
        start(server, question, name, {"amount": 9})
    shown = {
        "overview": Sight("/", "Overview"),
        "executions": Sight("/executions", "no more."),
        "executions-found": Sight("/executions?text=onions&status=FAILED", "no more."),
        "machines": Sight("/machines", "pizza"),
        "machine": Sight(f"/machines/{pizza}", "no more."),
        "machine-definition": Sight(f"/machines/{pizza}/definition", "Ingredients"),
        "machine-versions": Sight(f"/machines/{pizza}/versions", "with olives"),
        "editor": Sight(f"/machines/{pizza}/edit", "No problems"),
        "editor-new": Sight("/new", "No problems"),
        "waiting": Sight("/waiting", "Ask the manager"),
        "waiting-open": Sight("/waiting", "Ask the manager", ("Ask the manager",)),
        "running": Sight(f"/executions/{running}", "Waits for a worker"),
        "failed": Sight(f"/executions/{burnt}", "The oven is cold."),
        "state": Sight(f"/executions/{take_of}/graph/2", "Prepare"),
        "asked": Sight(f"/executions/{asked}/graph/2", "Send success"),
        "timeline": Sight(f"/executions/{take_of}/timeline", "Prepare"),
        "events": Sight(f"/executions/{take_of}/events", "ExecutionStarted"),
        "items": Sight(f"/executions/{take_of}/items", "Succeeded"),
        "start": Sight(f"/machines/{pizza}/start", "Begin with"),
        "stop": Sight(f"/executions/{running}", "Waits for a worker", ("Stop",)),
        "alias": Sight(f"/machines/{pizza}/versions", "with olives", ("Shift",)),
        "delete": Sight(f"/machines/{pizza}", "no more.", ("Delete",)),
        "palette": Sight("/", "Overview", ("Find or do anything",)),
    }
    return shown


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands."""
    assert AXE.exists(), "axe-core is missing: `scripts/console check` installs what is in console/package.json."
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(told => told.violations)", RULES
    )
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]} -- {node['failureSummary'][:300]}"
        for one in found
        for node in one["nodes"][:3]
    ]


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    return list(
        page.evaluate(
            """() => document.scrollingElement.scrollWidth <= innerWidth ? [] :
            [...document.querySelectorAll("body *")].filter(one => one.getBoundingClientRect().right > innerWidth)
            .map(one => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`).slice(0, 5)"""
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["laptop", "phone"])
def test_everybody_can_read_every_page(
    visit: Callable[..., Visitor], server: Server, sights: dict[str, Sight], screen: str, scheme: str
) -> None:
    visitor = visit(server.url, PHONE if screen == "phone" else LAPTOP, scheme, bypass_csp=True)
    page = visitor.page
    wrong: list[str] = []
    for name, (place, ready, press) in sights.items():
        visitor.open("/nowhere")
        visitor.open(place)
        expect(page.locator("main, dialog").filter(has_text=ready).first).to_be_visible()
        for button in press:
            page.get_by_role("button", name=button).first.click()
        page.evaluate(STILL)
        # Colours are told by the laptop's pages in the dark, what is where by the phone's in the light.
        found = too_wide(page) + (violations(page) if (screen, scheme) != ("phone", "dark") else [])
        visitor.shoot(f"{screen}-{scheme}-{name}")
        wrong += [f"{name}: {one}" for one in found]
    assert not wrong, "\n".join(wrong)
