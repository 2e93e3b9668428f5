"""What is known of variables at one point of a function, and how variables are called in a machine."""

from stepwell.expressions.jsonata_syntax import BUILT_IN, NOT_ON_AWS
from stepwell.sdk import types as t

RESERVED = BUILT_IN | NOT_ON_AWS | {"states", "partition", "range", "hash", "uuid", "parse"}
"""Names that mean something in every expression: a variable of one would hide it."""


class Variables:
    """What is known of the variables at one point."""

    def __init__(self) -> None:
        self.types: dict[str, t.Type] = {}  # of those that are surely assigned
        self.maybe: set[str] = set()  # assigned on some ways here
        self.narrowed: dict[str, t.Type] = {}  # what conditions have said of names, attributes and items, as written

    def copy(self) -> "Variables":
        other = Variables()
        other.types, other.maybe, other.narrowed = dict(self.types), set(self.maybe), dict(self.narrowed)
        return other

    def learn(self, name: str, kind: t.Type) -> None:
        self.forget(name)
        self.types[name] = kind

    def forget(self, name: str) -> None:
        """The name has no value, or another one than before."""
        self.types.pop(name, None)
        self.maybe.discard(name)
        self.narrowed = {text: kind for text, kind in self.narrowed.items() if not _is_of(text, name)}

    def widen(self, names: set[str]) -> None:
        """These names may have other values from here on: of them only their types are known."""
        for name in names:
            self.narrowed = {text: kind for text, kind in self.narrowed.items() if not _is_of(text, name)}

    def join(self, other: "Variables | None") -> "Variables":
        """What is known where two ways meet; None: nothing comes by the other one."""
        if other is None:
            return self
        joined = Variables()
        joined.types = {n: t.union(k, other.types[n]) for n, k in self.types.items() if n in other.types}
        everything = self.types.keys() | other.types.keys() | self.maybe | other.maybe
        joined.maybe = everything - joined.types.keys()
        both = self.narrowed.keys() & other.narrowed.keys()
        joined.narrowed = {text: t.union(self.narrowed[text], other.narrowed[text]) for text in sorted(both)}
        return joined

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Variables) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


def _is_of(text: str, name: str) -> bool:
    """Whether an expression of names, attributes and items says something of a variable."""
    rest = text.removeprefix(name)
    return rest != text and (not rest or rest[0] in ".[")


def variable_for(name: str, taken: set[str]) -> str:
    """How a Python name is called in a machine: itself where that is free, and where it is a name to AWS."""
    wanted = name.lstrip("_") or "unused"
    candidate, number = wanted, 1
    while candidate in RESERVED or candidate in taken:
        number += 1
        candidate = f"{wanted}_{number}"
    return candidate
