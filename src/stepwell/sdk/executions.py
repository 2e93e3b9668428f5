"""Executions as a program follows them: their status, their result, and what happens in them as it does."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from stepwell.errors import ApiError, InvalidArn
from stepwell.sdk.contracts import Contract
from stepwell.sdk.http import Answer, Api, Call
from stepwell.sdk.outcomes import FAILED, Event, NotKept, Status, event_of, failed_in
from stepwell.sdk.payloads import Payloads
from stepwell.sdk.threads import in_thread

R = TypeVar("R")

FIRST_LOOK, LONGEST_LOOK = 0.02, 1.0
"""Seconds between two looks at an execution: longer and longer, since the API has no call that waits for its end."""


class Client(Protocol):
    """Who started it. It is kept for as long as its executions are, since the connections end with it."""

    api: Api
    payloads: Payloads | None


class AsyncExecution(Generic[R]):
    """An execution that has been started."""

    def __init__(self, client: Client, arn: str, contract: Contract | None = None) -> None:
        self.arn = arn
        self._client = client
        self._contract = contract

    def __repr__(self) -> str:
        return f"<execution {self.arn}>"

    async def describe(self) -> Answer:
        """What DescribeExecution tells."""
        return await self._ask("DescribeExecution", self._client.api.patience)

    async def status(self) -> Status:
        status: Status = (await self.describe())["status"]
        return status

    async def result(self, timeout: float | None = None) -> R:
        """What the workflow returns, as its annotation says, as soon as it has ended.

        A server that is away meanwhile is waited for.
        Raises WorkflowFailed (WorkflowTimedOut, WorkflowStopped), NotKept for an Express execution, ContractBroken, and
        TimeoutError after `timeout` seconds, which does the execution no harm.
        """
        try:
            async with asyncio.timeout(timeout):
                ended = await self._end()
        except TimeoutError:
            raise TimeoutError(f"{self.arn} has not ended within {timeout} s. It goes on.") from None
        state = None if ended["status"] == "SUCCEEDED" else await self._failed_in()
        result: R = await result_in(ended, self._contract, self._client.payloads, state)
        return result

    async def _end(self) -> Answer:
        pause = FIRST_LOOK
        while True:
            described = await self._ask("DescribeExecution")
            if described["status"] not in ("RUNNING", "PENDING_REDRIVE"):
                return described
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK)

    async def _ask(self, operation: str, patience: float | None = None, **members: Any) -> Answer:
        """However long the server is away, where no `patience` is given. Raises ApiError, NotKept."""
        try:
            return await Call(self._client.api, operation, {"executionArn": self.arn, **members}).answer(patience)
        except InvalidArn as refused:
            if ":express:" in self.arn:
                raise NotKept(self.arn, operation) from refused
            raise

    async def _failed_in(self) -> str | None:
        try:
            answer = await self._ask(
                "GetExecutionHistory", reverseOrder=True, maxResults=100, includeExecutionData=False
            )
        except (ApiError, NotKept):  # whose history may be gone by now
            return None
        return failed_in([event_of(raw) for raw in answer["events"]])

    async def events(self) -> AsyncIterator[Event]:
        """All that has happened, and what happens from now on as it does, to the end of the execution."""
        seen, pause = 0, FIRST_LOOK
        while True:
            news = await self._news(seen)
            for event in news:
                yield event
                seen = event.id
            if news and news[-1].ends:
                return
            pause = FIRST_LOOK if news else min(pause * 1.5, LONGEST_LOOK)
            await asyncio.sleep(pause)

    async def _news(self, seen: int) -> list[Event]:
        """Events after `seen`, read from the newest backwards: there is no way to begin in the middle."""
        found: list[Event] = []
        token: str | None = None
        while True:
            size = 1000 if seen == 0 else 100
            answer = await self._ask("GetExecutionHistory", reverseOrder=True, maxResults=size, nextToken=token)
            page = [event_of(raw) for raw in answer["events"]]
            found += [event for event in page if event.id > seen]
            token = answer.get("nextToken")
            if token is None or not page or page[-1].id <= seen + 1:
                return found[::-1]

    async def stop(self, *, error: str | None = None, cause: str | None = None) -> None:
        """End it. What it has begun is told so; nothing happens to one that has ended."""
        await self._ask("StopExecution", self._client.api.patience, error=error, cause=cause)


async def result_in(
    ended: Answer, contract: Contract | None, payloads: Payloads | None, state: str | None = None
) -> Any:
    """What an execution came to. Raises WorkflowFailed, ContractBroken. `state`: where it failed, if that is known."""
    if ended["status"] != "SUCCEEDED":
        raise FAILED[ended["status"]](ended["executionArn"], ended.get("error"), ended.get("cause"), state)
    output = msgspec.json.decode(ended["output"])
    if payloads is not None:
        output = await in_thread(payloads.fetch, output)
    return output if contract is None else contract.result_of(output)
