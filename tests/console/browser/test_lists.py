"""Lists: filtered, linked to, alive; tasks answered where they stand; every act as a call of the AWS CLI too."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from cli.served import Server
from stepwell.cli.client import Client

from .conftest import Visitor
from .kitchen import asking, start, typed, write

QUICK = {"Choose": {"Type": "Choice", "Choices": [], "Default": "Done"}, "Done": {"Type": "Succeed"}}
REFUND = {
    "Known?": {
        "Type": "Choice",
        "Choices": [{"Variable": "$.customer", "StringEquals": "nobody", "Next": "Refuse"}],
        "Default": "Pay",
    },
    "Pay": {"Type": "Pass", "Result": {"paid": "by bank transfer"}, "End": True},
    "Refuse": {"Type": "Fail", "Error": "UnknownCustomer", "Cause": "Nobody of that name."},
}


@pytest.fixture(scope="module")
def refund(server: Server) -> str:
    """A machine with executions that succeeded and one that failed."""
    machine = server.create("refund", REFUND)
    for name, customer in (("order-1", "Ada"), ("order-2", "Grace"), ("refund-3", "nobody")):
        server.finished(machine, name, json.dumps({"customer": customer, "amount": 12}))
    return machine


def rows(page: Page) -> Locator:
    return page.get_by_role("table", name="Executions").get_by_role("rowgroup").get_by_role("row")


def shows(page: Page, *names: str) -> None:
    """The list has these executions and no other, newest first."""
    expect(rows(page).get_by_role("cell").nth(0).or_(page.get_by_text("No execution"))).to_be_visible()
    expect(rows(page)).to_have_count(len(names))
    expect(rows(page)).to_contain_text(list(names))


def test_executions_are_filtered_and_a_link_leads_to_what_was_found(
    visitor: Visitor, visit: Callable[..., Visitor], refund: str
) -> None:
    page = visitor.open(f"/machines/{refund}")
    shows(page, "refund-3", "order-2", "order-1")
    page.get_by_role("button", name="Failed", exact=True).click()
    shows(page, "refund-3")
    page.get_by_role("button", name="All", exact=True).click()
    page.get_by_label("Name contains").fill("ORDER")
    shows(page, "order-2", "order-1")
    expect(rows(page).first.locator("mark")).to_have_text("order")
    page.get_by_label("Name contains").fill("")
    text = page.get_by_label("Input, output or error contains")
    text.fill("Grace")
    shows(page, "order-2")
    expect(rows(page).first).to_contain_text("input")
    expect(rows(page).first).to_contain_text('"customer": "Grace"')
    text.fill("bank transfer")
    shows(page, "order-2", "order-1")
    expect(rows(page).first).to_contain_text("output")
    text.fill("UnknownCustomer")
    shows(page, "refund-3")
    expect(rows(page).first).to_contain_text("error")
    text.fill("bank")
    page.get_by_label("Started", exact=True).select_option("hour")
    shows(page, "order-2", "order-1")
    visitor.shoot("lists-found")

    link = page.url
    assert link.endswith("?text=bank&within=hour") or link.endswith("?within=hour&text=bank")
    other = visit(visitor.url).page
    other.goto(link)
    shows(other, "order-2", "order-1")
    expect(other.get_by_label("Input, output or error contains")).to_have_value("bank")

    page.get_by_label("Started", exact=True).select_option("between")
    page.get_by_label("Started after").fill("2020-01-01T00:00")
    page.get_by_label("and before").fill("2020-01-02T00:00")
    expect(page.get_by_role("main")).to_contain_text(re.compile("no execution", re.IGNORECASE))


def test_what_is_started_elsewhere_comes_in_by_itself_and_changes_as_it_ends(
    visitor: Visitor, server: Server, refund: str
) -> None:
    waits = server.create("waits", {"Wait": {"Type": "Wait", "Seconds": 900, "End": True}})
    page = visitor.open("/executions")
    expect(rows(page).first).to_be_visible()
    page.evaluate("globalThis.neverReloaded = true")
    arn = start(server, waits, "came-in")
    row = rows(page).filter(has_text="came-in")
    expect(row).to_contain_text("Running")
    server.client.call("StopExecution", executionArn=arn)
    expect(row).to_contain_text("Aborted")
    page.get_by_role("link", name="Overview").click()
    running = page.get_by_role("main").get_by_text(re.compile(r"in \d+ state machine"))
    expect(running).to_be_visible()
    start(server, waits, "counted")
    expect(page.locator("main")).to_contain_text(re.compile(r"Running now\s*1"))
    assert page.evaluate("globalThis.neverReloaded")


def test_a_region_is_chosen_for_all_pages_and_kept(visitor: Visitor, server: Server, refund: str) -> None:
    europe = Client(server.url, "eu-west-1")
    definition = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    role = "arn:aws:iam::123456789012:role/any"
    machine = europe.call("CreateStateMachine", name="european", definition=definition, roleArn=role)["stateMachineArn"]
    europe.call("StartExecution", stateMachineArn=machine, name="abroad")
    page = visitor.open("/executions")
    expect(rows(page).filter(has_text="abroad")).to_contain_text("eu-west-1")
    expect(rows(page).filter(has_text="order-1")).to_be_visible()
    page.get_by_label("Region").select_option("eu-west-1")
    shows(page, "abroad")
    page.reload()
    shows(page, "abroad")
    page.get_by_role("link", name="State machines").click()
    expect(page.get_by_role("link", name="european")).to_be_visible()
    expect(page.get_by_role("link", name="refund")).to_have_count(0)
    page.get_by_label("Region").select_option("us-east-1")
    expect(page.get_by_role("link", name="refund")).to_be_visible()
    expect(page.get_by_role("link", name="european")).to_have_count(0)
    page.get_by_label("Region").select_option("all")


def test_tasks_that_wait_are_answered_where_they_stand(visitor: Visitor, server: Server) -> None:
    machine = server.create("question", asking(server))
    arns = [start(server, machine, f"question-{number}", {"amount": number}) for number in (1, 2)]
    page = visitor.open("/waiting")
    first = page.get_by_role("listitem").filter(has_text="question-1")
    expect(page.get_by_role("link", name="Waiting tasks")).to_contain_text("2")
    first.get_by_role("button", name="Ask the manager").click()
    expect(first).to_contain_text('"amount"')
    editor = first.get_by_role("textbox", name="Result")
    write(editor, '{"approved": true}')
    first.get_by_role("button", name="Send success").click()
    expect(page.get_by_role("status").filter(has_text="its execution goes on")).to_be_visible()
    expect(page.get_by_text("question-1")).to_have_count(0)
    expect(page.get_by_role("link", name="Waiting tasks")).to_contain_text("1")

    second = page.get_by_role("listitem").filter(has_text="question-2")
    second.get_by_role("button", name="Ask the manager").click()
    second.get_by_role("button", name="Heartbeat").click()
    second.get_by_role("button", name="Send heartbeat").click()
    expect(second).to_contain_text("The server heard it.")
    second.get_by_role("button", name="Failure").click()
    second.get_by_label(re.compile("^Error")).fill("Refused")
    second.get_by_label(re.compile("^Cause")).fill("Too dear.")
    second.get_by_role("button", name="Send failure").click()
    expect(page.get_by_text("Nobody is waited for")).to_be_visible()
    told = [server.client.call("DescribeExecution", executionArn=arn) for arn in arns]
    assert [(one["status"], one.get("output"), one.get("error")) for one in told] == [
        ("SUCCEEDED", '{"approved": true}', None),
        ("FAILED", None, "Refused"),
    ]


def test_every_act_shows_its_call_of_the_aws_cli_and_the_copied_one_works(
    visitor: Visitor, server: Server, refund: str, tmp_path: Path
) -> None:
    waits = server.create("stoppable", {"Wait": {"Type": "Wait", "Seconds": 900, "End": True}})
    running = start(server, waits, "to-stop")
    stopped = start(server, waits, "stopped")
    server.client.call("StopExecution", executionArn=stopped)
    server.client.call("PublishStateMachineVersion", stateMachineArn=refund)
    acts = {
        "stop-execution": (f"/executions/{running}", "Stop"),
        "redrive-execution": (f"/executions/{stopped}", "Redrive"),
        "publish-state-machine-version": (f"/machines/{refund}/versions", "Publish a version"),
        "create-state-machine-alias": (f"/machines/{refund}/versions", "Create an alias"),
        "delete-state-machine": (f"/machines/{waits}", "Delete"),
    }
    page = visitor.page
    dialog = page.get_by_role("dialog")
    for command, (place, button) in acts.items():
        visitor.open(place)
        page.get_by_role("main").get_by_role("button", name=button, exact=True).first.click()
        expect(dialog.locator("pre")).to_contain_text(f"aws stepfunctions {command}")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)

    visitor.open(f"/machines/{refund}")
    page.get_by_role("button", name="Start", exact=True).click()
    editor = dialog.get_by_role("textbox", name="Input", exact=True)
    write(editor, '{"customer": "O\'Hara \\"the $HOME\\"", "amount": 1}')
    dialog.get_by_label("Name, if you like").fill("copied")
    dialog.get_by_text("The same from elsewhere").click()
    dialog.get_by_role("button", name="Copy the call with AWS CLI").click()
    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    dialog.get_by_role("button", name="boto3", exact=True).click()
    expect(dialog.locator("pre")).to_contain_text("start_execution(")
    visitor.shoot("lists-call")
    page.keyboard.press("Escape")
    said = typed(page.evaluate("navigator.clipboard.readText()"), tmp_path)
    arn = json.loads(said)["executionArn"]
    row = rows(page).filter(has_text="copied")
    expect(row).to_contain_text("Succeeded")
    input = server.client.call("DescribeExecution", executionArn=arn)["input"]
    assert json.loads(input) == {"customer": 'O\'Hara "the $HOME"', "amount": 1}
