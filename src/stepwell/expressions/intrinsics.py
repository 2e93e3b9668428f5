"""The intrinsic functions of the States Language: one parser and one table."""

from stepwell.expressions.scope import Expression


def compile_intrinsic(text: str) -> Expression:
    """Compile `States.Name(arguments)`. Raises PathSyntaxError."""
    raise NotImplementedError
