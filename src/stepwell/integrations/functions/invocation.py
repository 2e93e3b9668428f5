"""An invocation of a function, what comes of it, and the errors that Lambda itself reports in a function's name."""

import signal
from typing import Literal

import msgspec

from stepwell.integrations.functions.names import FunctionName

PAYLOAD_LIMIT = 6 * 1024 * 1024
"""Bytes of a payload and of an answer (Lambda quotas: synchronous invocations)."""
EVENT_LIMIT = 1024 * 1024
"""Bytes of a payload of an asynchronous one."""

InvocationType = Literal["RequestResponse", "Event", "DryRun"]


class Invocation(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a function."""

    id: str  # aws_request_id; that of a task's call is the same when it is made again after a crash
    function: FunctionName
    payload: bytes  # JSON
    client_context: bytes | None = None  # JSON
    execution: str = ""  # ARN, of a task
    state: str = ""

    @property
    def trace(self) -> str:
        """A trace's header, which some libraries want; nobody traces."""
        return f"Root=1-{self.id[:8]}-{self.id[9:].replace('-', '')[:24]};Sampled=0"


class Outcome(msgspec.Struct, frozen=True):
    """What a function answered."""

    payload: bytes  # JSON, unless a worker answered something else
    failed: bool = False  # the payload is then an error
    version: str = "$LATEST"


class Moved(Exception):
    """Whoever was to run the invocation does not serve the function any more, and has not begun with it."""


def failure(type: str, message: str) -> Outcome:
    return Outcome(msgspec.json.encode({"errorType": type, "errorMessage": message}), failed=True)


def timed_out(id: str, seconds: float) -> Outcome:
    return failure("Sandbox.Timedout", f"RequestId: {id} Error: Task timed out after {seconds:.2f} seconds")


def exited(id: str, code: int | None) -> Outcome:
    """The function's process ended in the midst of it; `code` as Python has it, negative for a signal."""
    return failure("Runtime.ExitError", f"RequestId: {id} Error: Runtime exited {_how(code)}")


def _how(code: int | None) -> str:
    if not code:
        return "without providing a reason"
    if code > 0:
        return f"with error: exit status {code}"
    return f"with error: signal: {_SIGNALS.get(-code) or signal.Signals(-code).name}"


_SIGNALS = {9: "killed", 11: "segmentation fault", 6: "aborted", 15: "terminated", 2: "interrupt"}


def bounded(outcome: Outcome) -> Outcome:
    """The outcome, or the error that AWS makes of one that is too large."""
    if len(outcome.payload) <= PAYLOAD_LIMIT:
        return outcome
    return failure(
        "Function.ResponseSizeTooLarge",
        f"Response payload size exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes).",
    )
