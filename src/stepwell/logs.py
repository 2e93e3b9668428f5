"""Structured logs: one JSON object a line on stderr; plain lines when somebody watches a terminal."""

import logging
import sys
from datetime import UTC, datetime

import msgspec

_OURS = frozenset(vars(logging.makeLogRecord({})))


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON: time, level, logger, message, what was given as `extra`, and the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _OURS and name != "message"}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


def set_up_logs(level: str = "INFO", *, as_json: bool | None = None) -> None:
    """Send all logs to stderr; as JSON, unless somebody watches or `as_json` says otherwise."""
    handler = logging.StreamHandler(sys.stderr)
    if sys.stderr.isatty() if as_json is None else not as_json:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    else:
        handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("uvicorn").setLevel("WARNING")
