"""A directory with handlers and a stepwell.toml, and the functions that it says there are."""

import asyncio
import itertools
import json
import textwrap
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stepwell.clock import WallClock
from stepwell.config import Settings
from stepwell.integrations.functions.functions import Functions
from stepwell.integrations.functions.invocation import Invocation, Outcome
from stepwell.integrations.functions.names import read_name


class Shop:
    """Functions of one directory. What is written there counts as soon as it is seen."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._ids = (f"0000000{n}-0000-4000-8000-000000000000" for n in itertools.count(1))
        self.functions: Functions

    def write(self, file: str, text: str) -> None:
        path = self.directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))

    def open(self, settings: str = "", **handlers: str) -> None:
        """Begin, with these bodies of `def handler(event, context)` in files of their own."""
        tables = [settings]
        for name, body in handlers.items():
            self.handler(name, body)
            if f"functions.{name}]" not in settings:
                tables.append(f'[functions.{name}]\nhandler = "{name}.py:handler"\n')
        self.write("stepwell.toml", "\n".join(map(textwrap.dedent, tables)))
        self.functions = Functions(Settings([self.directory]), WallClock())
        self.functions.start()

    def handler(self, name: str, body: str) -> None:
        self.write(f"{name}.py", f"def handler(event, context):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n")

    def invocation(self, name: str, event: Any = None, **members: Any) -> Invocation:
        function = read_name(name, "eu-west-1", "123456789012")
        return Invocation(id=next(self._ids), function=function, payload=json.dumps(event).encode(), **members)

    async def outcome(self, name: str, event: Any = None, **members: Any) -> Outcome:
        found = await self.functions.invoke(self.invocation(name, event, **members))
        assert found is not None
        return found

    async def answer(self, name: str, event: Any = None, **members: Any) -> Any:
        """What a function that does not fail answers."""
        outcome = await self.outcome(name, event, **members)
        assert not outcome.failed, outcome.payload
        return json.loads(outcome.payload)

    async def error(self, name: str, event: Any = None) -> dict[str, Any]:
        """What a function that fails tells."""
        outcome = await self.outcome(name, event)
        assert outcome.failed
        told = json.loads(outcome.payload)
        assert isinstance(told, dict)
        return told


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds; what is waited for is seen within half a second."""
    async with asyncio.timeout(10):
        while not await condition():
            await asyncio.sleep(0.02)


@pytest.fixture
def shop(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    if hasattr(shop, "functions"):
        runner.run(shop.functions.stop())
