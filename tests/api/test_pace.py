"""Buckets of requests: how fast they fill, how much they hold, and whose they are."""

import pytest

from stepwell.api.pace import MANY, Pace, owner
from stepwell.errors import ThrottlingException


def taken(pace: Pace, client: str, wanted: int = 1000) -> int:
    """How many of the wanted requests the client may make now."""
    for number in range(wanted):
        try:
            pace.take((client, 1))
        except ThrottlingException:
            return number
    return wanted


def test_a_bucket_holds_two_seconds_and_fills_at_its_rate() -> None:
    now = 100.0
    pace = Pace(8, lambda: now)
    assert [taken(pace, "10.0.0.1"), taken(pace, "10.0.0.1")] == [16, 0]
    assert taken(pace, "10.0.0.2") == 16
    now += 0.5
    assert taken(pace, "10.0.0.1") == 4
    now += 60
    assert taken(pace, "10.0.0.1") == 16


def test_a_rate_below_one_lets_one_through_at_a_time() -> None:
    now = 0.0
    pace = Pace(0.125, lambda: now)
    assert taken(pace, "10.0.0.1") == 1
    now += 8
    assert taken(pace, "10.0.0.1") == 1


def test_clients_that_went_away_are_forgotten() -> None:
    now = 0.0
    pace = Pace(1, lambda: now)
    for number in range(MANY):
        pace.take((f"10.0.{number // 256}.{number % 256}", 1))
    now += 10
    pace.take(("10.1.1.1", 1))
    assert list(pace._full_at) == ["10.1.1.1"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::2:3", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
    ],
)
def test_a_network_of_ipv6_is_one_client(one: str, other: str, same: bool) -> None:
    assert (owner(one) == owner(other)) is same
