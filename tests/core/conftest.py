"""`run` takes a definition, an input and scripted answers to the end, or to where nothing more happens by itself."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from .journey import Journey, scripted

Run = Callable[..., Journey]


@pytest.fixture
def run() -> Run:
    def run(
        definition: Mapping[str, Any], input: Any = None, answers: Mapping[str, Sequence[Any]] | None = None, **how: Any
    ) -> Journey:
        return Journey(definition, **how).start(input).travel(scripted(answers or {}))

    return run
