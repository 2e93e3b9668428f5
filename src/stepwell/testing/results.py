"""What a run came to: its path, its output, and each state's tries, inputs, outputs and errors."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from stepwell.clock import Milliseconds
from stepwell.core.history import Event, HistoryView
from stepwell.errors import Failure
from stepwell.testing import drawing, listeners
from stepwell.testing.trace import Trace, Visit
from stepwell.testing.world import World

if TYPE_CHECKING:
    from stepwell.testing.answers import TaskCall
    from stepwell.testing.definitions import Definition


class NotSucceeded(AssertionError):
    """The output of an execution was asked for that has none. The message draws its path."""


class Path(list[str]):
    """Names of states. Compared in an assertion, it shows where it parts from what was expected."""

    def __init__(self, names: Sequence[str], run: "Run") -> None:
        super().__init__(names)
        self.run = run


class StateView:
    """The visits of one state; what is asked for without more is the last one's."""

    def __init__(self, name: str, visits: Sequence[Visit], run: "Run") -> None:
        self.name = name
        self._visits = visits
        self._run = run

    def __repr__(self) -> str:
        return f"<state {self.name}: entered {self.entered} times, {self.attempts} attempts>"

    @property
    def entered(self) -> int:
        """How often, iterations of a Map counted each."""
        return len(self._visits)

    @property
    def visits(self) -> list["StateView"]:
        """Each visit by itself."""
        return [StateView(self.name, [visit], self._run) for visit in self._visits]

    @property
    def attempts(self) -> int:
        """Tries of the Task, Parallel or Map, over all visits."""
        return sum(visit.attempts for visit in self._visits)

    @property
    def status(self) -> str:
        """SUCCEEDED, CAUGHT, FAILED, ABORTED or RUNNING."""
        return self._visits[-1].status

    @property
    def input(self) -> Any:
        return listeners.told(json.loads(self._visits[-1].input), self._run, f"input of {self.name}")

    @property
    def output(self) -> Any:
        """Raises NotSucceeded when the state has none."""
        text = self._visits[-1].output
        if text is None:
            raise NotSucceeded(f"The state {self.name!r} has no output: it is {self.status}.\n{self._run}")
        return listeners.told(json.loads(text), self._run, f"output of {self.name}")

    @property
    def inputs(self) -> list[Any]:
        return self._told([json.loads(visit.input) for visit in self._visits], "inputs")

    @property
    def outputs(self) -> list[Any]:
        """None for a visit that has none."""
        found = [None if visit.output is None else json.loads(visit.output) for visit in self._visits]
        return self._told(found, "outputs")

    @property
    def given(self) -> list[Any]:
        """What each try of the task was given: Parameters or Arguments, evaluated."""
        return self._told([json.loads(text) for visit in self._visits for text in visit.given], "given")

    @property
    def failures(self) -> list[Failure]:
        """Of all tries, and of the state itself."""
        return [failure for visit in self._visits for failure in visit.failures]

    @property
    def error(self) -> str | None:
        """Name of the last one."""
        return self.failures[-1].error if self.failures else None

    @property
    def cause(self) -> str | None:
        return self.failures[-1].cause if self.failures else None

    @property
    def variables(self) -> dict[str, Any]:
        """As the state found them."""
        found = {name: json.loads(text) for name, text in self._visits[-1].variables.items()}
        return listeners.told(found, self._run, f"variables of {self.name}")

    @property
    def next(self) -> str | None:
        """Where it went."""
        return self._visits[-1].next

    @property
    def duration(self) -> timedelta:
        """From entering to leaving, in virtual time, over all visits."""
        ended = [visit for visit in self._visits if visit.left is not None]
        return timedelta(milliseconds=sum((visit.left or 0) - visit.entered for visit in ended))

    def _told(self, values: list[Any], what: str) -> list[Any]:
        listeners.told(values, self._run, f"{what} of {self.name}")
        return values

    @property
    def paths(self) -> list[list[str]]:
        """Of a Parallel's branches, or a Map's iterations, in the last try of the last visit: names of states."""
        visit = self._visits[-1]
        last = [child for child in visit.children if child.attempt_of_parent == visit.attempts]
        indexes = sorted({child.index for child in last})
        return [[child.state.name for child in last if child.index == index] for index in indexes]


class Run:
    """An execution that has ended, or is held before a state. `str()` draws it."""

    def __init__(self, world: World) -> None:
        main = world.witness.main
        assert main is not None
        self._world = world
        self._trace = Trace(world.definitions[0].machine, main.id, list(world.witness.journals[main.id]))
        self._held = world.witness.held
        self.name = world.definitions[0].name  # of the state machine

    def __str__(self) -> str:
        return drawing.draw(self.name, self._trace, self.next if self._held else None)

    def __repr__(self) -> str:
        return f"<run of {self.name}: {'held before ' + str(self.next) if self._held else self.status}>"

    @property
    def held(self) -> bool:
        """It waits before the state that `until` names; `resume` lets it go on."""
        return self._held

    def resume(self, *, until: str | None = None, tasks: dict[str, Any] | None = None) -> "Run":
        """Go on, to the end or until before a state; `tasks` are further answers."""
        if not self._held or not self._world.witness.held:
            raise RuntimeError(f"The run of {self.name} is not held (any more): there is nothing to resume.\n{self}")
        self._world.desk.answers.give(tasks or {})
        return going(self._world, until, lambda: self._world.resume(until))

    def follows(self, other: "Run") -> bool:
        """Whether this is the other one gone on, or still the same."""
        return self._world is other._world

    def close(self) -> None:
        """Give up a run that is held."""
        self._world.close()

    # -- how it ended --------------------------------------------------------------------------------------------------

    @property
    def status(self) -> str:
        """SUCCEEDED, FAILED, TIMED_OUT, ABORTED, or RUNNING for one that is held."""
        return self._trace.execution.status

    @property
    def output(self) -> Any:
        """Raises NotSucceeded, with the path drawn, when the execution has none."""
        document = self._trace.execution.output
        if document is None:
            raise NotSucceeded(f"There is no output.\n{self}")
        return listeners.told(json.loads(document.text), self, "output")

    @property
    def error(self) -> str | None:
        """States.Timeout for an execution that timed out."""
        return self._trace.execution.error

    @property
    def cause(self) -> str | None:
        return self._trace.execution.cause

    @property
    def elapsed(self) -> timedelta:
        """Virtual time from start to end."""
        return timedelta(milliseconds=self._now - self._trace.execution.started_at)

    @property
    def started(self) -> datetime:
        return _moment(self._trace.execution.started_at)

    @property
    def ended(self) -> datetime:
        """When it ended, or was held."""
        return _moment(self._now)

    @property
    def _now(self) -> Milliseconds:
        x = self._trace.execution
        return x.last_at if x.stopped_at is None else x.stopped_at

    # -- the way there -------------------------------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """The states in the order in which they were entered, those inside a Parallel or Map left out."""
        return Path([visit.state.name for visit in self._trace.top], self)

    @property
    def entered(self) -> Path:
        """All states in the order in which they were entered."""
        return Path([visit.state.name for visit in self._trace.visits], self)

    def state(self, name: str) -> StateView:
        """What became of a state. Raises AssertionError, with the path drawn, when it was never entered."""
        visits = [visit for visit in self._trace.visits if visit.state.name == name]
        if not visits:
            there = "" if name in self._trace.machine.states else "the machine has no such state"
            raise AssertionError(f"The state {name!r} was never entered{there and ': ' + there}.\n{self}")
        return StateView(name, visits, self)

    def __contains__(self, name: object) -> bool:
        """Whether a state was entered."""
        return any(visit.state.name == name for visit in self._trace.visits)

    @property
    def next(self) -> str | None:
        """The state that a held run is about to enter."""
        return self._branch.state if self._held else None

    @property
    def input(self) -> Any:
        """What the state that a held run is about to enter is given; else the execution's input."""
        found = json.loads(self._branch.data.text if self._held else self._trace.execution.input.text)
        return listeners.told(found, self, "input")

    @property
    def variables(self) -> dict[str, Any]:
        """The outermost scope's, at the end; of a held run those that the state will find."""
        branch = self._branch if self._held else self._trace.execution.root
        found = {name: json.loads(document.text) for name, document in (branch.variables or {}).items()}
        return listeners.told(found, self, "variables")

    @property
    def _branch(self) -> Any:
        x = self._trace.execution
        return x.branches[x.ready[0]]

    # -- more ----------------------------------------------------------------------------------------------------------

    @property
    def calls(self) -> list["TaskCall"]:
        """The tries of tasks in their order, those of nested executions too."""
        return list(self._world.desk.calls)

    @property
    def history(self) -> list[Event]:
        """As GetExecutionHistory shows it."""
        view = HistoryView(self._trace.text, "us-east-1")
        return [event for entry in self._trace.entries if (event := view.event(entry)) is not None]

    @property
    def trace(self) -> Trace:
        return self._trace

    @property
    def traces(self) -> "list[tuple[Definition, Trace]]":
        """What all executions did that ran, each with its definition."""
        by_name = {definition.name: definition for definition in self._world.definitions}
        found = []
        for id, entries in self._world.witness.journals.items():
            definition = by_name[str(getattr(entries[0], "machine_arn", "")).rsplit(":", 1)[-1]]
            found.append((definition, Trace(definition.machine, id, list(entries))))
        return found


def going(world: World, until: str | None, go: Callable[[], None]) -> Run:
    """Let the world go on; returns the run. Raises NotSucceeded when it did not come to where it was to be held."""
    try:
        go()
    except BaseException as problem:
        if world.witness.main is not None:
            problem.add_note(str(Run(world)))
        raise
    run = Run(world)
    listeners.tell(run)
    if until is not None and not run.held:
        raise NotSucceeded(f"The run ended before it came to {until!r}.\n{run}")
    return run


def _moment(at: Milliseconds) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)
