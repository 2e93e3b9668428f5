r"""Regular expressions as JavaScript reads them, in the dialect of the library: what `\w`, `\d`, `\s` and `\b` mean.

Those know the letters and digits of ASCII alone, and white space of all scripts (ECMAScript, "Pattern Semantics").
"""

import re

_DIGIT = "0-9"
_WORD = "A-Za-z0-9_"
_SPACE = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
# Beyond ASCII but for the letters that are another one's capital or small letter there.
_FOREIGN = r"\u0080-\u012f\u0132-\u017e\u0180-\u2129\u212b-\U0010ffff"
_NO_DIGIT = r"\x00-/:-\U0010ffff"
_NO_WORD = rf"\x00-/:-@\[-\^`{{-\x7f{_FOREIGN}"
_NO_SPACE = (
    r"\x00-\x08\x0e-\x1f!-\x9f\xa1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff"
    r"\u3001-\ufefe\uff00-\U0010ffff"
)
_AFTER, _NOT_AFTER = f"(?<=[{_WORD}])", f"(?<![{_WORD}])"
_BEFORE, _NOT_BEFORE = f"(?=[{_WORD}])", f"(?![{_WORD}])"

_WITHIN_CLASS = {
    r"\d": _DIGIT,
    r"\D": _NO_DIGIT,
    r"\w": _WORD,
    r"\W": _NO_WORD,
    r"\s": _SPACE,
    r"\S": _NO_SPACE,
}
_OUTSIDE = {
    r"\d": f"[{_DIGIT}]",
    r"\D": f"[^{_DIGIT}]",
    r"\w": f"(?-i:[{_WORD}])",
    r"\W": f"(?-i:[^{_WORD}])",
    r"\s": f"[{_SPACE}]",
    r"\S": f"[^{_SPACE}]",
    r"\b": f"(?-i:{_AFTER}{_NOT_BEFORE}|{_NOT_AFTER}{_BEFORE})",
    r"\B": f"(?-i:{_AFTER}{_BEFORE}|{_NOT_AFTER}{_NOT_BEFORE})",
}

_PIECES = re.compile(r"\\[pP]\{[^}]*\}|\\.|\[\^?|\]|.", re.DOTALL)


def as_javascript(pattern: str) -> str:
    """The pattern with those classes spelled out."""
    within = False
    written = []
    for piece in _PIECES.findall(pattern):
        table = _WITHIN_CLASS if within else _OUTSIDE
        if piece == "]":
            within = False
        elif piece[0] == "[":
            within = True
        written.append(table.get(piece, piece))
    return "".join(written)
