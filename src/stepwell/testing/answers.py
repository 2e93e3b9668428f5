"""What tasks are answered in a test: values, functions, failures, and sequences of these."""

import difflib
import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from stepwell.clock import Milliseconds
from stepwell.errors import Failure

Duration = timedelta | float
"""A span of virtual time; a number counts seconds."""

_INVOKED = frozenset(
    {"StatusCode", "Payload", "ExecutedVersion", "FunctionError", "LogResult", "SdkHttpMetadata", "SdkResponseMetadata"}
)
"""What Lambda's Invoke answers (Lambda API reference; the last two are Step Functions')."""


class Never:
    """No answer comes: the task waits until its TimeoutSeconds or HeartbeatSeconds are over."""

    def __repr__(self) -> str:
        return "NEVER"


NEVER = Never()


class After(msgspec.Struct, frozen=True):
    """An answer that takes its (virtual) time: `After(timedelta(minutes=2), {"baked": True})`."""

    duration: Duration
    answer: Any = None

    @property
    def milliseconds(self) -> Milliseconds:
        seconds = self.duration.total_seconds() if isinstance(self.duration, timedelta) else self.duration
        return round(seconds * 1000)


class TaskFailed(Exception):
    """Raised by a function that answers a task: it fails with this error name and cause."""

    def __init__(self, error: str, cause: str | None = None) -> None:
        super().__init__(f"{error}: {cause}" if cause else error)
        self.failure = Failure(error, cause)


class TaskCall(msgspec.Struct, frozen=True, kw_only=True):
    """One try of a task, as a function sees it that takes a second argument."""

    machine: str
    state: str
    resource: str  # `sqs:sendMessage.waitForTaskToken`, or the ARN of a function or an activity
    input: Any  # what the function's first argument is: of a Lambda function its event
    attempt: int  # over all tries of the state in the execution, from 1
    token: str | None = None  # of a task that waits for one, and of an activity


class Unanswered(Exception):
    """A task that the test says nothing about. The message says how to."""


class UnknownTask(Exception):
    """The test answers a task that no machine has: most likely a slip of the pen."""


class Answers:
    """The answers of one run. What stands in a list or an iterator is used up one try at a time.

    A task is found by its state's name, its Resource, the name of its activity or function, or its action
    (`sqs:sendMessage`), in this order.
    """

    def __init__(self, tasks: Mapping[str, Any]) -> None:
        self.given: dict[str, Any] = {}
        self._used: dict[str, int] = {}
        self.give(tasks)

    def give(self, tasks: Mapping[str, Any]) -> None:
        """Further answers; those for the same task are replaced."""
        for key, answer in tasks.items():
            self.given[key] = iter(answer) if isinstance(answer, list | tuple) else answer
            self._used[key] = 0

    def find(self, names: Iterable[str]) -> str | None:
        """Under which of these names there is an answer."""
        return next((name for name in names if name in self.given), None)

    def next(self, key: str) -> Any:
        """The answer to the next try. Raises Unanswered when a sequence is at its end."""
        answer = self.given[key]
        if not isinstance(answer, Iterator):
            return answer
        try:
            found = next(answer)
        except StopIteration:
            used = self._used[key]
            count = "1 answer" if used == 1 else f"{used} answers"
            raise Unanswered(f"tasks[{key!r}] has {count} only. Add one for this try.") from None
        self._used[key] += 1
        return found

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """Raises UnknownTask for keys that answer nothing."""
        known = set(known)
        for key in self.given:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                there = ", ".join(map(repr, sorted(known))) or "none"
                instead = f"Did you mean {near[0]!r}?" if near else f"There are: {there}."
                raise UnknownTask(f"tasks[{key!r}]: no machine of this test has such a task. {instead}")


def called(function: Any, call: TaskCall) -> Any:
    """What the function returns (perhaps an awaitable): given the input, and the TaskCall if it takes two arguments."""
    return function(call.input, call) if _takes_two(function) else function(call.input)


def _takes_two(function: Any) -> bool:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some that are built in
        return False
    parameters = signature.parameters.values()
    needed = [
        each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
        and each.default is each.empty
    ]  # fmt: skip
    return len(needed) >= 2 or any(each.kind is each.VAR_POSITIONAL for each in parameters)


def failure_of(problem: Exception, call: TaskCall) -> Failure:
    """An exception as the failure of a task: named like its class. The cause is what AWS Lambda's Python, or a worker
    of the library, makes of it."""
    if isinstance(problem, TaskFailed):
        return problem.failure
    name, cause = type(problem).__name__, str(problem)
    if call.resource.startswith("lambda:") or ":lambda:" in call.resource:
        cause = json.dumps({"errorMessage": cause, "errorType": name})
    return Failure(name, cause)


def result_text(answer: Any, *, of_invoke: bool) -> str:
    """The answer as the task's result, JSON text. Raises TypeError, ValueError.

    `of_invoke`: the task calls `lambda:invoke`, whose result has the function's answer within. One that looks like
    such a result is taken for it.
    """
    if of_invoke and not (isinstance(answer, dict) and "Payload" in answer and answer.keys() <= _INVOKED):
        answer = {"ExecutedVersion": "$LATEST", "Payload": answer, "StatusCode": 200}
    return msgspec.json.encode(answer).decode()
