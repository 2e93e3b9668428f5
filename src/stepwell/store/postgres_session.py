"""The one session that writes to PostgreSQL: connected again when lost, and holding this server's leases."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg

from stepwell.store.holder import who_we_are
from stepwell.store.postgres_migrations import migrate
from stepwell.store.protocol import Conflict, StoreError, StoreFull, StoreHeld
from stepwell.store.sql import statements

LEASE = 10.0
"""Seconds a server that went silent keeps its shards, unless its database session has ended: then none."""

RENEWAL = 3.0  # seconds between two renewals

SILENCE = 30.0
"""Seconds without an answer after which a connection is taken for lost."""

_PATIENCE = 2.0  # seconds the database may need to notice that a killed server's session has ended
_RECONNECT = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # seconds before each try

LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a query that crosses the database's farewell
    OSError,
    TimeoutError,
)
"""What asyncpg raises when the database is away."""


class Session:
    """A connection, the hold on the data that lives as long as it, and the epochs of the leases we have.

    Not for two tasks at once: its owner serialises them.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._sql = statements("postgres")
        self._db: Any = None
        self._pid = 0  # of the session that has, or had, the hold
        self._epochs: dict[int, int] = {}
        self._who = who_we_are()

    async def take(self) -> None:
        """Connect, migrate, and take all shards. Raises StoreHeld, StoreTooNew, StoreError."""
        with meaning("The store in PostgreSQL could not be opened"):
            self._db = await self._connect()
            try:
                if not await self._hold():
                    await self._refuse_while_leased()
                await migrate(self._db)
                self._epochs = dict(await self._db.fetch(self._sql["take_shards"], self._who, LEASE))
            except BaseException:
                self.drop()
                raise

    async def release(self) -> None:
        """Let go of the shards and disconnect. A database that is away needs no telling: the lease runs out."""
        if self._db is None:
            return
        try:
            await self._db.execute(self._sql["release_shards"], *self._leases)
            await self._db.close()
        except LOST:
            self._db.terminate()
        self._db = None

    async def renew(self) -> None:
        """Keep the leases. Raises StoreHeld when somebody else has them."""
        db = await self.connected()
        with meaning("The leases could not be renewed"):
            renewed = await db.fetch(self._sql["renew_shards"], *self._leases, LEASE)
        if len(renewed) < len(self._epochs):
            raise StoreHeld("This server's shards have been taken over by another one; it can write no more.")

    async def connected(self) -> Any:
        """The connection. After a loss it is a new one, and what the old one was doing is over for certain.

        Raises StoreError when the database stays away, StoreHeld when another server has taken our shards.
        """
        if self._db is None or self._db.is_closed():
            self._db = await self._again()
        return self._db

    def drop(self) -> None:
        """Give up a connection that failed."""
        if self._db is not None:
            self._db.terminate()

    async def check(self, shards: Sequence[int], executions: Sequence[int]) -> None:
        """Within a transaction: make sure that we hold these shards, and go on doing so until it ends."""
        for number, holder, epoch in await self._db.fetch(self._sql["check_shards"], shards, executions):
            if self._epochs.get(number) != epoch:
                raise StoreHeld(f"This server's shard {number} has been taken over by {holder or 'nobody yet'}.")

    @property
    def _leases(self) -> tuple[Sequence[int], Sequence[int]]:
        return list(self._epochs), list(self._epochs.values())

    async def _connect(self) -> Any:
        return await asyncpg.connect(self._url, timeout=10, command_timeout=SILENCE)

    async def _again(self) -> Any:
        error: BaseException | None = None
        for delay in _RECONNECT:
            await asyncio.sleep(delay)
            try:
                self._db = await self._connect()
                await self._end_old_session()
                return self._db
            except LOST as lost:
                error = lost
                self.drop()
        raise StoreError(f"PostgreSQL is away ({error}). Nothing was written; the server keeps trying.")

    async def _end_old_session(self) -> None:
        """Make sure that our last session, which the database may believe alive, commits nothing any more."""
        await self._db.execute(self._sql["end_session"], self._pid)
        if not await self._hold() and await self._is_ours():
            self.drop()
            raise StoreError("PostgreSQL has not ended this server's last session yet. Nothing was written.")

    async def _is_ours(self) -> bool:
        """Whether the shards are. If not, whoever took them has waited for our last commit."""
        return dict(await self._db.fetch(self._sql["epochs"])) == self._epochs

    async def _hold(self) -> bool:
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE
        while not await self._db.fetchval(self._sql["try_hold"]):
            if loop.time() > end:
                return False
            await asyncio.sleep(0.05)
        self._pid = self._db.get_server_pid()
        return True

    async def _refuse_while_leased(self) -> None:
        there = await self._db.fetchval(self._sql["has_tables"])
        held = await self._db.fetchrow(self._sql["holder"]) if there else None
        if held is not None or not there:
            whom = f"{held['holder']} (lease: {held['seconds']:.0f} s more)" if held else "another server"
            raise StoreHeld(
                f"The data in this database are in use by {whom}. "
                "Stop that server first, or give this one a database of its own."
            )


@contextmanager
def meaning(what: str) -> Iterator[None]:
    """Turn asyncpg's errors inside into ours; `what` begins the message."""
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        raise Conflict(f"{what}: another writer was here first ({error.detail or error}).") from error
    except asyncpg.DiskFullError as error:
        raise StoreFull(f"{what}: the database's disk is full. Make room; nothing needs a restart.") from error
    except (asyncpg.PostgresError, *LOST) as error:
        raise StoreError(f"{what}: {error or type(error).__name__}.") from error
