"""The tables [targets.NAME] of stepwell.toml: whom status-change events are sent to."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit, urlunsplit

import msgspec

from stepwell.config import ADDRESS, ConfigError, Positive, Problems, config_file, converted, read_table, unwritable
from stepwell.core.status_event import SOURCE
from stepwell.integrations.aws.clients import Clients
from stepwell.integrations.aws.services import Services
from stepwell.integrations.targets.aws import AwsSender, to_bus, to_queue, to_topic
from stepwell.integrations.targets.file import FileSender
from stepwell.integrations.targets.target import Event, Sender, Target

TABLE = "targets"

Seconds = Annotated[float, msgspec.Meta(gt=0)]
Bus = Annotated[
    str, msgspec.Meta(pattern=r"^(arn:[^:]*:events:[^:]*:.*|[^:]+)$", description="the name or ARN of an event bus")
]
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
    url: Annotated[str, msgspec.Meta(pattern=r"^https?://", description=ADDRESS)]
    headers: dict[str, str] = {}


class File(Common, frozen=True, kw_only=True, tag="file"):
    path: str  # relative to stepwell.toml
    concurrency: Positive = 1  # lines in the order in which things happened


class Aws(Common, frozen=True, kw_only=True):
    """What AWS's services have; where they are and with whose credentials say the tables [services.NAME]."""

    region: str | None = None  # None: as the ARN or URL says, else that of the execution


class Sqs(Aws, frozen=True, kw_only=True, tag="sqs"):
    queue: Annotated[str, msgspec.Meta(pattern=r"^https?://", description=ADDRESS)]  # its URL


class Sns(Aws, frozen=True, kw_only=True, tag="sns"):
    topic: Annotated[str, msgspec.Meta(pattern=r"^arn:[^:]*:sns:[^:]*:", description="the ARN of a topic")]


class EventBridge(Aws, frozen=True, kw_only=True, tag="eventbridge"):
    bus: Bus = "default"
    source: str = SOURCE  # AWS itself takes no source that begins with `aws.`


AnySettings = Http | File | Sqs | Sns | EventBridge


def load_targets(directories: Iterable[Path], services: Services) -> list[Target]:
    """The targets in the first stepwell.toml of these directories. Raises ConfigError."""
    file = config_file(directories)
    if file is None:
        return []
    makers, problems = Makers(file.parent, Clients(services)), Problems()
    targets = [
        problems.of(partial(_target, name, table, file, makers), None)
        for name, table in read_table(file, TABLE).items()
    ]
    problems.tell()
    return [target for target in targets if target is not None]


def _target(name: str, table: Any, file: Path, makers: "Makers") -> Target:
    where = f"{file}, [{TABLE}.{name}]"
    settings: AnySettings = converted(table, AnySettings, where)
    if isinstance(settings, Http) and (reason := _check_http(settings)):
        raise ConfigError(f"{where}: {reason}.")
    if isinstance(settings, File) and (reason := unwritable(file.parent / settings.path)):
        raise ConfigError(f"{where}: path: {reason}")
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


def _without_secrets(url: str) -> str:
    """The address as it is shown: whoever may look at targets need not know its password and query."""
    parts = urlsplit(url)
    host = f"…@{parts.netloc.rpartition('@')[2]}" if "@" in parts.netloc else parts.netloc
    return urlunsplit((parts.scheme, host, parts.path, "…" if parts.query else "", ""))


def _check_http(settings: Http) -> str | None:
    """Why nothing could ever be sent so; None when it can."""
    try:
        parts = urlsplit(settings.url)
        usable = parts.hostname is not None and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        return "url is no address. Write https://HOST/PATH"
    for name, value in settings.headers.items():
        if not _HEADER.fullmatch(name):
            return f"headers: {name!r} cannot be a header's name. Write letters, digits and -"
        if _CONTROL.search(value):
            return f"headers: the value of {name} has a line break or a control character. Write it in one line"
    return None


_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Makers:
    """Makes senders; with each comes what people are shown of where it sends to."""

    def __init__(self, directory: Path, clients: Clients) -> None:
        self._directory = directory
        self._clients = clients

    def make(self, settings: AnySettings) -> tuple[Sender, str]:
        match settings:
            case Http():
                from stepwell.integrations.targets.http import HttpSender  # aiohttp, which few servers need at start

                return HttpSender(settings.url, settings.headers, settings.timeout), _without_secrets(settings.url)
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
