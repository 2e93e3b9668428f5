"""The desk: answers the tasks of a run by what the test says, in virtual time."""

import asyncio
import inspect
from collections import Counter
from collections.abc import Coroutine
from contextlib import AbstractContextManager
from typing import Any, NoReturn, Protocol

import msgspec

from stepwell.clock import Milliseconds
from stepwell.engine.engine import Engine
from stepwell.engine.queues import Gone
from stepwell.engine.residents import Resident
from stepwell.errors import Failure, TaskTimedOut
from stepwell.integrations.call import Call, CallFailed
from stepwell.testing.answers import (
    After,
    Answers,
    Never,
    TaskCall,
    Unanswered,
    called,
    failure_of,
    result_text,
)
from stepwell.testing.tasks import INVOKE, names_of_call

Outcome = Failure | str
"""How a task ends: it failed, or its result as JSON text."""


class Life(Protocol):
    """What the desk needs of the run around it."""

    engine: Engine

    def spawn(self, work: Coroutine[Any, Any, None]) -> None: ...

    def fail(self, problem: BaseException) -> None:
        """The test has failed."""
        ...

    async def sleep_until(self, due: Milliseconds) -> None: ...

    def really_busy(self) -> AbstractContextManager[None]:
        """Something takes real time meanwhile."""
        ...

    def machine_of(self, machine_arn: str) -> str:
        """The machine's name, as the test says it."""
        ...


class Stopped(Exception):
    """The run is over; nobody wants the answer."""


class Desk:
    """Answers calls as an integration, and activity tasks as a worker."""

    def __init__(self, life: Life, answers: Answers) -> None:
        self.answers = answers
        self.calls: list[TaskCall] = []
        self._life = life
        self._attempts: Counter[tuple[int, str]] = Counter()
        self._jobs: dict[tuple[int, int], tuple[Milliseconds, Outcome]] = {}  # when they end, and how
        self._never: list[asyncio.Future[None]] = []

    def close(self) -> None:
        """Nobody waits any more for what will never come."""
        for waiting in self._never:
            if not waiting.done():
                waiting.set_exception(Stopped())
                waiting.exception()  # seen, should nobody wait for it

    # -- as an integration ---------------------------------------------------------------------------------------------

    async def call(self, call: Call) -> str:
        token = self._life.engine.runner.tokens.make(call.execution, call.position)
        waits = call.pattern == ".waitForTaskToken"
        key, asked = self._asked(call, token if waits else None)
        took, outcome = await self._outcome(key, asked, of_invoke=(call.service, call.action) == INVOKE and not waits)
        if waits:
            self._life.spawn(self._answer_token(call, token, took, outcome))
            return "{}"
        if call.pattern:
            due = self._now() + took
            self._jobs[call.execution, call.position] = due, outcome
            self._life.spawn(self._end_job(call, due))
            return "{}"
        await self._life.sleep_until(self._now() + took)
        return _result(outcome)

    async def poll(self, call: Call, submitted: str) -> str | None:
        due, outcome = self._jobs[call.execution, call.position]
        return None if due > self._now() else _result(outcome)

    async def stop(self, call: Call, submitted: str | None) -> None:
        """A job that was made up needs no stopping."""

    def answers_call(self, call: Call) -> bool:
        """Whether the test itself says what this call is answered."""
        return self.answers.find(names_of_call(call, msgspec.json.decode(call.input), _resource(call))) is not None

    async def _answer_token(self, call: Call, token: str, took: Milliseconds, outcome: Outcome) -> None:
        await self._until_submitted(call)
        await self._work(token, took, call.execution, call.position)
        await self._send(token, outcome)

    async def _end_job(self, call: Call, due: Milliseconds) -> None:
        """Look at the job the moment it has ended, and not only when it would be asked after."""
        await self._until_submitted(call)
        await self._life.sleep_until(due)
        self._life.engine.runner.calls.ask((call.execution, call.position))

    async def _until_submitted(self, call: Call) -> None:
        while (resident := self._resident(call.execution)) is not None:
            branch = resident.execution.owner(call.position)
            if branch is None or branch.task is None or branch.task.submitted is not None:
                return
            await asyncio.sleep(0)

    def _resident(self, execution: int) -> Resident | None:
        return self._life.engine.runner.residents.get(execution)

    # -- as a worker ---------------------------------------------------------------------------------------------------

    async def serve(self, activity: str) -> None:
        """Take the activity's tasks for ever, any number at a time."""
        while True:
            task = await self._life.engine.tasks.take(activity, "test", Gone())
            if task is not None:
                self._life.spawn(self._do(activity, task.token, task.input))

    async def _do(self, activity: str, token: str, input: str) -> None:
        execution, position = self._life.engine.runner.tokens.read(token)
        resident = self._resident(execution)
        branch = None if resident is None else resident.execution.owner(position)
        if resident is None or branch is None:
            return
        row = resident.row
        call = Call(
            execution=execution,
            position=position,
            execution_arn=row.arn,
            machine_arn=row.machine_arn,
            state=branch.state,
            service=activity,
            input=input,
        )
        took, outcome = await self._outcome(*self._asked(call, token))
        await self._work(token, took, execution, position)
        await self._send(token, outcome)

    async def _work(self, token: str, took: Milliseconds, execution: int, position: int) -> None:
        """Let the time pass, telling of oneself as a worker does."""
        end = self._now() + took
        heartbeat = self._heartbeat(execution, position)
        while heartbeat is not None and end - self._now() > heartbeat:
            await self._life.sleep_until(self._now() + heartbeat)
            try:
                await self._life.engine.tasks.heartbeat(token)
            except TaskTimedOut:
                return
        await self._life.sleep_until(end)

    def _heartbeat(self, execution: int, position: int) -> Milliseconds | None:
        """How often to tell of oneself: twice as often as needed."""
        resident = self._resident(execution)
        branch = None if resident is None else resident.execution.owner(position)
        if branch is None or branch.task is None or branch.task.heartbeat is None:
            return None
        return branch.task.heartbeat * 500

    async def _send(self, token: str, outcome: Outcome) -> None:
        try:
            if isinstance(outcome, Failure):
                await self._life.engine.tasks.fail(token, outcome.error, outcome.cause)
            else:
                await self._life.engine.tasks.succeed(token, outcome)
        except TaskTimedOut:
            pass  # the try is over; a worker would hear the same

    # -- what is answered ----------------------------------------------------------------------------------------------

    def _asked(self, call: Call, token: str | None) -> tuple[str, TaskCall]:
        """Under which name the answer stands, and what a function is told. Fails the test when there is none."""
        input = msgspec.json.decode(call.input)
        names = names_of_call(call, input, _resource(call))
        self._attempts[call.execution, call.state] += 1
        invoked = (call.service, call.action) == INVOKE and isinstance(input, dict)
        asked = TaskCall(
            machine=self._life.machine_of(call.machine_arn),
            state=call.state,
            resource=call.resource,
            input=input.get("Payload", {}) if invoked else input,
            attempt=self._attempts[call.execution, call.state],
            token=token,
        )
        self.calls.append(asked)
        key = self.answers.find(names)
        if key is None:
            self._give_up(Unanswered(_how_to_answer(asked, names)))
        return key, asked

    async def _outcome(self, key: str, asked: TaskCall, *, of_invoke: bool = False) -> tuple[Milliseconds, Outcome]:
        try:
            answer = self.answers.next(key)
        except Unanswered as problem:
            self._give_up(Unanswered(f"{_asked_for(asked)} {problem}"))
        answer, took = await self._said(answer, asked)
        if isinstance(answer, Failure):
            return took, answer
        if isinstance(answer, Never):
            await self._wait_for_ever()
        try:
            return took, result_text(answer, of_invoke=of_invoke)
        except (TypeError, ValueError) as problem:
            self._give_up(Unanswered(f"{_asked_for(asked)} The answer {answer!r} is no JSON: {problem}"))

    async def _said(self, answer: Any, asked: TaskCall) -> tuple[Any, Milliseconds]:
        """The answer that functions come to, and how long it takes."""
        took = 0
        while True:
            if isinstance(answer, After):
                took += answer.milliseconds
                answer = answer.answer
            elif isinstance(answer, type) and issubclass(answer, Exception):
                answer = answer()
            elif isinstance(answer, Exception):
                return failure_of(answer, asked), took
            elif callable(answer) and not isinstance(answer, Never):
                answer = await self._called(answer, asked)
            else:
                return answer, took

    async def _called(self, function: Any, asked: TaskCall) -> Any:
        try:
            answer = called(function, asked)
            if inspect.isawaitable(answer):
                with self._life.really_busy():
                    answer = await answer
            return answer
        except (AssertionError, Unanswered) as problem:
            self._give_up(problem)
        except Exception as problem:
            return failure_of(problem, asked)
        except BaseException as problem:  # pytest.fail() and the like
            if isinstance(problem, asyncio.CancelledError):
                raise
            self._give_up(problem)

    def _give_up(self, problem: BaseException) -> NoReturn:
        self._life.fail(problem)
        raise Stopped

    async def _wait_for_ever(self) -> None:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._never.append(waiting)
        await waiting

    def _now(self) -> Milliseconds:
        return self._life.engine.clock.now()


def _result(outcome: Outcome) -> str:
    if isinstance(outcome, Failure):
        raise CallFailed(outcome.error, outcome.cause)
    return outcome


def _resource(call: Call) -> str:
    return f"arn:aws:states:::{call.resource}" if call.action else call.service


def _asked_for(asked: TaskCall) -> str:
    return f"The state {asked.state!r} of {asked.machine} calls {asked.resource} (try {asked.attempt})."


def _how_to_answer(asked: TaskCall, names: list[str]) -> str:
    shown = msgspec.json.encode(asked.input).decode()
    shown = shown if len(shown) <= 500 else shown[:500] + "…"
    others = ", ".join(repr(name) for name in dict.fromkeys(names[1:]) if name != names[0])
    return (
        f"{_asked_for(asked)} Nothing answers it.\n"
        f"  its input: {shown}\n"
        f"  Answer it with tasks={{{names[0]!r}: a value, a function, Failure(...) or a list of these}}"
        + (f";\n  instead of the state's name it may say {others}." if others else ".")
    )
