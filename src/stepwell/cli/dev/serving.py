"""A server with the stand-ins behind it, and a look at the directory again and again."""

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3

from stepwell import server
from stepwell.cli.client import Client
from stepwell.cli.dev.deployment import Deployment, ProjectSettings
from stepwell.cli.dev.forwarding import Forwarding
from stepwell.cli.dev.project import marks
from stepwell.cli.dev.report import Reachable, print_round, print_start
from stepwell.cli.dev.stand_ins import environment_lines, lead_home
from stepwell.config import Config
from stepwell.integrations.aws.services import load_services
from stepwell.integrations.http.settings import load_http
from stepwell.store.opening import store_at

log = logging.getLogger(__name__)

LOOK_EVERY = 0.3
"""Seconds between two looks at whether something was saved."""
AT_AWS = "https://sqs.{region}.amazonaws.com"
"""Where moto's CloudFormation says that queues are."""


@dataclass(frozen=True)
class Places:
    """Directories: what is served, and where executions are kept."""

    directory: Path
    data: Path

    @property
    def settings(self) -> list[Path]:
        """Where stepwell.toml may be."""
        return [self.data, self.directory, Path.cwd()]


def serve_directory(places: Places, config: Config, moto: str, as_json: bool) -> None:
    """Serve until a signal; `moto` is the address of the stand-ins. Raises ConfigError, StoreError, AddressTaken."""
    listener = server.bind(config.host, config.port)
    url = f"http://{config.host}:{listener.getsockname()[1]}"
    lead_home(os.environ, url, config.region)
    front, settings = Forwarding(moto), ProjectSettings(places.settings)

    def watch() -> None:
        clients = {name: boto3.client(name, endpoint_url=moto) for name in ("cloudformation", "secretsmanager")}
        client = Client(url, config.region)
        deployment = Deployment(places.directory, config, client, settings, front, clients)
        _watch(deployment, places.directory, Address(url, moto, config.region), as_json)

    serving = server.serve(
        store_at(str(places.data)),
        config,
        listener,
        threading.Thread(target=watch, daemon=True).start,
        services=load_services(places.settings),
        http=load_http(places.settings),
        file=settings,
        front=front,
    )
    server.run(serving)


@dataclass(frozen=True)
class Address:
    """Where the server and the stand-ins are, and the region of what is there."""

    url: str
    moto: str
    region: str


def _watch(deployment: Deployment, directory: Path, address: Address, as_json: bool) -> None:
    """Deploy the directory, say what is there, and deploy it again after each save."""
    seen = marks(directory)
    done = deployment.deploy()
    done.deployed.clear()  # the table has them
    print_start(_reachable(deployment, address), environment_lines(address.url, address.region), as_json)
    print_round(done, as_json)
    sys.stdout.flush()
    while True:
        time.sleep(LOOK_EVERY)
        now = marks(directory)
        if now != seen:
            seen = now
            try:
                print_round(deployment.deploy(), as_json)
            except Exception:  # the next save may mend what nobody thought of
                log.exception("What was saved could not be deployed")
            sys.stdout.flush()


def _reachable(deployment: Deployment, address: Address) -> Iterator[Reachable]:
    url = address.url
    yield "server", "Step Functions and Lambda", url
    yield "stand-ins", "all other services of AWS", f"{url} (moto at {address.moto})"
    yield "console", "executions on their graphs, live", f"{url}/"
    for name, arn in deployment.machines.items():
        yield "state machine", name, arn
    for name in deployment.functions:
        yield "function", name, f"{url}/2015-03-31/functions/{name}/invocations"
    for event in deployment.http_events:
        yield "HTTP", f"{event.function}", f"{event.method} {url}{event.path}"
    for name, type, where in deployment.resources():
        yield (
            type.removeprefix("AWS::").replace("::", " "),
            name,
            where.replace(AT_AWS.format(region=address.region), url),
        )
