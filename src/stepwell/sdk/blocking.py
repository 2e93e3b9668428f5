"""A server for plain code: `connect(url)`. Each method does what that of the same name in `client` does, and waits."""

import weakref
from collections.abc import Coroutine, Iterator, Mapping
from typing import Any, Generic, ParamSpec, Self, TypeVar, overload

from stepwell.sdk.blocks.machine import Assembled
from stepwell.sdk.client import AsyncStepwell, connect_async
from stepwell.sdk.deployment import Definition, Deployment, MachineType
from stepwell.sdk.executions import AsyncExecution
from stepwell.sdk.http import Answer
from stepwell.sdk.machines import StateMachine
from stepwell.sdk.outcomes import Event, Status
from stepwell.sdk.payloads import Payloads
from stepwell.sdk.threads import portal
from stepwell.sdk.workflows import Workflow

P = ParamSpec("P")
R = TypeVar("R")


def connect(
    url: str | None = None,
    *,
    region: str | None = None,
    key: tuple[str, str] | None = None,
    role: str | None = None,
    payloads: Payloads | str | None = None,
    patience: float = 10,
) -> "Stepwell":
    """A server, or AWS itself.

    `url`: the server's, `"aws"` for AWS; else STEPWELL_URL, else http://127.0.0.1:8083.
    `region`: else STEPWELL_REGION or AWS_REGION. `key`: an access key's id and secret, for a server that asks for one;
    else STEPWELL_ACCESS_KEY_ID and STEPWELL_SECRET_ACCESS_KEY. AWS's credentials are found as AWS's own tools do.
    `role`: the ARN of the role that machines run with, which AWS needs.
    `payloads`: where what is too large to travel is kept: `folder:/path` or `s3://bucket/prefix`.
    `patience`: seconds for which a call is tried again while the server is away. Nothing is sent before the first call.
    """
    return Stepwell(connect_async(url, region=region, key=key, role=role, payloads=payloads, patience=patience))


class Stepwell:
    """A server. Its methods raise ApiError for what is refused, and Unreachable when nobody answers.

    May be used by several threads at one time. Not within an event loop, which it would hold up: see `connect_async`.
    """

    def __init__(self, client: AsyncStepwell) -> None:
        self._client = client
        # The client lives as long as the executions that were got from it.
        weakref.finalize(client, portal().end, client.api.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def close(self) -> None:
        portal().call(self._client.close())

    def call(self, operation: str, **members: Any) -> Answer:
        """Any operation of the API, with members as it names them."""
        return portal().call(self._client.call(operation, **members))

    def answer(self, token: str, value: Any) -> None:
        """Answer a question with the token that it was asked with.

        `value`: any JSON value, or what has a form in JSON. Raises TaskTimedOut when nobody waits for it any more,
        InvalidToken, ContractBroken.
        """
        portal().call(self._client.answer(token, value))

    def deploy(
        self,
        machine: StateMachine | Definition,
        *,
        name: str | None = None,
        type: MachineType | None = None,
        resources: Mapping[str, str] | None = None,
        dry_run: bool = False,
    ) -> Deployment:
        """Have the machine there as it is here, with the activities of its tasks and the workflows that it calls.

        What does not differ is left alone. `type="EXPRESS"`: for machines that `run` answers at once, without
        activities; a type cannot be changed later. `resources`: tasks that are not served by workers: name -> a Lambda
        function's name or ARN. `dry_run`: only tell what would change.

        Raises WorkflowError for what cannot be compiled, ValueError where a machine of another type is there.
        """
        return portal().call(self._client.deploy(machine, name=name, type=type, resources=resources, dry_run=dry_run))

    @overload
    def start(
        self, workflow: Workflow[P, Coroutine[Any, Any, R]], /, *args: P.args, **kwargs: P.kwargs
    ) -> "Execution[R]": ...
    @overload
    def start(self, workflow: Workflow[P, R], /, *args: P.args, **kwargs: P.kwargs) -> "Execution[R]": ...
    @overload
    def start(self, workflow: str | Assembled, /, **kwargs: Any) -> "Execution[Any]": ...
    def start(self, workflow: Any, /, *args: Any, **kwargs: Any) -> "Execution[Any]":
        """Begin an execution; returns as soon as the server has it for good.

        A machine of blocks takes the members of its input by name, as one that is no workflow of this program, which is
        given by its name or ARN. Raises ContractBroken where an
        argument is not what the workflow's annotations say.
        """
        return Execution(portal().call(self._client.start(workflow, *args, **kwargs)))

    @overload
    def start_as(
        self, name: str, workflow: Workflow[P, Coroutine[Any, Any, R]], /, *args: P.args, **kwargs: P.kwargs
    ) -> "Execution[R]": ...
    @overload
    def start_as(self, name: str, workflow: Workflow[P, R], /, *args: P.args, **kwargs: P.kwargs) -> "Execution[R]": ...
    @overload
    def start_as(self, name: str, workflow: str | Assembled, /, **kwargs: Any) -> "Execution[Any]": ...
    def start_as(self, name: str, workflow: Any, /, *args: Any, **kwargs: Any) -> "Execution[Any]":
        """Begin an execution of this name: once, however often it is called with the same arguments while it runs.

        Raises ExecutionAlreadyExists where there was one of this name with other arguments, or which has ended.
        """
        return Execution(portal().call(self._client.start_as(name, workflow, *args, **kwargs)))

    @overload
    def run(self, workflow: Workflow[P, Coroutine[Any, Any, R]], /, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    def run(self, workflow: Workflow[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    def run(self, workflow: str | Assembled, /, **kwargs: Any) -> Any: ...
    def run(self, workflow: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Start, and wait for the result. Raises WorkflowFailed.

        An Express machine is run by one call (StartSyncExecution), which is made once: Unreachable, after a reply got
        lost, means that nobody knows what came of it.
        """
        return portal().call(self._client.run(workflow, *args, **kwargs))

    @overload
    def get(self, arn: str, workflow: Workflow[..., Coroutine[Any, Any, R]]) -> "Execution[R]": ...
    @overload
    def get(self, arn: str, workflow: Workflow[..., R]) -> "Execution[R]": ...
    @overload
    def get(self, arn: str) -> "Execution[Any]": ...
    def get(self, arn: str, workflow: Any = None) -> "Execution[Any]":
        """An execution that has been started; its result is of the workflow's type."""
        return Execution(self._client.get(arn, workflow))


class Execution(Generic[R]):
    """An execution that has been started."""

    def __init__(self, execution: AsyncExecution[R]) -> None:
        self._execution = execution

    def __repr__(self) -> str:
        return repr(self._execution)

    @property
    def arn(self) -> str:
        return self._execution.arn

    def describe(self) -> Answer:
        """What DescribeExecution tells."""
        return portal().call(self._execution.describe())

    def status(self) -> Status:
        return portal().call(self._execution.status())

    def result(self, timeout: float | None = None) -> R:
        """What the workflow returns, as its annotation says, as soon as it has ended.

        A server that is away meanwhile is waited for.
        Raises WorkflowFailed (WorkflowTimedOut, WorkflowStopped), ContractBroken, and TimeoutError after `timeout`
        seconds, which does the execution no harm.
        """
        return portal().call(self._execution.result(timeout))

    def events(self) -> Iterator[Event]:
        """All that has happened, and what happens from now on as it does, to the end of the execution."""
        events = self._execution.events()

        async def following() -> Event | None:
            return await anext(events, None)

        while (event := portal().call(following())) is not None:
            yield event

    def stop(self, *, error: str | None = None, cause: str | None = None) -> None:
        """End it. What it has begun is told so; nothing happens to one that has ended."""
        portal().call(self._execution.stop(error=error, cause=cause))
