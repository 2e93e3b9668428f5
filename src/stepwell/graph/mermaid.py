"""A graph as a Mermaid flowchart: for Markdown that is drawn where it is read.

A flowchart and not a stateDiagram: only there may any text stand on an edge, and an edge be dashed.
"""

import re
from collections.abc import Iterator

from stepwell.graph import theme
from stepwell.graph.model import Edge, Node, Scope
from stepwell.graph.text import shown

_SHAPES = {
    "Choice": ('{{"', '"}}'),
    "Succeed": ('(["', '"])'),
    "Fail": ('(["', '"])'),
}
_BOX = ('["', '"]')
_ARROWS = {"catch": "-.->"}
_LIST = re.compile(r"^(\d+)\.|^([-*+])(?=\s)")
"""What begins a list in Markdown, which Mermaid refuses to draw."""


def mermaid(scope: Scope) -> str:
    """The text of a .mmd file."""
    drawing = _Drawing()
    lines = ["flowchart TD", *drawing.scope(scope, 1), *_classes(scope)]
    return "\n".join(lines) + "\n"


class _Drawing:
    """Gives short names to nodes: Mermaid's may hold letters and digits only."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._frames = 0

    def _id(self, pointer: str) -> str:
        return self._ids.setdefault(pointer, f"s{len(self._ids)}")

    def scope(self, scope: Scope, depth: int) -> Iterator[str]:
        for node in scope.nodes:
            yield from self._node(node, depth)
        yield from (f"{'  ' * depth}{self._edge(edge)}" for edge in scope.edges)

    def _node(self, node: Node, depth: int) -> Iterator[str]:
        indent, id = "  " * depth, self._id(node.id)
        if not node.scopes:
            yield f"{indent}{id}{_shape(node, outermost=depth == 1)}"
            return
        yield f'{indent}subgraph {id}["{_words(node)}"]'
        for scope in node.scopes:
            self._frames += 1
            yield f'{indent}  subgraph f{self._frames}[" "]'
            yield from self.scope(scope, depth + 2)
            yield f"{indent}  end"
        yield f"{indent}end"

    def _edge(self, edge: Edge) -> str:
        label = f'|"{_escaped(edge.label)}"|' if edge.label else ""
        return f"{self._id(edge.source)} {_ARROWS.get(edge.kind, '-->')}{label} {self._id(edge.target)}"


def _shape(node: Node, outermost: bool) -> str:
    if node.kind in ("start", "end"):
        opening, closing = ("((", "))") if node.kind == "start" else ("(((", ")))")
        name = f'(["{node.name}"])' if outermost else f'{opening}" "{closing}'
        return f"{name}:::mark"
    opening, closing = _SHAPES.get(node.type, _BOX)
    style = "missing" if node.kind == "missing" else node.type if node.type in theme.TYPES else "other"
    return f"{opening}{_words(node)}{closing}:::{style.lower()}"


def _words(node: Node) -> str:
    """The name, and below it type and note."""
    missing = "does not exist" if node.kind == "missing" else "no Type yet"
    said = [node.type or missing, node.note, "↻" if node.retries else ""]
    return f"{_escaped(node.name)}<br/>{_escaped(' · '.join(part for part in said if part))}"


def _escaped(text: str) -> str:
    # Mermaid knows characters by number, and would read these as its own or as HTML.
    safe = re.sub(r'["#<>&`\\]', lambda found: f"#{ord(found[0])};", shown(text).strip() or " ")
    return _LIST.sub(lambda found: f"{found[1]}#46;" if found[1] else f"#{ord(found[2])};", safe)


def _classes(scope: Scope) -> Iterator[str]:
    used = {node.type for node in scope.walk()}
    for type, colour in theme.TYPES.items():
        if type in used:
            yield f"  classDef {type.lower()} stroke:{colour},stroke-width:2px"
    yield "  classDef mark fill:#1b2330,stroke:#1b2330,color:#ffffff"
    yield f"  classDef missing stroke:{theme.TYPES['Fail']},stroke-dasharray:5 4"
    yield f"  classDef other stroke:{theme.OTHER}"
