"""Every error that an operation declares can be provoked, or a table says why it cannot."""

import pytest

from ..live import refused
from . import walk
from .provoke import NEVER, PROVOKED, Surroundings

DECLARED = walk.declared_errors()


def never(operation: str, error: str) -> bool:
    return error in NEVER or (operation, error) in NEVER


@pytest.fixture
def there(client, monkeypatch):
    return Surroundings(client, monkeypatch)


def test_every_declared_error_is_in_one_table():
    in_tables = [pair for pair in DECLARED if (pair in PROVOKED) != never(*pair)]
    assert in_tables == DECLARED


def test_the_tables_know_no_error_that_is_not_declared():
    reasons = {pair if pair in NEVER else pair[1] for pair in DECLARED if never(*pair)}
    assert (PROVOKED.keys() <= set(DECLARED), reasons) == (True, set(NEVER))


@pytest.mark.parametrize(("operation", "error"), PROVOKED, ids=str)
def test_a_declared_error_is_provoked(there, operation, error):
    with refused(error):
        PROVOKED[operation, error](there, operation)
