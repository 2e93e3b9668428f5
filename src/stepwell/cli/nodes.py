"""JSON and YAML of which every value knows its line and column, for those who tell people what is wrong where."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

MOST_NODES = 500_000
"""More are refused: aliases of YAML can stand for billions."""


class Unreadable(Exception):
    """The text is neither JSON nor YAML. Line and column count from 1."""

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, number, boolean or null. `inside`: line and column where a text written over many lines begins."""

    value: Any
    line: int
    column: int
    inside: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Array:
    items: "list[Node]"
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Member:
    """One name of an object with its value; the place is the name's."""

    name: str
    value: "Node"
    line: int
    column: int


@dataclass(frozen=True)
class Object:
    """Names may repeat, as written."""

    members: list[Member]
    line: int
    column: int

    @cached_property
    def _by_name(self) -> dict[str, Member]:
        return {member.name: member for member in self.members}

    def find(self, name: str) -> Member | None:
        """The last member of this name, as everywhere in JSON."""
        return self._by_name.get(name)

    def get(self, name: str) -> "Node | None":
        """Its value."""
        member = self.find(name)
        return None if member is None else member.value


Node = Scalar | Array | Object


def read_nodes(text: str, yaml: bool) -> Node:
    """Read the text, JSON unless `yaml`; a `${…}` outside of strings is read as a string. Raises Unreadable."""
    try:
        return _read_yaml(text) if yaml else _read_json(text)
    except RecursionError:
        raise Unreadable("It is nested too deep to be read.") from None


def json_text(node: Node) -> str:
    """The JSON that a node stands for, repeated names and all."""
    match node:
        case Object(members=members):
            return f"{{{','.join(f'{json.dumps(member.name)}:{json_text(member.value)}' for member in members)}}}"
        case Array(items=items):
            return f"[{','.join(map(json_text, items))}]"
        case Scalar(value=value):
            return json.dumps(value)


def trail(node: Node, location: str) -> list[Node | Member]:
    """What lies on the way to a place such as `/States/X/Retry[0]/MaxAttempts`, as far as there is something.

    Names of states may hold slashes and brackets, so that only the way itself tells where a name ends.
    """
    found: list[Node | Member] = [node]
    while location:
        step = _step(node, location)
        if step is None:
            break
        node, part, location = step
        found.append(part)
    return found


def _step(node: Node, location: str) -> tuple[Node, Node | Member, str] | None:
    if isinstance(node, Array):
        index = re.match(r"\[(\d+)\]", location)
        if index and int(index[1]) < len(node.items):
            item = node.items[int(index[1])]
            return item, item, location[index.end() :]
    if isinstance(node, Object):
        # The longest name that fits, up to a slash, a bracket or the end.
        for end in reversed([found.start() for found in re.finditer(r"(?<!^)(?=[/\[])|\Z", location)]):
            member = node.find(location[1:end])
            if member is not None:
                return member.value, member, location[end:]
    return None


# --- JSON ----------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|\$\{[^}]*\}|[{}\[\],:]|[^\s{}\[\],:"]+)')
_STRING_OR_SUBSTITUTION = re.compile(r'"(?:[^"\\]|\\.)*"|\$\{[^}]*\}')


def _read_json(text: str) -> Node:
    try:
        json.loads(text)
    except json.JSONDecodeError as problem:
        try:
            json.loads(_STRING_OR_SUBSTITUTION.sub(_as_string, text))
        except json.JSONDecodeError:
            raise Unreadable(f"The definition is not JSON: {problem.msg}", problem.lineno, problem.colno) from None
    reader = _JsonReader(text)
    return reader.value(next(reader.tokens))


def _as_string(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith('"') else json.dumps(found[0])


class _JsonReader:
    """Reads a text that is known to be JSON."""

    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.finditer(text)
        self.lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def value(self, token: re.Match[str]) -> Node:
        text, place = token[1], self.place(token)
        if text == "{":
            return Object(list(self.members()), *place)
        if text == "[":
            return Array(list(self.items()), *place)
        return Scalar(text if text.startswith("${") else json.loads(text), *place)

    def members(self) -> Iterator[Member]:
        for token in self.tokens:
            if token[1] == "}":
                return
            if token[1] != ",":
                next(self.tokens)  # the colon
                yield Member(json.loads(token[1]), self.value(next(self.tokens)), *self.place(token))

    def items(self) -> Iterator[Node]:
        for token in self.tokens:
            if token[1] == "]":
                return
            if token[1] != ",":
                yield self.value(token)

    def place(self, token: re.Match[str]) -> tuple[int, int]:
        line = bisect_right(self.lines, token.start(1))
        return line, token.start(1) - self.lines[line - 1] + 1


# --- YAML ----------------------------------------------------------------------------------------------------------


def _read_yaml(text: str) -> Node:
    import yaml

    from stepwell.asl.yaml_loading import yaml_loader

    try:
        root = yaml.compose(text, Loader=yaml_loader())
        if root is None:
            raise Unreadable("There is nothing in it.")
        return _YamlReader(text).value(root)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable(f"The definition is not YAML: {problem.problem or problem.context}", *place) from None
    except (yaml.YAMLError, ValueError) as problem:
        raise Unreadable(f"The definition is not YAML: {problem}") from None


class _YamlReader:
    """Turns the library's nodes into ours, and CloudFormation's tags such as `!Sub` into their long form."""

    def __init__(self, text: str) -> None:
        from yaml.constructor import SafeConstructor

        self.lines = text.splitlines()
        self.constructor: Any = SafeConstructor()
        self.count = 0

    def value(self, node: Any) -> Node:
        self.count += 1
        if self.count > MOST_NODES:
            raise Unreadable(f"It stands for more than {MOST_NODES:,} values.")
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        plain = self.plain(node, line, column)
        if not node.tag.startswith("!"):
            return plain
        name = node.tag[1:] if node.tag in ("!Ref", "!Condition") else f"Fn::{node.tag[1:]}"
        return Object([Member(name, plain, line, column)], line, column)

    def plain(self, node: Any, line: int, column: int) -> Node:
        from yaml import MappingNode, SequenceNode

        if isinstance(node, SequenceNode):
            return Array([self.value(item) for item in node.value], line, column)
        if isinstance(node, MappingNode):
            self.constructor.flatten_mapping(node)  # `<<`
            return Object([self.member(name, value) for name, value in node.value], line, column)
        return Scalar(self.scalar(node), line, column, self.inside(node))

    def member(self, name: Any, value: Any) -> Member:
        return Member(str(name.value), self.value(value), name.start_mark.line + 1, name.start_mark.column + 1)

    def scalar(self, node: Any) -> Any:
        if node.tag.rpartition(":")[2] in ("null", "bool", "int", "float"):
            return self.constructor.construct_object(node)
        return node.value

    def inside(self, node: Any) -> tuple[int, int] | None:
        if node.style != "|" or node.start_mark.line + 1 >= len(self.lines):
            return None
        first = self.lines[node.start_mark.line + 1]
        return node.start_mark.line + 2, len(first) - len(first.lstrip()) + 1
