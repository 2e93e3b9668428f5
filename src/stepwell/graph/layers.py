"""One flat graph in layers from top to bottom: the only place that knows the layout library.

graphlay draws what it is given without randomness. Its own compound nodes are not used: its lines may cross them.
"""

from collections.abc import Iterable

import graphlay
import msgspec

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


def layered(tiles: list[Tile], links: list[tuple[int, int, float]]) -> Placed:
    """Tiles that do not overlap, and lines that cross none of them. A link is (from, to, weight)."""
    if not tiles:
        return Placed(0.0, 0.0)
    graph = graphlay.Graph()
    for tile in tiles:
        graph.node(width=tile.width, height=tile.height)
    for source, target, weight in links:
        graph.edge(source, target, weight=weight)
    drawn = graphlay.layout(
        graph, preset="process_map", options=_OPTIONS | {"effort": "balanced" if len(links) <= _MANY else "fast"}
    )
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


def _straight(points: Iterable[Point]) -> tuple[Point, ...]:
    """Without the slopes of half a pixel that the library leaves here and there."""
    found: list[Point] = []
    for x, y in points:
        if found:
            before_x, before_y = found[-1]
            x, y = (before_x if abs(x - before_x) < 1 else x), (before_y if abs(y - before_y) < 1 else y)
        found.append((x, y))
    return tuple(found)
