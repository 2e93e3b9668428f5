"""What follows a state, from left to right as its links stand: a Choice's rules in their order, then Default.

A layout library orders layers so that few lines cross, which leaves it free to turn any fan of links around.
"""

import itertools
from collections import defaultdict
from collections.abc import Sequence

Link = tuple[int, int, float]
"""From, to, weight."""

_Stop = int | tuple[int, int]
"""A node, or (link, layer) where a link passes a layer."""


def inversions(ranks: Sequence[int], xs: Sequence[float], links: Sequence[Link]) -> int:
    """How many pairs of siblings are the wrong way round. Ranks are layers, counted from the top."""
    fans: dict[int, dict[int, None]] = defaultdict(dict)
    for source, target, _ in links:
        if ranks[source] < ranks[target]:
            fans[source][target] = None
    return sum(xs[left] > xs[right] for fan in fans.values() for left, right in itertools.combinations(fan, 2))


def turned(ranks: Sequence[int], xs: Sequence[float], links: Sequence[Link]) -> list[float]:
    """The places of each layer given anew: below the middle of those above, and siblings as their links stand."""
    found = list(xs)
    columns: dict[_Stop, float] = {}
    for layer in _layers(ranks, links):
        middles = {stop: sum(columns[above] for above, _ in ways) / len(ways) for stop, ways in layer.items() if ways}
        ordered = sorted(layer, key=lambda stop: (middles.get(stop, 0.0), [number for _, number in layer[stop]][:1]))
        columns |= {stop: index - (len(ordered) - 1) / 2 for index, stop in enumerate(ordered)}
        nodes = [stop for stop in ordered if isinstance(stop, int)]
        for node, x in zip(nodes, sorted(xs[node] for node in nodes), strict=True):
            found[node] = x
    return found


def _layers(ranks: Sequence[int], links: Sequence[Link]) -> list[dict[_Stop, list[tuple[_Stop, int]]]]:
    """From the top: the stops of each layer, and of each stop those above it, with the number of the link."""
    layers: dict[int, dict[_Stop, list[tuple[_Stop, int]]]] = defaultdict(dict)
    for node, rank in enumerate(ranks):
        layers[rank][node] = []
    for number, (source, target, _) in enumerate(links):
        stop: _Stop = source
        for rank in range(ranks[source] + 1, ranks[target]):
            layers[rank][number, rank] = [(stop, number)]
            stop = number, rank
        if ranks[source] < ranks[target]:
            layers[ranks[target]][target].append((stop, number))
    return [layers[rank] for rank in sorted(layers)]
