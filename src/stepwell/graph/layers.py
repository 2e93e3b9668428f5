"""One flat graph in layers from top to bottom: the only place that knows the layout library.

graphlay draws what it is given without randomness. Its own compound nodes are not used: its lines may cross them.
"""

from collections.abc import Iterable

import graphlay
import msgspec

from stepwell.graph import siblings
from stepwell.graph.siblings import Link

Point = tuple[float, float]

_OPTIONS = {
    "direction": "topbottom",
    # A state machine has a direction of its own: what leads back to where we came from goes up.
    "cycles": {"strategy": "follow_flow"},
    "spacing": {"layer_gap": 34.0, "node_gap": 30.0, "dummy_gap": 22.0, "stub": 12.0, "isolated_gap": 30.0},
    "routing": {"style": "orthogonal"},
}


_MANY = 250
"""Links beyond which a good drawing would take seconds: 600 states with random loops take 15 s, and 2 s in a hurry."""


class Tile(msgspec.Struct, frozen=True):
    """A rectangle to be placed."""

    width: float
    height: float


class Placed(msgspec.Struct, frozen=True):
    """The top left corner of each tile and the line of each link, in their order, within (0, 0, width, height)."""

    width: float
    height: float
    corners: tuple[Point, ...] = ()
    lines: tuple[tuple[Point, ...], ...] = ()


def layered(tiles: list[Tile], links: list[Link]) -> Placed:
    """Tiles that do not overlap, and lines that cross none of them.

    Links of one tile go from left to right as they stand, unless that made more lines cross.
    """
    if not tiles:
        return Placed(0.0, 0.0)
    drawn = _drawn(tiles, links)
    if len(links) <= _MANY and _disorder(drawn, links):
        xs = siblings.turned(_ranks(drawn), _centres(drawn, "x"), links)
        again = _drawn(tiles, links, list(zip(xs, _centres(drawn, "y"), strict=True)))
        drawn = min(drawn, again, key=lambda found: (found.metrics()["crossings"], _disorder(found, links)))
    left_tops = [
        (node["center"]["x"] - tile.width / 2, node["center"]["y"] - tile.height / 2)
        for node, tile in zip(drawn.nodes, tiles, strict=True)
    ]
    ways = [[(point["x"], point["y"]) for point in edge["points"]] for edge in drawn.edges]
    xs = [x for way in ways for x, _ in way] + [x for x, _ in left_tops]
    ys = [y for way in ways for _, y in way] + [y for _, y in left_tops]
    left, top = min(xs), min(ys)
    right = max(xs + [x + tile.width for (x, _), tile in zip(left_tops, tiles, strict=True)])
    bottom = max(ys + [y + tile.height for (_, y), tile in zip(left_tops, tiles, strict=True)])

    def from_corner(point: Point) -> Point:
        return round(point[0] - left, 1), round(point[1] - top, 1)

    return Placed(
        width=round(right - left, 1),
        height=round(bottom - top, 1),
        corners=tuple(map(from_corner, left_tops)),
        lines=tuple(_straight(map(from_corner, way)) for way in ways),
    )


def _drawn(tiles: list[Tile], links: list[Link], places: list[Point] | None = None) -> graphlay.Layout:
    """One drawing; where centres are given, the library begins with their order, and mostly stays with it."""
    graph = graphlay.Graph()
    for tile in tiles:
        graph.node(width=tile.width, height=tile.height)
    for node, (x, y) in zip(graph.nodes, places or (), strict=False):
        node["position"] = {"x": x, "y": y}
    for source, target, weight in links:
        graph.edge(source, target, weight=weight)
    effort = "balanced" if len(links) <= _MANY else "fast"
    options = _OPTIONS | {"effort": effort} | ({"seed_mode": "structure"} if places else {})
    return graphlay.layout(graph, preset="process_map", options=options)


def _ranks(drawn: graphlay.Layout) -> list[int]:
    """Layers; -1 for what has no link to anything else."""
    return [-1 if node["rank"] is None else node["rank"] for node in drawn.nodes]


def _centres(drawn: graphlay.Layout, axis: str) -> list[float]:
    return [node["center"][axis] for node in drawn.nodes]


def _disorder(drawn: graphlay.Layout, links: list[Link]) -> int:
    return siblings.inversions(_ranks(drawn), _centres(drawn, "x"), links)


def _straight(points: Iterable[Point]) -> tuple[Point, ...]:
    """Without the slopes of half a pixel that the library leaves here and there."""
    found: list[Point] = []
    for x, y in points:
        if found:
            before_x, before_y = found[-1]
            x, y = (before_x if abs(x - before_x) < 1 else x), (before_y if abs(y - before_y) < 1 else y)
        found.append((x, y))
    return tuple(found)
