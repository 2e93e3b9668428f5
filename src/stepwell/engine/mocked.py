"""What mocked tasks are answered: a mock as the service's answer, and a clear failure when none is left."""

from typing import Any

import msgspec

from stepwell.core import facts as f
from stepwell.core import mocks
from stepwell.core.execution import Branch, Execution, Try
from stepwell.errors import Failure, States

_INVOKED = frozenset(
    {"StatusCode", "Payload", "ExecutedVersion", "FunctionError", "LogResult", "SdkHttpMetadata", "SdkResponseMetadata"}
)
"""What Lambda's Invoke answers (Lambda API reference; the last two are Step Functions')."""


def mocked_answer(execution: Execution, branch: Branch, tried: Try) -> f.Fact:
    """The answer to a try that is mocked.

    Nothing left fails the execution (developer guide, "Using mocked service integrations"): States.Runtime.
    """
    assert tried.mocked is not None
    answer = mocks.answer_to(execution.mocks, branch.state, tried.mocked)
    if isinstance(answer, Failure):
        return f.TaskRefused(tried.position, answer)
    if answer is not None:
        return f.TaskAnswered(tried.position, _payload(answer) if tried.family == "LambdaFunction" else answer)
    cause = (
        f"The test case has no mocked response number {tried.mocked} for the state '{branch.state}'. They count from 0,"
        " over all tries of the state in the execution. Add it to the mock configuration file."
    )
    return f.TaskRefused(tried.position, Failure(States.RUNTIME, cause))


def _payload(answer: str) -> str:
    """A function named by its ARN gives its Payload alone; mocks may say that, or all that Lambda answers."""
    value: Any = msgspec.json.decode(answer)
    if not isinstance(value, dict) or "Payload" not in value or not value.keys() <= _INVOKED:
        return answer
    return msgspec.json.encode(value["Payload"]).decode()
