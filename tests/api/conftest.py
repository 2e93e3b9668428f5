"""Fixtures: a live server, a client, and a way to create machines."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .live import PASS, ROLE, LiveServer


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    live = LiveServer()
    live.start()
    yield live
    live.stop()


@pytest.fixture
def serve() -> Iterator[Callable[..., LiveServer]]:
    """A server with settings of the test's own."""
    with contextlib.ExitStack() as stack:

        def start(**settings: Any) -> LiveServer:
            live = LiveServer(**settings)
            live.start()
            stack.callback(live.stop)
            return live

        yield start


@pytest.fixture(scope="module")
def client(server: LiveServer) -> Any:
    return server.client()


@pytest.fixture
def create(client: Any, request: pytest.FixtureRequest) -> Callable[..., str]:
    """Creates a machine named after the test; gives its ARN."""

    def create(definition: str = PASS, suffix: str = "", **members: Any) -> str:
        name = f"{request.node.originalname[:70]}{suffix}"
        made = client.create_state_machine(name=name, definition=definition, roleArn=ROLE, **members)
        return str(made["stateMachineArn"])

    return create
