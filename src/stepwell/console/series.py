"""What happened lately to one machine's executions: counts and durations in buckets of time, in bounded memory."""

import random
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from stepwell.api.members import seconds
from stepwell.clock import Milliseconds
from stepwell.store.protocol import ExecutionRow

SAMPLES = 100
"""Durations kept of each bucket, any one as likely as another, for its percentiles."""


class Grain(msgspec.Struct, frozen=True):
    """How long a bucket is, and how many there are."""

    seconds: int
    buckets: int

    def number(self, moment: Milliseconds) -> int:
        """The bucket that a moment is in."""
        return moment // (1000 * self.seconds)


HOUR = Grain(60, 60)
DAY = Grain(1800, 48)


class Bucket:
    """What happened within one."""

    __slots__ = ("durations", "ended", "failed", "started", "succeeded")

    def __init__(self) -> None:
        self.started = self.succeeded = self.failed = self.ended = 0
        self.durations: list[float] = []

    def end(self, succeeded: bool, duration: float) -> None:
        self.succeeded += succeeded
        self.failed += not succeeded
        self.ended += 1
        if len(self.durations) < SAMPLES:
            self.durations.append(duration)
        elif (place := random.randrange(self.ended)) < SAMPLES:
            self.durations[place] = duration


class Series:
    """The last buckets of one grain."""

    def __init__(self, grain: Grain) -> None:
        self.grain = grain
        self._buckets: dict[int, Bucket] = {}

    def start(self, at: Milliseconds) -> None:
        self._bucket(at).started += 1

    def end(self, row: ExecutionRow) -> None:
        assert row.stopped_at is not None
        self._bucket(row.stopped_at).end(row.status == "SUCCEEDED", (row.stopped_at - row.started_at) / 1000)

    def durations(self) -> list[float]:
        """Of all that are kept, in order."""
        return sorted(duration for bucket in self._buckets.values() for duration in bucket.durations)

    def shown(self, now: Milliseconds, since: Milliseconds) -> dict[str, Any]:
        """As the console draws it; `since`: from when on nothing was missed."""
        last = self.grain.number(now)
        first = last - self.grain.buckets + 1
        buckets = [self._buckets.get(number, _NOTHING) for number in range(first, last + 1)]
        began = first * self.grain.seconds * 1000
        return {
            "seconds": self.grain.seconds,
            "from": seconds(began),
            "started": [bucket.started for bucket in buckets],
            "succeeded": [bucket.succeeded for bucket in buckets],
            "failed": [bucket.failed for bucket in buckets],
            "p50": [percentile(sorted(bucket.durations), 50) for bucket in buckets],
            "p95": [percentile(sorted(bucket.durations), 95) for bucket in buckets],
            "complete": since <= began,
        }

    def _bucket(self, at: Milliseconds) -> Bucket:
        number = self.grain.number(at)
        found = self._buckets.get(number)
        if found is None:
            found = self._buckets[number] = Bucket()
            oldest = max(self._buckets) - self.grain.buckets
            for gone in [other for other in self._buckets if other <= oldest]:
                del self._buckets[gone]
        return found


_NOTHING = Bucket()


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The smallest that so many percent do not exceed (nearest rank); None of none."""
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None


class Tally:
    """One machine's: what happened in the last hour and day."""

    def __init__(self) -> None:
        self.hour = Series(HOUR)
        self.day = Series(DAY)

    @property
    def both(self) -> Iterable[Series]:
        return self.hour, self.day

    def start(self, at: Milliseconds) -> None:
        for series in self.both:
            series.start(at)

    def end(self, row: ExecutionRow) -> None:
        for series in self.both:
            series.end(row)
