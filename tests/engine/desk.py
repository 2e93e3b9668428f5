"""A service for tests: it answers calls as it is told, and remembers what it was asked."""

import asyncio
import json
from collections import defaultdict
from typing import Any

from stepwell.integrations.call import Call, CallFailed

from .world import World


class Desk:
    """Answers each state's calls with what stands in `answers`: a value, a CallFailed, or a future that is waited for.

    Jobs run until `results` has their state's result.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.results: dict[str, Any] = {}
        self.calls: list[Call] = []
        self.polls: defaultdict[str, int] = defaultdict(int)
        self.stopped: list[tuple[str, Any]] = []

    @property
    def called(self) -> list[str]:
        return [call.state for call in self.calls]

    async def call(self, call: Call) -> str:
        self.calls.append(call)
        return await self._said(self.answers.get(call.state))

    async def poll(self, call: Call, submitted: str) -> str | None:
        self.polls[call.state] += 1
        return await self._said(self.results[call.state]) if call.state in self.results else None

    async def stop(self, call: Call, submitted: str | None) -> None:
        self.stopped.append((call.state, None if submitted is None else json.loads(submitted)))

    async def _said(self, answer: Any) -> str:
        if isinstance(answer, asyncio.Future):
            answer = await answer
        if isinstance(answer, Exception):
            raise answer
        return json.dumps(answer)


def fails(error: str, cause: str = "no") -> CallFailed:
    return CallFailed(error, cause)


class DeskWorld(World):
    """A world with a desk behind the services."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()

    async def up(self) -> None:
        self.employ()
        await super().up()

    def employ(self) -> None:
        """Have the engine, which may be a new one, know the desk."""
        for service in ("lambda", "glue", "sqs", "states"):
            self.engine.integrations.register(service, self.desk)
