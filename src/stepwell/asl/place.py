"""Where in a definition the reader is, and how it tells what is wrong there."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal

import msgspec

from stepwell.asl.diagnostics import Code, Diagnostic
from stepwell.asl.states import QueryLanguage, Scope, State

MachineType = Literal["STANDARD", "EXPRESS"]


_INDEX = re.compile(r"/(\d+)(?=/|$)")


class Reading:
    """What is known while one definition is read: the problems, the states of all scopes, the names in use."""

    def __init__(self, language: QueryLanguage, read_scope: "ReadScope") -> None:
        self.language = language
        self.read_scope = read_scope  # handed in: the tables of fields need it, and it needs the tables
        self.diagnostics: list[Diagnostic] = []
        self.errors = 0  # of the diagnostics; the others are warnings
        self.states: dict[str, State] = {}
        self.names: dict[str, None] = {}  # of the states, in the order of the definition
        self.labels: set[str] = set()
        self.jsonata = False  # some expression is JSONata
        self.wild = False  # some of these has no known bound on its cost


class Place(msgspec.Struct, frozen=True):
    """A spot in the definition. `type` and `language` are those in force there."""

    reading: Reading
    type: MachineType
    language: QueryLanguage
    pointer: str = ""
    state: str = ""  # pointer of the state
    assigned: frozenset[str] = frozenset()  # variables of the scope
    outer: frozenset[str] = frozenset()  # variables of the scopes around it

    def at_state(self) -> "Place":
        """The same spot, where a state begins."""
        return msgspec.structs.replace(self, state=self.pointer)

    @property
    def within_state(self) -> str:
        """The place as a running state's errors name it: `Choices[1]/Condition`."""
        return self.pointer[len(self.state) + 1 :]

    def field(self, name: str) -> "Place":
        return msgspec.structs.replace(self, pointer=f"{self.pointer}/{name}")

    def element(self, index: int) -> "Place":
        """AWS writes an element as `Catch[0]`, where a JSON pointer would have `Catch/0`."""
        return msgspec.structs.replace(self, pointer=f"{self.pointer}[{index}]")

    def inside(self, pointer: str) -> "Place":
        """Further in, by the JSON pointer that an expression gave for its problem."""
        return msgspec.structs.replace(self, pointer=self.pointer + _INDEX.sub(r"[\1]", pointer))

    def under(self, language: QueryLanguage) -> "Place":
        return msgspec.structs.replace(self, language=language)

    def within(self, type: MachineType) -> "Place":
        return msgspec.structs.replace(self, type=type)

    def in_scope(self, assigned: frozenset[str]) -> "Place":
        """The same spot, where a scope begins whose states assign these variables."""
        return msgspec.structs.replace(self, assigned=assigned, outer=self.outer | self.assigned)

    def apart(self) -> "Place":
        """The same spot, where no variables are seen of the scopes around."""
        return msgspec.structs.replace(self, assigned=frozenset(), outer=frozenset())

    def scope(self, value: Any, more: "Mapping[str, Reader]") -> Scope | None:
        """Read a branch or an item processor here. `more` are its fields beside Comment, StartAt and States."""
        return self.reading.read_scope(value, self, more)

    def error(self, message: str, code: str = Code.SCHEMA) -> None:
        # The machine as a whole is "/", but for a missing end AWS gives no place at all.
        nowhere = None if code == Code.MISSING_END_STATE else "/"
        self.reading.diagnostics.append(Diagnostic("ERROR", code, message, self.pointer or nowhere))
        self.reading.errors += 1

    def warning(self, message: str, code: str) -> None:
        """Tell of what is allowed, but most likely not meant."""
        self.reading.diagnostics.append(Diagnostic("WARNING", code, message, self.pointer))

    def errors(self) -> int:
        """How many there are so far, anywhere."""
        return self.reading.errors

    def object(self, value: Any, allowed: Collection[str], required: Collection[str] = ()) -> bool:
        """Whether the value is an object that may be read on; tells of foreign and missing fields."""
        if not isinstance(value, dict):
            self.error("Expected value of type Object")
            return False
        for name in value:
            if name not in allowed:
                self.error(f"Field '{name}' is not supported")
        self.require(value, required)
        return True

    def require(self, value: dict[str, Any], required: Collection[str]) -> None:
        missing = [name for name in required if name not in value]
        if missing:
            self.error(f"These fields are required: [{', '.join(missing)}]")

    def at_most_one(self, value: dict[str, Any], names: Collection[str]) -> None:
        if sum(name in value for name in names) > 1:
            self.error(f"There should only be one of the following fields: [{', '.join(names)}]")

    def exactly_one(self, value: dict[str, Any], names: Collection[str]) -> None:
        if not any(name in value for name in names):
            self.error(f"This object should have only one of the following fields: [{', '.join(names)}]")
        self.at_most_one(value, names)

    def only_in_language(self, value: dict[str, Any], names: Collection[str], language: QueryLanguage) -> None:
        """Tell of the fields that are there, though another language is in force."""
        if self.language == language:
            return
        for name in value:
            if name in names:
                self.error(
                    f"The QueryLanguage is set to '{self.language}', but field '{name}' is only supported for the "
                    f"'{language}' QueryLanguage"
                )


Reader = Callable[[Any, Place], Any]
"""Reads one field: JSON in, checked and compiled value out; problems are told to the place."""

ReadScope = Callable[[Any, Place, Mapping[str, Reader]], Scope | None]
