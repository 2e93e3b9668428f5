"""One execution on its graph: watched as it goes on, answered, failed, redriven, while the server comes and goes."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from cli.served import Server, serving

from .conftest import Visitor
from .kitchen import PIZZA, fail, open_kitchen, start, succeed, take, task, write

ORDER = {"ingredients": ["tomato", "basil", "olives"]}


@pytest.fixture(scope="module")
def pizza(server: Server) -> str:
    open_kitchen(server)
    return server.create("pizza", PIZZA)


def state(page: Page, name: str) -> Locator:
    """A state in the graph."""
    return page.locator("[data-id]").filter(has_text=name).last


def stands(page: Page, name: str, status: str | None) -> None:
    """How a state looks in the graph; None: it was not reached."""
    look = state(page, name)
    if status is None:
        expect(look).not_to_have_attribute("data-look", re.compile(""))
    else:
        expect(look).to_have_attribute("data-look", status)


def watch(visitor: Visitor, arn: str) -> Page:
    """The graph of an execution, all of it in sight."""
    page = visitor.open(f"/executions/{arn}")
    page.get_by_role("button", name="Show all").click()
    return page


def test_a_pizza_is_watched_from_its_start_to_its_end(visitor: Visitor, server: Server, pizza: str) -> None:
    arn = start(server, pizza, "watched", ORDER)
    page = visitor.open(f"/executions/{arn}")
    stands(page, "Dough", "waiting")
    expect(page.get_by_role("heading", name="watched")).to_be_visible()
    expect(page.get_by_text("Waits for a worker")).to_be_visible()

    token = take(server, "dough")
    stands(page, "Dough", "running")
    server.client.call("SendTaskSuccess", taskToken=token, output='"soft"')
    stands(page, "Dough", "succeeded")
    stands(page, "Bake", "waiting")  # the graph has gone along with what goes on
    page.get_by_role("button", name="Show all").click()
    expect(state(page, "Ingredients")).to_contain_text("3/3")
    visitor.shoot("watched")

    succeed(server, "oven", {"crisp": True})
    expect(page.locator("main header").first).to_contain_text("Succeeded")
    stands(page, "Serve", "succeeded")
    stands(page, "Refuse", None)


def test_a_state_tells_its_data_what_changed_its_tries_and_its_time(
    visitor: Visitor, server: Server, pizza: str
) -> None:
    arn = start(server, pizza, "looked-at", ORDER)
    succeed(server, "dough", "soft")
    succeed(server, "oven", {"crisp": True, "minutes": 9})
    page = watch(visitor, arn)
    state(page, "Bake").click()
    panel = page.get_by_label("State Bake")
    expect(panel).to_contain_text('"minutes"')
    panel.get_by_role("tab", name="Changes").click()
    expect(panel).to_contain_text("$.baked")
    expect(panel).to_contain_text("of the 256")
    panel.get_by_role("tab", name="Tries").click()
    expect(panel).to_contain_text("Try 1")
    expect(panel).to_contain_text("cook")
    panel.get_by_role("tab", name="Time").click()
    expect(panel).to_contain_text("Until a worker took it")
    visitor.shoot("state")

    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_label("State Bake")).to_be_visible()


def test_a_failure_is_seen_where_it_happened_and_redriven(visitor: Visitor, server: Server, pizza: str) -> None:
    arn = start(server, pizza, "burnt", ORDER)
    succeed(server, "dough", "soft")
    fail(server, "oven", "Cold")
    page = watch(visitor, arn)
    stands(page, "Bake", "failed")
    expect(page.get_by_label("The execution")).to_contain_text("The oven is cold.")
    visitor.shoot("failed")

    page.get_by_role("button", name="Redrive").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("aws stepfunctions redrive-execution")
    visitor.shoot("redrive")
    dialog.get_by_role("button", name="Redrive").click()
    stands(page, "Bake", "waiting")
    succeed(server, "oven", {"crisp": True})
    expect(page.locator("main header").first).to_contain_text("Succeeded")


def test_a_task_that_a_worker_has_is_answered_by_a_person(visitor: Visitor, server: Server) -> None:
    machine = server.create("approval", {"Ask": task("decide", Next="Pay"), "Pay": {"Type": "Pass", "End": True}})
    arn = start(server, machine, "order-7", {"amount": 120})
    take(server, "decide")
    page = watch(visitor, arn)
    state(page, "Ask").click()
    panel = page.get_by_label("State Ask")
    editor = panel.get_by_role("textbox", name="Result")
    write(editor, '{"approved": true')
    expect(panel.get_by_role("button", name="Send success")).to_be_disabled()
    write(editor, '{"approved": true}')
    visitor.shoot("approval")
    panel.get_by_role("button", name="Send success").click()
    expect(page.locator("main header").first).to_contain_text("Succeeded")


def test_what_happened_is_shown_in_time_event_by_event_and_item_by_item(
    visitor: Visitor, server: Server, pizza: str
) -> None:
    arn = start(server, pizza, "in-time", ORDER)
    page = visitor.open(f"/executions/{arn}/timeline")
    rows = page.get_by_label("States by time")
    expect(rows).to_contain_text("Prepare")
    rows.get_by_role("button", name="What is within Prepare").click()
    expect(rows).to_contain_text("Dough")

    page.get_by_role("link", name="Events").click()
    page.get_by_label("Filter events").fill("scheduled")
    row = page.get_by_role("row").filter(has_text="ActivityScheduled")
    row.click()
    expect(page.get_by_label("Event 5", exact=True)).to_contain_text("activityScheduledEventDetails")

    succeed(server, "dough", "soft")
    page.get_by_role("link", name="Map items").click()
    expect(page.get_by_role("button", name="3 Succeeded")).to_be_visible()
    grid = page.get_by_role("img", name="3 items")
    grid.press("ArrowRight")
    grid.press("ArrowRight")
    expect(page.get_by_label("State Wash")).to_contain_text("basil")


def test_the_page_goes_on_when_the_server_was_away(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        open_kitchen(server)
        arn = start(server, server.create("pizza", PIZZA), "survivor", ORDER)
        visitor = visit(server.url)
        page = watch(visitor, arn)
        stands(page, "Dough", "waiting")
        server.process.kill()
        server.process.wait()
        expect(page.get_by_text("Connecting again")).to_be_visible()
    with serving(tmp_path, "--port", server.url.rpartition(":")[2]) as again:
        expect(page.get_by_text("Live")).to_be_visible()
        succeed(again, "dough", "soft")
        stands(page, "Dough", "succeeded")


def test_nothing_in_the_data_runs_as_script(visitor: Visitor, server: Server) -> None:
    evil = '<img src=x onerror="document.title=\'pwned\'"><script>document.title="pwned"</script>'
    states = {evil[:70]: {"Type": "Pass", "Comment": evil, "Result": {evil: evil}, "Next": "Wrong"}}
    states["Wrong"] = {"Type": "Fail", "Error": evil, "Cause": json.dumps({"html": evil})}
    arn = start(server, server.create("evil", states), "evil", {evil: evil})
    for tab in ("", "/timeline", "/events", "/graph/2"):
        page = visitor.open(f"/executions/{arn}{tab}")
        expect(page.get_by_text("<img").first).to_be_visible()
        assert page.title() == "evil · Stepwell"
        assert page.locator("img[src=x]").count() == 0
