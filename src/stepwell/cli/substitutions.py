"""What a definition says that is settled only when it is deployed: `${…}`, and CloudFormation's functions.

A validator cannot know these values, so it must not refuse them: they get a likely value where one is needed to see
the rest, and what is told of their own place is passed over.
"""

import re

from stepwell.cli.nodes import Array, Member, Node, Object, Scalar

_SUBSTITUTION = re.compile(r"\$\{([^}]*)\}")
_PARTITION = re.compile(r"^arn:\$\{[^}]*\}:")
_PSEUDO_PARAMETERS = {
    "${AWS::Partition}": "aws",
    "${AWS::Region}": "us-east-1",
    "${AWS::AccountId}": "123456789012",
    "${AWS::URLSuffix}": "amazonaws.com",
}


def settle(node: Node, name: str = "", location: str = "") -> tuple[Node, set[str]]:
    """The node with likely values, and the places, written as diagnostics write them, that are not settled."""
    text = function_text(node)
    if isinstance(node, Object) and text is not None:
        node = Scalar(text, node.line, node.column)
    match node:
        case Object(members=members, line=line, column=column):
            settled = [(m, *settle(m.value, m.name, f"{location}/{m.name}")) for m in members]
            parts = [Member(m.name, value, m.line, m.column) for m, value, _ in settled]
            return Object(parts, line, column), set().union(*(places for *_, places in settled))
        case Array(items=items, line=line, column=column):
            read = [settle(item, name, f"{location}[{index}]") for index, item in enumerate(items)]
            return Array([value for value, _ in read], line, column), set().union(*(places for _, places in read))
        case Scalar(value=str(value), line=line, column=column) if _is_unsettled(value):
            known = _known(name, value)
            places = {location or "/"} if _is_unsettled(known) else set()
            return Scalar(_likely(name, known), line, column), places
    return node, set()


def _is_unsettled(text: str) -> bool:
    return _SUBSTITUTION.search(text) is not None


def function_text(node: Node) -> str | None:
    """The text that CloudFormation would make of a node, with `${…}` for what is known only there; None: no text."""
    if isinstance(node, Scalar):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, Object) or len(node.members) != 1:
        return None
    name, argument = node.members[0].name, node.members[0].value
    match name, argument:
        case "Ref" | "Fn::GetAtt", Scalar(value=str(value)):
            return f"${{{value}}}"
        case "Fn::GetAtt", Array(items=[Scalar(value=str(resource)), Scalar(value=str(attribute))]):
            return f"${{{resource}.{attribute}}}"
        case "Fn::Sub", Scalar(value=str(value)) | Array(items=[Scalar(value=str(value)), *_]):
            return value
        case "Fn::Join", Array(items=[Scalar(value=str(between)), Array(items=parts)]):
            texts = [function_text(part) for part in parts]
            return between.join("${value}" if text is None else text for text in texts)
    return f"${{{name.removeprefix('Fn::')}}}" if name.startswith("Fn::") else None


def _known(name: str, text: str) -> str:
    """With the values that are the same, or as good as the same, wherever it is deployed."""
    for parameter, value in _PSEUDO_PARAMETERS.items():
        text = text.replace(parameter, value)
    return _PARTITION.sub("arn:aws:", text) if name == "Resource" else text


def _likely(name: str, text: str) -> str:
    """A path where only a path may stand: what is wrong with one is told of the object that has it."""
    if not name.endswith(("Path", ".$")) and name != "Variable":
        return text
    path = _SUBSTITUTION.sub(lambda found: re.sub(r"\W", "", found[1]) or "value", text)
    return path if path.startswith(("$", "States.")) else "$.value"
