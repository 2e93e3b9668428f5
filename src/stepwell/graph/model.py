"""What there is to draw in a definition: states, their transitions, and scopes within Parallel and Map states.

Made of the raw definition, never of a parsed machine, so that one which is wrong or half typed can be drawn as far
as it goes. A transition never leaves its scope in the States Language: a scope is a drawing of its own.
"""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from stepwell.graph.conditions import UNKNOWN, condition
from stepwell.graph.notes import distributed, failure, note, retries

Kind = Literal["start", "state", "missing", "end"]
"""missing: a state that a transition names and that is not there."""

EdgeKind = Literal["start", "next", "choice", "default", "catch", "end"]

MOST_STATES = 2_000
"""More are refused: aliases of YAML can stand for billions."""
DEEPEST = 25
"""Scopes within scopes; deeper ones are left out."""


class TooLarge(ValueError):
    """There is more to draw than anybody could look at."""


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """A transition. `label` is "" where nothing is to be said."""

    source: str
    target: str
    kind: EdgeKind
    label: str = ""


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A state, or a mark of its scope."""

    id: str  # JSON pointer into the definition, `#start` and `#end` behind the scope's for the marks
    kind: Kind
    name: str = ""
    type: str = ""  # as written: "" where there is none yet
    note: str = ""  # what a person wants to know besides: the resource, how long, each of what
    retries: str = ""  # its Retry in words
    comment: str = ""
    distributed: bool = False
    scopes: "tuple[Scope, ...]" = ()  # a Parallel's branches, a Map's processor


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """The states from one StartAt, in the definition's order, between the marks."""

    id: str  # JSON pointer
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    comment: str = ""

    def walk(self) -> Iterator[Node]:
        """All nodes, those of inner scopes behind the state they are in."""
        for node in self.nodes:
            yield node
            for scope in node.scopes:
                yield from scope.walk()


def graph_of(definition: Any) -> Scope:
    """The graph of a definition of whatever form. Raises TooLarge."""
    return _Reader().scope(definition, "", 0)


class _Reader:
    def __init__(self) -> None:
        self._states = 0

    def scope(self, raw: Any, pointer: str, depth: int) -> Scope:
        raw = raw if isinstance(raw, dict) else {}
        found = raw.get("States")
        states: dict[str, Any] = {str(name): state for name, state in found.items()} if isinstance(found, dict) else {}
        self._count(len(states))
        links = _Links(pointer, states)
        if isinstance(raw.get("StartAt"), str):
            links.add(f"{pointer}#start", raw["StartAt"], "start")
        for name, state in states.items():
            _transitions(links, links.id(name), state)
        nodes = [self._state(name, state, links.id(name), depth) for name, state in states.items()]
        return Scope(
            id=pointer,
            nodes=(*links.start(), *nodes, *links.missing(), *links.end()),
            edges=tuple(links.edges),
            comment=_text(raw.get("Comment")),
        )

    def _count(self, more: int) -> None:
        self._states += more
        if self._states > MOST_STATES:
            raise TooLarge(f"The definition has more than {MOST_STATES:,} states. Draw a part of it.")

    def _state(self, name: str, state: Any, id: str, depth: int) -> Node:
        if not isinstance(state, dict):
            return Node(id=id, kind="state", name=name)
        inner = _inner(state) if depth < DEEPEST else {}
        return Node(
            id=id,
            kind="state",
            name=name,
            type=_text(state.get("Type")),
            note=note(state),
            retries=retries(state.get("Retry")),
            comment=_text(state.get("Comment")),
            distributed=state.get("Type") == "Map" and distributed(state),
            scopes=tuple(self.scope(raw, f"{id}/{where}", depth + 1) for where, raw in inner.items()),
        )


class _Links:
    """The edges of one scope, as they are found, and the names they lead to."""

    def __init__(self, pointer: str, states: dict[str, Any]) -> None:
        self.edges: list[Edge] = []
        self._pointer = pointer
        self._states = states
        self._missing: dict[str, str] = {}  # id -> name

    def id(self, name: str) -> str:
        return f"{self._pointer}/States/{name.replace('~', '~0').replace('/', '~1')}"

    def add(self, source: str, name: Any, kind: EdgeKind, label: str = "") -> None:
        if not isinstance(name, str):
            return
        target = self.id(name)
        if name not in self._states:
            self._missing[target] = name
        self.edges.append(Edge(source=source, target=target, kind=kind, label=label))

    def ends(self, source: str) -> None:
        self.edges.append(Edge(source=source, target=f"{self._pointer}#end", kind="end"))

    def start(self) -> list[Node]:
        starts = any(edge.kind == "start" for edge in self.edges)
        return [Node(id=f"{self._pointer}#start", kind="start", name="Start")] if starts else []

    def missing(self) -> list[Node]:
        return [Node(id=id, kind="missing", name=name or UNKNOWN) for id, name in self._missing.items()]

    def end(self) -> list[Node]:
        ends = any(edge.kind == "end" for edge in self.edges)
        return [Node(id=f"{self._pointer}#end", kind="end", name="End")] if ends else []


def _transitions(links: _Links, id: str, state: Any) -> None:
    if not isinstance(state, dict):
        return
    if state.get("Type") == "Choice":
        for rule in _list(state.get("Choices")):
            links.add(id, rule.get("Next") if isinstance(rule, dict) else None, "choice", condition(rule))
        links.add(id, state.get("Default"), "default", "otherwise")
    elif state.get("Type") not in ("Succeed", "Fail"):
        links.add(id, state.get("Next"), "next")
        if state.get("End") is True:
            links.ends(id)
    for catcher in _list(state.get("Catch")):
        if isinstance(catcher, dict):
            links.add(id, catcher.get("Next"), "catch", failure(catcher.get("ErrorEquals")))


def _inner(state: dict[str, Any]) -> dict[str, Any]:
    """The scopes within a state, by their pointer from it."""
    if state.get("Type") == "Parallel":
        return {f"Branches/{index}": branch for index, branch in enumerate(_list(state.get("Branches")))}
    if state.get("Type") == "Map":
        return {name: state[name] for name in ("ItemProcessor", "Iterator") if isinstance(state.get(name), dict)}
    return {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
