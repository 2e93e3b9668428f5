"""`@workflow`: an ordinary function that is read, never run, and becomes a state machine."""

import ast
import inspect
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar, overload

from stepwell.sdk import types as t
from stepwell.sdk.atoms import of_value
from stepwell.sdk.code import exists_or, step
from stepwell.sdk.compiler import compile_statement
from stepwell.sdk.declared import Read
from stepwell.sdk.fragments import Fragment
from stepwell.sdk.machines import StateMachine
from stepwell.sdk.place import Place
from stepwell.sdk.problems import Refused, WorkflowError
from stepwell.sdk.scope import Machine, Scope
from stepwell.sdk.source import Source
from stepwell.sdk.tasks import Duration, Task, whole_seconds

P = ParamSpec("P")
R = TypeVar("R")


class Workflow(Read[P, R], StateMachine):
    """A function as a state machine. Called, it is the function itself, which runs here and now."""

    kind = "workflow"
    is_stepwell_workflow = True

    def __init__(self, function: Callable[P, R], *, name: str | None = None, timeout: Duration | None = None) -> None:
        super().__init__(function, name)
        self.timeout = None if timeout is None else whole_seconds(timeout)

    def to_asl(self, *, region: str = "us-east-1", account: str = "123456789012") -> dict[str, Any]:
        scope = Scope(Machine(Place(region, account), compile_statement), self.source)
        scope.returns = t.plain(self.types.get("return", Any))
        self._take_parameters(scope)
        scope.block(self.source.definition.body)
        if scope.graph.reachable:
            scope.comment = None
            scope.emit("return", {"Type": "Succeed", "Output": "{% null %}"}, ends=True)
        if scope.machine.problems:
            raise WorkflowError(self.name, scope.machine.problems)
        doc = inspect.getdoc(self.function)
        return {
            **({"Comment": doc} if doc else {}),
            "QueryLanguage": "JSONata",
            **({"TimeoutSeconds": self.timeout} if self.timeout is not None else {}),
            **scope.graph.to_asl(),
        }

    def _take_parameters(self, scope: Scope) -> None:
        """The input has a member for each parameter; the first state makes variables of them."""
        assign = {}
        for name, parameter in self.signature.parameters.items():
            kind = t.plain(self.types.get(name, Any))
            scope.known.learn(name, kind)
            try:
                assign[scope.variable(name)] = _taken(scope, parameter, kind, self.source.definition)
            except Refused as refused:
                scope.note(refused)
        if assign:
            names = ", ".join(self.signature.parameters)
            scope.emit(f"{self.name}({names})", {"Type": "Pass", "Assign": assign})

    def used(self, seen: set[int]) -> Iterator["Task[..., Any] | StateMachine"]:
        yield from used_by(self.source, seen)


def used_by(source: Source, seen: set[int]) -> Iterator[Task[..., Any] | StateMachine]:
    """The tasks and machines that a function calls, in the order of its source. `seen`: as for `StateMachine.used`."""
    made = [node for node in ast.walk(source.definition) if isinstance(node, ast.Call)]
    for node in sorted(made, key=lambda call: (call.lineno, call.col_offset)):
        known, called = source.outside(node.func)
        if not known or id(called) in seen:
            continue
        if isinstance(called, Task):
            yield from called.used(seen)
        if isinstance(called, Fragment | StateMachine):
            seen.add(id(called))
        if isinstance(called, Fragment):
            yield from used_by(called.source, seen)
        elif isinstance(called, StateMachine):
            yield called
            yield from called.used(seen)


def _taken(scope: Scope, parameter: inspect.Parameter, kind: t.Type, node: ast.AST) -> str:
    """A parameter's value: a member of the input, and defaults for what that lacks."""
    name = parameter.name
    if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
        raise Refused(node, f"The parameter {name} takes any number of values.", "Make it a list or a dict.")
    given = f"$states.input.{step(name)}"
    if parameter.default is not inspect.Parameter.empty:
        return f"{{% {exists_or(given, of_value(parameter.default, node).text)} %}}"
    defaults = {field: t.default_of(kind, field) for field in t.fields_of(kind) or ()}
    known = {field: value for field, value in defaults.items() if value is not t.REQUIRED and value is not t.COMPUTED}
    if not known:
        return f"{{% {given} %}}"
    return f"{{% $merge([{of_value(known, node).text}, {given}]) %}}"


@overload
def workflow(function: Callable[P, R], /) -> Workflow[P, R]: ...
@overload
def workflow(
    *, name: str | None = None, timeout: Duration | None = None
) -> Callable[[Callable[P, R]], Workflow[P, R]]: ...
def workflow(function: Any = None, /, **options: Any) -> Any:
    """Make a function a workflow: `to_asl()` is the state machine that does what the function says.

    The function is read, never run, to define it. Its parameters are the members of the execution's input.
    `timeout` bounds an execution.
    """
    if function is not None:
        return Workflow(function)
    return lambda function: Workflow(function, **options)
