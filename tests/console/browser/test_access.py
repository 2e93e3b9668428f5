"""Access keys in the page: asked for, checked, kept in the tab, and what one may do with each."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from cli.served import ACTIVITY, Server, serving
from stepwell.cli.client import Client

from .conftest import Visitor
from .kitchen import open_kitchen, start, take, task

FULL = ("STEPWELLORDERS01", "write-40-random-characters-here")
READER = ("STEPWELLREADER01", "and-40-other-random-characters")
REFUSED = ("status of 400", "status of 401")  # what the browser tells of requests that were refused
ASK = {"Ask": task("decide", Next="Pay"), "Pay": {"Type": "Pass", "End": True}}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data: Path = tmp_path_factory.mktemp("guarded")
    keys = data / "keys.toml"
    holders = (("orders", FULL, "full"), ("dashboard", READER, "read-only"))
    keys.write_text(
        "".join(
            f'[[key]]\nname = "{name}"\nid = "{id}"\nsecret = "{secret}"\nrights = "{rights}"\n'
            for name, (id, secret), rights in holders
        )
    )
    with serving(data, "--access-keys", str(keys)) as server:
        server.client = Client(server.url, key=FULL)
        open_kitchen(server)
        yield server


@pytest.fixture(scope="module")
def approval(guarded: Server) -> str:
    return guarded.create("approval", ASK)


class Sent:
    """Everything a page asks the server for, with what it says besides."""

    def __init__(self, page: Page) -> None:
        self.texts: list[str] = []
        page.on("request", self._keep)

    def _keep(self, request: Request) -> None:
        self.texts.append(f"{request.url} {json.dumps(request.headers)} {request.post_data}")


def sign_in(page: Page, key: tuple[str, str]) -> Locator:
    dialog = page.get_by_role("dialog", name="This server asks for an access key")
    dialog.get_by_label("Access key id").fill(key[0])
    dialog.get_by_label("Secret access key").fill(key[1])
    dialog.get_by_role("button", name="Sign in").click()
    return dialog


def test_the_page_asks_for_a_key_and_shows_nothing_before_it_has_one_that_is_right(
    visit: Callable[..., Visitor], guarded: Server, approval: str
) -> None:
    arn = start(guarded, approval, "secret-order")
    visitor = visit(guarded.url, forgiven=REFUSED)
    sent = Sent(visitor.page)
    page = visitor.open(f"/executions/{arn}")
    expect(page.get_by_role("dialog")).to_contain_text("This server asks for an access key")
    visitor.shoot("sign-in")

    dialog = sign_in(page, (FULL[0], "not-the-secret-of-anybody"))
    expect(dialog.get_by_role("alert")).to_contain_text("signature")
    dialog = sign_in(page, ("NOBODY", FULL[1]))
    expect(dialog.get_by_role("alert")).to_contain_text("invalid")
    expect(page.get_by_text("Waits for a worker")).to_have_count(0)

    sign_in(page, FULL)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Waits for a worker")).to_be_visible()
    guarded.client.call("SendTaskSuccess", taskToken=take(guarded, "decide"), output="{}")
    expect(page.locator("main header").first).to_contain_text("Succeeded")

    assert len(sent.texts) > 5
    assert [text for text in sent.texts if FULL[1] in text or "not-the-secret" in text] == []


def test_lists_are_live_for_who_signed_in_also_after_a_reload_and_gone_after_signing_out(
    visit: Callable[..., Visitor], guarded: Server
) -> None:
    quick = guarded.create("quick", {"Done": {"Type": "Succeed"}})
    start(guarded, quick, "was-there")
    visitor = visit(guarded.url, forgiven=REFUSED)
    page = visitor.open("/executions")
    sign_in(page, FULL)
    expect(page.get_by_role("link", name="was-there")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Live")).to_be_visible()
    start(guarded, quick, "came-in")
    expect(page.get_by_role("link", name="came-in")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("dialog")).to_contain_text("This server asks for an access key")
    expect(page.get_by_text("came-in")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("dialog")).to_contain_text("This server asks for an access key")


def test_a_read_only_key_sees_everything_and_every_act_is_disabled_with_the_reason(
    visit: Callable[..., Visitor], guarded: Server, approval: str
) -> None:
    arn = start(guarded, approval, "looked-at")
    take(guarded, "decide")
    visitor = visit(guarded.url, forgiven=REFUSED)
    page = visitor.open(f"/executions/{arn}")
    sign_in(page, READER)
    expect(page.locator("main header").first).to_contain_text("Running")

    def may_not(name: str, within: Page | Locator = page) -> None:
        act = within.get_by_role("button", name=name, exact=True)
        expect(act).to_be_disabled()
        expect(act).to_have_attribute("title", "This access key may only look.")

    may_not("Stop")
    page.get_by_role("button", name="Ask Task").click()
    panel = page.get_by_label("State Ask")
    expect(panel.get_by_role("button", name="Send success")).to_be_disabled()
    expect(panel).to_contain_text("This access key may only look.")

    visitor.open(f"/machines/{approval}/versions")
    for name in ("Start", "Delete", "Create an alias", "Publish a version"):
        may_not(name)
    visitor.open(f"/machines/{approval}/start")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    expect(dialog).to_contain_text("This access key may only look.")
    visitor.shoot("read-only")

    visitor.open(f"/machines/{approval}/edit")
    expect(page.get_by_role("region", name="Problems")).to_contain_text("No problems")
    editor = page.get_by_role("textbox", name="Definition")
    editor.press("Control+End")
    page.keyboard.insert_text(" ")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Save", exact=True)).to_be_disabled()
    expect(page.get_by_role("dialog")).to_contain_text("This access key may only look.")

    activity = f"{ACTIVITY}decide"
    assert guarded.client.call("DescribeActivity", activityArn=activity)["name"] == "decide"
    assert guarded.client.call("DescribeExecution", executionArn=arn)["status"] == "RUNNING"


def test_a_server_without_keys_asks_for_none(visitor: Visitor) -> None:
    page = visitor.open()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
