"""Errors of Lambda's own API: requests that never reach a function's code."""

from typing import ClassVar


class Refusal(Exception):
    """Lambda refuses to invoke a function. Subclasses bear the names that AWS gives its errors."""

    status: ClassVar[int] = 400
    type: ClassVar[str] = "User"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> str:
        return type(self).__name__


class ValidationException(Refusal):
    """A parameter is not what it may be."""


class InvalidParameterValueException(Refusal):
    """A parameter's value cannot be used."""


class InvalidRequestContentException(Refusal):
    """The payload is not JSON."""


class ResourceNotFoundException(Refusal):
    """Nobody serves the function."""

    status = 404

    def __init__(self, arn: str) -> None:
        super().__init__(f"Function not found: {arn}")


class RequestTooLargeException(Refusal):
    """The payload is larger than Lambda takes."""

    status = 413

    def __init__(self, size: int, kind: str, limit: int) -> None:
        text = f"{size} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
        super().__init__(text)


class TooManyRequestsException(Refusal):
    """All of the function's processes are busy, and as many calls wait as may."""

    status = 429

    def __init__(self) -> None:
        super().__init__("Rate Exceeded.")


class InvalidRuntimeException(Refusal):
    """The function is not in a language that is run here."""

    status = 502
    type = "Server"


class ServiceException(Refusal):
    """The function's process could not be started, or its endpoint not be reached."""

    status = 500
    type = "Server"


class Told(Refusal):
    """An endpoint's own refusal, passed on."""

    def __init__(self, code: str, message: str, status: int, request_id: str) -> None:
        super().__init__(message)
        self._code = code
        self.told_status = status
        self.request_id = request_id

    @property
    def code(self) -> str:
        return self._code
