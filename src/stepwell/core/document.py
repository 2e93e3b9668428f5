"""A JSON document that flows through an execution: known as text, as a value, or as both."""

from typing import Any

import msgspec

from stepwell.expressions.scope import Json

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

_UNKNOWN: Any = object()


class Document:
    """One JSON value. Text is made from the value, or the value from the text, when first asked for.

    The text is kept as it came: a state that passes its input on passes the very characters on, as AWS does.
    `position` says which journal entry holds the text inline, so that later entries can refer to it.
    """

    __slots__ = ("_text", "_value", "_values", "position")

    def __init__(self, text: str | None = None, value: Json = _UNKNOWN, position: int | None = None) -> None:
        self._text = text
        self._value = value
        self._values = 0
        self.position = position

    @classmethod
    def of(cls, value: Json) -> "Document":
        return cls(value=value)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied as text: the value is made again where somebody asks for it."""
        return _from_text, (self.text, self.position)

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = _encode(self._value).decode()
        return self._text

    @property
    def value(self) -> Json:
        if self._value is _UNKNOWN:
            assert self._text is not None
            self._value = _decode(self._text)
        return self._value

    @property
    def values(self) -> int:
        """At most so many JSON values are in it: counted where one may begin, be it within a string."""
        if not self._values:
            text = self.text
            self._values = 1 + text.count(",") + text.count("[") + text.count("{")
        return self._values

    def compact(self) -> str:
        """The text without the white space its author may have left in it."""
        text = self.text
        if " " in text or "\n" in text or "\t" in text or "\r" in text:
            return _encode(self.value).decode()
        return text

    def exceeds(self, limit: int) -> bool:
        """Whether the text is longer than `limit` bytes of UTF-8."""
        text = self.text
        return len(text) * 4 > limit and (len(text) > limit or len(text.encode()) > limit)

    def __repr__(self) -> str:
        return f"Document({self.text[:80]!r})"


def _from_text(text: str, position: int | None) -> Document:
    return Document(text, position=position)


def array_of(documents: "list[Document]") -> Document:
    """The array of these documents, joined as text: no value is built until somebody asks for it."""
    return Document("[" + ",".join([document.compact() for document in documents]) + "]")
