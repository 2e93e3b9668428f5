"""The world outside as stepwell.toml has it: its tables are read together, and what is wrong in them told at once."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from stepwell.config import Problems, Settings
from stepwell.integrations.aws.services import Services, load_services
from stepwell.integrations.functions.bindings import Bindings
from stepwell.integrations.http.settings import HttpSettings, load_http
from stepwell.integrations.logs.settings import load_logs
from stepwell.integrations.outgoing import Outgoing
from stepwell.integrations.targets.settings import load_targets
from stepwell.integrations.traces.tracer import load_traces


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a server calls, and whom it tells."""

    services: Services
    http: HttpSettings
    outgoing: Outgoing


def load_outside(directories: Sequence[Path]) -> Outside:
    """What the first stepwell.toml of these directories says. Raises ConfigError with all that is wrong."""
    problems = Problems()
    services = problems.of(lambda: load_services(directories), Services())
    outside = Outside(
        services=services,
        http=problems.of(lambda: load_http(directories), HttpSettings()),
        outgoing=Outgoing(
            targets=problems.of(lambda: load_targets(directories, services), []),
            logs=problems.of(lambda: load_logs(directories, services), None),
            traces=problems.of(lambda: load_traces(directories), None),
        ),
    )
    problems.of(lambda: Bindings(Settings(directories)), None)  # which are read again while the server runs
    problems.tell()
    return outside
