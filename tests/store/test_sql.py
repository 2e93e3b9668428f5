"""The SQL files: every statement is named, explained, and used; migrations have no gap."""

from importlib.resources import files
from pathlib import Path

import pytest

import stepwell.store
from stepwell.store.sql import migrations, statements

DIALECTS = ["sqlite", "postgres"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_statement_is_explained_by_a_sentence(dialect: str) -> None:
    assert statements(dialect)
    for name, text in statements(dialect).items():
        assert text.startswith("-- "), name
        assert text.splitlines()[0].endswith("."), name


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_statement_is_used(dialect: str) -> None:
    folder = Path(str(files(stepwell.store)))
    code = "".join(file.read_text() for file in folder.glob(f"{dialect}*.py"))
    assert [name for name in statements(dialect) if f'"{name}"' not in code] == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_migrations_are_numbered_from_one_without_a_gap(dialect: str) -> None:
    numbers = [migration.number for migration in migrations(dialect)]
    assert numbers == list(range(1, len(numbers) + 1))
