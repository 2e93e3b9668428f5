"""The tables [targets.NAME] of stepwell.toml: whom status-change events are sent to."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from stepwell.config import ConfigError, Positive, config_file, read_table
from stepwell.core.status_event import SOURCE
from stepwell.integrations.aws.clients import Clients
from stepwell.integrations.aws.services import Services
from stepwell.integrations.targets.aws import AwsSender, to_bus, to_queue, to_topic
from stepwell.integrations.targets.file import FileSender
from stepwell.integrations.targets.http import HttpSender
from stepwell.integrations.targets.target import Event, Sender, Target

TABLE = "targets"

Seconds = Annotated[float, msgspec.Meta(gt=0)]
Status = Literal["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]


class Common(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """What all targets have."""

    statuses: tuple[Status, ...] = ()  # only events of these; none: of all
    machines: tuple[str, ...] = ()  # only of state machines whose ARN fits one of these patterns (`*`, `?`)
    timeout: Seconds = 10  # for one event
    concurrency: Positive = 8  # executions told of at one time
    keep: Positive = 100_000  # events that may wait
    give_up_hours: Annotated[float, msgspec.Meta(ge=0)] = 24  # after which one that cannot be told is given up


class Http(Common, frozen=True, kw_only=True, tag="http"):
    url: Annotated[str, msgspec.Meta(pattern=r"^https?://")]
    headers: dict[str, str] = {}


class File(Common, frozen=True, kw_only=True, tag="file"):
    path: str  # relative to stepwell.toml
    concurrency: Positive = 1  # lines in the order in which things happened


class Aws(Common, frozen=True, kw_only=True):
    """What AWS's services have; where they are and with whose credentials say the tables [services.NAME]."""

    region: str | None = None  # None: as the ARN or URL says, else that of the execution


class Sqs(Aws, frozen=True, kw_only=True, tag="sqs"):
    queue: Annotated[str, msgspec.Meta(pattern=r"^https?://")]  # its URL


class Sns(Aws, frozen=True, kw_only=True, tag="sns"):
    topic: Annotated[str, msgspec.Meta(pattern=r"^arn:[^:]*:sns:[^:]*:")]


class EventBridge(Aws, frozen=True, kw_only=True, tag="eventbridge"):
    bus: Annotated[str, msgspec.Meta(pattern=r"^(arn:[^:]*:events:[^:]*:.*|[^:]+)$")] = "default"  # name or ARN
    source: str = SOURCE  # AWS itself takes no source that begins with `aws.`


AnySettings = Http | File | Sqs | Sns | EventBridge


def load_targets(directories: Iterable[Path], services: Services) -> list[Target]:
    """The targets in the first stepwell.toml of these directories. Raises ConfigError."""
    file = config_file(directories)
    if file is None:
        return []
    makers = Makers(file.parent, Clients(services))
    return [_target(name, table, file, makers) for name, table in read_table(file, TABLE).items()]


def _target(name: str, table: Any, file: Path, makers: "Makers") -> Target:
    try:
        settings = msgspec.convert(table, AnySettings)
    except msgspec.ValidationError as problem:
        raise ConfigError(f"{file}, [{TABLE}.{name}]: {problem}.") from problem
    sender, to = makers.make(settings)
    return Target(
        name,
        sender,
        to,
        statuses=settings.statuses,
        machines=settings.machines,
        concurrency=settings.concurrency,
        keep=settings.keep,
        give_up=settings.give_up_hours * 3600,
    )


class Makers:
    """Makes senders; with each comes what people are shown of where it sends to."""

    def __init__(self, directory: Path, clients: Clients) -> None:
        self._directory = directory
        self._clients = clients

    def make(self, settings: AnySettings) -> tuple[Sender, str]:
        match settings:
            case Http():
                return HttpSender(settings.url, settings.headers, settings.timeout), settings.url
            case File():
                return FileSender(self._directory / settings.path), settings.path
            case Sqs():
                there = re.match(r"https?://sqs\.([a-z0-9-]+)\.amazonaws\.", settings.queue)
                request = to_queue(settings.queue)
                return self._aws(settings, "sqs", "send_message", request, there and there[1]), settings.queue
            case Sns():
                request = to_topic(settings.topic)
                return self._aws(settings, "sns", "publish", request, settings.topic.split(":")[3]), settings.topic
            case EventBridge():
                region = settings.bus.split(":")[3] if settings.bus.startswith("arn:") else None
                request = to_bus(settings.bus, settings.source)
                return self._aws(settings, "events", "put_events", request, region), settings.bus

    def _aws(
        self, settings: Aws, service: str, operation: str, request: Callable[[Event], Any], region: str | None
    ) -> Sender:
        return AwsSender(
            self._clients,
            service,
            operation,
            request,
            region=settings.region or region,
            seconds=settings.timeout,
            threads=settings.concurrency,
        )
