"""Others that can be given the same work, in a virtualenv of their own."""

from collections.abc import Mapping

import msgspec

from benchmarks.figures import Round


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """Another engine, and the workloads that make sense for it."""

    name: str
    durability: str
    rounds: Mapping[str, Round]
    sizes: Mapping[str, Mapping[str, int]]


def peers() -> list[Peer]:
    return []
