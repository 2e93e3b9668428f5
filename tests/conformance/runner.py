"""Runs one case against a live server and says how its answers differ from the recorded ones."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError

from . import histories
from .bindings import Bindings
from .matching import match
from .recordings import Case
from .service import ROLE, Refusal, Region, Service

_EXECUTION_SECONDS = 20.0  # the longest any case may take to answer as recorded
_READING_SECONDS = 3.0
# Reads that the recording need not have polled for, since what they read had time to happen.
_PATIENCE = {"DescribeExecution": 3.0, "ListExecutions": 3.0, "GetExecutionHistory": 1.0}
_CLOSED = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut")
_ONE_REQUEST = {"test_state": "TestState", "validation": "ValidateStateMachineDefinition"}
_REFERENCE = re.compile(r"\$\{(\d+)\.(\w+)\}")


@dataclass(frozen=True)
class Outcome:
    """How one case went; no differences means that it passed."""

    case: str
    group: str
    differences: tuple[str, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.differences


def run(case: Case, service: Service) -> Outcome:
    """Run one case in a fresh region. Whatever goes wrong is a difference; nothing is raised."""
    began = time.monotonic()
    try:
        differences = _Run(case, service).differences()
    except (Refusal, BotoCoreError, _Failure) as error:
        differences = [f"{type(error).__name__}: {error}"]
    return Outcome(case["id"], case["group"], tuple(differences), time.monotonic() - began)


class _Failure(Exception):
    """The case cannot go on."""


class _Run:
    """One case, its region, its bindings, and the answers to its steps so far."""

    def __init__(self, case: Case, service: Service):
        self.case = case
        self.region: Region = service.region()
        self.account = service.account
        day, month, year = case["recorded"].split("-")
        self.bindings = Bindings(
            recorded=f"{year}-{month}-{day}",
            said={ROLE},
            regions={self.region.name, "us-east-1"},
            accounts={self.account, "000000000000"},
        )
        self.concurrent = _runs_concurrently(case)
        self.answers: list[dict[str, Any]] = []

    def differences(self) -> list[str]:
        if "steps" in self.case:
            return self._steps()
        if "request" in self.case:
            return self._step({"operation": _ONE_REQUEST[self.case["group"]], **self.case}, "answer")
        if "definitions" in self.case:
            return self._choices()
        machine = self._machine(self.case["definition"], "machine")
        if self.case.get("sync"):
            return self._synchronous(machine)
        return self._execution(machine, self.case, "")

    # Executions

    def _machine(self, definition: Any, name: str) -> str:
        self.bindings.hear(definition)
        request = {"name": name, "definition": definition, "roleArn": ROLE, "type": self.case["type"]}
        return str(self.region.call("CreateStateMachine", request)["stateMachineArn"])

    def _choices(self) -> list[str]:
        machines = [
            self._machine(definition, f"machine-{number}") for number, definition in enumerate(self.case["definitions"])
        ]
        return [
            text
            for number, execution in enumerate(self.case["executions"])
            for text in self._execution(machines[execution["definition"]], execution, f"executions[{number}].")
        ]

    def _start(self, machine: str, case: Case) -> dict[str, Any]:
        request = {"stateMachineArn": machine, **({"input": case["input"]} if "input" in case else {})}
        self.bindings.hear(request)
        return request

    def _synchronous(self, machine: str) -> list[str]:
        expected = self.case["expected"]
        answer = self.region.call("StartSyncExecution", self._start(machine, self.case))
        differences = _match_given(expected, answer, ("status", "output", "error", "cause"), self.bindings, "")
        return differences + match(expected["response"], answer, self.bindings, "response")

    def _execution(self, machine: str, case: Case, path: str) -> list[str]:
        expected = case["expected"]
        arn = self.region.call("StartExecution", self._start(machine, case))["executionArn"]
        if "status" not in expected:
            return self._beginning(arn, expected["history"])
        described = self._closed(arn)
        differences = match(expected["status"], described["status"], self.bindings, f"{path}status")
        if differences and "error" in described:
            differences = [f"{differences[0]} ({described['error']}: {described.get('cause')})"]
        if "history" in expected:
            differences += self._history(arn, expected["history"])
        if not differences:
            differences += self._closing(arn, described, expected, path)
        if "describe_execution" in expected:
            differences += match(expected["describe_execution"], described, self.bindings, f"{path}describe_execution")
        return differences

    def _closed(self, arn: str) -> dict[str, Any]:
        for described in self._polled(lambda: self.region.call("DescribeExecution", {"executionArn": arn})):
            if described["status"] != "RUNNING":
                return described
        ids = [f"{event['id']} {event['type']}" for event in self.region.history({"executionArn": arn})["events"]]
        self.region.call("StopExecution", {"executionArn": arn})
        raise _Failure(f"still RUNNING after {_EXECUTION_SECONDS:.0f} s; its last events: {ids[-3:]}")

    def _closing(self, arn: str, described: dict[str, Any], expected: dict[str, Any], path: str) -> list[str]:
        """The end as the closing event tells it; DescribeExecution must tell the same output."""
        event = self.region.history({"executionArn": arn})["events"][-1]
        told: dict[str, Any] = next((details for name, details in event.items() if name.endswith("EventDetails")), {})
        differences = _match_given(expected, told, ("output", "error", "cause"), self.bindings, path)
        return differences or _match_given(expected, described, ("output",), self.bindings, f"{path}DescribeExecution.")

    def _history(self, arn: str, expected: list[dict[str, Any]]) -> list[str]:
        newest_first = len(expected) > 1 and expected[0]["id"] == len(expected)
        request = {"executionArn": arn, **({"reverseOrder": True} if newest_first else {})}
        actual = self.region.history(request)["events"]
        return histories.compare(expected, actual, self.bindings, self.concurrent)

    def _beginning(self, arn: str, expected: list[dict[str, Any]]) -> list[str]:
        """For a recording that looked before the end: our history must begin like it."""
        differences: list[str] = []
        for answer in self._polled(lambda: self.region.history({"executionArn": arn}), _READING_SECONDS):
            bindings = self.bindings.copy()
            actual = answer["events"][: len(expected)]
            differences = histories.compare(expected, actual, bindings, self.concurrent)
            if not differences:
                break
        return differences

    # Steps

    def _steps(self) -> list[str]:
        started = 0
        for number, step in enumerate(self.case["steps"], 1):
            differences = self._step(step, f"steps[{number}] {step['operation']}")
            if differences:
                return differences
            if "executionArn" in self.answers[-1] and step["operation"] == "StartExecution":
                self.bindings.values.setdefault(
                    f"<ExecArnPart_{started}idx>", self.answers[-1]["executionArn"].split(":")[7]
                )
                started += 1
        return self._pages() if "also_expected" in self.case else []

    def _is_past_the_end(self, step: dict[str, Any]) -> bool:
        """Does a step without expectation ask for the page after the last? AWS had more to list than we."""
        asked = _REFERENCE.fullmatch(str(step["request"].get("nextToken", "")))
        if asked is None or "expected" in step:
            return False
        return "nextToken" not in self.answers[int(asked[1]) - 1]

    def _step(self, step: dict[str, Any], path: str) -> list[str]:
        """Send one request, and again while it only reads and has not the recorded answer yet."""
        operation = step["operation"]
        if self._is_past_the_end(step):
            self.answers.append({})
            return []
        request = self._resolved(step["request"])
        self.bindings.hear(request)
        seconds = _EXECUTION_SECONDS if step.get("poll") else _PATIENCE.get(operation, 0.0)
        differences: list[str] = []
        before: dict[str, Any] | None = None
        for answer in self._polled(lambda: self._answer(operation, request), seconds):
            bindings = self.bindings.copy()
            differences = self._judge(step, answer, before, bindings, path)
            before = answer
            if not differences:
                self.bindings.adopt(bindings)
                break
        if not ("expected" in step or "expected_error" in step) and isinstance(before, dict):
            # Without an expectation the last answer will do, settled or not.
            differences = [f"{path}: refused with {before['refused']}"] if "refused" in before else []
        self.answers.append(before or {})
        return differences

    def _answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            if operation == "GetExecutionHistory" and "maxResults" not in request:
                return self.region.history(request)
            return self.region.call(operation, request)
        except Refusal as refusal:
            return {"refused": refusal.answer}

    def _judge(
        self, step: dict[str, Any], answer: dict[str, Any], before: Any, bindings: Bindings, path: str
    ) -> list[str]:
        if "expected_error" in step:
            if "refused" not in answer:
                return [f"{path}: expected {step['expected_error']}, actual {answer}"]
            return match(step["expected_error"], answer["refused"], bindings, path)
        if "refused" in answer:
            return [f"{path}: refused with {answer['refused']}"]
        if "expected" not in step:
            return [] if _has_settled(step, answer, before) else [f"{path}: still changing"]
        if "events" in step["expected"] and "events" in answer:
            return histories.compare(step["expected"]["events"], answer["events"], bindings, self.concurrent)
        return match(step["expected"], answer, bindings, path)

    def _resolved(self, request: Any) -> Any:
        """The request with `${N.field}` from earlier answers, and foreign ARNs moved into our region."""
        match request:
            case dict():
                return {name: self._resolved(value) for name, value in request.items()}
            case list():
                return [self._resolved(value) for value in request]
            case str() if self.case["group"] not in _ONE_REQUEST:
                ours = request.replace("us-east-1:000000000000", f"{self.region.name}:{self.account}")
                return _REFERENCE.sub(self._referred, ours)
        return request

    def _referred(self, reference: re.Match[str]) -> str:
        answer = self.answers[int(reference[1]) - 1]
        if reference[2] not in answer:
            raise _Failure(f"{reference[0]}: there is no {reference[2]} in the answer {answer}")
        return str(answer[reference[2]])

    def _pages(self) -> list[str]:
        """What was put together from pages: the items of all pages one after another."""
        machines = [step["request"]["name"] for step in self.case["steps"] if step["operation"] == "CreateStateMachine"]
        for number, name in enumerate(machines):
            self.bindings.values.setdefault(f"<ArnPart_{number}idx>", name)
        expected = [item for page in self.case["also_expected"].values() for item in page]
        actual = [
            item
            for step, answer in zip(self.case["steps"], self.answers, strict=True)
            if step["operation"] == "ListStateMachines" and step["request"].get("maxResults")
            for item in answer.get("stateMachines", ())
        ]
        return match(expected, actual, self.bindings, "also_expected")

    def _polled(
        self, ask: Callable[[], dict[str, Any]], seconds: float = _EXECUTION_SECONDS
    ) -> Iterator[dict[str, Any]]:
        """Answers to one question, asked at least once and ever less often, until the time is over."""
        deadline = time.monotonic() + seconds
        pause = 0.01
        while True:
            yield ask()
            if time.monotonic() >= deadline:
                return
            time.sleep(pause)
            pause = min(pause * 1.5, 0.25)


def _match_given(
    expected: dict[str, Any], actual: dict[str, Any], names: tuple[str, ...], bindings: Bindings, path: str
) -> list[str]:
    """Compare these members: there, or not there, on both sides."""
    chosen, ours = ({name: members[name] for name in names if name in members} for members in (expected, actual))
    for members in (chosen, ours):
        if isinstance(members.get("output"), str):
            members["output"] = _parsed(members["output"])
    return match(chosen, ours, bindings, path.rstrip(".") or "end")


def _parsed(text: str) -> Any:
    """The output of an execution is recorded as a value, and may be a number or a bool."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _has_settled(step: dict[str, Any], answer: dict[str, Any], before: Any) -> bool:
    """Is a read without expectation over? A history is when it has closed, another when it repeats itself."""
    if step["operation"] == "GetExecutionHistory":
        return bool(answer["events"]) and answer["events"][-1]["type"] in _CLOSED
    return not step.get("poll") or answer == before


def _runs_concurrently(value: Any) -> bool:
    """Does a definition in here have a Parallel state, or a Map that may run two iterations at once?"""
    match value:
        case {"Type": "Parallel"}:
            return True
        case {"Type": "Map", **fields} if fields.get("MaxConcurrency") != 1:
            return True
        case dict():
            return any(map(_runs_concurrently, value.values()))
        case list():
            return any(map(_runs_concurrently, value))
    return False
