"""What tests of HTTP Tasks share: a task over real sockets, which may reach this machine unless a test forbids it."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from stepwell.clock import VirtualClock
from stepwell.integrations.call import Call
from stepwell.integrations.http.settings import read_settings
from stepwell.integrations.http.task import HttpTask

ARN = "arn:aws:states:eu-west-1:123456789012:execution:m:e"
CONNECTION = "arn:aws:events:eu-west-1:123456789012:connection/api/81210c42-8af1-456b-9c4a-6ff02fc664ac"
HERE = {"plain": True, "allow": ["127.0.0.1"]}

Task = Callable[..., HttpTask]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def http(runner: asyncio.Runner, clock: VirtualClock) -> Iterator[Task]:
    """Makes an HttpTask with the connection `api` of these tables of stepwell.toml."""
    made: list[HttpTask] = []

    def make(http: dict[str, Any] | None = None, most: int = 262_144, **connection: Any) -> HttpTask:
        settings = read_settings(HERE if http is None else http, {"api": connection}, "stepwell.toml")
        made.append(HttpTask(settings, clock, most))
        return made[-1]

    yield make
    for each in made:
        runner.run(each.close())


def call(endpoint: str, method: str = "GET", **parameters: Any) -> Call:
    """A try of a state that asks the connection `api`."""
    given = {"ApiEndpoint": endpoint, "Method": method, "InvocationConfig": {"ConnectionArn": CONNECTION}}
    return Call(
        execution=1,
        position=3,
        execution_arn=ARN,
        machine_arn=ARN.replace(":execution:", ":stateMachine:"),
        state="Ask",
        service="http",
        action="invoke",
        input=json.dumps(given | parameters),
    )
