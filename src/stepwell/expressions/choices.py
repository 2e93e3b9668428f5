"""The comparisons of a Choice rule: And, Or, Not and one table of operators."""

from typing import Any

from stepwell.expressions.scope import Expression

OPERATORS: dict[str, Any] = {}


class RuleError(ValueError):
    """What is wrong with a Choice rule: every problem as (JSON pointer, message)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{pointer or '/'}: {message}" for pointer, message in problems))
        self.problems = problems


def compile_rule(rule: dict[str, Any], pointer: str) -> Expression:
    """Compile the condition of a Choice rule; it evaluates to a bool. Raises RuleError."""
    raise NotImplementedError
