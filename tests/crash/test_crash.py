"""What was acknowledged survives SIGKILL: on SQLite and on PostgreSQL, at any moment, again and again."""

import time
from pathlib import Path

import pytest

from .drill import Result, drill

KILLS = 25


def test_nothing_acknowledged_is_lost_when_a_server_on_sqlite_is_killed(tmp_path: Path) -> None:
    seed = _seed()
    settle(drill(str(tmp_path / "data"), tmp_path, KILLS, seed))


def test_nothing_acknowledged_is_lost_when_a_server_on_postgres_is_killed(tmp_path: Path, postgres_url: str) -> None:
    seed = _seed()
    settle(drill(postgres_url, tmp_path, KILLS, seed))


def _seed() -> int:
    seed = time.time_ns() % 1_000_000
    print(f"seed {seed}")  # shown when the test fails
    return seed


def settle(result: Result) -> None:
    for name, value in result.figures.items():
        print(f"{name}: {value}")
    if result.ledger.violations:
        shown = "\n".join(result.ledger.violations[:20])
        pytest.fail(f"{len(result.ledger.violations)} violations:\n{shown}", pytrace=False)
