"""What writes execution logs, and the plain places: a file, and the server's standard output."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from stepwell.clock import Milliseconds


class LogLine(msgspec.Struct, frozen=True, gc=False):
    """An event to be logged."""

    at: Milliseconds
    text: str  # JSON
    machine: str  # name
    groups: tuple[str, ...]  # ARNs of the log groups that the state machine names


class NotWritten(Exception):
    """Some lines, which are told, could not be written. The message says why."""

    def __init__(self, why: str, lines: Sequence[LogLine]) -> None:
        super().__init__(why)
        self.lines = lines


class LogWriter(Protocol):
    """Somebody who writes lines, in the order given."""

    async def write(self, lines: Sequence[LogLine]) -> None:
        """Raises NotWritten."""
        ...


class FileWriter:
    """Appends to a file, which may be moved away at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def write(self, lines: Sequence[LogLine]) -> None:
        try:
            await asyncio.to_thread(self._append, _joined(lines))
        except OSError as problem:
            raise NotWritten(f"{self._path}: {problem.strerror}", lines) from problem

    def _append(self, text: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text)


class OutputWriter:
    """Writes to the standard output."""

    async def write(self, lines: Sequence[LogLine]) -> None:
        try:
            await asyncio.to_thread(self._print, _joined(lines))
        except OSError as problem:
            raise NotWritten(f"standard output: {problem.strerror}", lines) from problem

    def _print(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def _joined(lines: Sequence[LogLine]) -> str:
    return "".join(f"{line.text}\n" for line in lines)
