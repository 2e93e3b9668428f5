"""Where everything lies: boxes, edges and their labels, in pixels from the top left corner.

Scopes are laid out from the inside out, each as a layered graph of its own, since no transition leaves its scope: a
Parallel or Map state is then one large box in the scope around it. A label is a box on the way of its edge, so that
nothing else can lie on it. What comes out is plain data: whoever draws it needs to know no more.
"""

import itertools

import msgspec

from stepwell.graph import text
from stepwell.graph.layers import Point, Tile, layered
from stepwell.graph.model import Edge, EdgeKind, Kind, Node, Scope

NAME, NOTE, LABEL = 14, 11.5, 11.5
"""Sizes of the fonts."""
LINE = 1.35
"""Height of a line in font sizes."""

ICON = 46.0
"""From a state's left edge to its text: the icon lies between."""
RETRY = 40.0
"""Room for the mark of a Retry."""

_MARGIN = 28.0
_NARROWEST, _WIDEST = 150.0, 260.0  # of a state's text
_PADDING = 11.0  # of a state, above and below its text
_INSET = 18.0  # from a group's border to the scopes in it, and between them
_FRAME = 16.0  # from a scope's frame to what is in it
_EMPTY = 60.0  # of a frame with nothing in it
_ROW = 1_900.0  # branches beyond this width go to the next row
_LABEL = 200.0  # of a label's text
_MARK = (74.0, 30.0)  # Start and End of the machine
_DOT = (16.0, 16.0)  # Start and End within a state


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A state or a mark. One with `group` holds frames; its text is at its top."""

    id: str
    kind: Kind
    type: str
    name: str
    x: float
    y: float
    width: float
    height: float
    title: tuple[str, ...] = ()  # the name in lines
    note: tuple[str, ...] = ()  # type and note in lines
    retries: str = ""
    comment: str = ""
    distributed: bool = False
    group: bool = False


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """The ground of a scope within a Parallel or Map state."""

    id: str
    x: float
    y: float
    width: float
    height: float


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """The text of an edge."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    text: str  # the whole of it


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """An edge from border to border: horizontal and vertical lines between the points."""

    source: str
    target: str
    kind: EdgeKind
    points: tuple[Point, ...]
    label: Label | None = None


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing. Boxes and frames of the outside stand before those within them."""

    width: float
    height: float
    boxes: tuple[Box, ...] = ()
    frames: tuple[Frame, ...] = ()
    routes: tuple[Route, ...] = ()


def layout(scope: Scope) -> Layout:
    """The same drawing for the same graph, always."""
    inside = _scope(scope, outermost=True)
    moved = _moved(inside, _MARGIN, _MARGIN)
    return msgspec.structs.replace(moved, width=inside.width + 2 * _MARGIN, height=inside.height + 2 * _MARGIN)


def _scope(scope: Scope, outermost: bool) -> Layout:
    """One scope, its top left corner at (0, 0)."""
    drawn = [_node(node, outermost) for node in scope.nodes]
    index = {node.id: number for number, node in enumerate(scope.nodes)}
    labels = [_label(edge) for edge in scope.edges]
    tiles = [Tile(layout.width, layout.height) for layout in drawn]
    links: list[tuple[int, int, float]] = []
    ways: list[tuple[int, ...]] = []  # of each edge: its links
    for edge, label in zip(scope.edges, labels, strict=True):
        stops = [index[edge.source], index[edge.target]]
        if label is not None:
            tiles.append(Tile(label.width, label.height))
            stops.insert(1, len(tiles) - 1)
        ways.append(tuple(range(len(links), len(links) + len(stops) - 1)))
        links += [(a, b, _WEIGHTS.get(edge.kind, 1.0)) for a, b in itertools.pairwise(stops)]
    placed = layered(tiles, links + _below_start(scope, index))
    parts = [_moved(layout, *corner) for layout, corner in zip(drawn, placed.corners, strict=False)]
    corners = iter(placed.corners[len(drawn) :])
    routes = []
    for edge, label, way in zip(scope.edges, labels, ways, strict=True):
        at = None if label is None else _label_at(label, *next(corners))
        points = _joined([placed.lines[link] for link in way], at)
        routes.append(Route(source=edge.source, target=edge.target, kind=edge.kind, points=points, label=at))
    return Layout(
        width=placed.width,
        height=placed.height,
        boxes=tuple(box for part in parts for box in part.boxes),
        frames=tuple(frame for part in parts for frame in part.frames),
        routes=(*routes, *(route for part in parts for route in part.routes)),
    )


def _below_start(scope: Scope, index: dict[str, int]) -> list[tuple[int, int, float]]:
    """Links that nobody draws, to states that no edge leads to: those just being typed should not lie above Start."""
    reached = {edge.target for edge in scope.edges}
    starts = [node.id for node in scope.nodes if node.kind == "start"]
    loose = [node.id for node in scope.nodes if node.kind == "state" and node.id not in reached]
    return [(index[start], index[id], 0.1) for start in starts for id in loose]


_WEIGHTS: dict[str, float] = {"start": 4.0, "next": 3.0, "end": 2.0}
"""How much an edge wants to be straight; 1 where nothing is said."""


# --- boxes ----------------------------------------------------------------------------------------------------------


def _node(node: Node, outermost: bool) -> Layout:
    if node.kind in ("start", "end"):
        width, height = _MARK if outermost else _DOT
        return _only(_box(node, width, height, title=(node.name,) if outermost else ()))
    if not node.scopes:
        return _only(_stated(node, _WIDEST))
    return _group(node)


def _stated(node: Node, most: float) -> Box:
    """A box with a state's text, in lines of at most that many pixels."""
    title = text.wrap(node.name, NAME, most, lines=3, bold=True)
    note = _note(node.type or _NO_TYPE[node.kind], node.note, most)
    words = max(*(text.width(line, NAME, bold=True) for line in title), *(text.width(line, NOTE) for line in note))
    width = _whole(max(_NARROWEST, ICON + words + 16 + (RETRY if node.retries else 0)))
    height = _whole(2 * _PADDING + (len(title) * NAME + len(note) * NOTE) * LINE)
    return _box(node, width, height, title, note)


def _note(type: str, note: str, most: float) -> tuple[str, ...]:
    """Type and note in one line where they fit, else in lines of their own."""
    together = " · ".join(part for part in (type, note) if part)
    if not note or text.width(together, NOTE) <= most:
        return text.wrap(together, NOTE, most, lines=1)
    return (*text.wrap(type, NOTE, most, lines=1), *text.wrap(note, NOTE, most, lines=2))


_NO_TYPE = {"state": "no Type yet", "missing": "does not exist"}


def _box(node: Node, width: float, height: float, title: tuple[str, ...], note: tuple[str, ...] = ()) -> Box:
    return Box(
        id=node.id,
        kind=node.kind,
        type=node.type,
        name=node.name,
        x=0.0,
        y=0.0,
        width=width,
        height=height,
        title=title,
        note=note,
        retries=node.retries,
        comment=node.comment,
        distributed=node.distributed,
        group=bool(node.scopes),
    )


def _only(box: Box) -> Layout:
    return Layout(width=box.width, height=box.height, boxes=(box,))


def _group(node: Node) -> Layout:
    """The header above the scopes, these side by side, in rows when there are many."""
    rows: list[list[Layout]] = [[]]
    for scope in node.scopes:
        framed = _framed(scope)
        if rows[-1] and _across(rows[-1]) + _INSET + framed.width > _ROW:
            rows.append([])
        rows[-1].append(framed)
    widest = max(map(_across, rows))
    header = _stated(node, max(_WIDEST, widest - ICON - RETRY))
    width = max(header.width, widest + 2 * _INSET)
    parts, y = [], header.height
    for row in rows:
        height = max(part.height for part in row)
        x = (width - widest) / 2
        for part in row:
            parts.append(_moved(_taller(part, height), x, y))
            x += part.width + _INSET
        y += height + _INSET
    return Layout(
        width=width,
        height=y,
        boxes=(
            msgspec.structs.replace(header, width=width, height=y),
            *(box for part in parts for box in part.boxes),
        ),
        frames=tuple(frame for part in parts for frame in part.frames),
        routes=tuple(route for part in parts for route in part.routes),
    )


def _across(row: list[Layout]) -> float:
    return sum(part.width for part in row) + _INSET * (len(row) - 1)


def _framed(scope: Scope) -> Layout:
    inside = _scope(scope, outermost=False)
    width, height = max(inside.width, _EMPTY) + 2 * _FRAME, inside.height + 2 * _FRAME
    moved = _moved(inside, _FRAME, _FRAME)
    frame = Frame(id=scope.id, x=0.0, y=0.0, width=width, height=height)
    return msgspec.structs.replace(moved, width=width, height=height, frames=(frame, *moved.frames))


def _taller(part: Layout, height: float) -> Layout:
    own = msgspec.structs.replace(part.frames[0], height=height)
    return msgspec.structs.replace(part, height=height, frames=(own, *part.frames[1:]))


# --- edges ----------------------------------------------------------------------------------------------------------


def _label(edge: Edge) -> Label | None:
    if not edge.label:
        return None
    lines = text.wrap(edge.label, LABEL, _LABEL, lines=4)
    width = _whole(max(text.width(line, LABEL) for line in lines) + 18)
    height = _whole(len(lines) * LABEL * LINE + 8)
    return Label(x=0.0, y=0.0, width=width, height=height, lines=lines, text=edge.label)


def _label_at(label: Label, x: float, y: float) -> Label:
    return msgspec.structs.replace(label, x=x, y=y)


def _joined(lines: list[tuple[Point, ...]], label: Label | None) -> tuple[Point, ...]:
    """The way to the label and from it as one, crossing below the label where the two do not meet."""
    if label is None:
        return lines[0]
    to, (leave, *rest) = lines
    middle = label.y + label.height / 2
    bridge = () if to[-1][0] == leave[0] else ((to[-1][0], middle), (leave[0], middle))
    return (*to, *bridge, leave, *rest)


# --- moving ---------------------------------------------------------------------------------------------------------


def _moved(part: Layout, dx: float, dy: float) -> Layout:
    move = msgspec.structs.replace
    return move(
        part,
        boxes=tuple(move(box, x=box.x + dx, y=box.y + dy) for box in part.boxes),
        frames=tuple(move(frame, x=frame.x + dx, y=frame.y + dy) for frame in part.frames),
        routes=tuple(_route_moved(route, dx, dy) for route in part.routes),
    )


def _route_moved(route: Route, dx: float, dy: float) -> Route:
    label = route.label and _label_at(route.label, route.label.x + dx, route.label.y + dy)
    points = tuple((x + dx, y + dy) for x, y in route.points)
    return msgspec.structs.replace(route, points=points, label=label)


def _whole(length: float) -> float:
    """Even pixels: the middle of a box lies on a whole one, and lines are sharp."""
    return float(-(-length // 2) * 2)
