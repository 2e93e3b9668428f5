"""Orders a pizza from a server, shows how it comes along, and returns when it is done: plain boto3 again.

Run it as `python order.py --url http://127.0.0.1:8083` beside workers.py.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from workers import STEPS, connect

DEFINITION = Path(__file__).with_name("pizza.asl.json")
PIZZA = {"pizza": "Margherita", "size": 32, "ingredients": ["mozzarella", "basil"]}

TOLD = {
    "StateEntered": "begins",
    "ActivityStarted": "is in the hands of {workerName}",
    "ActivityFailed": "failed: {error}: {cause}",
    "ActivityTimedOut": "timed out",
    "StateExited": "is done",
}
"""End of an event's type -> what is told of it."""


def deploy(client: Any) -> str:
    """Create the state machine, or update it; returns its ARN. The activities' ARNs get this account and region."""
    arns = {name: client.create_activity(name=name)["activityArn"] for name in STEPS}
    definition = DEFINITION.read_text("utf-8")
    for name, arn in arns.items():
        definition = definition.replace(f"arn:aws:states:us-east-1:123456789012:activity:{name}", arn)
    _, _, _, region, account, *_ = next(iter(arns.values())).split(":")
    machine = f"arn:aws:states:{region}:{account}:stateMachine:pizza"
    try:
        client.update_state_machine(stateMachineArn=machine, definition=definition)
    except client.exceptions.StateMachineDoesNotExist:
        role = f"arn:aws:iam::{account}:role/pizza"
        client.create_state_machine(name="pizza", definition=definition, roleArn=role)
    return machine


def follow(client: Any, execution: str) -> str:
    """Tell what happens until the execution has ended; returns its status."""
    seen, states = 0, {0: ""}
    while True:
        status: str = client.describe_execution(executionArn=execution)["status"]
        for event in client.get_execution_history(executionArn=execution)["events"]:
            if event["id"] > seen:
                seen = event["id"]
                tell(event, states)
        if status != "RUNNING":
            return status
        time.sleep(0.1)


def tell(event: dict[str, Any], states: dict[int, str]) -> None:
    """One line for an event worth it. `states` remembers which state each event is about."""
    details: dict[str, Any] = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
    state = states[event["id"]] = details.get("name") or states.get(event["previousEventId"], "")
    for ending, words in TOLD.items():
        if event["type"].endswith(ending):
            told = words.format_map({"workerName": "a worker", "error": "?", "cause": "?"} | details)
            print(f"  {event['timestamp']:%H:%M:%S}  {state} {told}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description="Order a pizza.")
    options.add_argument("--url", help="the server, such as http://127.0.0.1:8083; without it, AWS")
    client = connect(options.parse_args().url)
    execution = client.start_execution(stateMachineArn=deploy(client), input=json.dumps(PIZZA))["executionArn"]
    print(f"Ordered {execution.rpartition(':')[2]}", flush=True)
    if follow(client, execution) != "SUCCEEDED":
        sys.exit(f"There is no pizza: stepwell show {execution}")


if __name__ == "__main__":
    main()
