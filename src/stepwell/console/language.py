"""What editors of definitions complete: the language's own tables, with a sentence for each field."""

from typing import Any

from starlette.requests import Request

from stepwell.api.members import present
from stepwell.asl.shapes import FieldShape, resources, shapes
from stepwell.console.words import told_of
from stepwell.engine.engine import Engine
from stepwell.errors import States
from stepwell.expressions.intrinsics import INTRINSICS
from stepwell.expressions.jsonata_functions import FUNCTIONS
from stepwell.expressions.jsonata_syntax import BUILT_IN


async def language(engine: Engine, request: Request) -> dict[str, Any]:
    """`GET /console/language`."""
    return {
        "fields": {name: {field: _shown(field, of) for field, of in shape.items()} for name, shape in shapes().items()},
        "errors": sorted(value for name, value in vars(States).items() if name.isupper()),
        "intrinsics": sorted(INTRINSICS),
        "jsonata": sorted(f"${name}" for name in BUILT_IN | FUNCTIONS.keys()),
        "resources": sorted(resources()),
    }


def _shown(name: str, field: FieldShape) -> dict[str, Any]:
    return present(
        type=field.type,
        required=field.required,
        doc=told_of(name),
        languages=field.languages,
        values=field.values,
    )
