"""Stepwell: a durable workflow engine that runs the Amazon States Language, and its library for workflows in Python.

What `stepwell` gives to users is `__all__`: `from stepwell import task, workflow`. It is read when it is asked for, so
that a server or a command loads no more than it needs.
"""

from typing import TYPE_CHECKING, Any

from stepwell.version import __version__

if TYPE_CHECKING:
    from stepwell.sdk import Problem, Retry, Task, Workflow, WorkflowError, parallel, sleep, task, wait_until, workflow

__all__ = [
    "Problem",
    "Retry",
    "Task",
    "Workflow",
    "WorkflowError",
    "__version__",
    "parallel",
    "sleep",
    "task",
    "wait_until",
    "workflow",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'stepwell' has no attribute {name!r}")
    from stepwell import sdk

    value = globals()[name] = getattr(sdk, name)
    return value


def __dir__() -> list[str]:
    return __all__
