"""Where definitions come from: a file of their own, or the CloudFormation and SAM templates that deploy them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from stepwell.cli.definitions import is_yaml, read_text
from stepwell.cli.nodes import Node, Object, Scalar, Unreadable, read_nodes
from stepwell.cli.options import NotDone
from stepwell.cli.substitutions import function_text

STATE_MACHINES = ("AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine")


@dataclass(frozen=True, slots=True)
class Source:
    """A definition and where it stands. A fault stands in the place of a definition that cannot be read at all.

    `line` and `column` are those of its text's first character within the file; `whole`: of everything in it, since
    the text is put together from parts.
    """

    file: str
    resource: str | None  # its name in a template
    type: str | None  # as the template says
    node: Node | None
    fault: Unreadable | None = None
    line: int = 1
    column: int = 1
    whole: bool = False


def read_sources(file: str) -> Iterator[Source]:
    """Every definition that a file holds or, being a template, names. Raises NotDone."""
    whole = _read(file)
    if whole.node is None or not isinstance(_member(whole.node, "Resources"), Object):
        yield whole
        return
    for name, resource in _state_machines(whole.node):
        yield _of_resource(file, name, resource)


def _read(file: str) -> Source:
    text = read_text(file)
    try:
        return Source(file, None, None, read_nodes(text, is_yaml(file, text)))
    except Unreadable as fault:
        return Source(file, None, None, None, fault)


def _state_machines(root: Node) -> Iterator[tuple[str, Object]]:
    resources = _member(root, "Resources")
    for member in resources.members if isinstance(resources, Object) else ():
        if isinstance(member.value, Object) and _text(member.value, "Type") in STATE_MACHINES:
            yield member.name, member.value


def _of_resource(file: str, name: str, resource: Object) -> Source:
    properties = _member(resource, "Properties")
    if not isinstance(properties, Object):
        raise NotDone(f"{file}: {name} has no Properties.")
    type = _text(properties, "StateMachineType") or _text(properties, "Type")
    if isinstance(definition := properties.get("Definition"), Object):
        return Source(file, name, type, definition)
    if (string := properties.get("DefinitionString")) is not None:
        return _of_string(file, name, type, string)
    path = _text(properties, "DefinitionUri") or _text(properties, "DefinitionS3Location")
    if path is None or "://" in path or "${" in path:
        raise NotDone(f"{file}: the definition of {name} lies elsewhere; download it and name its file.")
    there = path if file == "-" else str(Path(file).parent / path)
    return replace(_read(there), resource=name, type=type)


def _of_string(file: str, name: str, type: str | None, string: Node) -> Source:
    """Text in a template, which may come from CloudFormation's functions."""
    text = function_text(string)
    if text is None:
        raise NotDone(f"{file}: the DefinitionString of {name} is not a text.")
    # What Fn::Sub is given stands in the template as it is.
    inner = string.members[0].value if isinstance(string, Object) else string
    inside = inner.inside if isinstance(inner, Scalar) else None
    line, column = inside or (string.line, string.column)
    try:
        return Source(file, name, type, read_nodes(text, False), None, line, column, inside is None)
    except Unreadable as fault:
        return Source(file, name, type, None, fault, line, column, inside is None)


def _member(node: Node, name: str) -> Node | None:
    return node.get(name) if isinstance(node, Object) else None


def _text(node: Object, name: str) -> str | None:
    value = node.get(name)
    return value.value if isinstance(value, Scalar) and isinstance(value.value, str) else None
