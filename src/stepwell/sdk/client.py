"""A server as a program sees it: `connect_async(url)` to deploy workflows, start them, and follow what becomes of them.

`stepwell.sdk.blocking` has the same for plain code.
"""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any, Generic, ParamSpec, Self, TypeVar, overload

import msgspec

from stepwell.arns import split_qualifier, split_test_case
from stepwell.errors import ApiError, ExecutionAlreadyExists
from stepwell.sdk.blocks.machine import Assembled
from stepwell.sdk.contracts import Contract, text_of
from stepwell.sdk.credentials import aws_session
from stepwell.sdk.deployment import DEFAULT_ACCOUNT, Definition, Deployer, Deployment
from stepwell.sdk.http import Answer, Api, Call, Where
from stepwell.sdk.machines import StateMachine
from stepwell.sdk.outcomes import FAILED, Event, Status, event_of, failed_in
from stepwell.sdk.payloads import Payloads
from stepwell.sdk.place import Place
from stepwell.sdk.threads import in_thread
from stepwell.sdk.workflows import Workflow

P = ParamSpec("P")
R = TypeVar("R")

FIRST_LOOK, LONGEST_LOOK = 0.02, 1.0
"""Seconds between two looks at an execution: longer and longer, since the API has no call that waits for its end."""

_MACHINE = re.compile(r"arn:[^:]+:states:[^:]+:\d+:stateMachine:.+")


def connect_async(
    url: str | None = None,
    *,
    region: str | None = None,
    key: tuple[str, str] | None = None,
    role: str | None = None,
    payloads: Payloads | str | None = None,
    patience: float = 10,
) -> "AsyncStepwell":
    """A server, or AWS itself.

    `url`: the server's, `"aws"` for AWS; else STEPWELL_URL, else http://127.0.0.1:8083.
    `region`: else STEPWELL_REGION or AWS_REGION. `key`: an access key's id and secret, for a server that asks for one;
    else STEPWELL_ACCESS_KEY_ID and STEPWELL_SECRET_ACCESS_KEY. AWS's credentials are found as AWS's own tools do.
    `role`: the ARN of the role that machines run with, which AWS needs.
    `payloads`: where what is too large to travel is kept: `folder:/path` or `s3://bucket/prefix`.
    `patience`: seconds for which a call is tried again while the server is away. Nothing is sent before the first call.
    """
    return AsyncStepwell(Api(Where.find(url, region, key), patience=patience), role, Payloads.find(payloads))


class AsyncStepwell:
    """A server. Its methods raise ApiError for what is refused, and Unreachable when nobody answers."""

    def __init__(self, api: Api, role: str | None = None, payloads: Payloads | None = None) -> None:
        self.api = api
        self.payloads = payloads
        self._role = role
        self._place: Place | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self.api.close()

    async def call(self, operation: str, **members: Any) -> Answer:
        """Any operation of the API, with members as it names them."""
        return await self.api.call(operation, **members)

    async def deploy(
        self,
        machine: StateMachine | Definition,
        *,
        name: str | None = None,
        resources: Mapping[str, str] | None = None,
        dry_run: bool = False,
    ) -> Deployment:
        """Have the machine there as it is here, with the activities of its tasks and the workflows that it calls.

        What does not differ is left alone. `resources`: tasks that are not served by workers: name -> a Lambda
        function's name or ARN. `dry_run`: only tell what would change.

        Raises WorkflowError for what cannot be compiled.
        """
        deployer = Deployer(self.api, await self.place(), self._role)
        return await deployer.deploy(machine, name, resources or {}, dry_run)

    @overload
    async def start(
        self, workflow: Workflow[P, Coroutine[Any, Any, R]], /, *args: P.args, **kwargs: P.kwargs
    ) -> "AsyncExecution[R]": ...
    @overload
    async def start(self, workflow: Workflow[P, R], /, *args: P.args, **kwargs: P.kwargs) -> "AsyncExecution[R]": ...
    @overload
    async def start(self, workflow: str | Assembled, /, **kwargs: Any) -> "AsyncExecution[Any]": ...
    async def start(self, workflow: Any, /, *args: Any, **kwargs: Any) -> "AsyncExecution[Any]":
        """Begin an execution; returns as soon as the server has it for good.

        A machine of blocks takes the members of its input by name, as one that is no workflow of this program, which is
        given by its name or ARN. Raises ContractBroken where an
        argument is not what the workflow's annotations say.
        """
        return await self._start(uuid.uuid4().hex, workflow, args, kwargs)

    @overload
    async def start_as(
        self, name: str, workflow: Workflow[P, Coroutine[Any, Any, R]], /, *args: P.args, **kwargs: P.kwargs
    ) -> "AsyncExecution[R]": ...
    @overload
    async def start_as(
        self, name: str, workflow: Workflow[P, R], /, *args: P.args, **kwargs: P.kwargs
    ) -> "AsyncExecution[R]": ...
    @overload
    async def start_as(self, name: str, workflow: str | Assembled, /, **kwargs: Any) -> "AsyncExecution[Any]": ...
    async def start_as(self, name: str, workflow: Any, /, *args: Any, **kwargs: Any) -> "AsyncExecution[Any]":
        """Begin an execution of this name: once, however often it is called with the same arguments while it runs.

        Raises ExecutionAlreadyExists where there was one of this name with other arguments, or which has ended.
        """
        return await self._start(name, workflow, args, kwargs, named=True)

    @overload
    async def run(self, workflow: Workflow[P, Coroutine[Any, Any, R]], /, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    async def run(self, workflow: Workflow[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    async def run(self, workflow: str | Assembled, /, **kwargs: Any) -> Any: ...
    async def run(self, workflow: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Start, and wait for the result. Raises WorkflowFailed."""
        return await (await self._start(uuid.uuid4().hex, workflow, args, kwargs)).result()

    @overload
    def get(self, arn: str, workflow: Workflow[..., Coroutine[Any, Any, R]]) -> "AsyncExecution[R]": ...
    @overload
    def get(self, arn: str, workflow: Workflow[..., R]) -> "AsyncExecution[R]": ...
    @overload
    def get(self, arn: str) -> "AsyncExecution[Any]": ...
    def get(self, arn: str, workflow: Any = None) -> "AsyncExecution[Any]":
        """An execution that has been started; its result is of the workflow's type."""
        return AsyncExecution(self, arn, None if workflow is None else Contract(workflow.function, workflow.name))

    async def place(self) -> Place:
        """Region and account of what is deployed here."""
        if self._place is None:
            where = self.api.where
            account = _aws_account(where.region) if where.is_aws else self._account()
            partition = "aws-cn" if where.region.startswith("cn-") else "aws"
            self._place = Place(where.region, await account, partition)
        return self._place

    async def _account(self) -> str:
        """That of whatever is there; the one that a new server has by itself where nothing is."""
        for operation, member in (("ListActivities", "activities"), ("ListStateMachines", "stateMachines")):
            for found in (await self.call(operation, maxResults=1))[member]:
                return str(next(value for name, value in found.items() if name.endswith("Arn"))).split(":")[4]
        return DEFAULT_ACCOUNT

    async def _start(
        self, name: str, workflow: Any, args: tuple[Any, ...], kwargs: dict[str, Any], named: bool = False
    ) -> "AsyncExecution[Any]":
        contract, input = None, kwargs
        if isinstance(workflow, Workflow):
            contract = Contract(workflow.function, workflow.name)
            input = contract.input(*args, **kwargs)
        if self.payloads is not None:
            input = await in_thread(self.payloads.leave, input)
        machine = workflow.name if isinstance(workflow, StateMachine) else str(workflow)
        if not _MACHINE.fullmatch(machine):
            machine = (await self.place()).arn("stateMachine", machine)
        members = {"stateMachineArn": machine, "name": name, "input": text_of(input, "input")}
        call = Call(self.api, "StartExecution", members)
        try:
            arn = str((await call.answer(self.api.patience))["executionArn"])
        except ExecutionAlreadyExists:
            if named or not call.repeated:
                raise
            # Nobody else has this name: it was started by a try whose reply got lost, and has ended since.
            plain, _ = split_qualifier(split_test_case(machine)[0])
            arn = f"{plain.replace(':stateMachine:', ':execution:')}:{name}"
        return AsyncExecution(self, arn, contract)


async def _aws_account(region: str) -> str:
    def ask() -> str:
        session = aws_session(region)
        return str(session.create_client("sts", region_name=region).get_caller_identity()["Account"])

    return await in_thread(ask)


class AsyncExecution(Generic[R]):
    """An execution that has been started."""

    def __init__(self, client: AsyncStepwell, arn: str, contract: Contract | None = None) -> None:
        self.arn = arn
        self._client = client
        self._contract = contract

    def __repr__(self) -> str:
        return f"<execution {self.arn}>"

    async def describe(self) -> Answer:
        """What DescribeExecution tells."""
        return await self._client.call("DescribeExecution", executionArn=self.arn)

    async def status(self) -> Status:
        status: Status = (await self.describe())["status"]
        return status

    async def result(self, timeout: float | None = None) -> R:
        """What the workflow returns, as its annotation says, as soon as it has ended.

        A server that is away meanwhile is waited for.
        Raises WorkflowFailed (WorkflowTimedOut, WorkflowStopped), ContractBroken, and TimeoutError after `timeout`
        seconds, which does the execution no harm.
        """
        try:
            async with asyncio.timeout(timeout):
                ended = await self._end()
        except TimeoutError:
            raise TimeoutError(f"{self.arn} has not ended within {timeout} s. It goes on.") from None
        if ended["status"] != "SUCCEEDED":
            state = await self._failed_in()
            raise FAILED[ended["status"]](self.arn, ended.get("error"), ended.get("cause"), state)
        output = msgspec.json.decode(ended["output"])
        if self._client.payloads is not None:
            output = await in_thread(self._client.payloads.fetch, output)
        result: R = output if self._contract is None else self._contract.result_of(output)
        return result

    async def _end(self) -> Answer:
        pause = FIRST_LOOK
        while True:
            described = await self._ask("DescribeExecution")
            if described["status"] not in ("RUNNING", "PENDING_REDRIVE"):
                return described
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK)

    async def _ask(self, operation: str, **members: Any) -> Answer:
        """However long the server is away."""
        return await Call(self._client.api, operation, {"executionArn": self.arn, **members}).answer(None)

    async def _failed_in(self) -> str | None:
        try:
            answer = await self._ask(
                "GetExecutionHistory", reverseOrder=True, maxResults=100, includeExecutionData=False
            )
        except ApiError:  # Express executions have no history to ask for
            return None
        return failed_in([event_of(raw) for raw in answer["events"]])

    async def events(self) -> AsyncIterator[Event]:
        """All that has happened, and what happens from now on as it does, to the end of the execution."""
        seen, pause = 0, FIRST_LOOK
        while True:
            news = await self._news(seen)
            for event in news:
                yield event
                seen = event.id
            if news and news[-1].ends:
                return
            pause = FIRST_LOOK if news else min(pause * 1.5, LONGEST_LOOK)
            await asyncio.sleep(pause)

    async def _news(self, seen: int) -> list[Event]:
        """Events after `seen`, read from the newest backwards: there is no way to begin in the middle."""
        found: list[Event] = []
        token: str | None = None
        while True:
            size = 1000 if seen == 0 else 100
            answer = await self._ask("GetExecutionHistory", reverseOrder=True, maxResults=size, nextToken=token)
            page = [event_of(raw) for raw in answer["events"]]
            found += [event for event in page if event.id > seen]
            token = answer.get("nextToken")
            if token is None or not page or page[-1].id <= seen + 1:
                return found[::-1]

    async def stop(self, *, error: str | None = None, cause: str | None = None) -> None:
        """End it. What it has begun is told so; nothing happens to one that has ended."""
        await self._client.call("StopExecution", executionArn=self.arn, error=error, cause=cause)
