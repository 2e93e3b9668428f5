"""What a workflow can call: tasks, other workflows, `parallel`, `sleep` and `wait_until`."""

import ast
import datetime
import inspect
import time
from typing import Any, TypeVar, overload

import msgspec

from stepwell.sdk import types as t
from stepwell.sdk.expressions import Translator
from stepwell.sdk.problems import Refused
from stepwell.sdk.tasks import Task

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


@overload
def parallel(one: A, two: B, /) -> tuple[A, B]: ...
@overload
def parallel(one: A, two: B, three: C, /) -> tuple[A, B, C]: ...
@overload
def parallel(one: A, two: B, three: C, four: D, /) -> tuple[A, B, C, D]: ...
@overload
def parallel(*calls: Any) -> tuple[Any, ...]: ...
def parallel(*calls: Any) -> tuple[Any, ...]:
    """Make these calls side by side: `dough, sauce = parallel(make_dough(), make_sauce())`.

    Outside a workflow Python has made them already, one after the other.
    """
    return calls


def sleep(seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
    """Wait this long; in a workflow that takes no thread, however long it is."""
    time.sleep(seconds + 60 * (minutes + 60 * (hours + 24 * days)))


def wait_until(moment: str) -> None:
    """Wait until a point in time: RFC 3339, such as `2026-12-24T18:00:00Z`."""
    until = datetime.datetime.fromisoformat(moment)
    time.sleep(max(0.0, (until - datetime.datetime.now(datetime.UTC)).total_seconds()))


class Place(msgspec.Struct, frozen=True):
    """Where activities and state machines are, for their ARNs."""

    region: str = "us-east-1"
    account: str = "123456789012"
    partition: str = "aws"

    def arn(self, kind: str, name: str) -> str:
        return f"arn:{self.partition}:states:{self.region}:{self.account}:{kind}:{name}"


def is_workflow(value: Any) -> bool:
    """Whether this is a `@workflow`, which another one may call."""
    return getattr(value, "is_stepwell_workflow", False) is True


def arguments(called: Any, node: ast.Call, expressions: Translator) -> dict[str, Any]:
    """The arguments of a call by the names of its parameters, as templates. Raises Refused."""
    if any(isinstance(argument, ast.Starred) for argument in node.args) or any(k.arg is None for k in node.keywords):
        raise Refused(node, "Arguments cannot be spread here.", "Name each of them.")
    try:
        bound = called.signature.bind(*node.args, **{str(keyword.arg): keyword.value for keyword in node.keywords})
    except TypeError as problem:
        raise Refused(node, f"{called.name}{called.signature}: {problem}.") from problem
    templates = {}
    for name, value in bound.arguments.items():
        if called.signature.parameters[name].kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            raise Refused(node, f"{called.name} takes any number of arguments.", "Give it a list or a dict.")
        templates[name], kind = expressions.template(value)
        wanted = t.plain(called.types.get(name, Any))
        if not t.fits(kind, wanted):
            raise Refused(value, f"{called.name} wants {name} to be {t.shown(wanted)}, and this is {t.shown(kind)}.",
                          "Give it that, or change one of the two annotations.")  # fmt: skip
    return templates


def state_of(called: Any, arguments: dict[str, Any], place: Place) -> dict[str, Any]:
    """The Task state of a call, without its way out."""
    if isinstance(called, Task):
        resource = called.resource or place.arn("activity", called.name)
        return {"Type": "Task", "Resource": resource, "Arguments": arguments, **called.fields()}
    given = {"StateMachineArn": place.arn("stateMachine", called.name), "Input": arguments}
    return {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Arguments": given}


def result_of(called: Any) -> str:
    """Where the value of a call is in the state's result."""
    return "$states.result.Output" if is_workflow(called) else "$states.result"
