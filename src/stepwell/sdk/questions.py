"""`@question`: a task that a person answers, days later perhaps: a worker asks, and the answer comes with the token."""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from stepwell.sdk.attempts import CURRENT, WorkerLost
from stepwell.sdk.tasks import Duration, Retry, Task

P = ParamSpec("P")
R = TypeVar("R")


class AnsweredLater(Exception):
    """What a question's handler ends with: it has asked, and the worker sends nothing."""


def question(
    answer: type[R],
    *,
    timeout: Duration,
    name: str | None = None,
    retry: Retry | Sequence[Retry] = (),
    concurrency: int = 1,
) -> Callable[[Callable[Concatenate[str, P], Any]], Task[P, R]]:
    """Make a function a question: it asks somebody, and gives the token, its first parameter, to whom is to answer.

    A workflow calls it without the token, and goes on with the answer, which is of the type `answer`; after `timeout`
    without one it is a TimeoutError there. Who has the token answers with `client.answer(token, …)`, `stepwell answer`,
    or SendTaskSuccess and SendTaskFailure of any AWS SDK. `retry` says when to ask again because asking failed.

    Nobody sends heartbeats for a person, so a worker that is killed while it asks is noticed at the time-out only.
    """
    retries = (retry,) if isinstance(retry, Retry) else tuple(retry)

    def decorate(function: Callable[Concatenate[str, P], Any]) -> Task[P, R]:
        asked = _asked(function, answer)
        own = [*retries, Retry(WorkerLost, times=3)]  # it was stopped before it had asked
        return Task(asked, name=name, timeout=timeout, heartbeat=None, retry=own, concurrency=concurrency)

    return decorate


def _asked(function: Callable[..., Any], answer: type[R]) -> Callable[..., R]:
    """The function as a task's: without the token, and with the answer as its result. Raises TypeError."""
    signature = inspect.signature(function)
    if inspect.iscoroutinefunction(function):
        raise TypeError(f"{function.__qualname__} is a question, which a plain function asks: it runs in a thread.")
    if not signature.parameters:
        raise TypeError(f"{function.__qualname__} is a question: its first parameter is the token to answer with.")
    first, *others = signature.parameters.values()

    def ask(*args: Any, **kwargs: Any) -> Any:
        function(_token(function), *args, **kwargs)
        raise AnsweredLater

    made: Any = functools.wraps(function)(ask)
    made.__signature__ = signature.replace(parameters=others, return_annotation=answer)
    made.__annotations__ = {
        name: hint for name, hint in function.__annotations__.items() if name not in (first.name, "return")
    } | {"return": answer}
    return made  # type: ignore[no-any-return]


def _token(function: Callable[..., Any]) -> str:
    attempt = CURRENT.get()
    if attempt is None:
        raise RuntimeError(f"{function.__qualname__} asks for an answer that only an execution can wait for.")
    return attempt.token
