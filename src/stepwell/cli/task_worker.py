"""Tasks of a program that `stepwell worker` serves."""

import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click

from stepwell.cli.options import NotDone
from stepwell.errors import ApiError
from stepwell.sdk.machines import StateMachine
from stepwell.sdk.tasks import Task
from stepwell.sdk.workers import run_workers


def serve_tasks(
    served: tuple[str, ...],
    concurrency: tuple[str, ...],
    *,
    url: str | None,
    region: str | None,
    rate: float | None,
    processes: bool,
    payloads: str | None,
    grace: float,
) -> None:
    """`served`: MODULE or MODULE:NAME. `concurrency`: N for all tasks, or TASK=N. Raises NotDone."""
    sys.path.insert(0, os.getcwd())  # as `python -m` has it
    try:
        tasks = _with_concurrency(_tasks(served), concurrency)
        shown = ", ".join(f"{task.name} ({count})" for task, count in tasks.items())
        click.echo(f"stepwell worker serves {shown}")
        run_workers(
            tasks, url=url, region=region, rate=rate, processes=processes or None, payloads=payloads, grace=grace
        )
    except (ApiError, ValueError, TypeError, ImportError) as problem:
        raise NotDone(str(problem)) from problem


def _tasks(served: tuple[str, ...]) -> dict[Any, int]:
    """Each task with how many of it may run at one time. Raises NotDone."""
    found: dict[Any, int] = {}
    for place in served:
        name, _, attribute = place.partition(":")
        module = importlib.import_module(name)
        try:
            given = [getattr(module, attribute)] if attribute else list(vars(module).values())
        except AttributeError:
            raise NotDone(f"{name} has no {attribute}.") from None
        here = dict(_found(given))
        if not here:
            raise NotDone(f"{place} has no task: decorate a function with @stepwell.task.")
        found |= here
    return found


def _found(given: Any) -> Iterator[tuple[Any, int]]:
    for one in given:
        if isinstance(one, Task):
            yield one, one.concurrency
        elif isinstance(one, StateMachine):
            yield from ((used, used.concurrency) for used in one.uses() if isinstance(used, Task) and not used.resource)
        elif isinstance(one, Mapping) and one and all(isinstance(key, Task) for key in one):
            yield from one.items()
        elif isinstance(one, list | tuple | set) and one and all(isinstance(item, Task | StateMachine) for item in one):
            yield from _found(one)


def _with_concurrency(tasks: dict[Any, int], asked: tuple[str, ...]) -> dict[Any, int]:
    """`N` is for all tasks, `TASK=N` for one. Raises NotDone."""
    for text in asked:
        name, _, number = text.rpartition("=")
        named = [task for task in tasks if not name or task.name == name]
        if not named:
            raise NotDone(f"--concurrency {text}: there is no task {name} here.")
        if not number.isdecimal():
            raise NotDone(f"--concurrency {text}: {number} is no number. Write 4, or TASK=4.")
        tasks |= dict.fromkeys(named, int(number))
    return tasks
