"""Reading quoted and bracketed text, and what goes wrong with it: for paths, filters and intrinsic calls alike."""

ABSENT = (LookupError, TypeError)
"""What the `find` of a definite path raises where a document does not have it."""


class PathSyntaxError(ValueError):
    """The text is not a path or an intrinsic call. The message says what is wrong, where, and how to mend it."""


def closing(text: str, start: int) -> int:
    """The position of the bracket that closes the one at `start`, quoted text skipped. Raises PathSyntaxError."""
    pairs = {"[": "]", "(": ")", "{": "}"}
    expected: list[str] = []
    position = start
    while position < len(text):
        char = text[position]
        if char in "'\"":
            position = closing_quote(text, position)
        elif char in pairs:
            expected.append(pairs[char])
        elif expected and char == expected[-1]:
            expected.pop()
            if not expected:
                return position
        position += 1
    raise PathSyntaxError(f"{text!r}: the '{text[start]}' at position {start} is never closed")


def closing_quote(text: str, start: int) -> int:
    """The position of the quote that ends the string which begins at `start`. Raises PathSyntaxError."""
    position = start + 1
    while position < len(text) and text[position] != text[start]:
        position += 2 if text[position] == "\\" else 1
    if position >= len(text):
        raise PathSyntaxError(f"{text!r}: the string that begins at position {start} has no closing quote")
    return position
