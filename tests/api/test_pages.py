"""Page tokens are opaque, bound to their question, and good for a day."""

import asyncio

import pytest

from stepwell.api.pages import LIFE, Pages
from stepwell.clock import VirtualClock
from stepwell.errors import InvalidToken
from stepwell.store.memory import MemoryStore

QUERY = ("ListStateMachines", "us-east-1")


def test_a_token_gives_its_cursor_back_for_a_day():
    clock = VirtualClock()
    pages = Pages(MemoryStore(), clock)
    token = asyncio.run(pages.issue(QUERY, ("cursor", 7)))
    clock.advance_to(clock.now() + LIFE)
    assert asyncio.run(pages.read(token, QUERY)) == ("cursor", 7)
    clock.advance_to(clock.now() + 1)
    with pytest.raises(InvalidToken):
        asyncio.run(pages.read(token, QUERY))


def test_a_token_is_read_by_any_server_on_the_same_data_and_by_no_other():
    store, clock = MemoryStore(), VirtualClock()
    token = asyncio.run(Pages(store, clock).issue(QUERY, 1))
    assert asyncio.run(Pages(store, clock).read(token, QUERY)) == 1
    with pytest.raises(InvalidToken):
        asyncio.run(Pages(MemoryStore(), clock).read(token, QUERY))


def test_a_token_is_for_its_own_question():
    pages = Pages(MemoryStore(), VirtualClock())
    token = asyncio.run(pages.issue(QUERY, 1))
    with pytest.raises(InvalidToken):
        asyncio.run(pages.read(token, ("ListStateMachines", "eu-west-1")))


def test_no_token_is_the_first_page():
    assert asyncio.run(Pages(MemoryStore(), VirtualClock()).read(None, QUERY)) is None
