"""An answer held against the model: whether every member is known, there when required, and of its type."""

from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
    "structure": (dict,),
    "list": (list,),
    "map": (dict,),
}


def misfits(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """What the model would not have, each with its place."""
    kinds = KINDS[shape.type_name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        yield f"{path}: {value!r} is no {shape.type_name}"
        return
    match shape:
        case StructureShape():
            yield from (f"{path}.{name} is unknown" for name in value if name not in shape.members)
            yield from (f"{path}.{name} is missing" for name in shape.required_members if name not in value)
            for name, member in shape.members.items():
                if name in value:
                    yield from misfits(member, value[name], f"{path}.{name}")
        case ListShape():
            for place, item in enumerate(value):
                yield from misfits(shape.member, item, f"{path}[{place}]")
        case MapShape():
            for key, item in value.items():
                yield from misfits(shape.value, item, f"{path}[{key!r}]")
        case StringShape():
            if shape.enum and value not in shape.enum:
                yield f"{path}: {value!r} is none of {shape.enum}"
    limits = shape.metadata
    measure = len(value) if isinstance(value, str | list | dict) else value
    if not limits.get("min", measure) <= measure <= limits.get("max", measure):
        yield f"{path}: {value!r} is beyond {limits}"
