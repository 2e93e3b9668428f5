"""Paths of the JSONPath dialect: into the input, the context object and the variables, and out through ResultPath."""

from stepwell.expressions.scope import Expression, Json


class PathSyntaxError(ValueError):
    """The text is not a path. The message says what is wrong, where, and how to mend it."""


def compile_path(text: str, field: str | None = None) -> Expression:
    """Compile `$...`, `$$...` or `$name...`. `field` is the ASL field it stands in ("InputPath", "ErrorPath", ...).

    Raises PathSyntaxError.
    """
    raise NotImplementedError


class ReferencePath:
    """A path of names and indices only, as ResultPath wants it: `$.a.b[0]['c']`."""

    source: str

    @classmethod
    def parse(cls, text: str) -> "ReferencePath":
        """Raises PathSyntaxError if the text is anything but names and indices."""
        raise NotImplementedError

    def place(self, document: Json, value: Json) -> Json:
        """A new document with `value` at this path."""
        raise NotImplementedError
