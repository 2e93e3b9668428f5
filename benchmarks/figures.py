"""What a benchmark measures: figures with their targets, and the median of several rounds."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from statistics import median
from typing import Any, Literal

import msgspec

from benchmarks.lab import Lab, Unavailable

Round = Callable[..., Awaitable[dict[str, float]]]
"""Called with a Lab and a size; gives a value for each figure it has measured, by name."""


class Figure(msgspec.Struct, frozen=True):
    """One thing that is measured, and what must be reached. Without a target it only explains the others."""

    name: str
    target: float | None = None
    better: Literal["more", "less"] = "less"

    def reached(self, value: float) -> bool | None:
        """None where there is nothing to reach."""
        if self.target is None:
            return None
        return value >= self.target if self.better == "more" else value <= self.target

    def ratio(self, ours: float, theirs: float) -> float:
        """How many times better ours is."""
        if not (ours and theirs):
            return float("inf")
        return ours / theirs if self.better == "more" else theirs / ours


class Workload(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of work, what is measured in it, and how much of it a round does."""

    what: str
    figures: tuple[Figure, ...]
    round: Round
    rounds: int
    size: Mapping[str, int]
    smoke: Mapping[str, int]  # the size that only shows that the benchmark still works


class Measured(msgspec.Struct, frozen=True):
    """What a system gave for a workload: the median of its rounds by figure, or why there is none."""

    workload: str
    system: str
    durability: str
    values: dict[str, float]
    rounds: int = 0
    failure: str | None = None
    notes: Sequence[str] = ()


async def measure(
    name: str, system: str, durability: str, round: Round, lab: Lab, rounds: int, size: Mapping[str, Any]
) -> Measured:
    """Run the rounds. What fails is part of the result, so that the other benchmarks still run."""
    lab.notes.clear()
    try:
        found = [await round(lab, **size) for _ in range(rounds)]
    except Exception as reason:
        failure = str(reason) if isinstance(reason, Unavailable) else f"{type(reason).__name__}: {reason}"
        return Measured(name, system, durability, {}, failure=failure)
    values = {figure: median(one[figure] for one in found) for figure in found[0]}
    return Measured(name, system, durability, values, rounds, notes=list(dict.fromkeys(lab.notes)))
