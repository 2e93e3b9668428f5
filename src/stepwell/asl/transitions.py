"""How the states of one scope lead to each other: missing targets, states nobody reaches, scopes without an end.

Works on the raw definition, so that one broken state does not hide what is wrong with the others.
"""

from collections.abc import Iterator
from typing import Any

from stepwell.asl.diagnostics import Code
from stepwell.asl.place import Place


def targets(state: Any, place: Place) -> Iterator[tuple[str, Place]]:
    """Every state this one names as its successor, with the place where it does, in the order of the definition."""
    if not isinstance(state, dict):
        return
    for name, value in state.items():
        if name in ("Next", "Default") and isinstance(value, str):
            yield value, place.field(name)
        elif name in ("Choices", "Catch") and isinstance(value, list):
            for index, rule in enumerate(value):
                if isinstance(rule, dict) and isinstance(rule.get("Next"), str):
                    yield rule["Next"], place.field(name).element(index).field("Next")


def check_targets(state: Any, states: dict[str, Any], place: Place) -> None:
    for target, where in targets(state, place):
        check_target(target, states, where)


def check_target(target: str, states: dict[str, Any], place: Place) -> None:
    if target not in states:
        # "Next" whatever field it is: AWS's text is the same for StartAt and Default.
        place.error(f"Missing 'Next' target: {target}", Code.MISSING_TARGET)


def unreachable(start: Any, states: dict[str, Any], place: Place) -> frozenset[str]:
    """The states no path from `start` leads to; none if there is no such start, which is the problem then."""
    if not isinstance(start, str) or start not in states:
        return frozenset()
    reached, waiting = {start}, [start]
    while waiting:
        for target, _ in targets(states[waiting.pop()], place):
            if target in states and target not in reached:
                reached.add(target)
                waiting.append(target)
    return frozenset(states.keys() - reached)


def has_end(states: dict[str, Any]) -> bool:
    return any(
        isinstance(state, dict) and (state.get("End") is True or state.get("Type") in ("Succeed", "Fail"))
        for state in states.values()
    )
