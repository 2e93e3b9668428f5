"""The table [logs] of stepwell.toml: where execution logs are written."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec

from stepwell.config import ConfigError, config_file, explained, read_table
from stepwell.integrations.aws.clients import Clients
from stepwell.integrations.aws.services import Services
from stepwell.integrations.logs.cloudwatch import CloudWatchWriter
from stepwell.integrations.logs.writer import FileWriter, LogWriter, OutputWriter

TABLE = "logs"
FILE = "file:"


class LogSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to; a file's path is relative to stepwell.toml."""

    to: Annotated[str, msgspec.Meta(pattern=r"^(cloudwatch|stdout|file:.+)$")]


def load_logs(directories: Iterable[Path], services: Services) -> LogWriter | None:
    """What writes them; None where the first stepwell.toml of these directories does not say. Raises ConfigError."""
    file = config_file(directories)
    table = {} if file is None else read_table(file, TABLE)
    if file is None or not table:
        return None
    try:
        settings = msgspec.convert(table, LogSettings)
    except msgspec.ValidationError as problem:
        mend = 'Write to = "cloudwatch", to = "stdout" or to = "file:PATH".'
        raise ConfigError(f"{file}, [{TABLE}]: {explained(problem, LogSettings)} {mend}") from None
    if settings.to.startswith(FILE):
        return FileWriter(file.parent / settings.to.removeprefix(FILE))
    return OutputWriter() if settings.to == "stdout" else CloudWatchWriter(Clients(services))
