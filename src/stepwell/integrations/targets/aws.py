"""Events to AWS: a queue of SQS, a topic of SNS, a bus of EventBridge. The requests block, each in a thread."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from stepwell.integrations.aws.clients import Clients
from stepwell.integrations.aws.failures import is_answer, passes, refusals
from stepwell.integrations.aws.models import NoModels
from stepwell.integrations.aws.pool import Pool
from stepwell.integrations.targets.target import Event, NotSent

Request = dict[str, Any]


class AwsSender:
    """Sends each event with one request to a service. `region` None: that of the event's execution."""

    def __init__(
        self,
        clients: Clients,
        service: str,
        operation: str,
        request: Callable[[Event], Request],
        *,
        region: str | None,
        seconds: float,
        threads: int,
    ) -> None:
        self._clients = clients
        self._service = service
        self._operation = operation
        self._request = request
        self._region = region
        self._seconds = seconds
        self._pool = Pool(f"target {service}", threads)

    async def send(self, event: Event) -> None:
        try:
            answer = await asyncio.wait_for(self._pool.run(lambda: self._ask(event)), self._seconds)
        except TimeoutError:
            raise NotSent(f"no answer within {self._seconds:g} seconds") from None
        except NoModels as missing:
            raise NotSent(str(missing)) from missing
        except refusals() as error:
            raise NotSent(str(error), refused=is_answer(error) and not passes(error)) from error
        for entry in answer.get("Entries", ()):  # EventBridge takes a request and says no to what is in it
            if "ErrorCode" in entry:
                raise NotSent(f"{entry['ErrorCode']}: {entry.get('ErrorMessage')}", refused=True)

    def _ask(self, event: Event) -> Any:
        region = self._region or event.execution_arn.split(":", 4)[3]
        return getattr(self._clients.at(self._service, region), self._operation)(**self._request(event))

    async def close(self) -> None:
        """Its threads end by themselves."""


def to_queue(url: str) -> Callable[[Event], Request]:
    """The request SendMessage for a queue; one that ends in `.fifo` keeps the order of each execution."""
    return lambda event: {"QueueUrl": url, "MessageBody": event.body.decode(), **_ordered(url, event)}


def to_topic(arn: str) -> Callable[[Event], Request]:
    """The request Publish for a topic; `.fifo` as for queues."""
    return lambda event: {"TopicArn": arn, "Message": event.body.decode(), **_ordered(arn, event)}


def to_bus(name: str, source: str) -> Callable[[Event], Request]:
    """The request PutEvents for a bus, by name or ARN."""

    def request(event: Event) -> Request:
        told = msgspec.json.decode(event.body, type=_Parts)
        entry = {
            "EventBusName": name,
            "Source": source,
            "DetailType": told.detail_type,
            "Time": told.time,
            "Resources": told.resources,
            "Detail": bytes(told.detail).decode(),
        }
        return {"Entries": [entry]}

    return request


class _Parts(msgspec.Struct):
    detail_type: str = msgspec.field(name="detail-type")
    time: str
    resources: list[str]
    detail: msgspec.Raw


def _ordered(place: str, event: Event) -> Request:
    if not place.endswith(".fifo"):
        return {}
    group = hashlib.sha256(event.execution_arn.encode()).hexdigest()  # an ARN may be longer than a group's name
    return {"MessageGroupId": group, "MessageDeduplicationId": event.id}
