"""The load: threads that start, stop, work, break off and look, and write down what the server told them."""

import json
import queue
import threading
import traceback
from collections.abc import Callable
from random import Random
from typing import Any

from .client import Client, Refused, Sdk, Unanswered
from .ledger import Answer, Asked, Ledger
from .server import ServerProcess
from .workflows import ACTIVITY, DOOMED, WORKFLOWS, work

MACHINES = "arn:aws:states:us-east-1:123456789012:stateMachine:"
PATIENCE = {"ServiceUnavailable", "ThrottlingException"}
"""Refusals that say: try again."""


class Driver(threading.Thread):
    """Takes one step after the other while the server is up, until it is told to leave."""

    def __init__(self, name: str, server: ServerProcess, ledger: Ledger, seed: str) -> None:
        super().__init__(name=name, daemon=True)
        self.server = server
        self.ledger = ledger
        self.random = Random(f"{seed}/{name}")
        self.client = Client(server.url)
        self.leave = threading.Event()

    def run(self) -> None:
        while not self.leave.is_set():
            if not self.server.up.wait(0.2):
                continue
            try:
                self.step()
            except Unanswered:
                self.ledger.no_answer()
                self.pause(0.05)
            except Refused as refusal:
                self._refused(refusal)
                self.pause(0.05)
            except Exception:
                self.ledger.violation(f"the driver {self.name} failed: {traceback.format_exc()}")
                return

    def step(self) -> None:
        raise NotImplementedError

    def pause(self, seconds: float) -> None:
        self.leave.wait(seconds)

    def surely(self, ask: Callable[[], Any]) -> tuple[Any, bool]:
        """Ask until there is an answer; also says whether an earlier question may have been carried out unseen."""
        unsure = False
        while True:
            try:
                return ask(), unsure
            except Unanswered:
                self.ledger.no_answer()
                unsure = True
            except Refused as refusal:
                if refusal.code not in PATIENCE:
                    refusal.unsure = unsure
                    raise
                self.ledger.refused(refusal.code)
            if self.leave.is_set():
                raise Unanswered("the driver leaves")
            self.pause(0.05)
            self.server.up.wait(0.2)

    def _refused(self, refusal: Refused) -> None:
        if refusal.code in PATIENCE or refusal.code == "TaskTimedOut":
            self.ledger.refused(refusal.code)
        else:
            self.ledger.violation(f"{self.name} was refused: {refusal}")


class Starter(Driver):
    """Starts executions of all workflows, sometimes twice."""

    def __init__(
        self,
        name: str,
        server: ServerProcess,
        ledger: Ledger,
        seed: str,
        stops: "queue.Queue[str]",
        redrives: "queue.Queue[str]",
    ) -> None:
        super().__init__(name, server, ledger, seed)
        self._stops = stops
        self._redrives = redrives
        self._count = 0
        self.rate = 20.0  # starts a second

    def step(self) -> None:
        self._count += 1
        weights = [workflow.weight for workflow in WORKFLOWS.values()]
        workflow = self.random.choices(list(WORKFLOWS), weights)[0]
        input = WORKFLOWS[workflow].make(self.random)
        asked = Asked(f"{self.name}-{self._count}", workflow, input, WORKFLOWS[workflow].outcome(input))
        arn = self._start(asked, unsure=False)
        if WORKFLOWS[workflow].stopped:
            self._stops.put(arn)
        if WORKFLOWS[workflow].redrives:
            self._redrives.put(arn)
        if self.random.random() < 0.1:
            self._start(asked, unsure=True)  # may have ended meanwhile
            self._start_otherwise(asked)
        self.pause(self.random.expovariate(self.rate))

    def _start(self, asked: Asked, unsure: bool) -> str:
        members = {"stateMachineArn": MACHINES + asked.workflow, "name": asked.name, "input": json.dumps(asked.input)}
        date = None
        arn = f"{MACHINES.replace(':stateMachine:', ':execution:')}{asked.workflow}:{asked.name}"
        try:
            answer, _ = self.surely(lambda: self.client("StartExecution", **members))
            date = milliseconds(answer["startDate"])
            assert answer["executionArn"] == arn
        except Refused as refusal:
            if refusal.code != "ExecutionAlreadyExists" or not (unsure or refusal.unsure):
                raise
        self.ledger.has_started(arn, asked, date)
        return arn

    def _start_otherwise(self, asked: Asked) -> None:
        """The same name with another input is refused, whatever has become of the first."""
        try:
            self.surely(
                lambda: self.client(
                    "StartExecution", stateMachineArn=MACHINES + asked.workflow, name=asked.name, input="[]"
                )
            )
        except Refused as refusal:
            if refusal.code != "ExecutionAlreadyExists":
                raise
        else:
            self.ledger.violation(f"{asked.name} was started twice, with different inputs")


class Stopper(Driver):
    """Stops the executions that are there to be stopped, through the real SDK."""

    def __init__(self, name: str, server: ServerProcess, ledger: Ledger, seed: str, stops: "queue.Queue[str]") -> None:
        super().__init__(name, server, ledger, seed)
        self._stops = stops
        self._sdk = Sdk(server.url)

    def step(self) -> None:
        self.pause(self.random.uniform(0, 0.1))
        try:
            arn = self._stops.get(timeout=0.2)
        except queue.Empty:
            return
        ask = {"executionArn": arn, "error": "Stopped", "cause": "by its driver"}
        answer, _ = self.surely(lambda: self._sdk("stop_execution", **ask))
        self.ledger.has_stopped(arn, milliseconds(answer["stopDate"].timestamp()))


class Redriver(Driver):
    """Redrives the executions that are there to be redriven; sometimes asks twice, as SDKs do that hear nothing."""

    def __init__(
        self, name: str, server: ServerProcess, ledger: Ledger, seed: str, redrives: "queue.Queue[str]"
    ) -> None:
        super().__init__(name, server, ledger, seed)
        self._redrives = redrives

    def step(self) -> None:
        self.pause(0.02)
        try:
            arn = self._redrives.get(timeout=0.2)
        except queue.Empty:
            return
        if not self._is_through(arn):
            self._redrives.put(arn)
        self._redrives.task_done()

    def _is_through(self, arn: str) -> bool:
        """Whether this execution needs no redrive any more; it gets one if it has failed."""
        seen, _ = self.surely(lambda: self.client("DescribeExecution", executionArn=arn))
        count = seen["redriveCount"]
        if seen["status"] == "SUCCEEDED":
            return True
        if seen["redriveStatus"] == "REDRIVABLE":
            for _ in range(self.random.choice([1, 1, 2])):
                ask = {"executionArn": arn, "clientToken": f"{count}"}
                answer, _ = self.surely(lambda: self.client("RedriveExecution", **ask))  # noqa: B023
                self.ledger.has_redriven(arn, count + 1, milliseconds(answer["redriveDate"]))
        return False


class Worker(Driver):
    """Works at the activity: mostly at once, sometimes slowly, wrongly, or not at all."""

    def step(self) -> None:
        given = self.client("GetActivityTask", activityArn=ACTIVITY, workerName=self.name)
        token = given.get("taskToken")
        if token is None:
            return
        self.ledger.was_given(token, self.name)
        dice = self.random.random()
        if dice < 0.03:
            return  # vanishes with it: the heartbeat finds out
        if dice < 0.15:
            self._beat(token)
        input = json.loads(given["input"])
        if self.random.random() < 0.08:
            self._answer(token, Answer("Failed", None, "Flaky"))
        elif input.get("doomed"):
            self._answer(token, Answer("Failed", DOOMED[1], DOOMED[0]))
        else:
            self._answer(token, Answer("Succeeded", work(input), None))

    def _beat(self, token: str) -> None:
        for _ in range(self.random.randrange(1, 5)):
            self.pause(0.3)
            self.surely(lambda: self.client("SendTaskHeartbeat", taskToken=token))

    def _answer(self, token: str, answer: Answer) -> None:
        self.ledger.says(token, answer)
        if answer.how == "Succeeded":
            operation, members = "SendTaskSuccess", {"output": json.dumps(answer.output)}
        else:
            operation, members = "SendTaskFailure", {"error": answer.error, "cause": answer.output}
        members = {name: value for name, value in members.items() if value is not None}
        self.surely(lambda: self.client(operation, taskToken=token, **members))
        self.ledger.was_accepted(token, answer)
        if self.random.random() < 0.1:
            self._answer_again(token)

    def _answer_again(self, token: str) -> None:
        try:
            self.surely(lambda: self.client("SendTaskSuccess", taskToken=token, output="{}"))
        except Refused as refusal:
            if refusal.code != "TaskTimedOut":
                raise
        else:
            self.ledger.violation(f"token {token} was accepted twice")


class Breaker(Driver):
    """Asks for tasks and hangs up, before the answer or at it."""

    def step(self) -> None:
        self.client.ask_and_leave(
            "GetActivityTask", self.random.uniform(0, 0.3), activityArn=ACTIVITY, workerName="breaker"
        )
        self.pause(self.random.uniform(0.05, 0.3))


class Observer(Driver):
    """Looks at executions, through the real SDK: what it was once shown must stay true."""

    def __init__(self, name: str, server: ServerProcess, ledger: Ledger, seed: str) -> None:
        super().__init__(name, server, ledger, seed)
        self._sdk = Sdk(server.url)

    def step(self) -> None:
        self.pause(0.02)
        arns = list(self.ledger.started)
        if arns:
            arn = self.random.choice(arns[-500:] if self.random.random() < 0.7 else arns)
            self.describe(arn)
            if self.random.random() < 0.3:
                self.history(arn)

    def describe(self, arn: str) -> dict[str, Any]:
        known = self.ledger.known(arn)
        answer = self._sdk("describe_execution", executionArn=arn)
        seen: dict[str, Any] = {name: answer.get(name) for name in _DESCRIBED}
        for date in ("startDate", "stopDate"):
            if date in answer:
                seen[date] = milliseconds(answer[date].timestamp())
        self.ledger.describes(arn, seen, known)
        return seen

    def history(self, arn: str) -> list[tuple[int, int, str]]:
        events: list[tuple[int, int, str]] = []
        more: dict[str, str] = {}
        while True:
            page = self.client("GetExecutionHistory", executionArn=arn, maxResults=1000, **more)
            events += [(event["id"], event["previousEventId"], event["type"]) for event in page["events"]]
            if "nextToken" not in page:
                break
            more = {"nextToken": page["nextToken"]}
        self.ledger.shows(arn, events)
        return events


_DESCRIBED = ("status", "input", "output", "error", "cause", "redriveCount")


def milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
