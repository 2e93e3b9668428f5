"""Machines that the console's tests look at, and a worker's side of them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator

from cli.served import ACTIVITY, Server, environment


def task(name: str, **members: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": ACTIVITY + name, **members}


def branch(name: str, state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: {**state, "End": True}}}


PIZZA: dict[str, Any] = {
    "Prepare": {
        "Type": "Parallel",
        "Branches": [branch("Dough", task("dough")), branch("Sauce", {"Type": "Pass"})],
        "ResultPath": "$.base",
        "Next": "Ingredients",
    },
    "Ingredients": {
        "Type": "Map",
        "ItemsPath": "$.ingredients",
        "ItemProcessor": branch("Wash", {"Type": "Pass"}),
        "ResultPath": "$.washed",
        "Next": "Bake",
    },
    "Bake": task("oven", ResultPath="$.baked", Next="Good enough?"),
    "Good enough?": {
        "Type": "Choice",
        "Choices": [{"Variable": "$.baked.crisp", "BooleanEquals": True, "Next": "Serve"}],
        "Default": "Refuse",
    },
    "Serve": {"Type": "Pass", "End": True},
    "Refuse": {"Type": "Fail", "Error": "NotCrisp", "Cause": "Nobody wants to eat this."},
}


def asking(server: Server) -> dict[str, Any]:
    """States of which the first waits for the token that it gives away, as a person's decision does."""
    child = server.create("told", {"Told": {"Type": "Succeed"}})
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.waitForTaskToken",
        "Parameters": {"StateMachineArn": child, "Input": {"token.$": "$$.Task.Token", "order.$": "$"}},
        "Next": "Pay",
    }
    return {"Ask the manager": ask, "Pay": {"Type": "Pass", "End": True}}


def open_kitchen(server: Server) -> None:
    """The activities that the machines ask for."""
    for name in ("dough", "oven", "decide"):
        server.client.call("CreateActivity", name=name)


def take(server: Server, activity: str) -> str:
    """The token of the next task, taken as a worker takes it."""
    return str(server.client.call("GetActivityTask", activityArn=ACTIVITY + activity, workerName="cook")["taskToken"])


def succeed(server: Server, activity: str, output: Any) -> None:
    token = take(server, activity)
    server.client.call("SendTaskSuccess", taskToken=token, output=json.dumps(output))


def fail(server: Server, activity: str, error: str) -> None:
    token = take(server, activity)
    server.client.call("SendTaskFailure", taskToken=token, error=error, cause="The oven is cold.")


def start(server: Server, machine: str, name: str, input: Any = None) -> str:
    """An execution's ARN."""
    begun = server.client.call(
        "StartExecution", stateMachineArn=machine, name=name, input=json.dumps({} if input is None else input)
    )
    return str(begun["executionArn"])


def shell(**changes: str) -> dict[str, str]:
    """What is in a shell where the AWS CLI has credentials, and our own commands are known."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return environment(PATH=path, AWS_ACCESS_KEY_ID="any", AWS_SECRET_ACCESS_KEY="any", **changes)


def typed(commands: str, folder: Path) -> str:
    """What commands print that were typed into a shell in this folder; all of them succeed."""
    done = subprocess.run(
        ["bash", "-ec", commands], cwd=folder, env=shell(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def write(editor: Locator, text: str) -> None:
    """Replace what is in an editor, by keyboard."""
    editor.press("Control+a")
    editor.press("Delete")
    editor.page.keyboard.insert_text(text)
