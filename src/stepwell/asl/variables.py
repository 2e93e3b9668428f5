"""What Assign may name: how variables are called, and that no inner scope takes a name of an outer one.

The developer guide states both rules ("Variable name syntax", "Variable scope"); AWS's texts are not known.
"""

from collections.abc import Iterator
from typing import Any

from stepwell.asl import readers
from stepwell.asl.place import Place, Reader
from stepwell.expressions.scope import Expression, Json

LONGEST_NAME = 80
"""Characters of a variable's name (developer guide, "Variable name syntax")."""

RESERVED = "states"


def assign(*more: str) -> Reader:
    """Read Assign; `more` is what `$states` has there beside input and context."""
    template = readers.template("Assign", *more)

    def read(value: Json, place: Place) -> Expression | None:
        for field in value if isinstance(value, dict) else ():
            _check(field.removesuffix(".$") if place.language == "JSONPath" else field, place)
        compiled: Expression | None = template(value, place)
        return compiled

    return read


def _check(name: str, place: Place) -> None:
    if name == RESERVED:
        place.error(f"Variable name '{name}' is reserved; use another one")
    elif not name.isidentifier() or len(name) > LONGEST_NAME:
        place.error(
            f"Variable name '{name}' is not allowed; use a letter, then letters, digits and '_', "
            f"{LONGEST_NAME} characters at most"
        )
    elif name in place.outer:
        place.error(f"Variable '{name}' is assigned in an outer scope; use another name here")


def assigned(states: Json) -> frozenset[str]:
    """The variables that the states of one scope assign, not those within them. Works on the raw definition."""
    found = states.values() if isinstance(states, dict) else ()
    return frozenset(name for state in found if isinstance(state, dict) for name in _names(state))


def _names(state: dict[str, Any]) -> Iterator[str]:
    """Those of a state, its choice rules and its catchers."""
    rules = [rule for field in ("Choices", "Catch") if isinstance(state.get(field), list) for rule in state[field]]
    for holder in (state, *rules):
        variables = holder.get("Assign") if isinstance(holder, dict) else None
        yield from (name.removesuffix(".$") for name in variables) if isinstance(variables, dict) else ()
