"""What AWS's services answer: holds the mock of a call against the service's API model, in TestState's words.

The models are botocore's, a dependency that nothing else of the server needs; it is looked for when first asked.
"""

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Literal

MODELS = 20
"""Services whose models are kept in memory; the largest take some 30 MB."""

Mode = Literal["STRICT", "PRESENT"]
"""STRICT: what the model requires must be there. PRESENT: only what is there must be right."""

Shape = Any
"""A shape of botocore, which has no types."""

_NAMES = {
    "aws-sdk:sfn": "stepfunctions",
    "states": "stepfunctions",
    "aws-sdk:eventbridge": "events",
    "aws-sdk:cloudwatchlogs": "logs",
    "aws-sdk:elasticloadbalancingv2": "elbv2",
    "aws-sdk:elasticloadbalancing": "elb",
    "aws-sdk:elasticfilesystem": "efs",
    "aws-sdk:cognitoidentityprovider": "cognito-idp",
    "aws-sdk:costexplorer": "ce",
    "aws-sdk:databasemigration": "dms",
    "aws-sdk:applicationautoscaling": "application-autoscaling",
    "bedrock": "bedrock-runtime",
    "elasticmapreduce": "emr",
}
"""Services that botocore calls otherwise than the resource does. All others are found by their letters and digits."""

_POLLED = {
    "states:startExecution": ("stepfunctions", "DescribeExecution"),
    "glue:startJobRun": ("glue", "GetJobRun"),
    "athena:startQueryExecution": ("athena", "GetQueryExecution"),
    "batch:submitJob": ("batch", "DescribeJobs"),
    "codebuild:startBuild": ("codebuild", "BatchGetBuilds"),
    "codebuild:startBuildBatch": ("codebuild", "BatchGetBuildBatches"),
    "databrew:startJobRun": ("databrew", "DescribeJobRun"),
    "ecs:runTask": ("ecs", "DescribeTasks"),
    "sagemaker:createTrainingJob": ("sagemaker", "DescribeTrainingJob"),
    "sagemaker:createTransformJob": ("sagemaker", "DescribeTransformJob"),
    "sagemaker:createProcessingJob": ("sagemaker", "DescribeProcessingJob"),
    "sagemaker:createHyperParameterTuningJob": ("sagemaker", "DescribeHyperParameterTuningJob"),
    "sagemaker:createLabelingJob": ("sagemaker", "DescribeLabelingJob"),
}
"""What a `.sync` mock must look like: the operation that is polled (developer guide, "Testing .sync states")."""

_UNCHECKED = ("http:", "apigateway:", "eks:call", "eks:runJob")
"""Integrations whose mocks AWS does not check (developer guide, "Mock validation modes")."""

_JSON = {"lambda:invoke": {"Payload"}, "states:startExecution.sync:2": {"Input", "Output"}}
"""Members that an optimized integration parses: any JSON, where the service has a text."""

_PREFIX = ":states:::"


class NoModels(Exception):
    """The services' models are not installed."""


def mismatch(resource: str, result: Any, mode: Mode) -> str | None:
    """What is wrong with the mocked `result` of a Task's call, in AWS's words; None if nothing, or nobody knows.

    `resource` is the Task's. Raises NoModels.
    """
    _, found, call = resource.partition(_PREFIX)
    if not found or call.endswith(".waitForTaskToken") or call.startswith(_UNCHECKED):
        return None  # a function, an activity or a person answers whatever they like
    shape = _answer_of(call)
    if shape is None:
        return None
    if not isinstance(result, dict):
        return "The result must be an object"
    free = _JSON.get(call, set())
    return next(_structure(shape, result, mode, free), None)


def _answer_of(call: str) -> Shape | None:
    """The shape of what the call answers; None for one that is not in the models."""
    service, operation = _operation(call)
    model = None if service is None else _model(service)
    if model is None or operation not in model.operation_names:
        return None
    return model.operation_model(operation).output_shape


def _operation(call: str) -> tuple[str | None, str]:
    """`aws-sdk:kms:encrypt` as botocore names it: kms, Encrypt."""
    job, sync, _ = call.partition(".sync")
    if sync:
        return _POLLED.get(job, (None, ""))
    service, _, action = job.rpartition(":")
    return _NAMES.get(service) or _service(service.removeprefix("aws-sdk:")), _capital(action)


def _service(name: str) -> str | None:
    return _services().get(_letters(name))


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


@cache
def _services() -> dict[str, str]:
    return {_letters(service): service for service in _loader().list_available_services("service-2")}


@lru_cache(MODELS)
def _model(service: str) -> Any:
    # A loader of its own for each: they never forget what they have loaded.
    description = _loader().load_service_model(service, "service-2")
    return import_module("botocore.model").ServiceModel(description, service)


def _loader() -> Any:
    try:
        return import_module("botocore.loaders").create_loader()
    except ImportError as error:
        raise NoModels("botocore, which holds the models of AWS's services, is not installed") from error


# -- holding values against shapes -------------------------------------------------------------------------------------


def _structure(shape: Shape, value: dict[str, Any], mode: Mode, free: set[str]) -> Iterator[str]:
    """What breaks the model, first things first. Members are known by their names in Step Functions: with a capital.

    Foreign members are nobody's business (recorded).
    """
    if mode == "STRICT":
        for name in shape.required_members:
            if _capital(name) not in value:
                yield f"Required field '{_capital(name)}' is missing"
    for name, member in shape.members.items():
        shown = _capital(name)
        if shown in value and shown not in free:
            yield from _value(shown, member, value[shown], mode)


def _value(name: str, shape: Shape, value: Any, mode: Mode) -> Iterator[str]:
    """`name`: of the nearest member, which AWS's texts give however deep in lists the value is."""
    kind, fits = _KINDS[shape.type_name]
    if not fits(value):
        yield f"Field '{name}' must be {kind}"
        return
    yield from _bounds(name, shape, value)
    match shape.type_name:
        case "structure":
            if not getattr(shape, "is_document_type", False):
                yield from _structure(shape, value, mode, set())
        case "list":
            for item in value:
                yield from _value(name, shape.member, item, mode)
        case "map":
            for key, item in value.items():
                yield from _value(key, shape.value, item, mode)


def _bounds(name: str, shape: Shape, value: Any) -> Iterator[str]:
    """Lengths, ranges and enumerations."""
    bounds = shape.metadata
    if bounds.get("enum") and value not in bounds["enum"]:
        yield f"Field '{name}' is not an expected value"
    if shape.type_name in _NUMBERS:
        size, below, above = value, "is less than the minimum value", "exceeds the maximum value"
    elif isinstance(value, str | list | dict) and shape.type_name != "timestamp":
        size, below, above = len(value), "is smaller than the minimum length", "exceeds the maximum length"
    else:
        return
    if "min" in bounds and size < bounds["min"]:
        yield f"Field '{name}' {below}"
    if "max" in bounds and size > bounds["max"]:
        yield f"Field '{name}' {above}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is(*types: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, types)


_TEXT = ("a string", _is(str))
_NUMBER = ("a number", _is_number)
_OBJECT = ("an object", _is(dict))
_NUMBERS = ("integer", "long", "float", "double", "bigdecimal", "biginteger")
_KINDS = {
    **dict.fromkeys(("string", "character", "blob", "timestamp"), _TEXT),
    **dict.fromkeys(_NUMBERS, _NUMBER),
    "boolean": ("a boolean", _is(bool)),
    "list": ("an array", _is(list)),
    "map": _OBJECT,
    "structure": _OBJECT,
}


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
