"""A state machine in words: every state with where it leads, those within Parallel and Map states below them."""

from collections.abc import Iterator

from stepwell.graph.model import Edge, Node, Scope
from stepwell.graph.text import shown

_WHEN = {"choice": "if ", "default": "", "catch": "on ", "next": "", "end": "", "start": ""}


def outline(scope: Scope) -> str:
    """Lines apart by line breaks, inner scopes further to the right; without characters that could move a cursor."""
    return "\n".join(_scope(scope, ""))


def _scope(scope: Scope, indent: str) -> Iterator[str]:
    names = {node.id: shown(node.name) for node in scope.nodes}
    missing = {node.id for node in scope.nodes if node.kind == "missing"}
    leaving: dict[str, list[Edge]] = {}
    for edge in scope.edges:
        leaving.setdefault(edge.source, []).append(edge)
    for node in scope.nodes:
        edges = [_edge(edge, names, missing) for edge in leaving.get(node.id, ())]
        if node.kind == "start":
            yield f"{indent}Start {edges[0]}"
        elif node.kind == "state":
            yield from _state(node, edges, indent)


def _state(node: Node, edges: list[str], indent: str) -> Iterator[str]:
    said = ", ".join(part for part in (node.type or "no Type yet", node.note) if part)
    line = f"{indent}{shown(node.name)} ({shown(said)})"
    if len(edges) == 1 and edges[0].startswith("→"):
        line, edges = f"{line} {edges[0]}", []
    yield line
    yield from (f"{indent}    retry {shown(retrier)}" for retrier in node.retries.split("\n") if retrier)
    for number, scope in enumerate(node.scopes, 1):
        yield f"{indent}    branch {number}" if node.type == "Parallel" else f"{indent}    each item"
        yield from _scope(scope, f"{indent}        ")
    yield from (f"{indent}    {edge}" for edge in edges)


def _edge(edge: Edge, names: dict[str, str], missing: set[str]) -> str:
    label = f"{_WHEN[edge.kind]}{shown(edge.label)} " if edge.label else ""
    return f"{label}→ {names[edge.target]}{' (does not exist)' if edge.target in missing else ''}"
