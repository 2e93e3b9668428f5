"""Fixtures: live servers over the stores that there are, and a way to start executions."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from api.conftest import serve
from api.live import ROLE, LiveServer
from stepwell.store.opening import store_at

__all__ = ["serve"]

Start = Callable[..., str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One over SQLite, for all tests of a module."""
    live = LiveServer(store=store_at(str(tmp_path_factory.mktemp("data"))), keep_express_days=1)
    live.start()
    yield live
    live.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LiveServer]:
    """A server of the test's own, over each of the stores that read SQL."""
    address = str(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    live = LiveServer(store=store_at(address), keep_express_days=1)
    live.start()
    yield live
    live.stop()


def starter(server: LiveServer, name: str) -> Start:
    """Starts executions of machines that it creates; gives an execution's ARN."""
    made: dict[str, str] = {}

    def start(
        definition: Mapping[str, Any],
        input: Any = None,
        execution: str | None = None,
        region: str = "us-east-1",
        **members: Any,
    ) -> str:
        client, text = server.client(region), json.dumps(definition)
        key = text + region
        if key not in made:
            created = client.create_state_machine(
                name=f"{name[:60]}-{len(made)}", definition=text, roleArn=ROLE, **members
            )
            made[key] = created["stateMachineArn"]
        named = {} if execution is None else {"name": execution}
        begun = client.start_execution(stateMachineArn=made[key], input=json.dumps(input or {}), **named)
        return str(begun["executionArn"])

    return start


@pytest.fixture
def start(server: LiveServer, request: pytest.FixtureRequest) -> Start:
    """Starts executions on `server`."""
    return starter(server, request.node.originalname)
