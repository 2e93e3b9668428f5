"""The page's files as the build left them in `built/`, found by name, compressed once."""

import asyncio
import gzip
import mimetypes
from pathlib import Path

import msgspec

from stepwell.config import mark

DIRECTORY = Path(__file__).parent / "built"
INDEX = "index.html"
COMPRESSED = frozenset({".js", ".css", ".svg", ".json", ".map", ".txt", ".html"})
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2", ".map": "application/json"}
"""What `mimetypes` may be told otherwise by the system: browsers run no script of another type."""


class File(msgspec.Struct, frozen=True):
    """A file as it is sent."""

    type: str
    body: bytes
    gzipped: bytes | None  # None where compressing is of no use


class Built:
    """The built files. They are read again once they were built anew, so a server need not be started again."""

    def __init__(self, directory: Path = DIRECTORY) -> None:
        self._directory = directory
        self._mark: object = None
        self._index: str | None = None
        self._files: dict[str, File] = {}  # that were asked for

    def index(self) -> str | None:
        """The page; None where nothing was built."""
        self._look()
        return self._index

    async def file(self, name: str) -> File | None:
        """A file by its path below the directory; None where there is none of this name."""
        self._look()
        found = self._files.get(name)
        if found is None:
            path = (self._directory / name).resolve()
            if name == INDEX or not path.is_relative_to(self._directory.resolve()) or not path.is_file():
                return None
            found = self._files[name] = await asyncio.to_thread(_read, path)
        return found

    def _look(self) -> None:
        path = self._directory / INDEX
        found = mark(path)
        if found != self._mark:
            self._index = None if found is None else path.read_text("utf-8")
            self._mark = found
            self._files.clear()


def _read(path: Path) -> File:
    body = path.read_bytes()
    type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return File(type, body, gzip.compress(body, 9, mtime=0) if path.suffix in COMPRESSED else None)
