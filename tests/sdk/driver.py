"""A compiled workflow on the core: tasks are answered by calling their functions, time passes by itself."""

import asyncio
import inspect
import json
from typing import Any
from unittest.mock import patch

import msgspec

from core.journey import Journey
from stepwell.core import facts as f
from stepwell.errors import Failure
from stepwell.sdk import Task, Workflow

STEPS = 10_000

Outcome = tuple[str, Any]
"""`SUCCEEDED` and the output, or the name of the error and its text."""

EXPRESSION = "States.QueryEvaluationError"
"""What Python's KeyError, IndexError and ZeroDivisionError within expressions become."""


def run(workflow: Workflow[..., Any], *args: Any, **kwargs: Any) -> Outcome:
    """Run the state machine with these arguments as its input, until it ends."""
    return follow(begun(workflow, *args, **kwargs), workflow)


def begun(workflow: Workflow[..., Any], *args: Any, **kwargs: Any) -> Journey:
    """An execution with these arguments as its input, as far as it comes by itself."""
    given = workflow.signature.bind(*args, **kwargs).arguments
    return Journey(workflow.to_asl()).start(msgspec.to_builtins(given))


def follow(journey: Journey, workflow: Workflow[..., Any]) -> Outcome:
    """Answer what waits, until the execution ends; then what it came to."""
    called = {each.name: each for each in workflow.uses()}
    execution = journey.execution
    for _ in range(STEPS):
        if not execution.running:
            break
        waiting = [branch.task for branch in execution.branches.values() if branch.task is not None]
        waiting = [task for task in waiting if task.position in execution.owners]
        if waiting:
            _answer(journey, waiting[0], called)
        else:
            due, work = journey.timers()[0]
            journey.now = max(journey.now, due)
            journey.fire(work)
    if execution.output is not None:
        return ("SUCCEEDED", execution.output.value)
    return (str(execution.error), execution.cause)


def _answer(journey: Journey, task: Any, called: dict[str, Task[..., Any] | Workflow[..., Any]]) -> None:
    if ":activity:" in task.resource:
        work = called[task.resource.rsplit(":", 1)[-1]]
        journey.give(f.TaskTaken(task.position, "worker"))
        try:
            given = {name: msgspec.convert(each, work.types[name]) for name, each in task.input.value.items()}
            answer = json.dumps(msgspec.to_builtins(_value(work.function(**given))))
        except Exception as error:
            journey.give(f.TaskRefused(task.position, Failure(type(error).__name__, str(error))))
        else:
            journey.give(f.TaskAnswered(task.position, answer))
        return
    raise NotImplementedError(task.resource)


def call(workflow: Workflow[..., Any], *args: Any, **kwargs: Any) -> Outcome:
    """What the function itself comes to, as an execution would tell it; it waits for nothing."""
    try:
        with patch("time.sleep"):
            return ("SUCCEEDED", msgspec.to_builtins(_value(workflow(*args, **kwargs))))
    except (LookupError, ZeroDivisionError, ValueError):
        return (EXPRESSION, None)
    except Exception as error:
        return (type(error).__name__, str(error))


def _value(given: Any) -> Any:
    """What a function gives, an async one too; it waits for nothing."""
    if not inspect.iscoroutine(given):
        return given

    async def at_once(delay: float) -> None: ...

    with patch("asyncio.sleep", at_once):
        return asyncio.run(given)


def states(scope: Any) -> dict[str, dict[str, Any]]:
    """All states of a machine, those of branches and processors too, by their names."""
    found: dict[str, dict[str, Any]] = {}
    for name, state in scope["States"].items():
        found[name] = state
        for inner in [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]:
            found |= states(inner)
    return found
