"""A journey of one execution through the core: scripted answers, a clock that is moved, a journal that is kept."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from stepwell.asl.parse import compile_definition
from stepwell.core import facts as f
from stepwell.core import journal as j
from stepwell.core.advance import Limits, Moment, Transition, advance
from stepwell.core.evolve import evolve
from stepwell.core.execution import Execution, Phase
from stepwell.core.history import HistoryView
from stepwell.core.work import Work, WorkKind
from stepwell.errors import Failure

NOON = 1_700_000_000_000
ARN = "arn:aws:states:eu-west-1:123456789012:execution:m:e"
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:m"
ROLE = "arn:aws:iam::123456789012:role/r"

SILENT = object()
"""An answer that never comes: the task is taken and nothing is heard of it."""


def failing(error: str | None = None, cause: str | None = None, times: int = 1) -> list[Failure]:
    return [Failure(error, cause)] * times


class Journey:
    """One execution, every fact it was given, and all that came of them."""

    def __init__(self, definition: Mapping[str, Any], *, seed: int = 1, deleting: bool = False, **limits: Any) -> None:
        self.machine = compile_definition(json.dumps(definition))
        self.limits = Limits(**limits)
        self.execution = Execution(1)
        self.now = NOON
        self.seed = seed
        self.deleting = deleting
        self.steps: list[tuple[f.Fact, Moment, Transition]] = []
        self.moved: dict[tuple[int, str], int] = {}  # heartbeat deadlines live outside the execution

    # -- what is done to it --------------------------------------------------------------------------------------------

    def deliver(self, fact: f.Fact) -> Transition:
        moment = Moment(self.now, self.seed + len(self.steps))
        transition = advance(self.machine, self.execution, fact, moment, self.limits, deleting=self.deleting)
        self.steps.append((fact, moment, transition))
        self.moved.update({(work.position, work.kind): work.due for work in transition.moved if work.due is not None})
        return transition

    def settle(self) -> None:
        """Slice after slice, until every branch waits."""
        while self.execution.ready:
            self.deliver(f.Continue())

    def start(self, input: Any = None) -> "Journey":
        text = json.dumps({} if input is None else input, separators=(",", ":"))
        self.deliver(f.Start(arn=ARN, machine_arn=MACHINE, revision="r", name="e", role_arn=ROLE, input=text))
        self.settle()
        return self

    def give(self, fact: f.Fact) -> bool:
        accepted = self.deliver(fact).accepted
        self.settle()
        return accepted

    def position(self, state: str) -> int:
        """Of the try (or wait, or retry) that a branch is in, in this state."""
        found = [branch.owned for branch in self.execution.branches.values() if branch.state == state and branch.owned]
        return found[0]

    def take(self, state: str, worker: str = "worker") -> bool:
        return self.give(f.TaskTaken(self.position(state), worker))

    def answer(self, state: str, output: Any) -> bool:
        text = json.dumps(output, separators=(",", ":"), ensure_ascii=False)
        return self.give(f.TaskAnswered(self.position(state), text))

    def refuse(self, state: str, error: str | None = None, cause: str | None = None) -> bool:
        return self.give(f.TaskRefused(self.position(state), Failure(error, cause)))

    def stop(self, error: str | None = None, cause: str | None = None) -> bool:
        return self.give(f.Stop(error, cause))

    def redrive(self) -> bool:
        return self.give(f.Redrive())

    def fire(self, work: Work, awake_since: int = 0) -> bool:
        return self.give(f.TimerFired(work.position, work.kind, awake_since))

    def timers(self) -> list[tuple[int, Work]]:
        """When each timer is due, the first one first."""
        timers = [work for work in self.execution.work.values() if work.kind in WorkKind.TIMERS]
        due = [(self.moved.get((work.position, work.kind), work.due), work) for work in timers]
        return sorted(due, key=lambda pair: (pair[0], pair[1].position, pair[1].kind))

    def pass_time(self, seconds: float) -> None:
        """Move the clock, firing on the way what comes due."""
        end = self.now + round(seconds * 1000)
        while (timers := self.timers()) and timers[0][0] <= end:
            self.now = max(self.now, timers[0][0])
            self.fire(timers[0][1])
        self.now = end

    def travel(self, answers: Callable[[str], Any], most: int = 1_000_000) -> "Journey":
        """Answer the tasks that wait, else move on to the next timer, until neither is left to do; `most` steps."""
        for _ in range(most):
            if not self.execution.running:
                break
            if not self._answer_one(answers):
                timers = self.timers()
                if not timers:
                    break
                self.now = max(self.now, timers[0][0])
                self.fire(timers[0][1])
        return self

    def _answer_one(self, answers: Callable[[str], Any]) -> bool:
        for branch in self.execution.branches.values():
            tried = branch.task
            if tried is not None and (
                branch.phase is Phase.SCHEDULED or (tried.position, "call") in self.execution.work
            ):
                position, state = tried.position, branch.state
                self.give(f.TaskTaken(position, "worker"))
                answer = answers(state)
                if isinstance(answer, Failure):
                    self.give(f.TaskRefused(position, answer))
                elif answer is not SILENT:
                    self.give(f.TaskAnswered(position, json.dumps(answer, separators=(",", ":"), ensure_ascii=False)))
                return True
        return False

    # -- what came of it -----------------------------------------------------------------------------------------------

    @property
    def entries(self) -> list[j.Entry]:
        return [entry for _, _, transition in self.steps for entry in transition.entries]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The history as AWS shows it."""
        entries = self.entries

        def text(payload: j.Payload) -> str:
            return payload if isinstance(payload, str) else text(entries[payload].payload)  # type: ignore[attr-defined]

        view = HistoryView(text, "eu-west-1")
        return [event for entry in entries if (event := view.event(entry)) is not None]

    @property
    def order(self) -> list[tuple[str, int]]:
        """Each event's type and previousEventId; ids run from 1 without gaps."""
        assert [event["id"] for event in self.events] == list(range(1, len(self.events) + 1))
        return [(event["type"], event["previousEventId"]) for event in self.events]

    @property
    def path(self) -> list[str]:
        """The states entered, in order."""
        return [entry.name for entry in self.entries if isinstance(entry, j.StateEntered)]

    @property
    def status(self) -> str:
        return self.execution.status

    @property
    def output(self) -> Any:
        assert self.execution.output is not None, (self.status, self.failure)
        return self.execution.output.value

    @property
    def failure(self) -> tuple[str | None, str | None]:
        return self.execution.error, self.execution.cause

    def tries(self, state: str) -> list[float]:
        """When each try of the state's task began, in seconds from the start of the execution."""
        names: dict[int, str] = {}
        found = []
        for entry in self.entries:
            if isinstance(entry, j.StateEntered):
                names[entry.branch] = entry.name
            elif isinstance(entry, j.TaskScheduled) and names[entry.branch] == state:
                found.append((entry.at - NOON) / 1000)
        return found

    def given(self, state: str) -> Any:
        """What the worker is given for this state's task."""
        branch = self.execution.owner(self.position(state))
        assert branch is not None
        assert branch.task is not None
        return branch.task.input.value


def scripted(answers: Mapping[str, Sequence[Any]]) -> Callable[[str], Any]:
    """Each state's answers one after another; the last one again and again; `null` where there are none."""
    left = {state: list(of_state) for state, of_state in answers.items()}

    def answer(state: str) -> Any:
        of_state = left.get(state, [None])
        return of_state.pop(0) if len(of_state) > 1 else of_state[0]

    return answer


def folded(chunks: Sequence[bytes]) -> Execution:
    """The execution that a restart makes of a stored journal."""
    execution = Execution(1)
    for chunk in chunks:
        for entry in j.decode(chunk):
            evolve(execution, entry)
    execution.drain_work()
    return execution


def picture(thing: Any) -> Any:
    """All there is to know of an execution, as plain data that can be compared."""
    if isinstance(thing, msgspec.Struct):
        return thing
    if isinstance(thing, Phase):
        return thing
    if hasattr(thing, "__slots__"):
        if hasattr(thing, "text"):  # a Document: the same text in the same place, whatever was made of it so far
            return (thing.text, thing.position)
        return {name: picture(getattr(thing, name)) for name in thing.__slots__}
    if isinstance(thing, Mapping):
        return [(key, picture(value)) for key, value in thing.items()]  # in order: it decides what runs first
    if isinstance(thing, list | tuple):
        return [picture(value) for value in thing]
    if hasattr(thing, "popleft"):
        return list(thing)
    return thing
