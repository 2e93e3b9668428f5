"""How many requests a second one client may make: a bucket for each address, so that a flood is its sender's alone."""

import ipaddress
import time
from collections.abc import Callable

from stepwell.errors import ThrottlingException

Address = tuple[str, int]
"""A client's address and port."""

BURST_SECONDS = 2
"""A bucket holds what comes into it in these."""
MANY = 10_000
"""Buckets above which those that are full are forgotten."""


class Pace:
    """A bucket for each client address, all of one rate. Kept as the time at which it will be full again."""

    def __init__(self, rate: float, now: Callable[[], float] = time.monotonic) -> None:
        self._step = 1 / rate
        self._room = max(BURST_SECONDS, self._step)
        self._now = now
        self._full_at: dict[str, float] = {}
        self._forget_above = MANY

    def take(self, client: Address | None) -> None:
        """Raises ThrottlingException when the client's bucket is empty."""
        now = self._now()
        address = owner(client[0]) if client else ""
        full_at = max(self._full_at.get(address, now), now) + self._step
        if full_at - now > self._room:
            raise ThrottlingException("Rate exceeded")
        self._full_at[address] = full_at
        if len(self._full_at) > self._forget_above:
            self._full_at = {address: at for address, at in self._full_at.items() if at > now}
            self._forget_above = max(MANY, 2 * len(self._full_at))


def owner(address: str) -> str:
    """Whom an address stands for: of IPv6 the network, since one machine has all addresses of a /64."""
    if ":" not in address:
        return address
    whole = ipaddress.IPv6Address(address)
    return str(whole.ipv4_mapped or whole.packed[:8].hex())
