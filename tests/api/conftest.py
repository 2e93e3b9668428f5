"""Fixtures: a live server, a client, and a way to create machines."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .live import PASS, ROLE, LiveServer, live_servers


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with live_servers() as start:
        yield start()


@pytest.fixture
def serve() -> Iterator[Callable[..., LiveServer]]:
    """A server with settings of the test's own."""
    with live_servers() as start:
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
