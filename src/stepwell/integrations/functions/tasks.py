"""Functions as tasks: `arn:aws:lambda:…:function:NAME` itself, and `arn:aws:states:::lambda:invoke`."""

import base64
from email.utils import formatdate
from typing import Any, Literal

import msgspec

from stepwell.clock import Clock
from stepwell.core.payloads import json_fault
from stepwell.errors import InternalFailure, States
from stepwell.integrations.call import Call, CallFailed, Queueing, exchange
from stepwell.integrations.functions.functions import Functions
from stepwell.integrations.functions.invocation import Invocation, InvocationType, Outcome
from stepwell.integrations.functions.names import FunctionName, read_name
from stepwell.integrations.functions.refusals import Refusal, Told

encode = msgspec.json.Encoder(order="sorted").encode
_NO_CONTEXT = "Client context must be a valid Base64-encoded JSON object."
EMPTY = msgspec.Raw(b"{}")


class Parameters(msgspec.Struct, frozen=True, rename="pascal"):
    """Lambda's Invoke, as a state gives it."""

    function_name: str
    payload: msgspec.Raw = EMPTY
    qualifier: str | None = None
    invocation_type: InvocationType = "RequestResponse"
    log_type: Literal["None", "Tail"] = "None"
    client_context: str | None = None  # JSON in base64


_parameters = msgspec.json.Decoder(Parameters)


class _ErrorType(msgspec.Struct):
    error_type: str | None = msgspec.field(default=None, name="errorType")


class FunctionTasks(Queueing):
    """Makes the calls of functions. A handler's error is the task's, by the name of its class."""

    def __init__(self, functions: Functions, clock: Clock) -> None:
        self.functions = functions
        self._clock = clock

    async def call(self, call: Call) -> str:
        """The function's answer; for `lambda:invoke` within what Invoke tells beside it."""
        if not call.action:
            outcome = await self._invoke(
                _invocation(call, _name(call, call.service), call.input.encode()), "RequestResponse"
            )
            assert outcome is not None
            return outcome.payload.decode()
        asked = _read(call)
        name = _name(call, asked.function_name, asked.qualifier)
        invocation = _invocation(call, name, bytes(asked.payload), asked.client_context)
        outcome = await self._invoke(invocation, asked.invocation_type)
        return encode(self._answer(invocation, asked, outcome)).decode()

    async def _invoke(self, invocation: Invocation, kind: InvocationType) -> Outcome | None:
        try:
            outcome = await self.functions.invoke(invocation, kind)
        except Refusal as refusal:
            raise _refused(refusal, invocation.id) from refusal
        if outcome is not None and outcome.failed:
            raise _failed(outcome)
        if outcome is not None and not _readable(outcome.payload):
            raise _unknown(outcome.payload)
        return outcome

    def _answer(self, invocation: Invocation, asked: Parameters, outcome: Outcome | None) -> dict[str, Any]:
        """As `lambda:invoke` tells it (developer guide, "Invoke an AWS Lambda function with Step Functions")."""
        status = {"RequestResponse": 200, "Event": 202, "DryRun": 204}[asked.invocation_type]
        length = 0 if outcome is None else len(outcome.payload)
        headers = {
            "Connection": "keep-alive",
            "Content-Length": str(length),
            "Date": formatdate(self._clock.now() // 1000, usegmt=True),
            "X-Amzn-Remapped-Content-Length": "0",
            "x-amzn-RequestId": invocation.id,
        }
        answer: dict[str, Any] = {"StatusCode": status}
        if outcome is not None:
            headers |= {"Content-Type": "application/json", "X-Amz-Executed-Version": outcome.version}
            answer |= {"ExecutedVersion": outcome.version, "Payload": msgspec.Raw(outcome.payload)}
        if asked.log_type == "Tail":
            answer["LogResult"] = base64.b64encode(self.functions.output.tail(invocation.id)).decode()
        return answer | exchange(headers, status, invocation.id)

    async def poll(self, call: Call, submitted: str) -> str | None:
        raise InternalFailure("no function is a job")

    async def stop(self, call: Call, submitted: str | None) -> None:
        raise InternalFailure("no function is a job")

    def lane(self, call: Call) -> str:
        """The function's name."""
        if not call.action:
            return call.service
        try:
            return f"lambda:invoke {_parameters.decode(call.input).function_name}"
        except msgspec.DecodeError:
            return call.service

    def withdraw(self, call: Call) -> None:
        """Have it not begun, if it has not."""
        self.functions.withdraw(call.identity)


def _read(call: Call) -> Parameters:
    try:
        return _parameters.decode(call.input)
    except msgspec.DecodeError as problem:
        raise CallFailed(States.RUNTIME, f"The parameters of lambda:invoke cannot be used: {problem}") from None


def _name(call: Call, text: str, qualifier: str | None = None) -> FunctionName:
    _, _, _, region, account, _ = call.execution_arn.split(":", 5)
    try:
        return read_name(text, region, account, qualifier)
    except Refusal as refusal:
        raise _refused(refusal, call.identity) from refusal


def _invocation(call: Call, name: FunctionName, payload: bytes, context: str | None = None) -> Invocation:
    try:
        client = None if context is None else base64.b64decode(context, validate=True)
    except ValueError:
        raise CallFailed("Lambda.InvalidRequestContentException", _NO_CONTEXT) from None
    return Invocation(
        id=call.identity,
        function=name,
        payload=payload,
        client_context=client,
        execution=call.execution_arn,
        state=call.state,
    )


def _readable(payload: bytes) -> bool:
    try:
        return json_fault(payload.decode()) is None
    except UnicodeDecodeError:
        return False


def _refused(refusal: Refusal, id: str) -> CallFailed:
    """As both forms tell it."""
    code = refusal.code
    if code == "SdkClientException":
        return CallFailed("Lambda.SdkClientException", refusal.message)
    status, id = (refusal.told_status, refusal.request_id) if isinstance(refusal, Told) else (refusal.status, id)
    details = f"(Service: AWSLambda; Status Code: {status}; Error Code: {code}; Request ID: {id}; Proxy: null)"
    return CallFailed(f"Lambda.{code}", f"{refusal.message} {details}")


def _failed(outcome: Outcome) -> CallFailed:
    """The function's own error: its errorType, and all that it tells."""
    try:
        error = msgspec.json.decode(outcome.payload, type=_ErrorType).error_type
    except (msgspec.DecodeError, UnicodeDecodeError):
        error = None
    if not error:
        return _unknown(outcome.payload)
    return CallFailed(error, outcome.payload.decode("utf-8", "replace"))


def _unknown(payload: bytes) -> CallFailed:
    """What AWS says of an answer that it cannot make sense of."""
    return CallFailed(
        "Lambda.Unknown",
        "The cause could not be determined because Lambda did not return an error type. Returned payload: "
        + payload.decode("utf-8", "replace"),
    )
