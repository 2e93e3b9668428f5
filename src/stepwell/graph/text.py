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
_PART = re.compile(r"[^._:/\-,]*[._:/\-,]*")


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Of one line, in pixels, at a font size in pixels."""
    ems = sum(_WIDTH.get(char) or _other(char) for char in text)
    return ems * size * (_BOLD if bold else 1)


def _other(char: str) -> float:
    if unicodedata.combining(char):
        return 0
    return 1.1 if unicodedata.east_asian_width(char) in "WF" else _OTHER


def wrap(text: str, size: float, most: float, *, lines: int, bold: bool = False) -> tuple[str, ...]:
    """The text in lines no wider than `most`, all about as long; more than `lines` of them end in an ellipsis."""
    words = shown(text).split()
    found = _filled(words, size, most, bold)
    if len(found) > lines:
        return (*found[: lines - 1], _cut(found[lines - 1], size, most, bold))
    narrowest, widest = most / 2, most
    for _ in range(6 if len(found) > 1 else 0):
        middle = (narrowest + widest) / 2
        tried = _filled(words, size, middle, bold)
        if len(tried) > len(found) or any(width(line, size, bold=bold) > middle for line in tried):
            narrowest = middle
        else:
            widest, found = middle, tried
    return tuple(found)


def shown(text: str) -> str:
    """On one line, without characters that XML forbids or nobody sees."""
    return "".join(char if char.isprintable() else " " for char in text)


def _filled(words: list[str], size: float, most: float, bold: bool) -> list[str]:
    found, line = [], ""
    for space, piece in _pieces(words, size, most, bold):
        if line and width(line + space + piece, size, bold=bold) > most:
            found.append(line)
            line = piece
        else:
            line += (space if line else "") + piece
    return [*found, line]


def _pieces(words: list[str], size: float, most: float, bold: bool) -> Iterator[tuple[str, str]]:
    """What stays together, and what stands before it: a word; where it is too wide for any line, parts of a dotted
    name; where these are too wide too, letters."""
    for word in words:
        space = " "
        for part in [word] if width(word, size, bold=bold) <= most else _PART.findall(word):
            for piece in [part] if width(part, size, bold=bold) <= most else part:
                yield space, piece
                space = ""


def _cut(line: str, size: float, most: float, bold: bool) -> str:
    while line and width(line + "…", size, bold=bold) > most:
        line = line[:-1]
    return line.rstrip() + "…"
