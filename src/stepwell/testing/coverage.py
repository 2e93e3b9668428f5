"""Coverage: which states, transitions, rules, catchers and retriers of the definitions the runs came through."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from stepwell.graph.conditions import condition

if TYPE_CHECKING:
    from stepwell.testing.definitions import Definition
    from stepwell.testing.results import Run
    from stepwell.testing.trace import Visit

Kind = Literal["states", "transitions", "choices", "catchers", "retriers"]
KINDS: tuple[Kind, ...] = ("states", "transitions", "choices", "catchers", "retriers")


class Item(msgspec.Struct, frozen=True):
    """Something to be covered."""

    id: str  # a state's JSON pointer; of what leaves it as `graph.svg.edge_ids` calls it, and `#retry0`
    kind: Kind
    state: str
    label: str  # in words


def items(definition: Mapping[str, Any]) -> Iterator[Item]:
    """Everything in a valid definition that a run can come through."""
    yield from _scope(definition, "")


def _scope(scope: Mapping[str, Any], pointer: str) -> Iterator[Item]:
    for name, state in scope["States"].items():
        yield from _state(name, state, f"{pointer}/States/{name.replace('~', '~0').replace('/', '~1')}")


def _state(name: str, state: Mapping[str, Any], id: str) -> Iterator[Item]:
    yield Item(id, "states", name, f"{name} is entered")
    if state["Type"] == "Choice":
        for number, rule in enumerate(state["Choices"]):
            label = f"{name}: Choices[{number}] → {rule['Next']}, when {condition(rule)}"
            yield Item(f"{id}#choice{number}", "choices", name, label)
        if "Default" in state:
            yield Item(f"{id}#default0", "choices", name, f"{name}: Default → {state['Default']}")
    elif "Next" in state:
        yield Item(f"{id}#next0", "transitions", name, f"{name} → {state['Next']}")
    elif state.get("End"):
        yield Item(f"{id}#end0", "transitions", name, f"{name} → End")
    for number, catcher in enumerate(state.get("Catch", ())):
        label = f"{name}: Catch[{number}] of {', '.join(catcher['ErrorEquals'])} → {catcher['Next']}"
        yield Item(f"{id}#catch{number}", "catchers", name, label)
    for number, retrier in enumerate(state.get("Retry", ())):
        label = f"{name}: Retry[{number}] of {', '.join(retrier['ErrorEquals'])}"
        yield Item(f"{id}#retry{number}", "retriers", name, label)
    for index, branch in enumerate(state.get("Branches", ())):
        yield from _scope(branch, f"{id}/Branches/{index}")
    for field in ("ItemProcessor", "Iterator"):
        if field in state:
            yield from _scope(state[field], f"{id}/{field}")


def hits(visit: "Visit", id: str) -> Iterator[str]:
    """The ids of the items that a visit of the state with this pointer came through."""
    yield id
    for retrier in visit.retriers:
        yield f"{id}#retry{retrier}"
    if visit.catcher is not None:
        yield f"{id}#catch{visit.catcher}"
    elif visit.rule is not None:
        yield f"{id}#default0" if visit.rule < 0 else f"{id}#choice{visit.rule}"
    elif visit.status == "SUCCEEDED":
        yield f"{id}#end0" if visit.next is None else f"{id}#next0"


class Covered(msgspec.Struct):
    """One definition, and how often each of its items was come through."""

    name: str  # a file, or the machine's name
    definition: dict[str, Any]
    counts: dict[str, int] = {}

    @property
    def items(self) -> list[Item]:
        return list(items(self.definition))

    def missed(self) -> list[Item]:
        return [item for item in self.items if not self.counts.get(item.id)]

    def figures(self, kind: Kind | None = None) -> tuple[int, int]:
        """How many items were covered, and how many there are."""
        found = [item for item in self.items if kind is None or item.kind == kind]
        return sum(1 for item in found if self.counts.get(item.id)), len(found)


class Coverage:
    """What all runs covered together."""

    def __init__(self) -> None:
        self._covered: dict[str, Covered] = {}

    def __iter__(self) -> Iterator[Covered]:
        return iter(sorted(self._covered.values(), key=lambda covered: covered.name))

    def __bool__(self) -> bool:
        return bool(self._covered)

    def expect(self, definition: "Definition") -> None:
        """Count a definition, whether it is ever run or not."""
        self._of(definition)

    def take(self, run: "Run") -> None:
        """Count a run, and the executions that it started. Once only: one that was held and went on is told again."""
        for definition, trace in run.traces:
            covered = self._of(definition)
            ids = {item.state: item.id for item in covered.items if item.kind == "states"}
            counts = Counter(id for visit in trace.visits for id in hits(visit, ids[visit.state.name]))
            for id, count in counts.items():
                covered.counts[id] = covered.counts.get(id, 0) + count

    def _of(self, definition: "Definition") -> Covered:
        """By its file, or where it has none by its name and text: tests make up definitions of the same name."""
        if definition.file is not None:
            file = Path(definition.file).resolve()
            name = str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)
            return self._named(name, definition.raw, str(file))
        text = json.dumps(definition.raw, sort_keys=True)
        key = f"{definition.name}#{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        return self._named(definition.name if definition.name != "machine" else key, definition.raw, key)

    def _named(self, name: str, raw: dict[str, Any], key: str) -> Covered:
        return self._covered.setdefault(key, Covered(name, raw))

    def percent(self) -> float:
        """Of all items of all definitions; 100 where there are none."""
        figures = [covered.figures() for covered in self]
        return percent(sum(hit for hit, _ in figures), sum(all for _, all in figures))

    # -- between processes ---------------------------------------------------------------------------------------------

    def dump(self) -> Any:
        """As plain data, for another process to `merge`."""
        return {key: msgspec.to_builtins(covered) for key, covered in self._covered.items()}

    def merge(self, dumped: Mapping[str, Any]) -> None:
        for key, plain in dumped.items():
            other = msgspec.convert(plain, Covered)
            covered = self._covered.setdefault(key, Covered(other.name, other.definition))
            covered.counts = dict(Counter(covered.counts) + Counter(other.counts))


def percent(hit: int, all: int) -> float:
    return 100.0 if not all else 100 * hit / all


def missing(covered: Iterable[Covered]) -> list[tuple[str, list[Item]]]:
    """The definitions that are not covered whole, and what of them is not. What belongs to a state that was never
    entered is told by that state alone."""
    found = []
    for each in covered:
        missed = each.missed()
        never = {item.state for item in missed if item.kind == "states"}
        told = [item for item in missed if item.kind == "states" or item.state not in never]
        if told:
            found.append((each.name, told))
    return found
