"""A layout as SVG: light and dark by the viewer's preference, with the system's fonts, and no script."""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from xml.sax.saxutils import escape

from stepwell.graph import text, theme
from stepwell.graph.layers import Point
from stepwell.graph.layout import ICON, LABEL, LINE, NAME, NOTE, RETRY, Box, Frame, Label, Layout, Route

_CORNER = 9.0  # radius of an edge's bends
_TIP = 7.0  # length of an arrow head


def svg(
    layout: Layout,
    *,
    title: str = "State machine",
    description: str = "",
    colours: theme.Theme = "auto",
    classes: Mapping[str, str] = MappingProxyType({}),
    style: str = "",
) -> str:
    """The drawing as a document. `description` tells in words what it shows, for those who do not see it.

    `classes`: further CSS classes of states, by their id, and of transitions, by what `edge_ids` calls them; `style`:
    the rules for these.
    """
    width, height = _number(layout.width), _number(layout.height)
    ids = edge_ids((route.source, route.kind) for route in layout.routes)
    routes = [
        (route, f"{route.kind} {classes.get(id, '')}".strip()) for route, id in zip(layout.routes, ids, strict=True)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            f' role="img" class="stepwell-graph">',
            f"<title>{_text(title)}</title>",
            f"<desc>{_text(description)}</desc>",
            f"<style>{_style(colours)}{style}</style>",
            f'<rect class="page" width="{width}" height="{height}" rx="12"/>',
            *_grounds(layout, classes),
            *(_route(route, kind) for route, kind in routes),
            *(_label(kind, route.label) for route, kind in routes if route.label),
            *(_box(box, classes) for box in layout.boxes if not box.group),
            "</svg>",
            "",
        ]
    )


def edge_ids(edges: Iterable[tuple[str, str]]) -> list[str]:
    """What each transition is called, given its state's id and its kind: `/States/Pay#catch1` is that of Catch[1]."""
    counts: Counter[tuple[str, str]] = Counter()
    found = []
    for source, kind in edges:
        found.append(f"{source}#{kind}{counts[source, kind]}")
        counts[source, kind] += 1
    return found


# --- style ----------------------------------------------------------------------------------------------------------


def _style(colours: theme.Theme) -> str:
    if colours != "auto":
        return _FIXED + _rules(theme.LIGHT if colours == "light" else theme.DARK)
    return f"{_FIXED}{_rules(theme.LIGHT)}\n@media (prefers-color-scheme: dark) {{{_rules(theme.DARK)}}}\n"


_FIXED = f"""
.stepwell-graph text {{ font-family: {theme.FONT}; font-size: {NOTE}px; }}
.stepwell-graph .name {{ font-size: {NAME}px; font-weight: 600; }}
.stepwell-graph .label {{ font-size: {LABEL}px; text-anchor: middle; }}
.stepwell-graph .mark {{ font-size: 12.5px; font-weight: 600; text-anchor: middle; }}
.stepwell-graph .line {{ fill: none; stroke-width: 1.6; }}
.stepwell-graph .line.catch {{ stroke-dasharray: 5 4; }}
.stepwell-graph .sign {{ fill: none; stroke: #ffffff; stroke-width: 1.7; stroke-linecap: round;
 stroke-linejoin: round; }}
.stepwell-graph .card.missing {{ stroke-dasharray: 5 4; }}
"""


def _rules(colour: dict[str, str]) -> str:
    """What differs between light and dark: written out, since not every renderer knows variables."""
    rules = {
        ".page": f"fill: {colour['page']};",
        ".shadow": f"fill: {colour['shadow']};",
        ".card": f"fill: {colour['card']}; stroke: {colour['border']}; stroke-width: 1.2;",
        ".card.group": f"fill: {colour['group']};",
        ".card.missing, .card.Fail": f"stroke: {theme.TYPES['Fail']};",
        ".card.Succeed": f"stroke: {theme.TYPES['Succeed']};",
        ".frame": f"fill: {colour['frame']}; stroke: {colour['border']}; stroke-width: 1;",
        ".name": f"fill: {colour['text']};",
        ".note, .retries": f"fill: {colour['muted']};",
        ".retry": f"fill: none; stroke: {colour['muted']}; stroke-width: 1.5; stroke-linecap: round;",
        ".line": f"stroke: {colour['line']};",
        ".tip": f"fill: {colour['line']};",
        ".line.catch": f"stroke: {colour['catch']};",
        ".tip.catch": f"fill: {colour['catch']};",
        ".chip": f"fill: {colour['chip']}; stroke: {colour['border']}; stroke-width: 1;",
        ".chip.catch": f"stroke: {colour['catch']}; stroke-dasharray: 5 4;",
        ".label": f"fill: {colour['text']};",
        ".label.catch": f"fill: {colour['catch']};",
        ".label.default": f"fill: {colour['muted']}; font-style: italic;",
        ".pill": f"fill: {colour['text']};",
        ".pill.end": f"fill: {colour['page']}; stroke: {colour['text']}; stroke-width: 2;",
        ".dot.end": f"fill: {colour['text']};",
        ".mark": f"fill: {colour['page']};",
        ".mark.end": f"fill: {colour['text']};",
    }
    scoped = (
        (", ".join(f".stepwell-graph {part.strip()}" for part in selector.split(",")), declarations)
        for selector, declarations in rules.items()
    )
    return "\n" + "\n".join(f"{selector} {{ {declarations} }}" for selector, declarations in scoped)


# --- boxes ----------------------------------------------------------------------------------------------------------


def _grounds(layout: Layout, classes: Mapping[str, str]) -> list[str]:
    """Groups and frames, those of the outside first: these are larger."""
    grounds: list[Box | Frame] = [box for box in layout.boxes if box.group]
    grounds += layout.frames
    grounds.sort(key=lambda ground: -ground.width * ground.height)
    return [_box(ground, classes) if isinstance(ground, Box) else _frame(ground) for ground in grounds]


def _frame(frame: Frame) -> str:
    return f'<rect class="frame" {_place(frame)} rx="10"/>'


def _box(box: Box, classes: Mapping[str, str]) -> str:
    if box.kind in ("start", "end"):
        return _mark(box)
    marked = f' class="{classes[box.id]}"' if box.id in classes else ""
    parts = [
        f'<g data-state="{_attribute(box.name)}"{marked}>',
        f"<title>{_text(_tooltip(box))}</title>",
        *_stack(box),
        f'<rect class="{_classes("shadow", box)}" {_place(box, dy=2)} rx="10"/>' if not box.group else "",
        f'<rect class="{_classes("card", box)}" {_place(box)} rx="10"/>',
        *_sign(box),
        *_lines(box),
        *_retry(box),
        "</g>",
    ]
    return "".join(part for part in parts if part)


def _stack(box: Box) -> list[str]:
    """A distributed Map is many: further cards look out below it."""
    if not box.distributed:
        return []
    return [
        f'<rect class="card group" x="{_number(box.x + shift)}" y="{_number(box.y + shift)}"'
        f' width="{_number(box.width)}" height="{_number(box.height)}" rx="10"/>'
        for shift in (8, 4)
    ]


def _sign(box: Box) -> list[str]:
    ground = theme.TYPES.get(box.type, theme.OTHER)
    x, y = box.x + 11, box.y + (_head(box) - 26) / 2
    return [
        f'<rect x="{_number(x)}" y="{_number(y)}" width="26" height="26" rx="7" fill="{ground}"/>',
        f'<path class="sign" transform="translate({_number(x + 5)} {_number(y + 5)})"'
        f' d="{theme.SIGNS.get(box.type, theme.NO_SIGN)}"/>',
    ]


def _lines(box: Box) -> list[str]:
    x = _number(box.x + ICON)
    y = box.y + (_head(box) - _text_height(box)) / 2
    found = []
    for line in box.title:
        found.append(f'<text class="name" x="{x}" y="{_number(y + NAME * 1.05)}">{_text(line)}</text>')
        y += NAME * LINE
    for line in box.note:
        found.append(f'<text class="note" x="{x}" y="{_number(y + NOTE * 1.05)}">{_text(line)}</text>')
        y += NOTE * LINE
    return found


def _text_height(box: Box) -> float:
    return (len(box.title) * NAME + len(box.note) * NOTE) * LINE


def _head(box: Box) -> float:
    """Height of a box's own part: all of it, or what is above a group's frames."""
    return _text_height(box) + 22 if box.group else box.height


def _retry(box: Box) -> list[str]:
    if not box.retries:
        return []
    x, y = box.x + box.width - RETRY + 12, box.y + _head(box) / 2 - 8
    return [
        f"<g><title>{_text('Retry: ' + box.retries)}</title>"
        f'<path class="retry" transform="translate({_number(x)} {_number(y)})" d="{theme.RETRY_SIGN}"/></g>'
    ]


def _mark(box: Box) -> str:
    x, y = box.x + box.width / 2, box.y + box.height / 2
    if not box.title:
        ring = f'<circle class="dot end" cx="{_number(x)}" cy="{_number(y)}" r="3.5"/>' if box.kind == "end" else ""
        return f'<circle class="pill {box.kind}" cx="{_number(x)}" cy="{_number(y)}" r="7"/>{ring}'
    words = f'<text class="mark {box.kind}" x="{_number(x)}" y="{_number(y + 4.4)}">{_text(box.name)}</text>'
    return f'<rect class="pill {box.kind}" {_place(box)} rx="{_number(box.height / 2)}"/>{words}'


def _tooltip(box: Box) -> str:
    retries = f"Retry: {box.retries}" if box.retries else ""
    return "\n".join(part for part in (box.name, " ".join(box.note), retries, box.comment) if part)


def _classes(first: str, box: Box) -> str:
    known = box.type if box.type in theme.TYPES else ""
    return " ".join(part for part in (first, box.kind, known, "group" if box.group else "") if part)


# --- edges ----------------------------------------------------------------------------------------------------------


def _route(route: Route, kind: str) -> str:
    points = _without_repeats(route.points)
    if len(points) < 2:
        return ""
    (x, y), tip = points[-1], _tip(points[-2], points[-1])
    short = [*points[:-1], _towards(points[-1], points[-2], _TIP - 1)]
    return (
        f'<path class="line {kind}" d="{_rounded(short)}"/>'
        f'<path class="tip {kind}" d="M{_number(x)} {_number(y)}L{tip}Z"/>'
    )


def _without_repeats(points: tuple[Point, ...]) -> list[Point]:
    return [point for point, _ in itertools.groupby(points)]


def _tip(before: Point, at: Point) -> str:
    (x, y), back = at, _towards(at, before, _TIP)
    length = abs(back[0] - x) + abs(back[1] - y) or 1.0
    across = ((back[1] - y) / length * _TIP * 0.6, (back[0] - x) / length * _TIP * 0.6)
    corners = (back[0] + across[0], back[1] + across[1]), (back[0] - across[0], back[1] - across[1])
    return "L".join(f"{_number(a)} {_number(b)}" for a, b in corners)


def _towards(start: Point, end: Point, far: float) -> Point:
    """The point that lies `far` from the start on the way to the end, the end at the farthest."""
    length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
    part = min(1.0, far / length) if length else 0.0
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


def _rounded(points: list[Point]) -> str:
    path = f"M{_number(points[0][0])} {_number(points[0][1])}"
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(_CORNER, _distance(before, at) / 2, _distance(at, after) / 2)
        (ax, ay), (bx, by) = _towards(at, before, radius), _towards(at, after, radius)
        path += f"L{_number(ax)} {_number(ay)}Q{_number(at[0])} {_number(at[1])} {_number(bx)} {_number(by)}"
    return path + f"L{_number(points[-1][0])} {_number(points[-1][1])}"


def _distance(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _label(kind: str, label: Label) -> str:
    x = _number(label.x + label.width / 2)
    lines = "".join(
        f'<text class="label {kind}" x="{x}" y="{_number(label.y + 4 + (number + 0.76) * LABEL * LINE)}">'
        f"{_text(line)}</text>"
        for number, line in enumerate(label.lines)
    )
    radius = _number(min(10.0, label.height / 2))
    return f'<g><title>{_text(label.text)}</title><rect class="chip {kind}" {_place(label)} rx="{radius}"/>{lines}</g>'


# --- text -----------------------------------------------------------------------------------------------------------


def _place(thing: Box | Frame | Label, dy: float = 0.0) -> str:
    return (
        f'x="{_number(thing.x)}" y="{_number(thing.y + dy)}"'
        f' width="{_number(thing.width)}" height="{_number(thing.height)}"'
    )


def _number(value: float) -> str:
    return f"{round(value, 1):g}" if abs(value) < 100_000 else f"{value:.1f}"


def _text(value: str) -> str:
    return "\n".join(escape(text.shown(line)) for line in value.split("\n"))


def _attribute(value: str) -> str:
    return escape(text.shown(value), {'"': "&quot;"})
