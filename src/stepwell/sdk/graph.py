"""States as they are emitted, one after the other: loose ends wait for the state that comes next."""

from collections.abc import Callable
from typing import Any

State = dict[str, Any]
Loose = Callable[[str], None]
"""Ties a loose end to the state of this name."""

LONGEST_NAME = 80


class Names:
    """State names: from the code, each once in a machine."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def take(self, wanted: str) -> str:
        """This name; where the same code stands twice, with a number."""
        name, number = _fitting(wanted), 1
        while name in self.taken:
            number += 1
            name = _fitting(wanted, f" ({number})")
        self.taken.add(name)
        return name


def _fitting(name: str, end: str = "") -> str:
    name = " ".join(name.split())
    room = LONGEST_NAME - len(end)
    return (name if len(name) <= room else name[: room - 1] + "…") + end


class Graph:
    """The states of one scope: a machine, a Parallel's branch, a Map's processor."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.states: dict[str, State] = {}
        self.loose: list[Loose] = [self._start]
        self.start_at = ""

    def _start(self, name: str) -> None:
        self.start_at = name

    @property
    def reachable(self) -> bool:
        """Whether anything leads to what comes next."""
        return bool(self.loose)

    def emit(self, name: str, state: State, *, ends: bool = False) -> State:
        """Add a state: all loose ends lead to it, and its own is the loose end now, unless it `ends` the scope."""
        self.tie(name)
        self.states[name] = state
        if not ends:
            self.loose = [setter(state, "Next")]
        return state

    def tie(self, name: str) -> None:
        """Let all loose ends lead to this state."""
        for end in self.loose:
            end(name)
        self.loose = []

    def take_loose(self) -> list[Loose]:
        """The loose ends, which somebody else ties."""
        loose, self.loose = self.loose, []
        return loose

    def to_asl(self) -> dict[str, Any]:
        return {"StartAt": self.start_at, "States": self.states}


class Setter:
    """The loose end that a field of a state, or of a rule in it, is."""

    def __init__(self, holder: State, field: str) -> None:
        self.holder = holder
        self.field = field

    def __call__(self, name: str) -> None:
        self.holder[self.field] = name

    @property
    def is_of_state(self) -> bool:
        """Whether it is what follows a state, which may be its end as well; a rule must lead somewhere."""
        return self.field == "Next" and "Type" in self.holder


def setter(holder: State, field: str) -> Loose:
    return Setter(holder, field)
