"""How a task may be called in a test: by its state, its Resource, its activity or function, or its action."""

from collections.abc import Iterator
from typing import Any

from stepwell.asl.resources import is_activity
from stepwell.asl.states import Task
from stepwell.core.states.task import family_of
from stepwell.engine.calls import PATTERNS
from stepwell.integrations.call import Call
from stepwell.testing.definitions import Definition

START_EXECUTION = ("states", "startExecution")
INVOKE = ("lambda", "invoke")


def activities(definition: Definition) -> list[str]:
    """The ARNs of the activities that it uses."""
    found = {state.resource for state in _tasks(definition) if is_activity(state.resource)}
    return sorted(found)


def known_names(definition: Definition) -> Iterator[str]:
    """All names of all its tasks, as far as the definition tells them."""
    raw = dict(raw_states(definition.raw))
    for state in _tasks(definition):
        family, service, action = family_of(state.resource)
        bare, pattern = _parted(action)
        parameters = raw.get(state.name, {}).get("Parameters") or raw.get(state.name, {}).get("Arguments") or {}
        if family != "Task":
            yield from names_of(state.name, state.resource, "", "", "", {})
        else:
            yield from names_of(state.name, str(service), bare, pattern, state.resource, parameters)


def names_of_call(call: Call, input: Any, resource: str) -> list[str]:
    """All names of the task that makes this call."""
    return list(names_of(call.state, call.service, call.action, call.pattern, resource, input))


def names_of(state: str, service: str, action: str, pattern: str, resource: str, parameters: Any) -> Iterator[str]:
    """The best name first. `service` is the whole ARN of a function or an activity, which have no action."""
    yield state
    if not action:
        yield service
        yield _last(service)
        return
    yield resource
    function = parameters.get("FunctionName") if isinstance(parameters, dict) and service == "lambda" else None
    if isinstance(function, str):
        yield function
        yield _last(function)
    machine = parameters.get("StateMachineArn") if isinstance(parameters, dict) and service == "states" else None
    if isinstance(machine, str):
        yield machine
        yield _last(machine)
    yield f"{service}:{action}{pattern}"
    yield f"{service}:{action}"


def has_unknown_functions(definition: Definition) -> bool:
    """Whether some task names its function, or its machine, only when it runs."""
    for _, state in raw_states(definition.raw):
        for field in ("Parameters", "Arguments"):
            given = state.get(field)
            if isinstance(given, str):
                return True
            for member in ("FunctionName", "StateMachineArn"):
                value = given.get(member, "") if isinstance(given, dict) else ""
                if isinstance(given, dict) and (f"{member}.$" in given or str(value).startswith("{%")):
                    return True
    return False


def raw_states(scope: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The states of a definition and of all scopes in it, as they are written."""
    for name, state in scope.get("States", {}).items():
        yield name, state
        inner = [*state.get("Branches", ()), state.get("ItemProcessor"), state.get("Iterator")]
        for each in inner:
            if isinstance(each, dict):
                yield from raw_states(each)


def _tasks(definition: Definition) -> list[Task]:
    return [state for state in definition.machine.states.values() if isinstance(state, Task)]


def _parted(action: str) -> tuple[str, str]:
    pattern = next((pattern for pattern in PATTERNS if action.endswith(pattern)), "")
    return action.removesuffix(pattern), pattern


def _last(name: str) -> str:
    """The name in an ARN of a function (be it of a version), an activity or a machine."""
    parts = name.split(":")
    return parts[6] if len(parts) > 6 and parts[0] == "arn" else name
