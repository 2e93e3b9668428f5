"""Where rounds take place: fresh data for each, and what the rounds have to say beside their figures."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import StepwellServer


class Lab:
    """A directory for data on the disk that is measured."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        """To be shown beneath the table; of several rounds the last word counts."""
        self.notes.append(text)

    @contextlib.contextmanager
    def directory(self) -> Iterator[Path]:
        """An empty directory, removed at the end."""
        self.root.mkdir(parents=True, exist_ok=True)
        path = Path(tempfile.mkdtemp(dir=self.root))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    @contextlib.contextmanager
    def server(self, **settings: int) -> Iterator[StepwellServer]:
        """A server over fresh data, stopped at the end."""
        with self.directory() as data:
            server = StepwellServer(data, **settings)
            try:
                yield server
            finally:
                server.stop()
