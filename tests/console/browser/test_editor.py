"""From a definition with a mistake to an execution of it: written, tried, saved, started, published, deleted."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from cli.served import Server
from stepwell.cli.client import Refused

from .conftest import Visitor
from .kitchen import start, write

GREETING = {
    "StartAt": "Greet",
    "States": {
        "Greet": {"Type": "Pass", "Parameters": {"words.$": "States.Format('Hello {}', $.guest)"}, "Next": "Rest"},
        "Rest": {"Type": "Succeed"},
    },
}


def written(definition: object) -> str:
    return json.dumps(definition, indent=2)


def definition_in(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Definition")


def test_a_definition_is_written_mended_created_started_and_watched(visitor: Visitor, server: Server) -> None:
    page = visitor.open("/new")
    page.get_by_label("Name", exact=True).fill("greeting")
    wrong = written(GREETING).replace('"Next": "Rest"', '"Next": "Rset"')
    write(definition_in(page), wrong)
    problems = page.get_by_role("region", name="Problems")
    expect(problems).to_contain_text("Rset")
    underlined = page.locator(".cm-lintRange-error").first
    expect(underlined).to_contain_text("Rset")
    line = wrong[: wrong.index("Rset")].count("\n") + 1
    expect(problems.get_by_role("button").first).to_contain_text(str(line))
    expect(page.locator("[data-id='/States/Rest']")).to_be_attached()
    visitor.shoot("editor-mistake")

    problems.get_by_role("button").first.click()
    selected = page.evaluate("getSelection().toString()")
    assert "Rset" in selected
    page.get_by_role("button", name="Create …").click()
    expect(page.get_by_role("dialog")).to_contain_text("error")
    expect(page.get_by_role("dialog").get_by_role("button", name="Create", exact=True)).to_be_disabled()
    page.keyboard.press("Escape")

    mended = {**GREETING, "States": {**GREETING["States"], "Sleep": {"Type": "Wait", "Seconds": 600, "End": True}}}
    mended["States"]["Rest"] = {"Type": "Pass", "Next": "Sleep"}
    write(definition_in(page), written(mended))
    expect(problems).to_contain_text("No problems")
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    expect(page.locator("[data-id='/States/Sleep']")).to_be_visible()
    page.get_by_role("button", name="Create …").click()
    page.get_by_role("dialog").get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", name="greeting")).to_be_visible()

    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:greeting"
    assert json.loads(server.client.call("DescribeStateMachine", stateMachineArn=arn)["definition"]) == mended
    start(server, arn, "before", {"guest": "Grace"})
    page.get_by_role("button", name="Start", exact=True).click()
    dialog = page.get_by_role("dialog", name="Start greeting")
    editor = dialog.get_by_role("textbox", name="Input", exact=True)
    expect(editor).to_contain_text("guest")  # an example, made of what the definition reads
    write(editor, '{"guest": ')
    expect(dialog).to_contain_text("The input is not JSON yet.")
    expect(dialog.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    choices = dialog.get_by_label("Begin with")
    before = choices.locator("option").filter(has_text="before")
    expect(before).to_be_attached()
    choices.select_option(label=before.inner_text())
    expect(editor).to_contain_text("Grace")
    dialog.get_by_label("Name, if you like").fill("watched")
    visitor.shoot("editor-start")
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", name="watched")).to_be_visible()
    expect(page.locator("[data-id='/States/Sleep']")).to_have_attribute("data-look", "waiting")
    expect(page.locator("[data-id='/States/Greet']")).to_have_attribute("data-look", "succeeded")


def test_one_state_is_tried_by_itself_and_then_the_next_with_its_output(visitor: Visitor, server: Server) -> None:
    machine = server.create("tried", GREETING["States"])
    page = visitor.open(f"/machines/{machine}/edit")
    page.locator("[data-id='/States/Greet']").click()
    page.get_by_role("button", name="Test this state").click()
    dialog = page.get_by_role("dialog", name="Test Greet")
    write(dialog.get_by_role("textbox", name="Input"), '{"guest": "Ada"}')
    dialog.get_by_role("button", name="Test it", exact=True).click()
    expect(dialog).to_contain_text("Hello Ada")
    expect(dialog).to_contain_text("Next is Rest")
    visitor.shoot("editor-tried")
    dialog.get_by_role("button", name="Test it with this output").click()
    dialog = page.get_by_role("dialog", name="Test Rest")
    expect(dialog.get_by_role("textbox", name="Input")).to_contain_text("Hello Ada")
    dialog.get_by_role("button", name="Test it", exact=True).click()
    expect(dialog).to_contain_text("Succeeded")


def test_what_is_not_saved_survives_a_reload_and_saving_shows_what_changes(visitor: Visitor, server: Server) -> None:
    machine = server.create("kept", GREETING["States"])
    page = visitor.open(f"/machines/{machine}/edit")
    expect(definition_in(page)).to_contain_text("Greet")
    changed = {**GREETING, "Comment": "Says hello"}
    write(definition_in(page), written(changed))
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.once("dialog", lambda asked: asked.accept())  # the browser asks before it leaves
    page.reload()
    expect(page.get_by_role("status").filter(has_text="you had not saved")).to_be_visible()
    expect(definition_in(page)).to_contain_text("Says hello")
    page.get_by_role("button", name="Go on with them").click()
    page.get_by_role("button", name="Save …").click()
    dialog = page.get_by_role("dialog", name="Save kept")
    expect(dialog.get_by_role("region", name="Changes to the definition")).to_contain_text("Says hello")
    visitor.shoot("editor-save")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Not saved yet")).to_have_count(0)
    stored = server.client.call("DescribeStateMachine", stateMachineArn=machine)["definition"]
    assert json.loads(stored) == changed
    page.reload()
    expect(definition_in(page)).to_contain_text("Says hello")
    expect(page.get_by_role("status").filter(has_text="you had not saved")).to_have_count(0)


def test_a_version_is_published_an_alias_shifted_and_a_machine_deleted_once_its_name_is_typed(
    visitor: Visitor, server: Server
) -> None:
    machine = server.create("released", GREETING["States"])
    server.client.call("PublishStateMachineVersion", stateMachineArn=machine, description="the first")
    definition = json.dumps({**GREETING, "Comment": "the second"})
    server.client.call("UpdateStateMachine", stateMachineArn=machine, definition=definition)
    page = visitor.open(f"/machines/{machine}/versions")
    page.get_by_role("button", name="Publish a version").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Description: what is new").fill("the second")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="the second")).to_be_visible()

    page.get_by_role("button", name="Create an alias").click()
    dialog.get_by_label("Name, such as live").fill("live")
    dialog.get_by_role("combobox", name="Version", exact=True).select_option(f"{machine}:1")
    dialog.get_by_role("button", name="Create", exact=True).click()
    page.get_by_role("button", name="Shift").click()
    dialog.get_by_role("combobox", name="and version").select_option(f"{machine}:2")
    weight = dialog.get_by_role("slider")
    expect(weight).to_have_value("10")
    expect(dialog).to_contain_text("10 % of what is started go to version 2")
    dialog.get_by_role("button", name="Shift", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("listitem").filter(has_text="live")).to_contain_text(re.compile("90 %.*10 %"))
    routing = server.client.call("DescribeStateMachineAlias", stateMachineAliasArn=f"{machine}:live")
    assert routing["routingConfiguration"] == [
        {"stateMachineVersionArn": f"{machine}:1", "weight": 90},
        {"stateMachineVersionArn": f"{machine}:2", "weight": 10},
    ]

    page.get_by_role("button", name="Delete", exact=True).first.click()
    dialog = page.get_by_role("dialog", name="Delete released")
    delete = dialog.get_by_role("button", name="Delete it for good")
    expect(delete).to_be_disabled()
    dialog.get_by_label("Type released").fill("release")
    expect(delete).to_be_disabled()
    dialog.get_by_label("Type released").fill("released")
    delete.click()
    expect(page.get_by_role("heading", name="State machines")).to_be_visible()
    with pytest.raises(Refused, match="Does Not Exist"):
        server.client.call("DescribeStateMachine", stateMachineArn=machine)
