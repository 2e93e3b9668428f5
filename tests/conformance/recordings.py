"""The recorded cases: where they lie, and how a case is named."""

import functools
import json
import os
from pathlib import Path
from typing import Any

Case = dict[str, Any]

_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[2].parent / "shared" / "conformance"


def directory() -> Path:
    """`STEPWELL_CONFORMANCE`, or `../shared/conformance` seen from the repository's root."""
    return Path(os.environ.get("STEPWELL_CONFORMANCE") or _BESIDE_THE_REPOSITORY)


def absence() -> str | None:
    """Why there are no cases to run, or None when there are."""
    if any(directory().glob("*.json")):
        return None
    return f"no recorded cases in {directory()}; name their directory in STEPWELL_CONFORMANCE"


@functools.cache
def cases() -> tuple[Case, ...]:
    """Every case in file order, with its file's name as `group` and an id that is unique."""
    found: dict[str, Case] = {}
    for file in sorted(directory().glob("*.json")):
        for case in json.loads(file.read_text()):
            key = case["id"]
            while key in found:
                key += "'"
            found[key] = {**case, "id": key, "group": file.stem}
    return tuple(found.values())
