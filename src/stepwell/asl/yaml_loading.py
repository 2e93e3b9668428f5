"""YAML as definitions mean it: another way to write JSON down."""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml

_BOOLEAN = re.compile("^(?:true|True|TRUE|false|False|FALSE)$")


def yaml_loader() -> "type[yaml.SafeLoader]":
    """YAML whose plain scalars mean what they mean in JSON: a timestamp is a text, and so is `yes`.

    A tag nobody knows, as `!Sub` in CloudFormation, leaves its value as it stands.
    """
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def plain(loader: Any, suffix: str, node: Any) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_mapping(node, deep=True)

    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", _BOOLEAN, list("tTfF"))
    Loader.add_multi_constructor("!", plain)
    return Loader
