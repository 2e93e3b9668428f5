"""How wide a text will be, and where to break it: estimates, since the font is the viewer's own.

The widths are those of DejaVu Sans, one of the widest fonts that systems show by default: in others there is a little
more room.
"""

import re
import unicodedata
from collections.abc import Iterator

_WIDTHS = {
    "ijl'|!.,:; \u00a0": 0.32,
    "Ift[]()/\\-r": 0.40,
    '"csvxyz*?JkL_': 0.57,
    "aeghnopqubdFTE$0123456789": 0.64,
    "ABCKPRSVXYZ&": 0.69,
    "DGHNOQUw+<>=≤≥≠~^#": 0.83,
    "mMW@%": 0.98,
}
_WIDTH = {char: width for chars, width in _WIDTHS.items() for char in chars}
_OTHER = 0.70
_BOLD = 1.1
_PIECE = re.compile(r"\s+|[^\s._:/\-,]+[._:/\-,]*|[._:/\-,]+")


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Of one line, in pixels, at a font size in pixels."""
    ems = sum(_WIDTH.get(char) or _other(char) for char in text)
    return ems * size * (_BOLD if bold else 1)


def _other(char: str) -> float:
    if unicodedata.combining(char):
        return 0
    return 1.1 if unicodedata.east_asian_width(char) in "WF" else _OTHER


def wrap(text: str, size: float, most: float, *, lines: int, bold: bool = False) -> tuple[str, ...]:
    """The text in lines no wider than `most`; more than `lines` of them end in an ellipsis."""
    found: list[str] = []
    line = ""
    for piece in _pieces(shown(text), size, most, bold):
        if line and width((line + piece).rstrip(), size, bold=bold) > most:
            found.append(line.strip())
            line = ""
        line += piece
    found.append(line.strip())
    found = [line for line in found if line] or [""]
    return tuple(found) if len(found) <= lines else (*found[: lines - 1], _cut(found[lines - 1], size, most, bold))


def shown(text: str) -> str:
    """On one line, without characters that XML forbids or nobody sees."""
    return "".join(char if char.isprintable() else " " for char in text)


def _pieces(text: str, size: float, most: float, bold: bool) -> Iterator[str]:
    """What stays together: words and parts of dotted names; what is too wide for any line, letter by letter."""
    for piece in _PIECE.findall(text):
        if width(piece, size, bold=bold) <= most:
            yield piece
        else:
            yield from piece


def _cut(line: str, size: float, most: float, bold: bool) -> str:
    while line and width(line + "…", size, bold=bold) > most:
        line = line[:-1]
    return line.rstrip() + "…"
