"""Requests to AWS's services: those of a call are made one after the other, in a thread of the service."""

from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from typing import Any, TypeVar

import msgspec

from stepwell.errors import States
from stepwell.integrations.aws import models
from stepwell.integrations.aws.clients import Clients
from stepwell.integrations.aws.models import Naming, NoModels
from stepwell.integrations.aws.pool import Pool
from stepwell.integrations.aws.services import Services
from stepwell.integrations.aws.values import Times, Unsuitable, from_answer, to_request
from stepwell.integrations.call import Call, CallFailed

T = TypeVar("T")

Json = dict[str, Any]

encode = msgspec.json.Encoder(order="sorted").encode


class Desk:
    """Takes requests in states' words to the services. `most`: bytes that a result may have."""

    def __init__(self, services: Services, most: int) -> None:
        self.clients = Clients(services)
        self._services = services
        self.most = most + 1  # bytes read of a body: enough for the engine to say that it is too large
        self._pools: dict[str, Pool] = {}

    async def run(self, call: Call, work: Callable[[], T]) -> T:
        """What `work` returns or raises, in a thread of the call's service. Raises CallFailed without botocore."""
        service = call.service.removeprefix("aws-sdk:")
        if service not in self._pools:
            self._pools[service] = Pool(service, self._services.of([service, call.service]).threads)
        try:
            return await self._pools[service].run(work)
        except NoModels as missing:
            raise CallFailed(States.RUNTIME, str(missing)) from missing

    def ask(
        self, call: Call, service: str, action: str, given: Json, naming: Naming, times: Times
    ) -> tuple[Json, Json]:
        """Do an operation: its answer's members, and what botocore tells of the exchange (ResponseMetadata).

        Raises Unsuitable, CallFailed, and what botocore raises (failures.refusals).
        """
        operation = models.operation(service, action)
        if operation is None or operation.has_event_stream_input or operation.has_event_stream_output:
            raise CallFailed(States.RUNTIME, _unknown(call))
        request = to_request(operation.input_shape, given, naming)
        _check_path(operation, request, naming)
        for member in operation.idempotent_members:
            request.setdefault(member, call.identity)  # whoever is asked again can tell
        method = import_module("botocore").xform_name(operation.name)
        answer = getattr(self.clients.of(call, service), method)(**request)
        if operation.has_streaming_output:
            self._read_stream(operation, answer)
        return from_answer(operation.output_shape, answer, naming, times), answer["ResponseMetadata"]

    def _read_stream(self, operation: Any, answer: Json) -> None:
        name = operation.output_shape.serialization["payload"]
        read = b""
        with closing(answer[name]) as body:
            # Until nothing comes any more: only then botocore looks whether that was all.
            while len(read) < self.most and (more := body.read(self.most - len(read))):
                read += more
        answer[name] = read


def _check_path(operation: Any, request: Json, naming: Naming) -> None:
    """What stands in a URL must be there; of other members the service says itself what is missing."""
    shape = operation.input_shape
    for name in shape.required_members if shape else ():
        if shape.members[name].serialization.get("location") == "uri" and name not in request:
            raise Unsuitable(f"The field '{naming(name)}' is required but was missing")


def _unknown(call: Call) -> str:
    return (
        f"The resource provided arn:aws:states:::{call.resource} is not recognized. The value is not a valid resource "
        "ARN, or the resource is not available in this region."
    )


def service_of(call: Call) -> str:
    """botocore's name of the call's service. Raises CallFailed."""
    service = models.service_of(call.service, call.action)
    if service is None:
        raise CallFailed(States.RUNTIME, _unknown(call))
    return service
