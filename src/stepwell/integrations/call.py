"""A call: one try of a task as an integration sees it, and what an integration is."""

import hashlib
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Literal, Protocol, runtime_checkable

import msgspec

from stepwell.clock import Milliseconds
from stepwell.errors import Failure

Pattern = Literal["", ".sync", ".sync:2", ".waitForTaskToken"]
"""What the task waits for: the answer, the end of a job, or somebody with its token (developer guide, "Service
integration patterns")."""

_NAMES = hashlib.sha1(uuid.UUID("6d2f3c1e-54c5-4b8e-9d5a-0c3c5f5b1a77").bytes, usedforsecurity=False)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One try of a task."""

    execution: int
    position: int  # with `execution`: which try; the same when the call is made again after a crash
    execution_arn: str
    machine_arn: str
    state: str
    service: str  # `sqs`, `aws-sdk:dynamodb`; a function's ARN when that is the whole Resource
    action: str = ""  # `sendMessage`; empty for a function's ARN
    pattern: Pattern = ""
    input: str  # JSON text: what Parameters or Arguments came to
    credentials: str | None = None  # the role to call with, where the state names one
    due: Milliseconds | None = None  # when the try times out

    @property
    def identity(self) -> str:
        """A UUID that is the same whenever this call is made: a name for what it starts, or a client token.

        It is uuid5's, at a quarter of its price.
        """
        hashed = _NAMES.copy()
        hashed.update(f"{self.execution_arn} {self.execution} {self.position}".encode())
        h = hashed.hexdigest()
        return f"{h[:8]}-{h[8:12]}-5{h[13:16]}-{'89ab'[int(h[16], 16) & 3]}{h[17:20]}-{h[20:32]}"

    @property
    def region(self) -> str:
        return self.execution_arn.split(":", 4)[3]

    @property
    def resource(self) -> str:
        """The Resource, short: `sqs:sendMessage.waitForTaskToken`, or the function's ARN."""
        return f"{self.service}:{self.action}{self.pattern}" if self.action else self.service


class CallFailed(Exception):
    """The call failed as the state's Retry and Catch are to see it."""

    def __init__(self, error: str | None, cause: str | None, how: str = "Failed") -> None:
        super().__init__(f"{error}: {cause}")
        self.failure = Failure(_writable(error), _writable(cause))
        self.how = how  # last part of the event's name


def _writable(text: str | None) -> str | None:
    """The text as UTF-8 can have it: what a service answers may have halves of surrogate pairs."""
    return None if text is None else text.encode("utf-8", "replace").decode()


def exchange(headers: Mapping[str, str], status: int, request_id: str) -> dict[str, Any]:
    """What optimized integrations tell of the HTTP exchange, beside a service's answer (recorded)."""
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": dict(headers),
            "HttpStatusCode": status,
        },
        "SdkResponseMetadata": {"RequestId": request_id},
    }


class Postponed(Exception):
    """The call was not begun, and is not to be now: nobody waits for it any more, or the server stops.

    What somebody still waits for is called again at the next start.
    """


class Integration(Protocol):
    """Somebody who makes the calls of a service, or of several.

    Every method may be asked again for the same call, after a crash: `Call.identity` tells. Raises CallFailed,
    Postponed.
    Anything else that is raised is a fault of ours, and fails the task with States.Runtime.
    """

    async def call(self, call: Call) -> str:
        """Make the call; returns the service's answer as JSON text: the task's result, unless it waits for more."""
        ...

    async def poll(self, call: Call, submitted: str) -> str | None:
        """Ask after the job (`.sync`) that `call` answered with `submitted`: its result, None while it runs."""
        ...

    async def stop(self, call: Call, submitted: str | None) -> None:
        """Stop the job, which nobody waits for any more. `submitted` None: perhaps it never began."""
        ...


@runtime_checkable
class Closing(Protocol):
    """An integration that holds something to be let go of when the server stops."""

    async def close(self) -> None: ...


class Queueing(ABC):
    """What an integration is, too, whose calls may have to wait before they begin."""

    @abstractmethod
    def lane(self, call: Call) -> str:
        """With which calls it waits: calls of one lane do not hold up those of another."""

    @abstractmethod
    def withdraw(self, call: Call) -> None:
        """The try is over: a call that has not begun must not begin. It raises Postponed."""


class Integrations:
    """Who makes the calls of which service."""

    def __init__(self) -> None:
        self._by_service: dict[str, Integration] = {}

    def register(self, service: str, integration: Integration) -> None:
        """`service` as in a Resource: `states`, `lambda` (functions' ARNs too), `aws-sdk` for all of them."""
        self._by_service[service] = integration

    def find(self, service: str) -> Integration | None:
        """Who makes the calls of `Call.service`; None: nobody."""
        known = "lambda" if service.startswith("arn:") else service
        return self._by_service.get(known) or self._by_service.get(known.partition(":")[0])

    async def close(self) -> None:
        """The server stops, and no call is made any more."""
        for integration in {id(each): each for each in self._by_service.values()}.values():
            if isinstance(integration, Closing):
                await integration.close()
