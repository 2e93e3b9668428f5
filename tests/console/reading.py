"""Reading what the console reads: answers, and live streams as they come."""

import json
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import httpx

from api.live import LiveServer

Told = tuple[str, dict[str, Any]]
"""An event of a stream: its name and its data."""


def read(server: LiveServer, what: str, **asked: object) -> Any:
    """What `GET /console/WHAT?…` answers; it must be a success."""
    answer = httpx.get(f"{server.url}/console/{what}", params={k: str(v) for k, v in asked.items()}, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused_read(server: LiveServer, what: str, **asked: str) -> tuple[int, str]:
    """Status and name of the error that it answers."""
    answer = httpx.get(f"{server.url}/console/{what}", params=asked)
    return answer.status_code, answer.json()["__type"]


class Stream:
    """A live stream, closed at the end of a `with`."""

    def __init__(self, server: LiveServer, seconds: float = 10, **asked: object) -> None:
        """`seconds`: how long to wait for the next thing."""
        self._client = httpx.Client(timeout=seconds)
        params = {name: str(value) for name, value in asked.items()}
        self._context = self._client.stream("GET", f"{server.url}/console/live", params=params)

    def __enter__(self) -> "Stream":
        self.answer = self._context.__enter__()
        self._told = self._parsed()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._context.__exit__(kind, error, at)
        self._client.close()

    def next(self) -> Told:
        """What is told next."""
        return next(self._told)

    def until(self, name: str) -> list[Told]:
        """All that is told up to the first event of this name, itself included."""
        told = [self.next()]
        while told[-1][0] != name:
            told.append(self.next())
        return told

    def events(self, last: str) -> list[dict[str, Any]]:
        """The events of an execution up to the first of a type."""
        found: list[dict[str, Any]] = []
        while not any(event["type"] == last for event in found):
            name, data = self.next()
            found += data["events"] if name == "events" else []
        return found

    def has_ended(self) -> bool:
        """Wait for the end of the stream."""
        return next(self._told, None) is None

    def _parsed(self) -> Iterator[Told]:
        gathered = ""
        for piece in self.answer.iter_text():
            gathered += piece
            *whole, gathered = gathered.split("\n\n")
            for lines in whole:
                members = dict(line.split(": ", 1) for line in lines.splitlines() if not line.startswith(":"))
                if members:
                    yield members["event"], json.loads(members["data"])


def ended(client: Any, execution: str) -> dict[str, Any]:
    """DescribeExecution, once it has ended."""
    until = time.monotonic() + 10
    while (described := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() < until, "the execution goes on and on"
        time.sleep(0.01)
    return dict(described)
