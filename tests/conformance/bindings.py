"""What the placeholders of one case stand for: bound once, the same ever after."""

import re
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Bindings:
    """One case's placeholders, and what its requests have said.

    `recorded` is the ISO date of the recording; `said` holds every text of the requests so far;
    `regions` and `accounts` are those an answer may name (none: any).
    """

    recorded: str = "9999-12-31"
    said: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    values: dict[str, Any] = field(default_factory=dict)

    def copy(self) -> "Bindings":
        return Bindings(self.recorded, self.said, self.regions, self.accounts, dict(self.values))

    def adopt(self, other: "Bindings") -> None:
        self.values = other.values

    def hear(self, request: Any) -> None:
        """Remember every text of a request: an answer may name it."""
        match request:
            case dict():
                for value in request.values():
                    self.hear(value)
            case list():
                for value in request:
                    self.hear(value)
            case str():
                self.said.add(request)

    def bind(self, name: str, value: Any) -> str | None:
        """Let `name` stand for `value` from now on; otherwise say why it cannot."""
        if name in self.values:
            known = self.values[name]
            return None if known == value else f"{name} stands for {known!r}, not for {value!r}"
        for other, known in self.values.items():
            if known == value and _family(other) == _family(name):
                return f"{name} and {other} both stand for {value!r}"
        self.values[name] = value
        return None


def _family(name: str) -> str:
    return re.sub(r"\d+", "N", name)
