"""What a workflow may call besides tasks and workflows: `parallel`, `sleep` and `wait_until`."""

import datetime
import time
from typing import Any, TypeVar, overload

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


@overload
def parallel(one: A, two: B, /) -> tuple[A, B]: ...
@overload
def parallel(one: A, two: B, three: C, /) -> tuple[A, B, C]: ...
@overload
def parallel(one: A, two: B, three: C, four: D, /) -> tuple[A, B, C, D]: ...
@overload
def parallel(*calls: Any) -> tuple[Any, ...]: ...
def parallel(*calls: Any) -> tuple[Any, ...]:
    """Make these calls side by side: `dough, sauce = parallel(make_dough(), make_sauce())`.

    Outside a workflow Python has made them already, one after the other.
    """
    return calls


def sleep(seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
    """Wait this long; in a workflow that takes no thread, however long it is."""
    time.sleep(seconds + 60 * (minutes + 60 * (hours + 24 * days)))


def wait_until(moment: str) -> None:
    """Wait until a point in time: RFC 3339, such as `2026-12-24T18:00:00Z`."""
    until = datetime.datetime.fromisoformat(moment)
    time.sleep(max(0.0, (until - datetime.datetime.now(datetime.UTC)).total_seconds()))
