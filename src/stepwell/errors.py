"""The two families of errors: a workflow that failed is data, a request that is wrong is an exception."""

from typing import ClassVar

import msgspec


class Failure(msgspec.Struct, frozen=True):
    """Why a state, a task or an execution failed. Data: matched by Retry and Catch, shown in the history."""

    error: str | None = None
    cause: str | None = None


class States:
    """The error names the language reserves (States Language, Appendix A; developer guide, error handling)."""

    ALL = "States.ALL"
    BRANCH_FAILED = "States.BranchFailed"
    DATA_LIMIT_EXCEEDED = "States.DataLimitExceeded"
    HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
    INTRINSIC_FAILURE = "States.IntrinsicFailure"
    NO_CHOICE_MATCHED = "States.NoChoiceMatched"
    PARAMETER_PATH_FAILURE = "States.ParameterPathFailure"
    PERMISSIONS = "States.Permissions"
    QUERY_EVALUATION_ERROR = "States.QueryEvaluationError"
    RESULT_PATH_MATCH_FAILURE = "States.ResultPathMatchFailure"
    RUNTIME = "States.Runtime"
    TASK_FAILED = "States.TaskFailed"
    TIMEOUT = "States.Timeout"


class ExpressionError(Exception):
    """An expression could not be evaluated. Raised by `expressions`, made a Failure at one place in the core.

    `location`: the field, where the history tells it (JSONata).
    """

    location: str | None = None

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


class ApiError(Exception):
    """A request that cannot be served. Its subclasses carry the name and the status AWS gives it on the wire."""

    status: ClassVar[int] = 400
    namespace: ClassVar[str] = "com.amazonaws.swf.service.v2.model"

    def __init__(self, message: str, **members: str) -> None:
        super().__init__(message)
        self.message = message
        self.members = members  # what the error's shape carries beside its message: reason, resourceName

    @property
    def code(self) -> str:
        return type(self).__name__


class ValidationException(ApiError):
    """A member breaks a constraint of the API model."""

    namespace = "com.amazon.coral.validate"


class SerializationException(ApiError):
    """The body is not what the operation can read."""

    namespace = "com.amazon.coral.service"


class UnknownOperationException(ApiError):
    """No such operation, or one that is not there yet."""

    namespace = "com.amazon.coral.service"


class ThrottlingException(ApiError):
    """The server is full; running work goes on."""

    namespace = "com.amazon.coral.availability"


class MissingAuthenticationTokenException(ApiError):
    """The request is not signed, where access keys are asked for."""

    namespace = "com.amazon.coral.service"

    def __init__(self) -> None:
        super().__init__("Request is missing Authentication Token")


class IncompleteSignatureException(ApiError):
    """A part of the signature is missing or cannot be read."""

    namespace = "com.amazon.coral.service"


class UnrecognizedClientException(ApiError):
    """There is no such access key."""

    namespace = "com.amazon.coral.service"

    def __init__(self) -> None:
        super().__init__("The security token included in the request is invalid.")


class InvalidSignatureException(ApiError):
    """The signature is not that of this request: a wrong secret, an altered request, a clock that is wrong."""

    namespace = "com.amazon.coral.service"


class AccessDeniedException(ApiError):
    """Whoever asks has no right to this: their access key, or the web page that sent it."""

    namespace = "com.amazon.coral.service"


class MisdirectedRequest(ApiError):
    """The Host header names a server that this is not, as it does when a web page has its name lead here."""

    status = 421
    namespace = "com.amazon.coral.service"


class InternalFailure(ApiError):
    """Something of ours broke. The log has the reason."""

    status = 500
    namespace = "com.amazon.coral.service"


class ServiceUnavailable(ApiError):
    """The server cannot serve this now (stopping, disk full, database away). Nothing was changed; try again."""

    status = 503
    namespace = "com.amazon.coral.service"


class RequestEntityTooLarge(ApiError):
    """The body is larger than the server reads."""

    status = 413
    namespace = "com.amazon.coral.service"


class ActivityAlreadyExists(ApiError):
    def __init__(self, arn: str) -> None:
        super().__init__(f"Activity Already Exists: '{arn}'")


class ActivityDoesNotExist(ApiError):
    def __init__(self, arn: str) -> None:
        super().__init__(f"Activity Does Not Exist: '{arn}'")


class ConflictException(ApiError):
    """What is asked for does not go together with what is there."""


class ExecutionAlreadyExists(ApiError):
    def __init__(self, arn: str) -> None:
        super().__init__(f"Execution Already Exists: '{arn}'")


class ExecutionDoesNotExist(ApiError):
    def __init__(self, arn: str) -> None:
        super().__init__(f"Execution Does Not Exist: '{arn}'")


class ExecutionNotRedrivable(ApiError):
    """The message is the reason, as DescribeExecution gives it in `redriveStatusReason`."""


class InvalidArn(ApiError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid Arn: '{reason}'")


class InvalidDefinition(ApiError):
    def __init__(self, diagnostics: str) -> None:
        super().__init__(f"Invalid State Machine Definition: '{diagnostics}'")


class InvalidEncryptionConfiguration(ApiError):
    """The key and the kind of encryption do not fit together."""


class InvalidExecutionInput(ApiError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid State Machine Execution Input: '{reason}'")


class InvalidName(ApiError):
    def __init__(self, name: str) -> None:
        super().__init__(f"Invalid Name: '{name}'")


class InvalidOutput(ApiError):
    """The output of a task is not JSON."""


class InvalidToken(ApiError):
    def __init__(self) -> None:
        super().__init__("Invalid Token: 'Invalid token'")


class InvalidLoggingConfiguration(ApiError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid Logging Configuration: {reason}")


class MissingRequiredParameter(ApiError):
    """None of the members of which one is needed is there."""


class ResourceNotFound(ApiError):
    """What is to be tagged is not there."""


class ServiceQuotaExceededException(ApiError):
    """There are as many as there may be."""


class StateMachineAlreadyExists(ApiError):
    def __init__(self, arn: str) -> None:
        super().__init__(f"State Machine Already Exists: '{arn}'")


class StateMachineDeleting(ApiError):
    def __init__(self, arn: str) -> None:
        super().__init__(f"State Machine is being deleted: '{arn}'")


class StateMachineDoesNotExist(ApiError):
    def __init__(self, arn: str) -> None:
        super().__init__(f"State Machine Does Not Exist: '{arn}'")


class StateMachineTypeNotSupported(ApiError):
    """The operation does not serve machines of this type."""


class TaskDoesNotExist(ApiError):
    """The token's task is unknown."""


class TaskTimedOut(ApiError):
    def __init__(self) -> None:
        super().__init__("Task Timed Out: 'Provided task does not exist anymore'")


class TooManyTags(ApiError):
    """More than 50 tags on one resource."""


def refusal(code: str, message: str) -> ApiError:
    """The error that an answer names, as an exception to catch; one of its own class where the name is new to us."""
    kind: type[ApiError] = _REFUSALS.get(code) or type(code or "UnknownError", (ApiError,), {"__module__": __name__})
    error = ApiError.__new__(kind)
    ApiError.__init__(error, message)
    return error


_REFUSALS = {kind.__name__: kind for kind in ApiError.__subclasses__()}
