"""Errors of services as Step Functions names them, in the SDK integrations and in the optimized ones."""

from importlib import import_module
from typing import Any

from stepwell.errors import States
from stepwell.integrations.aws import models
from stepwell.integrations.call import CallFailed


def refusals() -> tuple[type[Exception], ...]:
    """What botocore raises when a call fails, for `except`; nothing, where it is not installed."""
    try:
        errors = import_module("botocore.exceptions")
    except ImportError:
        return ()
    return errors.ClientError, errors.BotoCoreError, import_module("botocore.parsers").ResponseParserError


def is_answer(error: Exception) -> bool:
    """Whether the service itself has refused."""
    return isinstance(error, import_module("botocore.exceptions").ClientError)


class Refusal:
    """An error that a service has answered with."""

    def __init__(self, error: Any) -> None:
        told, exchange = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
        self.code: str = told.get("Code") or "Unknown"
        self.shape: str = told.get("QueryErrorCode") or self.code  # its name in the model
        self.message: str = told.get("Message") or "null"
        self.status: int = exchange.get("HTTPStatusCode", 0)
        headers = exchange.get("HTTPHeaders", {})
        self.request: str = exchange.get("RequestId") or headers.get("x-amzn-requestid") or "null"
        self.extended: str | None = exchange.get("HostId") or None  # S3's second id
        self.attempts: int = exchange.get("RetryAttempts", 0) + 1

    @property
    def passes(self) -> bool:
        """Whether asking again may help: the service is overloaded or broken."""
        return self.status >= 500 or self.status == 429 or self.code in _THROTTLED


_THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
}
"""Codes of throttling (AWS SDKs and Tools reference, "Retry behavior")."""

OPTIMIZED = {
    "apigateway": ("ApiGateway", "AmazonApiGateway"),
    "athena": ("Athena", "AmazonAthena"),
    "batch": ("Batch", "AWSBatch"),
    "bedrock": ("Bedrock", "AmazonBedrock"),
    "codebuild": ("CodeBuild", "AWSCodeBuild"),
    "databrew": ("DataBrew", "AWSGlueDataBrew"),
    "dynamodb": ("DynamoDB", "AmazonDynamoDBv2"),
    "ecs": ("ECS", "AmazonECS"),
    "eks": ("EKS", "AmazonEKS"),
    "elasticmapreduce": ("ElasticMapReduce", "AmazonElasticMapReduce"),
    "emr-containers": ("EMRContainers", "AmazonEMRContainers"),
    "emr-serverless": ("EMRServerless", "AWSEMRServerless"),
    "events": ("EventBridge", "AmazonEventBridge"),
    "glue": ("Glue", "AWSGlue"),
    "mediaconvert": ("MediaConvert", "AWSMediaConvert"),
    "sagemaker": ("SageMaker", "AmazonSageMaker"),
    "sns": ("SNS", "AmazonSNS"),
    "sqs": ("SQS", "AmazonSQS"),
}
"""What errors of an optimized integration begin with, and what the first SDK for Java calls the service.

Known from recordings and the developer guide: DynamoDB, ECS, EventBridge, SageMaker, SQS. The others follow the SDK.
"""


def passes(error: Exception) -> bool:
    """Whether the error of a question is no answer to it: the service is away, slow, overloaded or confused."""
    return Refusal(error).passes if is_answer(error) else not _is_ours(error)


def _is_ours(error: Exception) -> bool:
    """Whether nothing was sent, for want of credentials or settings."""
    errors = import_module("botocore.exceptions")
    return isinstance(error, errors.NoCredentialsError | errors.ProfileNotFound | errors.PartialCredentialsError)


def sdk_failure(service: str, error: Exception) -> CallFailed:
    """What an SDK integration makes of an error; `service` is botocore's (recorded)."""
    prefix = models.prefix(service)
    if not is_answer(error):
        return CallFailed(f"{prefix}.SdkClientException", f"{_unheard(error)} (SDK Attempt Count: 1)")
    refusal = Refusal(error)
    shape = models.model(service).shape_for_error_code(refusal.shape)
    name = f"{prefix}Exception" if shape is None else models.java_exception(shape.name)
    extended = f", Extended Request ID: {refusal.extended}" if refusal.extended else ""
    details = f"(Service: {prefix}, Status Code: {refusal.status}, Request ID: {refusal.request}{extended})"
    return CallFailed(f"{prefix}.{name}", f"{refusal.message} {details} (SDK Attempt Count: {refusal.attempts})")


def optimized_failure(resource: str, service: str, error: Exception) -> CallFailed:
    """What an optimized integration makes of it; `resource` is the service as the Resource has it (recorded)."""
    prefix, client = OPTIMIZED[resource]
    if not is_answer(error):
        return CallFailed(f"{prefix}.SdkClientException", _unheard(error))
    refusal = Refusal(error)
    shape = models.model(service).shape_for_error_code(refusal.code)
    base = client.removesuffix("v2") + "Exception"
    details = "; ".join(
        (
            f"Service: {client}",
            f"Status Code: {refusal.status}",
            f"Error Code: {refusal.code}",
            f"Request ID: {refusal.request}",
            "Proxy: null",
        )
    )
    return CallFailed(
        f"{prefix}.{base if shape is None else models.exception(shape.name)}", f"{refusal.message} ({details})"
    )


def _unheard(error: Exception) -> str:
    """Why there is no answer, beginning as the SDK does."""
    if _is_ours(error):
        return f"Unable to load credentials: {error}"
    if isinstance(error, import_module("botocore.parsers").ResponseParserError):
        return f"Unable to unmarshall response ({error})"
    return f"Unable to execute HTTP request: {error}"


def unusable(call_input: str, fault: str) -> CallFailed:
    """Parameters that the API does not take."""
    return CallFailed(States.RUNTIME, f"The Parameters '{call_input}' could not be used to start the Task: [{fault}]")
