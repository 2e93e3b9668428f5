"""The API models of AWS's services, which are botocore's, and the names that Step Functions gives to what is in them.

The SDK integrations show services, members and errors as the AWS SDK for Java v2 names them, the optimized ones as its
predecessor did. botocore is a dependency of the extra `aws`; it is looked for when first asked.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

MODELS = 20
"""Services whose models are kept in memory; the largest take some 30 MB."""

Shape = Any
"""A shape of botocore, which has no types."""

Naming = Callable[[str], str]
"""How a member of the model is called in states: `java_member` or `capital`."""

_NAMES = {
    "applicationdiscovery": "discovery",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "costandusagereport": "cur",
    "costexplorer": "ce",
    "databasemigration": "dms",
    "directory": "ds",
    "directoryservicedata": "ds-data",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "elasticmapreduce": "emr",
    "elasticsearch": "es",
    "eventbridge": "events",
    "iotdataplane": "iot-data",
    "iotjobsdataplane": "iot-jobs-data",
    "lexmodelbuilding": "lex-models",
    "lexmodelsv2": "lexv2-models",
    "lexruntimev2": "lexv2-runtime",
    "marketplacemetering": "meteringmarketplace",
    "migrationhub": "mgh",
    "serverlessapplicationrepository": "serverlessrepo",
    "sfn": "stepfunctions",
    "simpledb": "sdb",
    "states": "stepfunctions",
}
"""Services that botocore calls otherwise than a Resource does. All others are found by their letters and digits."""

_ELSEWHERE = {"bedrock:invokeModel": "bedrock-runtime"}
"""Actions that an optimized integration has under the name of another service."""

_RESERVED = """
    abstract assert boolean break byte case catch char class const continue default do double else enum extends final
    finally float for goto if implements import instanceof int interface long native new package private protected
    public return short static strictfp super switch synchronized this throw throws transient try void volatile while
    build equals hashCode notify toBuilder toString wait
"""
"""Names that Java has taken; the SDK appends Value (developer guide: EqualsValue)."""

_RENAMED = {"NULL": "Nul"}
"""DynamoDB's, renamed by the SDK for Java."""


class NoModels(Exception):
    """botocore is not installed. The message says how to mend that."""

    def __init__(self) -> None:
        super().__init__(
            "botocore, which knows AWS's services, is not installed. Calls of AWS services need the extra `aws`: "
            "pip install 'stepwell[aws]'"
        )


def service_of(resource: str, action: str = "") -> str | None:
    """botocore's name of a service as Resources have it: `sqs`, `emr-containers`, `aws-sdk:costexplorer`.

    None for one that does not exist. Raises NoModels.
    """
    elsewhere = _ELSEWHERE.get(f"{resource}:{action}")
    letters = _letters(resource.removeprefix("aws-sdk:"))
    return elsewhere or _NAMES.get(letters) or _services().get(letters)


def service_names() -> list[str]:
    """The names of all services, as Resources and botocore have them. Raises NoModels."""
    return sorted({*_NAMES, *_services().values()})


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


@cache
def _services() -> dict[str, str]:
    return {_letters(service): service for service in _loader().list_available_services("service-2")}


@lru_cache(MODELS)
def model(service: str) -> Any:
    """The model of a service that `service_of` has named."""
    # A loader of its own for each: they never forget what they have loaded.
    description = _loader().load_service_model(service, "service-2")
    return import_module("botocore.model").ServiceModel(description, service)


def operation(service: str, action: str) -> Any | None:
    """The model of the operation of an action such as `getItem`; None for one that does not exist."""
    known, name = model(service), capital(action)
    return known.operation_model(name) if name in known.operation_names else None


def _loader() -> Any:
    try:
        return import_module("botocore.loaders").create_loader()
    except ImportError as error:
        raise NoModels from error


# -- names -------------------------------------------------------------------------------------------------------------


def capital(name: str) -> str:
    """A member in an optimized integration: `jobName` is JobName, `MD5OfMessageBody` stays."""
    return name[:1].upper() + name[1:]


@cache
def java_member(name: str) -> str:
    """A member in the SDK integrations: `DBInstances` is DbInstances, for its getter is `dbInstances()`."""
    if name in _RENAMED:
        return _RENAMED[name]
    # Leading capitals become small, but for one that begins a word.
    led = re.match(r"[A-Z]+(?![a-z])|[A-Z]", name)
    small = led[0].lower() + name[led.end() :] if led else name
    return capital(small + "Value" if small in _RESERVED.split() else small)


def java_class(name: str) -> str:
    """A service in the SDK integrations: `DynamoDB` is DynamoDb, `Cost and Usage Report Service` CostAndUsageReport."""
    return "".join(word[:1].upper() + word[1:].lower() for word in _words(re.sub(r"\s*Service$", "", name)))


_BOUNDARIES = (
    (r"[^A-Za-z0-9]+", " "),
    (r"([^a-z]{2,})v([0-9]+)", r"\1 v\2 "),
    (r"([^A-Z]{2,})V([0-9]+)", r"\1 V\2 "),
    (r"(?<=[a-z])(?=[A-Z][a-zA-Z0-9])", " "),
    (r"([A-Z]+)([A-Z][a-z])", r"\1 \2"),
    (r"([0-9])([a-zA-Z])", r"\1 \2"),
)
"""Where the SDK for Java v2 divides names into words."""


def _words(name: str) -> list[str]:
    for boundary, divided in _BOUNDARIES:
        name = re.sub(boundary, divided, name)
    return name.split()


def prefix(service: str) -> str:
    """What errors of a service begin with in the SDK integrations: `DynamoDb`, `Sfn`."""
    return java_class(model(service).metadata["serviceId"])


def exception(shape: str) -> str:
    """An error's class in the first SDK for Java: `NoSuchKey` is NoSuchKeyException."""
    return shape if shape.endswith("Exception") else shape.removesuffix("Fault") + "Exception"


def java_exception(shape: str) -> str:
    """An error's class in the second one: DBInstanceNotFoundFault is DbInstanceNotFoundException."""
    return exception(java_class(shape.removesuffix("Fault")))
