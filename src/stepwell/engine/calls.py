"""Calls: tasks that an integration answers, so many of a service at a time, and the jobs that some of them start."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

from stepwell.clock import Clock, Milliseconds
from stepwell.core import facts as f
from stepwell.core.execution import Branch, Try
from stepwell.core.journal import TaskScheduled
from stepwell.core.payloads import json_fault
from stepwell.core.state_test import Wanted
from stepwell.core.work import Work, WorkKind
from stepwell.engine.mocked import mocked_answer
from stepwell.engine.residents import Resident
from stepwell.errors import Failure, InternalFailure, States
from stepwell.integrations.call import (
    Call,
    CallFailed,
    Integration,
    Integrations,
    Pattern,
    Postponed,
    Queueing,
)

log = logging.getLogger(__name__)

Key = tuple[int, int]
"""Execution, position of the try."""

PATTERNS = (".sync:2", ".sync", ".waitForTaskToken")

SHORTEST: Milliseconds = 1_000
LONGEST: Milliseconds = 60_000
"""Bounds of the time between two questions after a job: a tenth of the time that it has run."""


def call_of(
    arn: str,
    machine_arn: str,
    execution: int,
    position: int,
    state: str,
    tried: Try | TaskScheduled | Wanted,
    input: str,
) -> Call:
    """The call that a try asks for, or that the test of a state wants."""
    pattern = next((p for p in PATTERNS if tried.resource_type is not None and tried.resource.endswith(p)), "")
    return Call(
        execution=execution,
        position=position,
        execution_arn=arn,
        machine_arn=machine_arn,
        state=state,
        service=tried.resource_type or tried.resource,
        action=tried.resource.removesuffix(pattern) if tried.resource_type is not None else "",
        pattern=cast(Pattern, pattern),
        input=input,
        credentials=tried.credentials,
        due=_due(tried),
    )


def _due(tried: Try | TaskScheduled | Wanted) -> Milliseconds | None:
    """When the try times out, as far as this is known already."""
    match tried:
        case Try():
            return tried.due
        case TaskScheduled():
            return tried.timeout_due
        case Wanted():
            return None


def _unreadable(call: Call, position: int, fault: str) -> f.Fact:
    """What the core could not read would have the execution set aside, through no fault of ours."""
    cause = f"The answer of {call.resource} cannot be used: {fault}"
    return f.TaskRefused(position, Failure(States.RUNTIME, cause))


class Lane:
    """The calls of one service, or of one part of it: first come first served, so many at a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.waiting: deque[Key] = deque()
        self.busy = 0


class Calls:
    """Makes calls and brings the answers back as facts.

    `resident` finds an execution that runs; `bring` brings it a fact for sure, and does not wait for its commit. A
    call that is under way when its try ends is not interrupted, as on AWS; its answer is of no use to anybody then.
    """

    def __init__(
        self,
        integrations: Integrations,
        clock: Clock,
        limit: int,
        spawn: Callable[[Coroutine[Any, Any, object], str], None],
        resident: Callable[[int], Awaitable[Resident | None]],
        bring: Callable[[int, f.Fact], Awaitable[None]],
    ) -> None:
        self._integrations = integrations
        self._clock = clock
        self._limit = limit
        self._spawn = spawn
        self._resident = resident
        self._bring = bring
        self._lanes: dict[str, Lane] = {}
        self._known: set[Key] = set()  # waiting in a lane or under way: nothing is called twice
        self._flying: dict[Key, asyncio.Future[str | None]] = {}  # calls made; what they are answered
        self._asked: dict[Key, tuple[Queueing, Call]] = {}  # calls that may not have begun
        self._asking: dict[Key, bool] = {}  # jobs being asked after -> whether to ask once more
        self._open = 0  # calls being made, in all lanes
        self._quiet = asyncio.Event()
        self._quiet.set()

    def __len__(self) -> int:
        return len(self._known)

    def add(self, work: Work) -> None:
        """A call is to be made; one that is known already is not made again."""
        key = (work.execution, work.position)
        if key in self._known:
            return
        assert work.queue is not None
        self._known.add(key)
        self._line_up(key, work.queue)

    def _line_up(self, key: Key, name: str) -> None:
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane(name)
        lane.waiting.append(key)
        self._start(lane)

    def _start(self, lane: Lane) -> None:
        while lane.waiting and lane.busy < self._limit:
            lane.busy += 1
            self._open += 1
            self._quiet.clear()
            self._spawn(self._make(lane.waiting.popleft(), lane), "a call")
        if not lane.busy and not lane.waiting:
            self._lanes.pop(lane.name, None)

    def over(self, key: Key) -> None:
        """The try is over. A call that is under way is not interrupted; one that waits with its integration is."""
        asked = self._asked.get(key)
        if asked is not None:
            integration, call = asked
            integration.withdraw(call)

    async def settle(self, seconds: float) -> None:
        """The server stops: no further call is begun, and those under way have so long to be answered."""
        for lane in self._lanes.values():
            lane.waiting.clear()
        try:
            await asyncio.wait_for(self._quiet.wait(), seconds)
        except TimeoutError:
            log.info("%d calls are under way; they are made again at the next start", len(self._flying))

    async def _make(self, key: Key, lane: Lane) -> None:
        answered: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._flying[key] = answered
        fact: f.Fact | None = None
        elsewhere: str | None = None
        try:
            found = await self._find(key, WorkKind.CALL)
            if found is not None:
                resident, branch, call = found
                elsewhere = self._other_lane(call, lane)
                if elsewhere is None:
                    fact = await self._answer_of(key, resident, branch, call)
            if fact is not None:
                await self._bring(key[0], fact)
        finally:
            answered.set_result(fact.output if isinstance(fact, f.TaskSubmitted) else None)
            del self._flying[key]
            lane.busy -= 1
            self._open -= 1
            self._start(lane)
            if elsewhere is None:
                self._known.discard(key)
            else:
                self._line_up(key, elsewhere)
            if not self._open:
                self._quiet.set()

    def _other_lane(self, call: Call, lane: Lane) -> str | None:
        """The lane that the call's integration has for it; None: it is in that one."""
        integration = self._integrations.find(call.service)
        name = integration.lane(call) if isinstance(integration, Queueing) else lane.name
        return None if name == lane.name else name

    async def _answer_of(self, key: Key, resident: Resident, branch: Branch, call: Call) -> f.Fact | None:
        """Make the call. None: nobody waits for its answer, or it is not to be made now."""
        position = key[1]
        assert branch.task is not None
        if branch.task.mocked is not None:
            return mocked_answer(resident.execution, branch, branch.task)
        waits = branch.task.waits_for_job or branch.task.waits_for_token
        try:
            output = await self._asking_for(key, call)
        except Postponed:
            return None
        except CallFailed as problem:
            return f.TaskRefused(position, problem.failure, problem.how)
        except Exception as problem:
            return self._broken(call, position, problem)
        if fault := json_fault(output):
            return _unreadable(call, position, fault)
        return f.TaskSubmitted(position, output) if waits else f.TaskAnswered(position, output)

    async def _asking_for(self, key: Key, call: Call) -> str:
        integration = self.integration_for(call)
        if not isinstance(integration, Queueing):
            return await integration.call(call)
        self._asked[key] = integration, call
        try:
            return await integration.call(call)
        finally:
            del self._asked[key]

    async def _find(self, key: Key, kind: str) -> tuple[Resident, Branch, Call] | None:
        """The try, if this is still to be done for it."""
        execution, position = key
        try:
            resident = await self._resident(execution)
        except InternalFailure:  # set aside; its row brings the call back once that is mended
            return None
        if resident is None or (position, kind) not in resident.execution.work:
            return None
        branch = resident.execution.owner(position)
        if branch is None or branch.task is None:
            return None
        row, tried = resident.row, branch.task
        call = call_of(row.arn, row.machine_arn, execution, position, branch.state, tried, tried.input.text)
        return resident, branch, call

    def integration_for(self, call: Call) -> Integration:
        """Who makes the call. Raises CallFailed when nobody does."""
        integration = self._integrations.find(call.service)
        if integration is None:
            raise CallFailed(
                States.RUNTIME,
                f"Nothing answers {call.resource} here. Functions, AWS services and "
                "HTTP are set up in stepwell.toml; see the guide on integrations.",
            )
        return integration

    def _broken(self, call: Call, position: int, problem: Exception) -> f.Fact:
        log.error("%s, state %s: calling %s broke", call.execution_arn, call.state, call.resource, exc_info=problem)
        cause = f"Stepwell's own code failed calling {call.resource}: {type(problem).__name__}: {problem}"
        return f.TaskRefused(position, CallFailed(States.RUNTIME, cause).failure)

    # -- jobs ----------------------------------------------------------------------------------------------------------

    def ask(self, key: Key) -> None:
        """Ask after a job now; if it is being asked after, once more, for this may be news."""
        if key in self._asking:
            self._asking[key] = True
        else:
            self._asking[key] = True
            self._spawn(self._ask(key), "asking after a job")

    async def _ask(self, key: Key) -> None:
        try:
            while self._asking[key]:
                self._asking[key] = False
                fact = await self._state_of_job(key)
                if fact is not None:
                    await self._bring(key[0], fact)
        finally:
            del self._asking[key]

    async def _state_of_job(self, key: Key) -> f.Fact | None:
        found = await self._find(key, WorkKind.JOB)
        if found is None:
            return None
        _, branch, call = found
        tried, position = branch.task, key[1]
        assert tried is not None
        assert tried.submitted is not None
        try:
            output = await self.integration_for(call).poll(call, tried.submitted.text)
        except CallFailed as problem:
            return f.TaskRefused(position, problem.failure, problem.how)
        except Exception as problem:
            return self._broken(call, position, problem)
        if output is not None:
            fault = json_fault(output)
            return _unreadable(call, position, fault) if fault else f.TaskAnswered(position, output)
        now = self._clock.now()
        return f.JobRuns(position, now + min(max((now - tried.submitted_at) // 10, SHORTEST), LONGEST))

    async def stop_job(self, call: Call, submitted: str | None) -> None:
        """Stop a job that nobody waits for; when its call is under way still, as soon as that is answered."""
        flying = self._flying.get((call.execution, call.position))
        if flying is not None:
            submitted = await asyncio.shield(flying) or submitted
        await self.integration_for(call).stop(call, submitted)
