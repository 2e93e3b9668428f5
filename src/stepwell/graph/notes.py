"""What a drawing says about a state besides its name: the resource, how long, each of what, its Retry in words."""

from collections.abc import Callable
from typing import Any

from stepwell.graph.conditions import UNKNOWN, jsonata, literal

State = dict[str, Any]

MOST_ERRORS = 3
"""Names of errors in one line; the others are counted."""


def note(state: State) -> str:
    """A few words, "" where the type says all. Never fails."""
    type = state.get("Type")
    tell = _NOTES.get(type) if isinstance(type, str) else None
    return tell(state) if tell else ""


def failure(names: Any) -> str:
    """The errors of a Catch or Retry: `any error`, `Card.Declined, States.Timeout`."""
    found = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    if "States.ALL" in found:
        return "any error"
    more = f" and {len(found) - MOST_ERRORS} more" if len(found) > MOST_ERRORS else ""
    return ", ".join(found[:MOST_ERRORS]) + more or UNKNOWN


def retries(raw: Any) -> str:
    """A Retry in words: `any error up to 3 times, every 2 s, then 2 times as long`. A line each Retrier."""
    found = [retrier for retrier in raw if isinstance(retrier, dict)] if isinstance(raw, list) else []
    return "\n".join(_retrier(retrier) for retrier in found)


def _retrier(retrier: State) -> str:
    # Defaults as the States Language gives them.
    times = _number(retrier.get("MaxAttempts"), 3)
    errors = failure(retrier.get("ErrorEquals"))
    if times == 0:
        return f"{errors}: never again"
    factor = _number(retrier.get("BackoffRate"), 2.0)
    grows = f", each time {factor:g} times as long" if factor != 1 and times != 1 else ""
    often = "once" if times == 1 else f"up to {times:g} times"
    return f"{errors}: {often}, after {span(_number(retrier.get('IntervalSeconds'), 1))}{grows}"


def span(seconds: float) -> str:
    """`30 s`, `5 min`, `2 h`, `30 d`: only whole numbers of the larger units."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size:g} {unit}"
    return f"{seconds:g} s"


def _number(value: Any, default: float) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else default


def _task(state: State) -> str:
    resource = state.get("Resource")
    if not isinstance(resource, str):
        return ""
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return jsonata(resource)
    service, rest = parts[2], parts[5]
    if service == "states":
        return rest.removeprefix("aws-sdk:").replace("activity:", "activity ")
    return f"{service} {rest.removeprefix('function:')}"


def _wait(state: State) -> str:
    seconds = state.get("Seconds")
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        return span(seconds)
    if seconds is not None:
        return f"{jsonata(seconds)} seconds"
    if isinstance(state.get("SecondsPath"), str):
        return f"{state['SecondsPath']} seconds"
    until = state.get("Timestamp", state.get("TimestampPath"))
    return "" if until is None else f"until {jsonata(until)}"


def _fail(state: State) -> str:
    error = state.get("Error", state.get("ErrorPath"))
    return "" if error is None else jsonata(error)


def _map(state: State) -> str:
    return ", ".join(part for part in ("distributed" * distributed(state), _items(state), _at_once(state)) if part)


def distributed(state: State) -> bool:
    """Whether a Map's iterations are executions of their own."""
    processor = state.get("ItemProcessor")
    settings = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    return isinstance(settings, dict) and settings.get("Mode") == "DISTRIBUTED"


def _items(state: State) -> str:
    reader = state.get("ItemReader")
    if isinstance(reader, dict):
        resource = reader.get("Resource")
        return f"each of {resource.split(':::')[-1]}" if isinstance(resource, str) else ""
    if "Items" in state:
        items = state["Items"]
        return f"each of {len(items)} items" if isinstance(items, list) else f"each of {jsonata(items)}"
    path = state.get("ItemsPath")
    return f"each of {path}" if isinstance(path, str) else ""


def _at_once(state: State) -> str:
    most = state.get("MaxConcurrency", state.get("MaxConcurrencyPath"))
    if most in (None, 0):
        return ""
    return "one at a time" if most == 1 else f"{jsonata(most) if isinstance(most, str) else literal(most)} at once"


_NOTES: dict[str, Callable[[State], str]] = {"Task": _task, "Wait": _wait, "Fail": _fail, "Map": _map}
