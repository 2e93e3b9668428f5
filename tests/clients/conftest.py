"""Fixtures: live servers for clients in processes of their own."""

from collections.abc import Callable, Iterator

import pytest

from api.live import LiveServer, live_servers


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[..., LiveServer]]:
    """Starts servers, with settings where the test has some."""
    with live_servers() as start:
        yield start


@pytest.fixture(scope="module")
def server(serve: Callable[..., LiveServer]) -> LiveServer:
    return serve()
