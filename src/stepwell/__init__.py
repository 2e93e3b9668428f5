"""Stepwell: a durable workflow engine that runs the Amazon States Language, and its library for workflows in Python.

What `stepwell` gives to users is `__all__`: `from stepwell import task, workflow`. It is read when it is asked for, so
that a server or a command loads no more than it needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from stepwell.version import __version__

if TYPE_CHECKING:
    from stepwell import blocks
    from stepwell.sdk import (
        Catch,
        Fragment,
        Problem,
        Retry,
        Task,
        Workflow,
        WorkflowError,
        fragment,
        parallel,
        question,
        sleep,
        task,
        wait_until,
        workflow,
    )
    from stepwell.sdk.attempts import Attempt, WorkerLost, cancelled
    from stepwell.sdk.blocking import Execution, Stepwell, connect
    from stepwell.sdk.client import AsyncStepwell, connect_async
    from stepwell.sdk.contracts import ContractBroken
    from stepwell.sdk.deployment import Change, Deployment
    from stepwell.sdk.executions import AsyncExecution
    from stepwell.sdk.http import Unreachable
    from stepwell.sdk.outcomes import Event, NotKept, WorkflowFailed, WorkflowStopped, WorkflowTimedOut
    from stepwell.sdk.payloads import PayloadLost, Payloads
    from stepwell.sdk.stations import Middleware
    from stepwell.sdk.workers import run_workers, serve_workers

__all__ = [
    "AsyncExecution",
    "AsyncStepwell",
    "Attempt",
    "Catch",
    "Change",
    "ContractBroken",
    "Deployment",
    "Event",
    "Execution",
    "Fragment",
    "Middleware",
    "NotKept",
    "PayloadLost",
    "Payloads",
    "Problem",
    "Retry",
    "Stepwell",
    "Task",
    "Unreachable",
    "WorkerLost",
    "Workflow",
    "WorkflowError",
    "WorkflowFailed",
    "WorkflowStopped",
    "WorkflowTimedOut",
    "__version__",
    "blocks",
    "cancelled",
    "connect",
    "connect_async",
    "fragment",
    "parallel",
    "question",
    "run_workers",
    "serve_workers",
    "sleep",
    "task",
    "wait_until",
    "workflow",
]

_HOMES = {
    "stepwell.sdk.attempts": "Attempt WorkerLost cancelled",
    "stepwell.sdk.blocking": "Execution Stepwell connect",
    "stepwell.sdk.client": "AsyncStepwell connect_async",
    "stepwell.sdk.contracts": "ContractBroken",
    "stepwell.sdk.deployment": "Change Deployment",
    "stepwell.sdk.executions": "AsyncExecution",
    "stepwell.sdk.http": "Unreachable",
    "stepwell.sdk.outcomes": "Event NotKept WorkflowFailed WorkflowStopped WorkflowTimedOut",
    "stepwell.sdk.payloads": "PayloadLost Payloads",
    "stepwell.sdk.stations": "Middleware",
    "stepwell.sdk.workers": "run_workers serve_workers",
}
"""Where names are that `stepwell.sdk` itself does not have: a program that only defines workflows loads no HTTP."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'stepwell' has no attribute {name!r}")
    if name == "blocks":
        return import_module("stepwell.blocks")
    home = next((module for module, names in _HOMES.items() if name in names.split()), "stepwell.sdk")
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return __all__
