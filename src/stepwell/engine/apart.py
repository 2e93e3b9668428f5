"""What an execution has that runs apart: the facts that wait for its helper process."""

import itertools
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

_keys = itertools.count(1)


class Apart(Generic[T]):
    """One at a time is worked on. `key` names this state of the execution and all that follow from it.

    An execution that is read from the store again gets another key: what a helper knows of it may never have been
    written.
    """

    __slots__ = ("busy", "key", "waiting")

    def __init__(self) -> None:
        self.key = next(_keys)
        self.waiting: deque[T] = deque()
        self.busy = False  # somebody works on them
