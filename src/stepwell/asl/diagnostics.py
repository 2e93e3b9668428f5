"""What is wrong with a definition, and where: diagnostics, and the texts AWS writes them in."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

Severity = Literal["ERROR", "WARNING"]


class Code:
    """The codes of the API reference (ValidateStateMachineDefinitionDiagnostic), and one of ours."""

    INVALID_JSON: Final = "INVALID_JSON_DESCRIPTION"
    SCHEMA: Final = "SCHEMA_VALIDATION_FAILED"
    MISSING_END_STATE: Final = "MISSING_END_STATE"
    MISSING_TARGET: Final = "MISSING_TRANSITION_TARGET"
    DUPLICATE_STATE_NAME: Final = "DUPLICATE_STATE_NAME"
    INVALID_STATE_NAME: Final = "INVALID_STATE_NAME"
    DUPLICATE_LABEL_NAME: Final = "DUPLICATE_LABEL_NAME"
    INVALID_LABEL_NAME: Final = "INVALID_LABEL_NAME"
    TOO_DEEPLY_NESTED: Final = "TOO_DEEPLY_NESTED"
    NO_DOLLAR: Final = "NO_DOLLAR"
    NO_PATH: Final = "NO_PATH"
    PASS_RESULT_IS_STATIC: Final = "PASS_RESULT_IS_STATIC"


class Diagnostic(msgspec.Struct, frozen=True):
    """One problem. `location` is written as AWS does: `/States/X/Retry[0]/MaxAttempts`; None has no place."""

    severity: Severity
    code: str
    message: str
    location: str | None = None

    def __str__(self) -> str:
        """AWS's one line: `SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /`."""
        return f"{self.code}: {self.message} at {self.location or 'null'}"


def joined(diagnostics: Iterable[Diagnostic]) -> str:
    """The lines in one, as InvalidDefinition carries them."""
    return ", ".join(str(diagnostic) for diagnostic in diagnostics)
