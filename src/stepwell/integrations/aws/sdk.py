"""`arn:aws:states:::aws-sdk:SERVICE:ACTION`: all operations botocore knows, by the names of the SDK for Java."""

import msgspec

from stepwell.errors import InternalFailure
from stepwell.integrations.aws.desk import Desk, encode, service_of
from stepwell.integrations.aws.failures import refusals, sdk_failure, unusable
from stepwell.integrations.aws.models import java_member
from stepwell.integrations.aws.values import Unsuitable, iso
from stepwell.integrations.call import Call


class SdkCalls:
    """Request and response; whoever has the task's token may answer for it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def call(self, call: Call) -> str:
        """The operation's answer, members with capitals, times as ISO texts, without anything of the exchange."""
        return await self._desk.run(call, lambda: self._call(call))

    def _call(self, call: Call) -> str:
        service = service_of(call)
        try:
            answer, _ = self._desk.ask(call, service, call.action, msgspec.json.decode(call.input), java_member, iso)
        except Unsuitable as fault:
            raise unusable(call.input, str(fault)) from fault
        except refusals() as error:
            raise sdk_failure(service, error) from error
        return encode(answer).decode()

    async def poll(self, call: Call, submitted: str) -> str | None:
        raise InternalFailure("no operation of the SDK is waited for")

    async def stop(self, call: Call, submitted: str | None) -> None:
        raise InternalFailure("no operation of the SDK is waited for")
