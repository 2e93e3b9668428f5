"""Brings the tables in PostgreSQL to this version's layout."""

import secrets
from typing import Any

from stepwell.store.protocol import FORMAT, StoreTooNew
from stepwell.store.sql import migrations, statements


async def migrate(db: Any) -> None:
    """All missing steps in one transaction, by one server at a time. Raises StoreTooNew."""
    sql = statements("postgres")
    known = migrations("postgres")
    async with db.transaction():
        layout = await _number(db, "layout") if await db.fetchval(sql["has_tables"]) else 0
        if layout > len(known):
            raise _too_new(f"layout {layout}", f"layout {len(known)}")
        for migration in known[layout:]:
            await db.execute(migration.script)
            await db.execute(sql["change_meta"], "layout", str(migration.number).encode())
        await db.execute(sql["set_meta"], "format", str(FORMAT).encode())
        await db.execute(sql["set_meta"], "secret", secrets.token_bytes(32))
        written = await _number(db, "format")
        if written > FORMAT:
            raise _too_new(f"format {written}", f"format {FORMAT}")


async def _number(db: Any, key: str) -> int:
    return int(await db.fetchval(statements("postgres")["get_meta"], key))


def _too_new(found: str, known: str) -> StoreTooNew:
    return StoreTooNew(
        f"The data in this database were written by a newer Stepwell ({found}; this one knows up to {known}). "
        "Start the newer version, or restore a backup made before the upgrade."
    )
