"""Events into a file: a line of JSON each, appended."""

import asyncio
from pathlib import Path

from stepwell.integrations.targets.target import Event, NotSent


class FileSender:
    """Appends to a file, which may be moved away at any time: it is opened anew for each event."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, event: Event) -> None:
        try:
            await asyncio.to_thread(self._append, event.body + b"\n")
        except OSError as problem:
            raise NotSent(f"{self._path}: {problem.strerror}") from problem

    def _append(self, line: bytes) -> None:
        with self._path.open("ab", buffering=0) as file:
            file.write(line)

    async def close(self) -> None:
        """Nothing is kept open."""
