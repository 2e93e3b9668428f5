"""Who hears of runs: the plugin, which draws those of a test that fails and counts what they cover."""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

runs: list[Callable[[Any], None]] = []
"""Told of every Run, also when it goes on after it was held."""

values: list[Callable[[Any, Any, str], None]] = []
"""Told of every JSON value that a test is given, with its Run and what it is."""


def tell(run: Any) -> None:
    for listener in runs:
        listener(run)


def told(value: T, run: Any, what: str) -> T:
    """The value."""
    for listener in values:
        listener(value, run, what)
    return value
