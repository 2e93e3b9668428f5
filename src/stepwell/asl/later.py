"""What this version of Stepwell reads but cannot run yet: JSONata and variables.

`check_runnable` is all that holds them back: a feature is switched on by taking it out of here.
"""

from typing import Any

from stepwell.asl.diagnostics import Code
from stepwell.asl.place import Place


def check_runnable(state: dict[str, Any], place: Place) -> None:
    """Tell, once a state, of what would not run. `place` is the state, under its own query language."""
    if place.language == "JSONata":
        place.error("JSONata is not there yet in this version of Stepwell", Code.NOT_THERE_YET)
        return
    for where in _assignments(state, place):
        where.error("Variables (Assign) are not there yet in this version of Stepwell", Code.NOT_THERE_YET)
        return


def _assignments(state: dict[str, Any], place: Place) -> list[Place]:
    found = [place.field("Assign")] if "Assign" in state else []
    for name in ("Choices", "Catch"):
        rules = state.get(name)
        for index, rule in enumerate(rules if isinstance(rules, list) else []):
            if isinstance(rule, dict) and "Assign" in rule:
                found.append(place.field(name).element(index).field("Assign"))
    return found
