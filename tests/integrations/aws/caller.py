"""A state's call of an AWS service, made without an engine."""

import json
from typing import Any, cast

import boto3

from stepwell.engine.calls import PATTERNS
from stepwell.integrations.aws.registration import register
from stepwell.integrations.aws.services import Services
from stepwell.integrations.call import Call, CallFailed, Integrations, Pattern

REGION = "eu-west-1"
EXECUTION = f"arn:aws:states:{REGION}:123456789012:execution:m:e"
MACHINE = f"arn:aws:states:{REGION}:123456789012:stateMachine:m"
KEYS = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}


class Caller:
    """Calls services at one address as tasks of an execution do."""

    def __init__(self, url: str, most: int = 262_144, **rule: Any) -> None:
        self.url = url
        self.integrations = Integrations()
        register(self.integrations, Services({"*": {"endpoint_url": url} | rule}), most)

    def call_of(self, resource: str, given: Any, position: int = 1, credentials: str | None = None) -> Call:
        pattern = next((p for p in PATTERNS if resource.endswith(p)), "")
        service, _, action = resource.removesuffix(pattern).rpartition(":")
        return Call(
            execution=1,
            position=position,
            execution_arn=EXECUTION,
            machine_arn=MACHINE,
            state="S",
            service=service,
            action=action,
            pattern=cast(Pattern, pattern),
            input=json.dumps(given),
            credentials=credentials,
        )

    async def call(self, resource: str, given: Any, **how: Any) -> Any:
        call = self.call_of(resource, given, **how)
        return json.loads(await self._of(call).call(call))

    async def poll(self, resource: str, given: Any, submitted: Any) -> Any:
        call = self.call_of(resource, given)
        answer = await self._of(call).poll(call, json.dumps(submitted))
        return None if answer is None else json.loads(answer)

    async def stop(self, resource: str, given: Any, submitted: Any | None) -> None:
        call = self.call_of(resource, given)
        await self._of(call).stop(call, None if submitted is None else json.dumps(submitted))

    async def failure(self, resource: str, given: Any, **how: Any) -> tuple[str | None, str]:
        """Error and cause of a call that fails."""
        try:
            await self.call(resource, given, **how)
        except CallFailed as failed:
            return failed.failure.error, failed.failure.cause or ""
        raise AssertionError("it did not fail")

    def _of(self, call: Call) -> Any:
        return self.integrations.find(call.service)

    def client(self, service: str) -> Any:
        """boto3's, for what a test needs beside the calls."""
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, **KEYS)


def without_exchange(answer: dict[str, Any]) -> dict[str, Any]:
    """What the service itself has answered."""
    return {name: value for name, value in answer.items() if not name.startswith("Sdk")}
