"""Step Functions as a service that tasks call: nested executions and the API's operations, answered by this server."""

import asyncio
from email.utils import formatdate
from typing import Any

import msgspec

from stepwell.api.call import Answer, Call
from stepwell.api.constraints import decode_request
from stepwell.api.operations import OPERATIONS
from stepwell.api.pages import Pages
from stepwell.api.shapes import REQUESTS
from stepwell.api.sizes import check_sizes
from stepwell.arns import execution_arn, parse_arn, split_qualifier, split_test_case
from stepwell.clock import Milliseconds
from stepwell.core.journal import ExecutionStarted, Parent
from stepwell.core.turn import timestamp
from stepwell.engine.engine import Engine
from stepwell.engine.identity import new_request_id
from stepwell.engine.reading import Journal
from stepwell.errors import ApiError, ExecutionAlreadyExists, InternalFailure, ServiceUnavailable, States
from stepwell.integrations import call as task
from stepwell.integrations.call import CallFailed
from stepwell.store.protocol import ExecutionRow, StoreError

encode = msgspec.json.Encoder(order="sorted").encode


class OwnApi:
    """The API's operations for callers within the server."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._pages = Pages(engine.store, engine.clock)

    async def perform(self, name: str, request: Answer, region: str, parent: Parent | None = None) -> Answer:
        """Do an operation, however often a store that is away must be asked. Raises ApiError."""
        operation = OPERATIONS[name]
        decoded = decode_request(operation.decoder, msgspec.json.encode(request))
        check_sizes(decoded, operation.sized, self.engine.config)
        stays: asyncio.Future[None] = asyncio.get_running_loop().create_future()  # it never hangs up
        call = Call(self.engine, self._pages, region, stays, parent)
        while True:
            try:
                answer = await operation.serve(call, decoded)
            except (StoreError, ServiceUnavailable):
                await self.engine.runner.background.pause()
            else:
                return msgspec.json.decode(msgspec.json.encode(answer), type=Answer)


class SdkOperations:
    """`arn:aws:states:::aws-sdk:sfn:<action>`: every operation, with the names that the AWS SDK for Java gives them."""

    def __init__(self, api: OwnApi) -> None:
        self._api = api

    async def call(self, call: task.Call) -> str:
        name = call.action[:1].upper() + call.action[1:]
        if name not in REQUESTS or name not in OPERATIONS:
            raise CallFailed(States.RUNTIME, f"Step Functions has no operation {call.action}.")
        try:
            answer = await self._api.perform(name, _lowered(msgspec.json.decode(call.input)), call.region)
        except ApiError as error:
            code = error.code.removesuffix("Exception")
            details = f"(Service: Sfn, Status Code: {error.status}, Request ID: {new_request_id()})"
            raise CallFailed(f"Sfn.{code}Exception", f"{error.message} {details} (SDK Attempt Count: 1)") from error
        return encode(_capitalized(_with_times(answer))).decode()

    async def poll(self, call: task.Call, submitted: str) -> str | None:
        raise InternalFailure("no operation of the SDK is waited for")

    async def stop(self, call: task.Call, submitted: str | None) -> None:
        raise InternalFailure("no operation of the SDK is waited for")


class NestedExecutions:
    """`arn:aws:states:::states:startExecution` in its four patterns.

    An execution is started once for each try, also when the call is made again after a crash: its name is that of
    the state's Parameters or the call's identity, and it knows its parent.
    """

    def __init__(self, api: OwnApi) -> None:
        self._api = api
        self._store = api.engine.store

    async def call(self, call: task.Call) -> str:
        """Start it; the answer is StartExecution's with what AWS tells of the HTTP exchange."""
        request = _request(call)
        parent = Parent(call.execution, call.position, call.pattern in (".sync", ".sync:2"))
        try:
            answer = await self._api.perform("StartExecution", request, call.region, parent)
        except ExecutionAlreadyExists as error:
            ours = await self._started_before(request, parent)
            if ours is None:
                raise _failed(error) from error
            answer = {"executionArn": ours.arn, "startDate": ours.started_at / 1000}
        except ApiError as error:
            raise _failed(error) from error
        return encode(
            {
                "ExecutionArn": answer["executionArn"],
                "StartDate": _milliseconds(answer["startDate"]),
                **_exchange(msgspec.json.encode(answer), self._api.engine.clock.now()),
            }
        ).decode()

    async def _started_before(self, request: Answer, parent: Parent) -> ExecutionRow | None:
        """The execution of this name, if it was this very try that started it."""
        machine, _ = split_qualifier(split_test_case(request["stateMachineArn"])[0])
        at = parse_arn(machine, "stateMachine")
        row = await self._store.find(execution_arn(at.region, at.account, at.name, request["name"]))
        if row is None:
            return None
        journal = Journal(self._store, row.id, row.arn)
        await journal.read(0, 0)
        started = journal[0]
        return row if isinstance(started, ExecutionStarted) and started.parent == parent else None

    async def poll(self, call: task.Call, submitted: str) -> str | None:
        """The execution as DescribeExecution tells it, once it has ended; Output is JSON for `.sync:2`."""
        arn = msgspec.json.decode(submitted)["ExecutionArn"]
        try:
            described = await self._api.perform("DescribeExecution", {"executionArn": arn}, call.region)
        except ApiError as error:
            raise _failed(error) from error
        if described["status"] == "RUNNING":
            return None
        shown = {name: value for name, value in described.items() if not name.startswith("redrive")}
        shown["startDate"] = _milliseconds(shown["startDate"])
        shown["stopDate"] = _milliseconds(shown["stopDate"])
        if described["status"] != "SUCCEEDED":
            raise CallFailed(States.TASK_FAILED, encode(_capitalized(shown)).decode())
        if call.pattern == ".sync:2":
            for name in ("input", "output"):
                shown[name] = msgspec.json.decode(shown[name])
        return encode({name[:1].upper() + name[1:]: _parts(value, name) for name, value in shown.items()}).decode()

    async def stop(self, call: task.Call, submitted: str | None) -> None:
        """StopExecution, as AWS asks of it when the parent is stopped."""
        parent = Parent(call.execution, call.position, waits=True)
        if submitted is None:
            row = await self._started_before(_request(call), parent)
        else:
            row = await self._store.find(msgspec.json.decode(submitted)["ExecutionArn"])
        if row is not None and row.status == "RUNNING":
            await self._api.perform("StopExecution", {"executionArn": row.arn}, call.region)


def _request(call: task.Call) -> Answer:
    """StartExecution's members: Input may be any JSON, of which null counts as none."""
    members = msgspec.json.decode(call.input)
    input = members.pop("Input", None)
    given: Answer = _lowered(members)
    given.setdefault("name", call.identity)
    if input is not None:
        given["input"] = input if isinstance(input, str) else msgspec.json.encode(input).decode()
    return given


def _failed(error: ApiError) -> CallFailed:
    """As an optimized integration tells it (recorded)."""
    cause = (
        f"{error.message} (Service: AWSStepFunctions; Status Code: {error.status}; Error Code: {error.code}; "
        f"Request ID: {new_request_id()}; Proxy: null)"
    )
    return CallFailed(f"StepFunctions.{error.code.removesuffix('Exception')}Exception", cause)


def _exchange(body: bytes, now: Milliseconds) -> Answer:
    id = new_request_id()
    headers = {
        "connection": "keep-alive",
        "Content-Length": str(len(body)),
        "Content-Type": "application/x-amz-json-1.0",
        "Date": formatdate(now // 1000, usegmt=True),
        "x-amzn-RequestId": id,
    }
    return task.exchange(headers, 200, id)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _with_times(value: Any, name: str = "") -> Any:
    """Points in time as texts, as the SDK for Java has them."""
    if isinstance(value, dict):
        return {key: _with_times(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [_with_times(item) for item in value]
    is_time = isinstance(value, float | int) and name.endswith(("Date", "timestamp"))
    return timestamp(_milliseconds(value)) if is_time else value


def _parts(value: Any, name: str) -> Any:
    """Structures get capitals; a parsed input or output is the user's, and stays as it is."""
    return value if name in ("input", "output") else _capitalized(value)


def _capitalized(value: Any) -> Any:
    """The API's members as Step Functions shows them to states: with a capital."""
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: _capitalized(member) for name, member in value.items()}
    return [_capitalized(item) for item in value] if isinstance(value, list) else value


def _lowered(value: Any) -> Any:
    """The other way round, for a request."""
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _lowered(member) for name, member in value.items()}
    return [_lowered(item) for item in value] if isinstance(value, list) else value
