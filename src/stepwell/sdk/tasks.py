"""`@task`: an ordinary function that becomes a Task state where a workflow calls it, and that workers serve."""

import copy
import datetime
import inspect
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ParamSpec, TypeVar, cast, overload

from stepwell.sdk.contracts import call_with_json
from stepwell.sdk.declared import Declared
from stepwell.sdk.payloads import Payloads

P = ParamSpec("P")
R = TypeVar("R")

Duration = datetime.timedelta | float
"""A time span; a number counts seconds."""

HEARTBEAT = 60
"""Seconds after which a task counts as lost when its worker was not heard of. Workers tell of themselves thrice as
often, so a killed worker costs at most this."""


def whole_seconds(duration: Duration) -> int:
    """Seconds, as the States Language counts. Raises ValueError for anything but a positive whole number."""
    seconds = duration.total_seconds() if isinstance(duration, datetime.timedelta) else duration
    if seconds <= 0 or seconds != int(seconds):
        raise ValueError(f"{duration!r} is no positive whole number of seconds, which is what AWS counts in.")
    return int(seconds)


class Retry:
    """Try again on these errors: `Retry(TimeoutError, ConnectionError, times=5, after=2)`.

    `times` further tries; the first after `after`, each later one after `backoff` times as long, but never longer
    than `at_most`; with `jitter` after any time up to that. Errors are exception classes or names of errors.
    """

    def __init__(
        self,
        *on: type[BaseException] | str,
        times: int = 3,
        after: Duration = 1,
        backoff: float = 2.0,
        at_most: Duration | None = None,
        jitter: bool = False,
    ) -> None:
        self.on = on or (Exception,)
        self.times = times
        self.after = after
        self.backoff = backoff
        self.at_most = at_most
        self.jitter = jitter

    def to_asl(self) -> dict[str, Any]:
        """The retrier."""
        retrier: dict[str, Any] = {
            "ErrorEquals": error_names(self.on),
            "IntervalSeconds": whole_seconds(self.after),
            "MaxAttempts": self.times,
            "BackoffRate": self.backoff,
        }
        if self.at_most is not None:
            retrier["MaxDelaySeconds"] = whole_seconds(self.at_most)
        if self.jitter:
            retrier["JitterStrategy"] = "FULL"
        return retrier


def error_names(errors: Sequence[type[BaseException] | str], home: str = "") -> list[str]:
    """What ErrorEquals says for these exceptions: their names and those of the classes derived from them.

    `Exception` stands for every error there is (States.ALL). Of derived classes only those count that Python itself
    has, or the packages of the class and of `home`: what else happens to be imported must not change a machine.
    """
    if any(error in (Exception, BaseException, "States.ALL") for error in errors):
        return ["States.ALL"]
    names: dict[str, None] = {}
    for error in errors:
        if isinstance(error, str):
            names[error] = None
        else:
            near = {"builtins", _package(error.__module__), _package(home)}
            names.update(dict.fromkeys(_family(error, near)))
    return list(names)


def _package(module: str) -> str:
    return module.partition(".")[0]


def _family(error: type[BaseException], near: set[str]) -> list[str]:
    names = [error.__name__]
    for derived in sorted(error.__subclasses__(), key=lambda each: each.__name__):
        if _package(derived.__module__) in near:
            names += _family(derived, near)
    if error is TimeoutError:
        names.append("States.Timeout")
    return names


LOST = {
    "ErrorEquals": ["States.HeartbeatTimeout", "WorkerLost"],
    "IntervalSeconds": 1,
    "MaxAttempts": 3,
    "BackoffRate": 2.0,
}
"""The retrier that every task has: its worker was killed, or stopped before it was done, so another one is to try."""


NOTHING: Any = object()
"""Stands for a value that was not given."""


class Catch:
    """What a task gives in place of these errors, once nothing tries it again: `Catch(Declined, give="no")`.

    `give`: this value. `then`: what this task gives, called with the same arguments. Errors are exception classes or
    names of errors; without any it is all of them.
    """

    def __init__(
        self, *on: type[BaseException] | str, give: Any = NOTHING, then: "Task[..., Any] | None" = None
    ) -> None:
        if (give is NOTHING) == (then is None):
            raise TypeError("A Catch has either a value or a task: Catch(Declined, give=0) or Catch(Declined, then=…).")
        self.on = on or (Exception,)
        self.give = give
        self.then = then

    def takes(self, error: Exception, home: str) -> bool:
        """Whether it is for this error, which machines know by its name. `home`: the module of the task."""
        names = error_names(self.on, home)
        return names == ["States.ALL"] or type(error).__name__ in names


class Task(Declared[P, R]):
    """A function that workers serve. Called outside a workflow it is the function itself, `catch` included."""

    kind = "task"

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str | None = None,
        resource: str | None = None,
        retry: Retry | Sequence[Retry] = (),
        catch: Catch | Sequence[Catch] = (),
        timeout: Duration | None = None,
        heartbeat: Duration | None = HEARTBEAT,
        concurrency: int = 1,
        rate: float | None = None,
        processes: bool = False,
    ) -> None:
        super().__init__(function, name)
        self.resource = resource
        self.retry = (retry,) if isinstance(retry, Retry) else tuple(retry)
        self.catch = (catch,) if isinstance(catch, Catch) else tuple(catch)
        self.timeout = None if timeout is None else whole_seconds(timeout)
        self.heartbeat = None if heartbeat is None or resource is not None else whole_seconds(heartbeat)
        self.concurrency = concurrency
        self.rate = rate
        self.processes = processes
        self._is_async = inspect.iscoroutinefunction(function)
        for rule in self.catch:
            if rule.then is not None and rule.then._is_async != self._is_async:
                raise TypeError(f"{self.name} and {rule.then.name}, which stands in for it, are not both async.")

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if not self.catch:
            return self.function(*args, **kwargs)
        if self._is_async:
            return cast(R, self._awaited(args, kwargs))
        try:
            return self.function(*args, **kwargs)
        except Exception as error:
            return cast(R, self._instead(error, args, kwargs))

    async def _awaited(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            return await cast(Any, self.function)(*args, **kwargs)
        except Exception as error:
            given = self._instead(error, args, kwargs)
            return await given if inspect.isawaitable(given) else given

    def _instead(self, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What its `catch` gives. Raises the error again where that is for others."""
        for rule in self.catch:
            if rule.takes(error, self.function.__module__):
                return copy.deepcopy(rule.give) if rule.then is None else rule.then(*args, **kwargs)
        raise error

    def used(self, seen: set[int]) -> "Iterator[Task[..., Any]]":
        """Itself and the tasks that stand in for it, but for those that were `seen` (by their `id`) before."""
        if id(self) not in seen:
            seen.add(id(self))
            yield self
            for rule in self.catch:
                yield from () if rule.then is None else rule.then.used(seen)

    def lambda_handler(self, event: Any, context: Any = None) -> Any:
        """The task as a Lambda function: `handler = make_dough.lambda_handler` serves it there as a worker does here.

        Raises what the function raises, and ContractBroken: Lambda tells both to Retry and Catch by their names.
        """
        payloads = Payloads.find(None)
        input = event if payloads is None else payloads.fetch(event)
        result = json.loads(call_with_json(self, input))
        return result if payloads is None else payloads.leave(result)

    def fields(self) -> dict[str, Any]:
        """The Task state's fields that the task itself knows, Resource aside."""
        fields: dict[str, Any] = {}
        if self.timeout is not None:
            fields["TimeoutSeconds"] = self.timeout
        heartbeat = heartbeat_within(self.heartbeat, self.timeout)
        if heartbeat is not None:
            fields["HeartbeatSeconds"] = heartbeat
        retriers = [retry.to_asl() for retry in self.retry]
        retried = {error for retrier in retriers for error in retrier["ErrorEquals"]}
        if heartbeat is not None and "States.HeartbeatTimeout" not in retried:
            retriers.insert(0, LOST)
        # States.ALL stands alone and last, or AWS refuses the state.
        retriers.sort(key=lambda retrier: retrier["ErrorEquals"] == ["States.ALL"])
        if retriers:
            fields["Retry"] = [dict(retrier) for retrier in retriers]
        return fields


def heartbeat_within(heartbeat: int | None, timeout: int | None) -> int | None:
    """Seconds; AWS wants fewer than TimeoutSeconds."""
    if heartbeat is None or timeout is None or heartbeat < timeout:
        return heartbeat
    return timeout - 1 or None


@overload
def task(function: Callable[P, R], /) -> Task[P, R]: ...
@overload
def task(
    *,
    name: str | None = None,
    resource: str | None = None,
    retry: Retry | Sequence[Retry] = (),
    catch: Catch | Sequence[Catch] = (),
    timeout: Duration | None = None,
    heartbeat: Duration | None = HEARTBEAT,
    concurrency: int = 1,
    rate: float | None = None,
    processes: bool = False,
) -> Callable[[Callable[P, R]], Task[P, R]]: ...
def task(function: Any = None, /, **options: Any) -> Any:
    """Make a function a task, which workers serve as the activity `name`; or as `resource`, a Lambda function's ARN.

    `timeout` bounds each try, `heartbeat` the silence of its worker. `catch` is part of the task wherever it is called:
    what it takes, no caller sees. `concurrency` and `rate` (calls a second) hold for each worker; `processes` has it
    work in processes of its own, for what computes rather than waits.
    """
    if function is not None:
        return Task(function)
    return lambda function: Task(function, **options)
