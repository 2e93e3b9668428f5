"""Which store an address means: `memory:`, a PostgreSQL URL, or else a directory for SQLite."""

from pathlib import Path

from stepwell.store.memory import MemoryStore
from stepwell.store.protocol import Store, StoreError


def store_at(address: str) -> Store:
    """The store at an address, not opened yet.

    Raises StoreError when the address is of no known kind, or its driver is not installed.
    """
    if address == "memory:":
        return MemoryStore()
    scheme, separator, _ = address.partition("://")
    if not separator:
        from stepwell.store.sqlite import SqliteStore

        return SqliteStore(Path(address).expanduser())
    if scheme in ("postgresql", "postgres"):
        return _postgres(address)
    raise StoreError(
        f"{scheme}://… is no store of Stepwell's. Give a directory, postgresql://user@host/database, or memory:"
    )


def _postgres(url: str) -> Store:
    try:
        from stepwell.store.postgres import PostgresStore
    except ModuleNotFoundError as error:
        if error.name != "asyncpg":
            raise
        raise StoreError("A store in PostgreSQL needs the package asyncpg: pip install 'stepwell[postgres]'") from error
    return PostgresStore(url)
