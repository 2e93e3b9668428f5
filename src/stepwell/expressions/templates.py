"""Payload templates: Parameters, ItemSelector, ResultSelector and Assign, where keys that end in `.$` are evaluated."""

from stepwell.expressions.scope import Expression, Json


class TemplateError(ValueError):
    """What is wrong with a template: every problem as (JSON pointer inside the template, message)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{pointer or '/'}: {message}" for pointer, message in problems))
        self.problems = problems


def compile_template(value: Json, field: str) -> Expression:
    """Compile a payload template. Raises TemplateError."""
    raise NotImplementedError


def compile_path_or_intrinsic(text: str, field: str) -> Expression:
    """Compile a text that may be a path or an intrinsic call. Raises PathSyntaxError."""
    raise NotImplementedError
