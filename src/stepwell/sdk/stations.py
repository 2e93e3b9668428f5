"""A task's station in a worker: asks for tasks while it has hands free, works on them, and answers.

No answer is thrown away while the process lives: it is sent until the server says that it has it.
"""

import asyncio
import contextlib
import inspect
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from stepwell.errors import ApiError, States
from stepwell.sdk.attempts import CURRENT, Attempt, WorkerLost
from stepwell.sdk.contracts import Contract, ContractBroken, text_of
from stepwell.sdk.http import POLL_SECONDS, Api, Call, Unreachable
from stepwell.sdk.payloads import Payloads
from stepwell.sdk.processes import Children, Raised, find
from stepwell.sdk.questions import AnsweredLater
from stepwell.sdk.tasks import HEARTBEAT, Task
from stepwell.sdk.threads import in_thread

log = logging.getLogger("stepwell.worker")

Middleware = Callable[[Attempt, Callable[[], Awaitable[Any]]], Awaitable[Any]]
"""`async def middleware(attempt, call)`: what it returns is the task's result, what it raises its error."""

LARGEST_OUTPUT = 262_144
LONGEST_ERROR, LONGEST_CAUSE = 256, 32_768
MOST_POLLERS = 10
BLINK_SECONDS = 1.0
"""A connection that breaks and is there again is not worth a line in the log."""
NOBODY_WAITS = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
STOPPED = "The worker was stopped before the task was done."


class Place(msgspec.Struct, frozen=True):
    """A task, and how it is served."""

    task: Task[..., Any]
    concurrency: int
    rate: float | None = None  # calls a second
    processes: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """What is to be sent for a task."""

    operation: str
    members: dict[str, str]


def success(output: str) -> Outcome:
    return Outcome("SendTaskSuccess", {"output": output})


def failure(error: str, cause: str) -> Outcome:
    return Outcome("SendTaskFailure", {"error": error[:LONGEST_ERROR], "cause": cause[:LONGEST_CAUSE]})


class Rate:
    """At most so many a second, evenly."""

    def __init__(self, per_second: float | None) -> None:
        self._gap = 0.0 if per_second is None else 1 / per_second
        self._next = 0.0

    async def wait(self) -> None:
        """Until one more may begin."""
        wait = self._next - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)

    def began(self) -> None:
        self._next = asyncio.get_running_loop().time() + self._gap


class Contact:
    """The server as all stations of a worker see it. Says once when it is away, and once when it is back."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._since: float | None = None  # when it was first missed
        self._told = False

    def troubled(self, problem: Exception) -> None:
        if not isinstance(problem, Unreachable):
            return
        now = asyncio.get_running_loop().time()
        if self._since is None:
            self._since = now
        elif not self._told and now - self._since > BLINK_SECONDS:
            self._told = True
            log.warning("%s The worker goes on asking.", problem)

    def made(self) -> None:
        if self._told:
            log.warning("The server answers again at %s.", self.api.where.url)
        self._since, self._told = None, False


class Station:
    """Serves one task."""

    def __init__(
        self,
        contact: "Contact",
        place: Place,
        worker: str,
        middleware: Sequence[Middleware],
        payloads: Payloads | None,
    ) -> None:
        self.task = place.task
        self.place = place
        self.arn = ""
        self._contact = contact
        self._api = contact.api
        self._worker = worker
        self._middleware = middleware
        self._payloads = payloads
        self._contract = Contract(place.task.function, place.task.name)
        self._is_async = inspect.iscoroutinefunction(place.task.function)
        self._children = _children(place) if place.processes else None
        self._heartbeat = place.task.fields().get("HeartbeatSeconds", HEARTBEAT) / 3
        self._hands = asyncio.Semaphore(place.concurrency)
        self._rate = Rate(place.rate)
        self._attempts: dict[asyncio.Task[None], asyncio.Task[Outcome | None]] = {}
        self._stopping = False

    async def open(self) -> None:
        """Have the activity there, waiting for the server as long as it takes. Raises ApiError."""
        made = await self._call("CreateActivity", {"name": self.task.name}).answer(None)
        self.arn = str(made["activityArn"])

    async def serve(self) -> None:
        """Ask for tasks until cancelled; those begun go on."""
        # One alone keeps to a rate; several keep a long way to the server from being the limit.
        count = 1 if self.place.rate is not None else min(self.place.concurrency, MOST_POLLERS)
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(self._ask())

    async def _ask(self) -> None:
        while True:
            await self._hands.acquire()
            begun = False
            try:
                await self._rate.wait()
                answer = await self._poll()
                if answer.get("taskToken"):
                    self._rate.began()
                    self._begin(str(answer["taskToken"]), str(answer.get("input", "{}")))
                    begun = True
            finally:
                if not begun:
                    self._hands.release()

    async def _poll(self) -> dict[str, Any]:
        members = {"activityArn": self.arn, "workerName": self._worker}
        try:
            answer = await self._call("GetActivityTask", members, POLL_SECONDS).answer(None)
        except ApiError as problem:
            log.warning("%s: %s: %s", self.task.name, problem.code, problem)
            await asyncio.sleep(1)
            if problem.code == "ActivityDoesNotExist":
                with contextlib.suppress(ApiError):
                    await self.open()
            return {}
        self._contact.made()
        return answer

    def _call(self, operation: str, members: dict[str, Any], seconds: float | None = None) -> Call:
        call = Call(self._api, operation, members, *([] if seconds is None else [seconds]))
        call.troubled = self._contact.troubled
        return call

    # -- one attempt ---------------------------------------------------------------------------------------------------

    def _begin(self, token: str, text: str) -> None:
        attempt = Attempt(self.task.name, token, None)
        handling = asyncio.create_task(self._handle(attempt, text))
        answering = asyncio.create_task(self._attend(attempt, handling))
        self._attempts[answering] = handling
        answering.add_done_callback(self._end)

    def _end(self, answering: asyncio.Task[None]) -> None:
        del self._attempts[answering]
        self._hands.release()
        if not answering.cancelled() and (problem := answering.exception()) is not None:
            log.error("%s: an answer was not sent", self.task.name, exc_info=problem)

    async def _attend(self, attempt: Attempt, handling: asyncio.Task[Outcome | None]) -> None:
        """Tell the server that the handler is at work, and then what it came to."""
        beating = asyncio.create_task(self._beat(attempt, handling))
        try:
            outcome = await self._outcome(attempt, handling)
            if outcome is not None:
                # With heartbeats still: a server that was away might else count the task as lost before it is answered.
                await self._answer(attempt.token, outcome)
        finally:
            beating.cancel()

    async def _outcome(self, attempt: Attempt, handling: asyncio.Task[Outcome | None]) -> Outcome | None:
        """What the handler came to; None when nobody waits for it."""
        try:
            return await handling
        except asyncio.CancelledError:
            if not handling.cancelled():
                raise  # it is this which was cancelled: the worker has no more time
        if self._stopping:
            return failure(WorkerLost.__name__, STOPPED)
        return None if attempt.gone.is_set() else failure("CancelledError", "")

    async def _beat(self, attempt: Attempt, handling: asyncio.Task[Outcome | None]) -> None:
        """Heartbeats, thrice as often as they must be; without their ever being missed by one that is lost."""
        while True:
            await asyncio.sleep(self._heartbeat)
            try:
                await self._api.once("SendTaskHeartbeat", {"taskToken": attempt.token}, self._heartbeat)
            except Unreachable as problem:
                self._contact.troubled(problem)
            except ApiError as problem:
                self._contact.made()
                if problem.code in NOBODY_WAITS:
                    log.info("%s: %s: its handler is cancelled", self.task.name, problem)
                    attempt.gone.set()
                    handling.cancel()
                    return
                log.warning("%s: heartbeat: %s: %s", self.task.name, problem.code, problem)

    async def _answer(self, token: str, outcome: Outcome) -> None:
        call = self._call(outcome.operation, {"taskToken": token, **outcome.members})
        try:
            await call.answer(None)
        except ApiError as problem:
            if problem.code in NOBODY_WAITS:
                # Refused the second time, it was taken the first time, and the reply got lost.
                level = logging.DEBUG if call.repeated else logging.WARNING
                log.log(level, "%s: nobody waits for its answer any more: %s", self.task.name, problem)
            elif outcome.operation == "SendTaskSuccess":
                await self._answer(token, failure(problem.code, problem.message))
            else:
                log.error("%s: its failure was refused: %s: %s", self.task.name, problem.code, problem)

    # -- the handler ---------------------------------------------------------------------------------------------------

    async def _handle(self, attempt: Attempt, text: str) -> Outcome | None:
        """What the handler came to; None when somebody else has the token to answer with."""
        CURRENT.set(attempt)
        try:
            return success(await self._output(attempt, text))
        except AnsweredLater:
            return None
        except Raised as problem:
            log.error("%s failed in its process:\n%s", self.task.name, problem.traceback.rstrip())
            return failure(problem.error, problem.cause)
        except TooLarge as problem:
            return failure(States.DATA_LIMIT_EXCEEDED, str(problem))
        except (Exception, SystemExit) as problem:
            log.error("%s failed", self.task.name, exc_info=problem)
            return failure(type(problem).__name__, str(problem))

    async def _output(self, attempt: Attempt, text: str) -> str:
        try:
            attempt.input = json.loads(text)
        except ValueError as problem:
            raise ContractBroken(f"{self.task.name}: its input is no JSON: {problem}") from problem
        if self._payloads is not None:
            attempt.input = await in_thread(self._payloads.fetch, attempt.input)
        # A process reads them itself: what they are made into could not travel there.
        attempt.arguments = attempt.input if self._children else self._contract.arguments(attempt.input)
        value = self._contract.returned(await self._through_middleware(attempt, 0))
        if self._payloads is not None:
            value = await in_thread(self._payloads.leave, value)
        output = text_of(value, f"{self.task.name} returned")
        if len(output.encode()) > LARGEST_OUTPUT:
            raise TooLarge(self.task.name)
        return output

    async def _through_middleware(self, attempt: Attempt, depth: int) -> Any:
        if depth < len(self._middleware):
            return await self._middleware[depth](attempt, lambda: self._through_middleware(attempt, depth + 1))
        if self._children is not None:
            return await self._children.call(attempt.arguments)
        if self._is_async:
            return await self.task.function(**attempt.arguments)
        return await self._in_thread(attempt)

    async def _in_thread(self, attempt: Attempt) -> Any:
        """A thread cannot be cancelled: it is told, and its hand is not free before it has come back."""
        working = asyncio.ensure_future(in_thread(self.task.function, **attempt.arguments))
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            attempt.gone.set()
            if not self._stopping:
                await asyncio.wait([working])
            raise

    # -- the end -------------------------------------------------------------------------------------------------------

    async def finish(self, grace: float) -> None:
        """Let what has begun come to an end for `grace` seconds; what has not is handed back as WorkerLost."""
        if self._attempts:
            await asyncio.wait(list(self._attempts), timeout=grace)
        self._stopping = True
        for handling in list(self._attempts.values()):
            handling.cancel()
        if self._attempts:
            _, late = await asyncio.wait(list(self._attempts), timeout=LAST_SECONDS)
            for answering in late:
                answering.cancel()
        if self._children is not None:
            self._children.close()


LAST_SECONDS = 5
"""For handlers that are cancelled to clean up, and for the last answers."""


class TooLarge(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} returned more than {LARGEST_OUTPUT} bytes. Let it travel by reference: payloads= of run_workers."
        )


def _children(place: Place) -> Children:
    """Raises ValueError where another process could not find the task."""
    function = place.task.function
    module, name = function.__module__, function.__qualname__
    try:
        found = find(module, name)
    except (AttributeError, ImportError):
        found = None
    if found is not place.task:
        raise ValueError(f"{name} is to run in processes, so it must be at the top of its module, under its own name.")
    return Children(module, name)
