"""Timestamps as the States Language knows them: RFC 3339 text."""


def parse_timestamp(text: str) -> int:
    """Nanoseconds since the epoch. Raises ValueError."""
    raise NotImplementedError


def is_timestamp(value: object) -> bool:
    """Whether the value is a text that parse_timestamp reads."""
    raise NotImplementedError


def timestamp_ms(text: str) -> int:
    """Milliseconds since the epoch, rounded down. Raises ValueError."""
    raise NotImplementedError
