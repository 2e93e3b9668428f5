"""Fixtures: live servers, and the surroundings that clients in processes of their own find them in."""

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from api.live import LiveServer


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[..., LiveServer]]:
    """Starts servers, with settings where the test has some."""
    with contextlib.ExitStack() as stack:

        def start(**settings: Any) -> LiveServer:
            live = LiveServer(**settings)
            live.start()
            stack.callback(live.stop)
            return live

        yield start


@pytest.fixture(scope="module")
def server(serve: Callable[..., LiveServer]) -> LiveServer:
    return serve()


def surroundings(**more: str) -> dict[str, str]:
    """Our environment, without what would name other servers, regions or credentials."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("STEPWELL_", "AWS_"))}
    return plain | more
