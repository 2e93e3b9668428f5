"""Timestamps: RFC 3339 in, whole numbers out."""

import pytest

from stepwell.expressions.timestamps import is_timestamp, parse_timestamp, timestamp_ms


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000000001Z", 1),
        ("1969-12-31T23:59:59.5Z", -500_000_000),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T18:30:00-05:30", 0),
        ("2000-02-29T00:00:00.25Z", 951_782_400_250_000_000),
    ],
)
def test_a_timestamp_is_exact_to_the_nanosecond(text, nanoseconds):
    assert parse_timestamp(text) == nanoseconds


@pytest.mark.parametrize(
    "text",
    ["", "2026-01-01", "2026-13-05T21:29:29Z", "2026-02-29T00:00:00Z", "2026-12-05T25:29:29Z", "2026-12-05 21:29:29Z",
     "2026-12-05t21:29:29Z", "2026-12-05T21:29:29", "2026-12-05T21:29Z", "2026-12-05T21:29:29+0100",
     "2026-12-05T21:29:60Z", "2026-12-05T21:29:29.Z", "2026-12-05T21:29:29Z\n", "٢026-12-05T21:29:29Z"],
)  # fmt: skip
def test_other_text_is_refused(text):
    assert not is_timestamp(text)
    with pytest.raises(ValueError):
        parse_timestamp(text)


def test_milliseconds_are_cut_never_rounded_up():
    assert timestamp_ms("1970-01-01T00:00:00.0019999Z") == 1
    assert timestamp_ms("1969-12-31T23:59:59.9999Z") == -1


def test_only_text_can_be_a_timestamp():
    assert not any(map(is_timestamp, (None, 0, 1.5, True, [], {})))
