"""Tests of state machines: run in this process by the engine itself, in virtual time, without a server or a network."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stepwell.errors import Failure
    from stepwell.testing.answers import NEVER, After, TaskCall, TaskFailed
    from stepwell.testing.definitions import UnusableDefinition
    from stepwell.testing.machine import Machine, run
    from stepwell.testing.recorded import Recording
    from stepwell.testing.results import NotSucceeded, Run, StateView
    from stepwell.testing.world import CannotGoOn

__all__ = [
    "NEVER",
    "After",
    "CannotGoOn",
    "Failure",
    "Machine",
    "NotSucceeded",
    "Recording",
    "Run",
    "StateView",
    "TaskCall",
    "TaskFailed",
    "UnusableDefinition",
    "run",
]

_HOMES = {
    "answers": ("NEVER", "After", "TaskCall", "TaskFailed"),
    "definitions": ("UnusableDefinition",),
    "machine": ("Machine", "run"),
    "recorded": ("Recording",),
    "results": ("NotSucceeded", "Run", "StateView"),
    "world": ("CannotGoOn",),
}


def __getattr__(name: str) -> Any:
    """Imported when asked for: pytest loads this package for everybody who has Stepwell installed."""
    import importlib

    if name == "Failure":
        return importlib.import_module("stepwell.errors").Failure
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"stepwell.testing.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
