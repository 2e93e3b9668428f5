"""A machine under test: what `run` and the fixture `machine` give."""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from stepwell.core import mocks as core_mocks
from stepwell.engine.records import MachineType
from stepwell.engine.starts import Beginning
from stepwell.integrations.mock_config import MockConfigError, read_mock_config
from stepwell.sdk.attempts import CURRENT, Attempt
from stepwell.sdk.contracts import Contract
from stepwell.sdk.questions import AnsweredLater
from stepwell.testing.answers import NEVER, Answers, TaskCall
from stepwell.testing.definitions import Definition, read_definition
from stepwell.testing.recorded import Recording
from stepwell.testing.results import Run, going
from stepwell.testing.tasks import has_unknown_functions, known_names
from stepwell.testing.world import NOON, World


class Machine:
    """A state machine, ready to be run as often as a test wants; each run is a world of its own.

    `source`: a path, a text, a dict, or a workflow (what has `to_asl()`). `tasks`: answers that all runs share.
    `machines`: those that it starts, as Machines or as sources by name. `substitutions`: for `${Name}` in the
    definition. Raises UnusableDefinition.
    """

    def __init__(
        self,
        source: Any,
        *,
        name: str | None = None,
        type: MachineType = "STANDARD",
        tasks: Mapping[str, Any] | None = None,
        machines: "Sequence[Machine] | Mapping[str, Any]" = (),
        substitutions: Mapping[str, Any] | None = None,
        directory: Path | None = None,
    ) -> None:
        self.definition = read_definition(
            source, name=name, type=type, substitutions=substitutions, directory=directory
        )
        self.tasks = dict(tasks or {})
        self.machines = [*_own_machines(source), *_machines(machines, directory)]
        self._own = dict(_own_tasks(source))

    def __repr__(self) -> str:
        return f"<machine {self.name}>"

    @property
    def name(self) -> str:
        return self.definition.name

    def run(
        self,
        input: Any = None,
        *,
        tasks: Mapping[str, Any] | None = None,
        until: str | None = None,
        start: str | None = None,
        variables: Mapping[str, Any] | None = None,
        mocks: str | Path | None = None,
        case: str | None = None,
        recorded: Recording | str | Path | None = None,
        at: datetime | None = None,
        seed: int = 0,
        name: str = "test",
    ) -> Run:
        """Run it to its end, or until it is about to enter a state; time passes by itself.

        `input`: any JSON value, `{}` without one. `start`, `variables`: the state to begin with, and what was assigned
        before. `mocks`, `case`: a mock configuration file of Step Functions Local, and the test case in it.
        `recorded`: an exported history, whose tasks' results answer what `tasks` does not, and whose input is taken
        where none is given. `at`: when the run begins. `seed`: of all chance in it. Raises what is wrong with the test:
        Unanswered, UnknownTask, CannotGoOn, MockConfigError, UnusableRecording.
        """
        self._refuse_unknown_states(until, start)
        recording = Recording(recorded) if isinstance(recorded, str | Path) else recorded
        if recording is not None:
            input = recording.input if input is None else input
            at = recording.started if at is None else at
        answers = Answers(self._answers(tasks or {}, recording))
        world = World(self._definitions(), answers, now=_milliseconds(at), seed=seed)
        texts = {key: _json(value) for key, value in (variables or {}).items()}
        beginning = Beginning(start, texts or None) if start is not None or texts else None
        mocked = self._mocks(mocks, case)
        text = _json({} if input is None else input)
        return going(world, until, lambda: world.start(text, name, beginning, until, mocked))

    def check(self, tasks: Mapping[str, Any], mocks: str | Path | None = None, case: str | None = None) -> None:
        """What can be known of a run before it. Raises UnknownTask, MockConfigError."""
        self._answers(tasks)
        self._mocks(mocks, case)

    def _answers(self, tasks: Mapping[str, Any], recording: Recording | None = None) -> dict[str, Any]:
        """The test's own count most, then the machine's, the recorded ones, and those that workflows bring along."""
        own = {key: answer for machine in (*self.machines, self) for key, answer in machine._own.items()}
        shared = {key: answer for machine in (*self.machines, self) for key, answer in machine.tasks.items()}
        given = {**shared, **tasks}
        if not any(has_unknown_functions(definition) for definition in self._definitions()):
            known = {name for definition in self._definitions() for name in known_names(definition)}
            Answers(given).refuse_unknown(known)
        return {**own, **(recording.tasks if recording is not None else {}), **given}

    def _definitions(self) -> list[Definition]:
        return [self.definition, *(machine.definition for machine in self.machines)]

    def _mocks(self, file: str | Path | None, case: str | None) -> str | None:
        if file is None:
            return None
        config = read_mock_config(file)
        machine = self.name if self.name in config.machines() or len(config.machines()) != 1 else config.machines()[0]
        if case is None:
            known = ", ".join(config.test_cases(machine))
            raise MockConfigError([f"{file}: say which test case of {machine} is meant: case=…, one of {known}."])
        return core_mocks.encode(config.mocks(machine, case))

    def _refuse_unknown_states(self, *names: str | None) -> None:
        for name in names:
            if name is not None and name not in self.definition.machine.states:
                there = ", ".join(map(repr, self.definition.machine.states))
                raise ValueError(f"{self.name} has no state {name!r}. There are: {there}.")


def run(source: Any, input: Any = None, *, machine: Mapping[str, Any] | None = None, **options: Any) -> Run:
    """Run a machine once: `Machine(source, **machine).run(input, **options)`."""
    return Machine(source, **(machine or {})).run(input, **options)


def _machines(machines: Any, directory: Path | None) -> Iterator[Machine]:
    named = machines.items() if isinstance(machines, Mapping) else [(None, each) for each in machines]
    for name, each in named:
        machine = each if isinstance(each, Machine) else Machine(each, name=name, directory=directory)
        yield machine
        yield from machine.machines


def _own_tasks(source: Any) -> Iterator[tuple[str, Any]]:
    """The functions that a workflow calls, by the names of their tasks."""
    for used in _uses(source):
        if not hasattr(used, "to_asl"):
            yield used.name, _function(used)
            if getattr(used, "resource", None):
                yield used.resource, _function(used)


def _own_machines(source: Any) -> Iterator[Machine]:
    """The workflows that a workflow calls."""
    for used in _uses(source):
        if hasattr(used, "to_asl"):
            yield Machine(used)


def _uses(source: Any) -> Sequence[Any]:
    uses = getattr(source, "uses", None)
    return list(uses()) if callable(uses) and hasattr(source, "to_asl") else []


def _function(task: Any) -> Callable[[Any, TaskCall], Any]:
    """Called as a worker calls it: the input's members are the parameters, each as its annotation wants it.

    A question that the test does not answer is asked, and nobody answers it.
    """
    contract = Contract(task.function, task.name)

    async def answer(input: Any, call: TaskCall) -> Any:
        CURRENT.set(Attempt(task.name, call.token or "", input))
        try:
            result = task.function(**contract.arguments(input))
            return contract.returned(await result if inspect.isawaitable(result) else result)
        except AnsweredLater:
            return NEVER

    return answer


def _json(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except TypeError:
        return json.dumps(value, default=str)


def _milliseconds(at: datetime | None) -> int:
    if at is None:
        return NOON
    return round((at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp() * 1000)
