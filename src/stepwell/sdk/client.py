"""A server as a program sees it: `connect_async(url)` to deploy workflows, start them, and follow what becomes of them.

`stepwell.sdk.blocking` has the same for plain code.
"""

import re
import uuid
from collections.abc import Coroutine, Mapping
from typing import Any, ParamSpec, Self, TypeVar, overload

import msgspec

from stepwell.arns import split_qualifier, split_test_case
from stepwell.errors import ExecutionAlreadyExists
from stepwell.sdk.blocks.machine import Assembled
from stepwell.sdk.contracts import Contract, text_of, to_json
from stepwell.sdk.credentials import aws_session
from stepwell.sdk.deployment import DEFAULT_ACCOUNT, Definition, Deployer, Deployment, MachineType
from stepwell.sdk.executions import AsyncExecution, result_in
from stepwell.sdk.http import Answer, Api, Call, Where
from stepwell.sdk.machines import StateMachine
from stepwell.sdk.payloads import Payloads
from stepwell.sdk.place import Place
from stepwell.sdk.threads import in_thread
from stepwell.sdk.workflows import Workflow

P = ParamSpec("P")
R = TypeVar("R")

EXPRESS_SECONDS = 330
"""An Express execution ends within five minutes (developer guide, quotas); its answer comes with the end."""

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
        self._express: dict[str, bool] = {}  # a machine's ARN -> whether it is of that type

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self.api.close()

    async def call(self, operation: str, **members: Any) -> Answer:
        """Any operation of the API, with members as it names them."""
        return await self.api.call(operation, **members)

    async def answer(self, token: str, value: Any) -> None:
        """Answer a question with the token that it was asked with.

        `value`: any JSON value, or what has a form in JSON. Raises TaskTimedOut when nobody waits for it any more,
        InvalidToken, ContractBroken.
        """
        await self.call("SendTaskSuccess", taskToken=token, output=text_of(to_json(value, Any, "The answer"), "It"))

    async def deploy(
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
        deployer = Deployer(self.api, await self.place(), self._role)
        return await deployer.deploy(machine, name, resources or {}, dry_run, type)

    @overload
    async def start(
        self, workflow: Workflow[P, Coroutine[Any, Any, R]], /, *args: P.args, **kwargs: P.kwargs
    ) -> AsyncExecution[R]: ...
    @overload
    async def start(self, workflow: Workflow[P, R], /, *args: P.args, **kwargs: P.kwargs) -> AsyncExecution[R]: ...
    @overload
    async def start(self, workflow: str | Assembled, /, **kwargs: Any) -> AsyncExecution[Any]: ...
    async def start(self, workflow: Any, /, *args: Any, **kwargs: Any) -> AsyncExecution[Any]:
        """Begin an execution; returns as soon as the server has it for good.

        A machine of blocks takes the members of its input by name, as one that is no workflow of this program, which is
        given by its name or ARN. Raises ContractBroken where an
        argument is not what the workflow's annotations say.
        """
        return await self._start(uuid.uuid4().hex, workflow, args, kwargs)

    @overload
    async def start_as(
        self, name: str, workflow: Workflow[P, Coroutine[Any, Any, R]], /, *args: P.args, **kwargs: P.kwargs
    ) -> AsyncExecution[R]: ...
    @overload
    async def start_as(
        self, name: str, workflow: Workflow[P, R], /, *args: P.args, **kwargs: P.kwargs
    ) -> AsyncExecution[R]: ...
    @overload
    async def start_as(self, name: str, workflow: str | Assembled, /, **kwargs: Any) -> AsyncExecution[Any]: ...
    async def start_as(self, name: str, workflow: Any, /, *args: Any, **kwargs: Any) -> AsyncExecution[Any]:
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
        """Start, and wait for the result. Raises WorkflowFailed.

        An Express machine is run by one call (StartSyncExecution), which is made once: Unreachable, after a reply got
        lost, means that nobody knows what came of it.
        """
        start = await self._prepared(uuid.uuid4().hex, workflow, args, kwargs)
        if not await self._is_express(start.plain_machine):
            return await (await self._begun(start)).result()
        ended = await Call(self.api, "StartSyncExecution", start.members, EXPRESS_SECONDS, once=True).answer(
            self.api.patience
        )
        return await result_in(ended, start.contract, self.payloads)

    @overload
    def get(self, arn: str, workflow: Workflow[..., Coroutine[Any, Any, R]]) -> AsyncExecution[R]: ...
    @overload
    def get(self, arn: str, workflow: Workflow[..., R]) -> AsyncExecution[R]: ...
    @overload
    def get(self, arn: str) -> AsyncExecution[Any]: ...
    def get(self, arn: str, workflow: Any = None) -> AsyncExecution[Any]:
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
    ) -> AsyncExecution[Any]:
        return await self._begun(await self._prepared(name, workflow, args, kwargs), named)

    async def _prepared(self, name: str, workflow: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> "Start":
        contract, input = None, kwargs
        if isinstance(workflow, Workflow):
            contract = Contract(workflow.function, workflow.name)
            input = contract.input(*args, **kwargs)
        if self.payloads is not None:
            input = await in_thread(self.payloads.leave, input)
        machine = workflow.name if isinstance(workflow, StateMachine) else str(workflow)
        if not _MACHINE.fullmatch(machine):
            machine = (await self.place()).arn("stateMachine", machine)
        return Start(machine, name, text_of(input, "input"), contract)

    async def _begun(self, start: "Start", named: bool = False) -> AsyncExecution[Any]:
        call = Call(self.api, "StartExecution", start.members)
        try:
            arn = str((await call.answer(self.api.patience))["executionArn"])
        except ExecutionAlreadyExists:
            if named or not call.repeated:
                raise
            # Nobody else has this name: it was started by a try whose reply got lost, and has ended since.
            arn = f"{start.plain_machine.replace(':stateMachine:', ':execution:')}:{start.name}"
        return AsyncExecution(self, arn, start.contract)

    async def _is_express(self, machine: str) -> bool:
        """Asked once for each machine: its type never changes."""
        if machine not in self._express:
            self._express[machine] = (await self.call("DescribeStateMachine", stateMachineArn=machine))[
                "type"
            ] == "EXPRESS"
        return self._express[machine]


class Start(msgspec.Struct, frozen=True):
    """An execution to be started."""

    machine: str  # its ARN, perhaps of a version, an alias or a test case
    name: str
    input: str
    contract: Contract | None

    @property
    def members(self) -> dict[str, Any]:
        return {"stateMachineArn": self.machine, "name": self.name, "input": self.input}

    @property
    def plain_machine(self) -> str:
        return split_qualifier(split_test_case(self.machine)[0])[0]


async def _aws_account(region: str) -> str:
    def ask() -> str:
        session = aws_session(region)
        return str(session.create_client("sts", region_name=region).get_caller_identity()["Account"])

    return await in_thread(ask)
