"""The table [logs] of stepwell.toml: where execution logs are written."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec

from stepwell.config import ConfigError, config_file, converted, read_table, unwritable
from stepwell.integrations.aws.clients import Clients
from stepwell.integrations.aws.services import Services
from stepwell.integrations.logs.cloudwatch import CloudWatchWriter
from stepwell.integrations.logs.writer import FileWriter, LogWriter, OutputWriter

TABLE = "logs"
FILE = "file:"
PLACES = '"cloudwatch", "stdout" or "file:PATH"'


class LogSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to; a file's path is relative to stepwell.toml."""

    to: Annotated[str, msgspec.Meta(pattern=r"^(cloudwatch|stdout|file:.+)$", description=PLACES)]


def load_logs(directories: Iterable[Path], services: Services) -> LogWriter | None:
    """What writes them; None where the first stepwell.toml of these directories does not say. Raises ConfigError."""
    file = config_file(directories)
    table = {} if file is None else read_table(file, TABLE)
    if file is None or not table:
        return None
    where = f"{file}, [{TABLE}]"
    settings: LogSettings = converted(table, LogSettings, where)
    if settings.to.startswith(FILE):
        path = file.parent / settings.to.removeprefix(FILE)
        if (reason := unwritable(path)) is not None:
            raise ConfigError(f"{where}: to: {reason}")
        return FileWriter(path)
    return OutputWriter() if settings.to == "stdout" else CloudWatchWriter(Clients(services))
