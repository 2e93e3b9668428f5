"""SQLite's file: how it is opened, migrated and copied, and what its errors mean to us."""

import asyncio
import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw

from stepwell.store.protocol import (
    FORMAT,
    Conflict,
    DiskFailed,
    StoreError,
    StoreFull,
    StoreTooNew,
)
from stepwell.store.sql import migrations, statements

DATABASE = "stepwell.db"
APPLICATION_ID = 0x57454C4C  # "WELL", so that `file` and we know our own
PAGE_SIZE = 8192
"""Bytes. Measured against 4096: chunks of 1 to 3 KB waste less of it, and a lone commit still syncs few."""

_BUSY_TIMEOUT = 10_000  # ms; only a backup's or an inspector's connection can ever be in the way
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SYNC_FAILED = {apsw.SQLITE_IOERR_FSYNC, apsw.SQLITE_IOERR_DIR_FSYNC}


def connect(directory: Path, cache_bytes: int) -> apsw.Connection:
    """A connection for the writer or a reader, with our settings. Raises StoreError."""
    path = directory / DATABASE
    with meaning(None, f"{path} cannot be opened"):
        db = apsw.Connection(str(path))
    with meaning(db, f"{path} cannot be opened"):
        db.set_busy_timeout(_BUSY_TIMEOUT)
        # The first two only count before the first table is made.
        db.pragma("page_size", PAGE_SIZE)
        db.pragma("auto_vacuum", "incremental")
        db.pragma("journal_mode", "wal")
        db.pragma("synchronous", "full")
        db.pragma("temp_store", "memory")
        db.pragma("cache_size", -cache_bytes // 1024)
        db.pragma("journal_size_limit", 64 << 20)
    return db


def migrate(db: apsw.Connection) -> None:
    """Bring the data to this version's layout, in one transaction. Raises StoreTooNew, StoreError."""
    with meaning(db, "The data cannot be brought to this version's layout"), db:
        known = migrations("sqlite")
        layout = int(db.pragma("user_version"))
        if layout and db.pragma("application_id") != APPLICATION_ID:
            raise StoreError(f"{db.filename} is an SQLite database, but not one of Stepwell's.")
        if layout > len(known):
            raise _too_new(db.filename, f"layout {layout}", f"layout {len(known)}")
        for migration in known[layout:]:
            db.execute(migration.script)
            db.pragma("user_version", migration.number)
            db.pragma("application_id", APPLICATION_ID)
        sql = statements("sqlite")
        db.execute(sql["set_meta"], ("format", FORMAT))
        db.execute(sql["set_meta"], ("secret", secrets.token_bytes(32)))
        written = db.execute(sql["get_meta"], ("format",)).get
        if written > FORMAT:
            raise _too_new(db.filename, f"format {written}", f"format {FORMAT}")


def _too_new(path: str, found: str, known: str) -> StoreTooNew:
    return StoreTooNew(
        f"{path} was written by a newer Stepwell ({found}; this one knows up to {known}). "
        "Start the newer version, or restore a backup made before the upgrade."
    )


@contextmanager
def meaning(db: apsw.Connection | None, what: str) -> Iterator[None]:
    """Turn SQLite's errors inside into ours; `what` begins the message."""
    try:
        yield
    except apsw.Error as error:
        raise _translated(error, db.system_errno if db else 0, what) from error


def _translated(error: apsw.Error, system_errno: int, what: str) -> StoreError:
    if isinstance(error, apsw.ConstraintError):
        return Conflict(f"{what}: another writer was here first ({error}).")
    if isinstance(error, apsw.FullError) or (isinstance(error, apsw.IOError) and system_errno in _NO_ROOM):
        return StoreFull(f"{what}: the disk is full. Make room; nothing needs to be restarted.")
    if isinstance(error, apsw.IOError) and getattr(error, "extendedresult", 0) in _SYNC_FAILED:
        return DiskFailed(f"{what}: the disk could not make it durable ({os.strerror(system_errno)}).")
    return StoreError(f"{what}: {error}.")


async def backup(source_dir: Path, target_dir: Path) -> None:
    """Copy the data of a server, running or not, as they are at one moment. Raises StoreError.

    The target directory is made where it is missing and must not hold data yet. A server running on the
    source goes on writing meanwhile.
    """
    await asyncio.to_thread(_backup, source_dir, target_dir)


def _backup(source_dir: Path, target_dir: Path) -> None:
    source, target = source_dir / DATABASE, target_dir / DATABASE
    if not source.exists():
        raise StoreError(f"There are no data to copy: {source} does not exist.")
    if target.exists():
        raise StoreError(f"{target} exists already. Give the backup a directory of its own.")
    unfinished = target.with_suffix(".unfinished")
    try:
        target_dir.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        _copy(source, unfinished)
        unfinished.rename(target)
        _sync(target_dir)
    except OSError as error:
        raise StoreError(f"The backup could not be written to {target_dir}: {error.strerror}.") from error


def _copy(source: Path, target: Path) -> None:
    with (
        meaning(None, f"{source} could not be copied to {target}"),
        closing(apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READWRITE)) as origin,
        closing(apsw.Connection(str(target))) as copy,
    ):
        origin.set_busy_timeout(_BUSY_TIMEOUT)
        # In one step: it holds one snapshot, so a busy writer cannot make it start again and again.
        with copy.backup("main", origin, "main") as copying:
            copying.step(-1)
    _sync(target)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
