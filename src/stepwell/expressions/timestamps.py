"""Timestamps as the States Language knows them: RFC 3339 text with a capital T and an offset."""

import re
from datetime import date

_RFC_3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


def parse_timestamp(text: str) -> int:
    """Nanoseconds since the epoch, exact. Raises ValueError."""
    found = _RFC_3339.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not an RFC 3339 timestamp such as 2026-01-31T08:30:00Z")
    year, month, day, hour, minute, second, fraction, sign, ahead_h, ahead_m = found.groups()
    days = date(int(year), int(month), int(day)).toordinal() - _EPOCH_DAY
    seconds = days * 86_400 + int(hour) * 3600 + int(minute) * 60 + int(second)
    if sign:
        ahead = int(ahead_h) * 3600 + int(ahead_m) * 60
        seconds += ahead if sign == "-" else -ahead
    return seconds * 1_000_000_000 + int((fraction or "").ljust(9, "0"))


def is_timestamp(value: object) -> bool:
    """Whether the value is a text that parse_timestamp reads."""
    if not isinstance(value, str):
        return False
    try:
        parse_timestamp(value)
    except ValueError:
        return False
    return True


def timestamp_ms(text: str) -> int:
    """Milliseconds since the epoch; what is finer is cut off. Raises ValueError."""
    return parse_timestamp(text) // 1_000_000
