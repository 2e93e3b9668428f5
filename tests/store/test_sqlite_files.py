"""What can happen to files: they are full, held, too new, not ours, copied, and left behind by a killed server."""

import asyncio
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from stepwell.store.codes import split_arn
from stepwell.store.protocol import DiskFailed, StoreError, StoreFull, StoreHeld, StoreTooNew
from stepwell.store.sql import migrations
from stepwell.store.sqlite import SqliteStore
from stepwell.store.sqlite_files import APPLICATION_ID, DATABASE, backup

from .processes import acknowledged, writer
from .rows import ORDERS, everything, moved, redriven, row, start, step


async def opened(directory: Path) -> SqliteStore:
    store = SqliteStore(directory)
    await store.open()
    return store


async def test_a_missing_directory_is_made(runner: asyncio.Runner, tmp_path: Path) -> None:
    store = await opened(tmp_path / "new" / "data")
    await store.close()
    assert (tmp_path / "new" / "data" / DATABASE).exists()


async def test_a_directory_that_cannot_be_used_is_named(runner: asyncio.Runner, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(StoreError, match=r"data directory .*/file/data cannot be used: Not a directory"):
        await opened(tmp_path / "file" / "data")


async def test_a_closed_store_says_so(runner: asyncio.Runner, tmp_path: Path) -> None:
    store = await opened(tmp_path)
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.commit([start(1)])
    with pytest.raises(StoreError, match="closed"):
        await store.find("any")


async def test_a_second_server_is_refused_by_the_name_of_the_first(runner: asyncio.Runner, tmp_path: Path) -> None:
    with writer(str(tmp_path)) as first:
        with pytest.raises(StoreHeld, match=rf"in use by process {first.pid} on .* since 20"):
            await opened(tmp_path)
        first.kill()
        first.wait()
        # The lock went with the process.
        await (await opened(tmp_path)).close()


async def test_a_killed_server_leaves_every_commit_it_acknowledged(runner: asyncio.Runner, tmp_path: Path) -> None:
    with writer(str(tmp_path)) as process:
        last = acknowledged(process, at_least=500)
        process.wait()
    store = await opened(tmp_path)
    found = await store.load(range(1, last + 1))
    assert len(found) == last
    await store.close()


async def test_data_of_a_newer_layout_are_refused(runner: asyncio.Runner, tmp_path: Path) -> None:
    await (await opened(tmp_path)).close()
    change(tmp_path, "PRAGMA user_version = 99")
    with pytest.raises(StoreTooNew, match=r"newer Stepwell \(layout 99"):
        await opened(tmp_path)


async def test_data_of_a_newer_format_are_refused(runner: asyncio.Runner, tmp_path: Path) -> None:
    await (await opened(tmp_path)).close()
    change(tmp_path, "UPDATE meta SET value = 99 WHERE key = 'format'")
    with pytest.raises(StoreTooNew, match=r"newer Stepwell \(format 99"):
        await opened(tmp_path)
    change(tmp_path, "UPDATE meta SET value = 1 WHERE key = 'format'")
    await (await opened(tmp_path)).close()


async def test_data_of_the_first_layout_are_taken_over(runner: asyncio.Runner, tmp_path: Path) -> None:
    change(tmp_path, migrations("sqlite")[0].script)
    change(
        tmp_path,
        f"""
        PRAGMA user_version = 1;
        PRAGMA application_id = {APPLICATION_ID};
        INSERT INTO meta VALUES ('format', 1), ('secret', x'01');
        INSERT INTO names VALUES (1, '{ORDERS}'), (2, '{split_arn(row(1).arn)[0]}'), (3, '{row(1).revision}');
        INSERT INTO executions (id, machine, head, tail, revision, express, status, started)
        VALUES (1, 1, 2, 'order-1', 3, 0, 0, 1);
        """,
    )
    store = await opened(tmp_path)
    assert await store.executions(ORDERS, None, None, 5) == [row(1)]
    assert await store.secret() == b"\x01"
    later = row(2, version_arn=f"{ORDERS}:1")
    await store.commit([start(2, created=later)])
    assert await store.executions(f"{ORDERS}:1", None, None, 5) == [later]
    await store.commit([moved(1, updated=redriven(row(1), at=9))])
    assert await store.executions(ORDERS, None, None, 5) == [redriven(row(1), at=9), later]
    await store.close()


async def test_a_database_of_somebody_else_is_left_alone(runner: asyncio.Runner, tmp_path: Path) -> None:
    change(tmp_path, "PRAGMA user_version = 1")
    with pytest.raises(StoreError, match="not one of Stepwell's"):
        await opened(tmp_path)
    (tmp_path / DATABASE).write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(StoreError, match="file is not a database"):
        await opened(tmp_path)


async def test_a_full_disk_refuses_writes_serves_reads_and_recovers(runner: asyncio.Runner, tmp_path: Path) -> None:
    store = await opened(tmp_path)
    await store.commit([start(1)])
    before = await everything(store)
    with no_file_longer_than(size_of(tmp_path) + 100_000):
        with pytest.raises(StoreFull, match="disk is full"):
            await store.commit([step(1, 3, os.urandom(300_000))])
        assert await everything(store) == before
    await store.commit([step(1, 3, os.urandom(300_000)), start(2)])
    assert await store.find(row(2).arn) == row(2)
    await store.close()


async def test_a_disk_that_cannot_sync_fails_the_store_for_good(runner: asyncio.Runner, tmp_path: Path) -> None:
    with failing_disk() as disk:
        store = await opened(tmp_path)
        await store.commit([start(1)])
        disk.fails = True
        with pytest.raises(DiskFailed, match="could not make it durable"):
            await store.commit([start(2)])
        # Nobody knows what such a disk holds: not even a later success would be believed.
        disk.fails = False
        with pytest.raises(DiskFailed):
            await store.commit([start(3)])
        await store.close()


async def test_a_backup_taken_while_a_server_writes_is_whole(runner: asyncio.Runner, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    store = await opened(source)
    await store.commit([start(n) for n in range(1, 2001)])
    writing = asyncio.create_task(_pairs(store))
    await backup(source, target)
    writing.cancel()
    copy = await opened(target)
    rows = await copy.executions(None, None, None, 1_000_000)
    assert {one.id for one in rows} >= set(range(1, 2001))
    # Of two executions of one commit, both are there or none.
    assert len([one for one in rows if one.id > 2000]) % 2 == 0
    assert await copy.secret() == await store.secret()
    await copy.close()
    await store.close()


async def _pairs(store: SqliteStore) -> None:
    for number in range(2001, 1_000_000, 2):
        await store.commit([start(number), start(number + 1)])


async def test_a_backup_overwrites_nothing(runner: asyncio.Runner, tmp_path: Path) -> None:
    for name in ("source", "target"):
        await (await opened(tmp_path / name)).close()
    with pytest.raises(StoreError, match="exists already"):
        await backup(tmp_path / "source", tmp_path / "target")
    with pytest.raises(StoreError, match="no data to copy"):
        await backup(tmp_path / "nowhere", tmp_path / "new")


def change(directory: Path, sql: str) -> None:
    db = apsw.Connection(str(directory / DATABASE))
    db.execute(sql)
    db.close()


def size_of(directory: Path) -> int:
    return max(file.stat().st_size for file in directory.iterdir())


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """For this process, files cannot grow beyond `size` bytes: as near to a full disk as one gets without root."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class FailingDisk(apsw.VFS):
    """The real files, except that syncing them fails on demand."""

    def __init__(self) -> None:
        self.fails = False
        super().__init__("failing-disk", base="unix", makedefault=True)

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> apsw.VFSFile:
        return FailingFile(self, name, flags)


class FailingFile(apsw.VFSFile):
    def __init__(self, disk: FailingDisk, name: apsw.URIFilename | str | None, flags: list[int]) -> None:
        self._disk = disk
        super().__init__("unix", name, flags)

    def xSync(self, flags: int) -> None:
        if self._disk.fails:
            error = apsw.IOError("the disk does not answer")
            error.extendedresult = apsw.SQLITE_IOERR_FSYNC
            raise error
        super().xSync(flags)


@contextmanager
def failing_disk() -> Iterator[FailingDisk]:
    disk = FailingDisk()
    try:
        yield disk
    finally:
        disk.unregister()
