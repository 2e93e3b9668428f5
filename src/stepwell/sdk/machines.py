"""State machines of a program, however they were written: what deploying, starting, building and testing take."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any


class StateMachine(ABC):
    """A definition with a name, and what it uses."""

    name: str

    @abstractmethod
    def to_asl(self, *, region: str = "us-east-1", account: str = "123456789012") -> dict[str, Any]:
        """The definition. The ARNs of activities and state machines are those of this region and account.

        Raises WorkflowError with every problem there is.
        """

    @abstractmethod
    def used(self, seen: set[int]) -> Iterator[Any]:
        """What it uses, and what that uses, but for what was `seen` (by its `id`) before."""

    def uses(self) -> Iterator[Any]:
        """The tasks (`Task`) and state machines (`StateMachine`) that it calls, each once, with those of theirs."""
        yield from self.used({id(self)})

    def to_json(self, **place: str) -> str:
        """The definition as text. `place`: as for `to_asl`."""
        return json.dumps(self.to_asl(**place), indent=2, ensure_ascii=False)
