"""The drill: load on a real server, killed at random moments and started again; then the accounts are settled."""

import asyncio
import json
import queue
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from .audit import audit_executions, audit_tasks
from .client import Client, Refused, Unanswered
from .drivers import MACHINES, Breaker, Driver, Observer, Redriver, Starter, Stopper, Worker
from .ledger import Ledger
from .server import ROOT, ServerProcess
from .workflows import ACTIVITY, ROLE, WORKFLOWS, definition

LIFE = (0.2, 2.0, 0.2)  # seconds that a server lives: fewest, most, most often
SETTLE = 120.0  # seconds in which all that runs must have ended after the last start
POLL_SECONDS = 5
CHECK_EVERY = 5  # kills after which the data are checked as they lie there, with everything under way
SMALL = 400_000  # bytes: some tens of executions stay in memory, the others are read again and again


class Result:
    """What a drill has seen."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.kills = 0
        self.entries = 0
        self.seconds = 0.0
        self.slowest_start = 0.0
        self.slowest_stop = 0.0

    @property
    def figures(self) -> dict[str, object]:
        ledger = self.ledger
        statuses = Counter(asked.outcome.status for asked in ledger.started.values())
        return {
            "kills": self.kills,
            "executions": len(ledger.started),
            **{f"  {status}": count for status, count in sorted(statuses.items())},
            "journal entries": self.entries,
            "redrives": len(ledger.redrives),
            "tokens given out": len(ledger.given),
            "tokens accepted": len(ledger.accepted),
            "requests left unanswered": ledger.unanswered,
            **{f"refused as {code}": count for code, count in sorted(ledger.refusals.items())},
            "slowest start in seconds": round(self.slowest_start, 2),
            "slowest stop in seconds": round(self.slowest_stop, 2),
            "seconds in all": round(self.seconds),
            "violations": len(ledger.violations),
        }


def drill(
    where: str, scratch: Path, kills: int, seed: int, progress: Callable[[Result], None] = lambda result: None
) -> Result:
    """Kill a server on the store at `where` so many times; everything random but the timing comes from `seed`."""
    server = ServerProcess(where, scratch / "server.log")
    ledger = Ledger()
    result = Result(ledger)
    began = time.monotonic()
    try:
        _drill(server, ledger, result, kills, seed, progress)
    finally:
        server.stop_anyway()
    _check(where, ledger)
    result.entries = asyncio.run(audit_tasks(where, ledger))
    result.seconds = time.monotonic() - began
    return result


def _drill(
    server: ServerProcess,
    ledger: Ledger,
    result: Result,
    kills: int,
    seed: int,
    progress: Callable[[Result], None],
) -> None:
    random = Random(seed)
    _start(server, result, random)
    _create(Client(server.url))
    stops: queue.Queue[str] = queue.Queue()
    redrives: queue.Queue[str] = queue.Queue()
    drivers = _drivers(server, ledger, seed, stops, redrives)
    for driver in drivers:
        driver.start()
    while result.kills < kills:
        time.sleep(random.triangular(*LIFE))
        server.kill()
        result.kills += 1
        if result.kills % CHECK_EVERY == 0:
            _check(server.where, ledger)
            _restart_gently(server, ledger, result, random)
        _start(server, result, random)
        progress(result)
    _leave(driver for driver in drivers if isinstance(driver, Starter))
    _settle(server, ledger, stops, redrives)
    for driver in drivers:
        driver.leave.set()
    _leave(driver for driver in drivers if isinstance(driver, Observer))
    audit_executions(Observer("auditor", server, ledger, str(seed)), ledger)
    _terminate(server, ledger, result)
    _leave(drivers)


def _restart_gently(server: ServerProcess, ledger: Ledger, result: Result, random: Random) -> None:
    """A server that is asked to stop in the midst of it all loses nothing either."""
    _start(server, result, random)
    time.sleep(random.triangular(*LIFE))
    _terminate(server, ledger, result)


def _terminate(server: ServerProcess, ledger: Ledger, result: Result) -> None:
    began = time.monotonic()
    code = server.terminate()
    result.slowest_stop = max(result.slowest_stop, time.monotonic() - began)
    if code != 0:
        ledger.violation(f"the server ended with {code} after SIGTERM")


def _drivers(
    server: ServerProcess, ledger: Ledger, seed: int, stops: "queue.Queue[str]", redrives: "queue.Queue[str]"
) -> list[Driver]:
    key = str(seed)
    return [
        *(Starter(f"starter{i}", server, ledger, key, stops, redrives) for i in range(3)),
        Stopper("stopper", server, ledger, key, stops),
        Redriver("redriver", server, ledger, key, redrives),
        *(Worker(f"worker{i}", server, ledger, key) for i in range(8)),
        Breaker("breaker", server, ledger, key),
        Observer("observer", server, ledger, key),
    ]


def _start(server: ServerProcess, result: Result, random: Random) -> None:
    settings: dict[str, object] = {"poll_seconds": POLL_SECONDS}
    if random.random() < 0.5:
        settings["resident_bytes"] = SMALL
    began = time.monotonic()
    server.start(**settings)
    result.slowest_start = max(result.slowest_start, time.monotonic() - began)


def _create(client: Client) -> None:
    client("CreateActivity", name=ACTIVITY.rpartition(":")[2])
    for name in WORKFLOWS:
        client("CreateStateMachine", name=name, definition=definition(name), roleArn=ROLE)


def _leave(drivers: object) -> None:
    for driver in list(drivers):  # type: ignore[call-overload]
        driver.leave.set()
        driver.join(30)


def _settle(server: ServerProcess, ledger: Ledger, stops: "queue.Queue[str]", redrives: "queue.Queue[str]") -> None:
    """Wait until nothing runs any more; what still does by then is a violation."""
    client = Client(server.url)
    deadline = time.monotonic() + SETTLE
    while True:
        running = [arn for name in WORKFLOWS for arn in _running(client, name)]
        if not running and stops.empty() and not redrives.unfinished_tasks:
            return
        if time.monotonic() > deadline:
            break
        time.sleep(0.2)
    for arn in running[:20]:
        events = client("GetExecutionHistory", executionArn=arn, reverseOrder=True, maxResults=5)["events"]
        ledger.violation(f"{arn} never ends; its last events: {json.dumps(events)}")


def _running(client: Client, machine: str) -> list[str]:
    try:
        page = client("ListExecutions", stateMachineArn=MACHINES + machine, statusFilter="RUNNING", maxResults=1000)
    except (Refused, Unanswered):
        return [machine]
    return [execution["executionArn"] for execution in page["executions"]]


def _check(where: str, ledger: Ledger) -> None:
    """`stepwell check` finds the data sound."""
    command = [sys.executable, "-m", "stepwell", "check", where, "--json"]
    checked = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if checked.returncode != 0:
        ledger.violation(f"stepwell check: {checked.stdout[:5000]} {checked.stderr[-2000:]}")
