"""What a handler may know of the attempt it works on, and how plain functions learn that nobody waits for them."""

import threading
from contextvars import ContextVar
from typing import Any


class Attempt:
    """A task that a worker was given: what middleware sees of it."""

    def __init__(self, name: str, token: str, input: Any) -> None:
        self.name = name  # the task's
        self.token = token
        self.input = input  # as it arrived: JSON
        self.arguments: dict[str, Any] = {}  # as the function's annotations want them
        self.gone = threading.Event()  # set when the task timed out, or its execution was stopped

    def __repr__(self) -> str:
        return f"<attempt at {self.name}>"


CURRENT: ContextVar[Attempt | None] = ContextVar("stepwell_attempt", default=None)


def cancelled() -> bool:
    """Whether nobody waits any more for the task that the calling function works on: it timed out, its execution was
    stopped, or the worker is to stop now. For plain functions that take long: look now and then, and return.

    An async function is cancelled instead, and a process is killed. False outside a worker.
    """
    attempt = CURRENT.get()
    return attempt is not None and attempt.gone.is_set()


class WorkerLost(Exception):
    """The process that worked on a task ended before the task did. Every task with a heartbeat is tried again on it."""
