"""What a Task may name as its Resource: functions, activities, AWS's optimized integrations and its SDK's actions."""

import re
from typing import Any

import msgspec

from stepwell.arns import ANY_PARTITION
from stepwell.asl import readers
from stepwell.asl.place import Place
from stepwell.expressions.scope import Json

_PARTITION = f"arn:{ANY_PARTITION}"
_FUNCTION = re.compile(_PARTITION + r":lambda:[^:]*:[^:]*:function:[^:]+(?::[^:]+)?")
_ACTIVITY = re.compile(_PARTITION + r":states:[^:]*:[^:]*:activity:[^:]+")
_SDK_ACTION = re.compile(_PARTITION + r":states:::aws-sdk:[a-z0-9]+:[a-z][A-Za-z0-9]*(\.waitForTaskToken)?")
_INTEGRATION = re.compile(
    _PARTITION + r":states:::(?P<service>[a-z-]+):(?P<action>[A-Za-z0-9]+)"
    r"(?P<pattern>\.sync|\.sync:2|\.waitForTaskToken)?"
)


class Service(msgspec.Struct, frozen=True):
    """An optimized integration (developer guide, "Integrating optimized services", 2026)."""

    calls: frozenset[str]  # actions for request-response
    jobs: frozenset[str] = frozenset()  # those that also know .sync
    callbacks: bool = False  # all of them also know .waitForTaskToken


def _service(calls: str, jobs: str = "", callbacks: bool = False) -> Service:
    return Service(frozenset((calls + " " + jobs).split()), frozenset(jobs.split()), callbacks)


SERVICES = {
    "apigateway": _service("invoke", callbacks=True),
    "athena": _service("stopQueryExecution getQueryExecution getQueryResults", jobs="startQueryExecution"),
    "batch": _service("", jobs="submitJob"),
    "bedrock": _service("invokeModel", jobs="createModelCustomizationJob", callbacks=True),
    "bedrockagentcore": _service("invokeHarness"),
    "codebuild": _service(
        "stopBuild batchDeleteBuilds batchGetReports stopBuildBatch deleteBuildBatch",
        jobs="startBuild startBuildBatch retryBuildBatch",
    ),
    "databrew": _service("", jobs="startJobRun"),
    "dynamodb": _service("getItem putItem updateItem deleteItem"),
    "ecs": _service("", jobs="runTask", callbacks=True),
    "eks": _service(
        "call",
        jobs="createCluster deleteCluster createFargateProfile deleteFargateProfile createNodegroup "
        "deleteNodegroup runJob",
        callbacks=True,
    ),
    "elasticmapreduce": _service(
        "setClusterTerminationProtection cancelStep modifyInstanceFleetByName modifyInstanceGroupByName",
        jobs="createCluster terminateCluster addStep",
    ),
    "emr-containers": _service("createVirtualCluster", jobs="deleteVirtualCluster startJobRun"),
    "emr-serverless": _service(
        "",
        jobs="createApplication startApplication stopApplication deleteApplication startJobRun cancelJobRun",
    ),
    "events": _service("putEvents", callbacks=True),
    "glue": _service("", jobs="startJobRun"),
    "http": _service("invoke"),
    "lambda": _service("invoke", callbacks=True),
    "mediaconvert": _service("", jobs="createJob"),
    "sagemaker": _service(
        "createEndpoint createEndpointConfig createModel updateEndpoint",
        jobs="createHyperParameterTuningJob createLabelingJob createProcessingJob createTrainingJob createTransformJob",
    ),
    "sns": _service("publish", callbacks=True),
    "sqs": _service("sendMessage", callbacks=True),
    "states": _service("", jobs="startExecution", callbacks=True),
}

REQUIRED = {
    "dynamodb:getItem": ("TableName", "Key"),
    "dynamodb:putItem": ("TableName", "Item"),
    "ecs:runTask": ("TaskDefinition",),
    "events:putEvents": ("Entries",),
    "glue:startJobRun": ("JobName",),
    "lambda:invoke": ("FunctionName",),
    "sns:publish": ("Message",),
    "sqs:sendMessage": ("QueueUrl", "MessageBody"),
    "states:startExecution": ("StateMachineArn",),
}
"""Members without which AWS refuses the state (known from its validation, 2026; other actions are not listed)."""


def resource(value: Json, place: Place) -> str | None:
    """Read Resource: an ARN of a known form, and nothing an Express machine cannot wait for."""
    text = readers.string(value, place)
    if text is not None:
        _check(text, place)
    return text


def _check(resource: str, place: Place) -> None:
    if not resource.startswith("arn:"):
        place.error("Value is not a valid resource ARN")
    elif not _is_known(resource):
        place.error(
            f"The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the "
            "resource is not available in this region."
        )
    elif place.type == "EXPRESS":
        _check_express(resource, place)


def is_activity(resource: str) -> bool:
    return _ACTIVITY.fullmatch(resource) is not None


def _is_known(resource: str) -> bool:
    if any(form.fullmatch(resource) for form in (_FUNCTION, _ACTIVITY, _SDK_ACTION)):
        return True
    found = _INTEGRATION.fullmatch(resource)
    service = SERVICES.get(found["service"]) if found else None
    if found is None or service is None or found["action"] not in service.calls:
        return False
    match found["pattern"]:
        case None:
            return True
        case ".waitForTaskToken":
            return service.callbacks
        case ".sync:2":
            return found["service"] == "states"
        case _:
            return found["action"] in service.jobs


def _check_express(resource: str, place: Place) -> None:
    if is_activity(resource):
        place.error("Express state machine does not support Activity ARN")
    for pattern in (".sync", ".waitForTaskToken"):
        if resource.removesuffix(":2").endswith(pattern):
            # The blank at the end is AWS's.
            place.error(f"Express state machine does not support '{pattern}' service integration ")


def check_arguments(task: dict[str, Any], place: Place) -> None:
    """What the integration must be given: Parameters (Arguments in JSONata) and some of their members."""
    resource = task.get("Resource")
    found = _INTEGRATION.fullmatch(resource) if isinstance(resource, str) else None
    if found is None or not _is_known(found[0]):
        return
    field = "Arguments" if place.language == "JSONata" else "Parameters"
    if field not in task:
        place.error(f"{field} field is required for resource ARN: {found[0]}")
        return
    given = task[field]
    if not isinstance(given, dict):
        return
    for name in REQUIRED.get(f"{found['service']}:{found['action']}", ()):
        if name not in given and f"{name}.$" not in given:
            place.field(field).error(f"The field '{name}' is required but was missing")


def check_credentials(task: dict[str, Any], place: Place) -> None:
    """Credentials name a role, and are of no use to an activity."""
    given = task.get("Credentials")
    if "Credentials" in task and isinstance(task.get("Resource"), str) and is_activity(task["Resource"]):
        place.error("The field 'Credentials' is not supported for activities")
    if isinstance(given, dict) and "RoleArn" not in given and "RoleArn.$" not in given:
        place.field("Credentials").error("The field 'RoleArn' is required but was missing")
