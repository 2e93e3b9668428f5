"""The generated request types are those of the installed model."""

import runpy
from pathlib import Path

from stepwell.api import shapes
from stepwell.api.operations import OPERATIONS

SCRIPT = Path(__file__).parents[2] / "scripts/generate_shapes.py"


def test_generating_the_shapes_again_changes_nothing():
    generate = runpy.run_path(str(SCRIPT))["generate"]
    assert generate() == Path(shapes.__file__).read_text("utf-8")


def test_all_37_operations_have_a_request():
    assert len(shapes.REQUESTS) == 37


def test_every_operation_decodes_its_own_request():
    assert {name: operation.decoder.type for name, operation in OPERATIONS.items()} == {
        name: shapes.REQUESTS[name] for name in OPERATIONS
    }
