"""The data directory of an embedded store: made where it is missing, and held by one server at a time."""

import fcntl
import os
from pathlib import Path

from stepwell.store.holder import who_we_are
from stepwell.store.protocol import StoreError, StoreHeld

LOCK_FILE = "stepwell.lock"


class DirectoryLock:
    """Holds a directory by a lock of the operating system, which goes with the process however it ends."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / LOCK_FILE
        self._file: int | None = None

    def take(self) -> None:
        """Hold the directory. Raises StoreHeld, naming the holder, and StoreError for one we may not use."""
        file = self._open()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(file, 1000, 0).decode(errors="replace").strip() or "another process"
            os.close(file)
            raise StoreHeld(
                f"The data in {self._path.parent} are in use by {holder}. "
                "Stop that server first, or give this one a directory of its own."
            ) from None
        os.ftruncate(file, 0)
        os.pwrite(file, who_we_are().encode(), 0)
        self._file = file

    def release(self) -> None:
        """Let go of the directory. The file stays: deleting it would race with who takes it next."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        directory = self._path.parent
        try:
            directory.mkdir(parents=True, exist_ok=True)
            return os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreError(
                f"The data directory {directory} cannot be used: {error.strerror}. "
                "Give the server a directory in which it may create files."
            ) from error
