"""Workers for the four steps of a pizza, in a process of their own: ordinary Step Functions activity workers.

They use boto3, the AWS SDK, and nothing of Stepwell's: without --url these workers serve the same state machine on
AWS. Run them as `python workers.py --url http://127.0.0.1:8083`; they end with Ctrl-C or SIGTERM.
"""

import argparse
import itertools
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

Order = dict[str, Any]
Work = Callable[[Order], Order]

BEAT = 1.0
"""Seconds between two heartbeats; the definition allows 10."""

stopping = threading.Event()


class DoughTorn(Exception):
    """The dough has a hole. Another try makes a new one."""


_doughs = itertools.count(1)


def make_dough(order: Order) -> Order:
    time.sleep(0.6)
    if next(_doughs) % 3 == 1:  # the first one and every third after it, so that a retry is there to be seen
        raise DoughTorn("The dough tore while it was stretched.")
    return {"dough": f"{order['size']} cm"}


def make_sauce(order: Order) -> Order:
    time.sleep(0.9)
    return {"sauce": "tomato, basil, a little salt"}


def add_ingredients(order: Order) -> Order:
    time.sleep(0.4)
    return {"pizza": order["pizza"], "on top": order["ingredients"], **order["prepared"]}


def bake(pizza: Order) -> Order:
    time.sleep(1.2)
    return {**pizza, "baked": "90 seconds at 450 °C"}


STEPS: dict[str, tuple[Work, int]] = {
    "pizza-dough": (make_dough, 2),
    "pizza-sauce": (make_sauce, 2),
    "pizza-ingredients": (add_ingredients, 1),
    "pizza-bake": (bake, 4),
}
"""Activity -> what is done for a task of it, and how many tasks at one time."""


def connect(url: str | None) -> Any:
    """A Step Functions client. A local server takes any credentials; on AWS they come from where they always do."""
    local: dict[str, Any] = {}
    if url is not None:
        local = {"endpoint_url": url, "aws_access_key_id": "any", "aws_secret_access_key": "any"}
    # GetActivityTask waits 60 seconds for a task; AWS asks for at least 65 here.
    patient = Config(read_timeout=70, max_pool_connections=40)
    return boto3.client("stepfunctions", region_name="us-east-1", config=patient, **local)


def serve(client: Any, activity_arn: str, work: Work, worker: str) -> None:
    """Take one task after the other."""
    while not stopping.is_set():
        try:
            task = client.get_activity_task(activityArn=activity_arn, workerName=worker)
            if task.get("taskToken"):
                do(client, task["taskToken"], json.loads(task["input"]), work)
        except (ClientError, BotoCoreError) as problem:
            if not stopping.wait(1.0):
                print(f"{worker} asks again after: {problem}", flush=True)


def do(client: Any, token: str, order: Order, work: Work) -> None:
    """Do one task and say how it went."""
    try:
        with heartbeats(client, token):
            result = work(order)
    except Exception as problem:
        client.send_task_failure(taskToken=token, error=type(problem).__name__, cause=str(problem))
    else:
        client.send_task_success(taskToken=token, output=json.dumps(result, ensure_ascii=False))


@contextmanager
def heartbeats(client: Any, token: str) -> Iterator[None]:
    """Say all along that somebody is at it."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT):
            try:
                client.send_task_heartbeat(taskToken=token)
            except ClientError:  # timed out or stopped: the answer at the end is refused with the reason
                return

    beating = threading.Thread(target=beat, daemon=True)
    beating.start()
    try:
        yield
    finally:
        done.set()
        beating.join()


def main() -> None:
    options = argparse.ArgumentParser(description="Workers for the four steps of a pizza.")
    options.add_argument("--url", help="the server, such as http://127.0.0.1:8083; without it, AWS")
    client = connect(options.parse_args().url)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    for activity, (work, concurrency) in STEPS.items():
        arn = client.create_activity(name=activity)["activityArn"]  # there already: the same one
        for number in range(1, concurrency + 1):
            name = f"{activity}-{number}"
            threading.Thread(target=serve, args=(client, arn, work, name), daemon=True).start()
    print("Workers wait for pizzas.", flush=True)
    while not stopping.wait(1.0):  # with a time-out, so that signals are seen
        pass


if __name__ == "__main__":
    main()
