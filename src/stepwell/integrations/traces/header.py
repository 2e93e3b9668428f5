"""Trace headers: whose trace an execution belongs to, as X-Ray or as W3C write it."""

import re

import msgspec

_ROOT = re.compile(r"1-([0-9a-f]{8})-([0-9a-f]{24})")
_W3C = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


class Caller(msgspec.Struct, frozen=True):
    """Who started an execution."""

    trace: int
    span: int | None  # None: known by its trace alone
    sampled: bool


def read_header(text: str | None) -> Caller | None:
    """What `Root=1-…;Parent=…;Sampled=1` or a `traceparent` says; None for what is neither."""
    if text is None:
        return None
    w3c = _W3C.fullmatch(text.strip())
    if w3c:
        return Caller(int(w3c[1], 16), int(w3c[2], 16), bool(int(w3c[3], 16) & 1))
    parts = dict(part.strip().partition("=")[::2] for part in text.split(";"))
    root = _ROOT.fullmatch(parts.get("Root", "").lower())
    if not root:
        return None
    parent = parts.get("Parent", "")
    span = int(parent, 16) if re.fullmatch(r"[0-9a-fA-F]{16}", parent) else None
    return Caller(int(root[1] + root[2], 16), span, parts.get("Sampled") != "0")
