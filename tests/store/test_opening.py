"""Which address means which store."""

from pathlib import Path

import pytest

from stepwell.store.memory import MemoryStore
from stepwell.store.opening import store_at
from stepwell.store.postgres import PostgresStore
from stepwell.store.protocol import StoreError
from stepwell.store.sqlite import SqliteStore


@pytest.mark.parametrize(
    ("address", "store"),
    [
        ("memory:", MemoryStore),
        ("postgresql://me@db/stepwell", PostgresStore),
        ("postgres:///stepwell?host=/tmp", PostgresStore),
        ("stepwell-data", SqliteStore),
        ("/var/lib/stepwell", SqliteStore),
    ],
)
def test_an_address_means_one_store(address: str, store: type) -> None:
    assert type(store_at(address)) is store


def test_an_unknown_scheme_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="mysql://… is no store"):
        store_at("mysql://db/stepwell")
