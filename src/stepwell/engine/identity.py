"""Numbers for executions: unique in the data, rising with time, made without asking anybody."""

from stepwell.clock import Clock

_COUNTER_BITS = 20


class Numbers:
    """Hands out execution numbers: milliseconds since the epoch and a counter within them, in 63 bits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """A number above all before it, in this process and (as long as the clock goes forward) earlier ones."""
        self._last = max(self._last + 1, self._clock.now() << _COUNTER_BITS)
        return self._last
