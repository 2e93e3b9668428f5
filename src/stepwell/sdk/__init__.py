"""The library: workflows and their workers as ordinary Python, over the States Language and HTTP."""

from stepwell.sdk.calls import parallel, sleep, wait_until
from stepwell.sdk.fragments import Fragment, fragment
from stepwell.sdk.problems import Problem, WorkflowError
from stepwell.sdk.questions import question
from stepwell.sdk.tasks import Catch, Retry, Task, task
from stepwell.sdk.workflows import Workflow, workflow

__all__ = [
    "Catch",
    "Fragment",
    "Problem",
    "Retry",
    "Task",
    "Workflow",
    "WorkflowError",
    "fragment",
    "parallel",
    "question",
    "sleep",
    "task",
    "wait_until",
    "workflow",
]
