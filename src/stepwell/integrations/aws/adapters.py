"""What the optimized integrations do to requests and answers beyond what the API does, one function for each."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from stepwell.integrations.aws.desk import Json, encode
from stepwell.integrations.aws.values import of_type, to_json_text
from stepwell.integrations.call import Call, CallFailed

Ask = Callable[[str, Json], Json]
"""Do an action of the service: its answer's members."""

CALL_TAG = "stepwell-call"
"""A tag by which a job that is there already is known to be this call's (Call.identity)."""

MANAGED = {"MANAGED_BY_AWS": "STARTED_BY_STEP_FUNCTIONS"}


class Adapter(msgspec.Struct, frozen=True):
    """How an action differs from the operation of its name."""

    operation: str = ""  # the operation, where it has another name
    request: Callable[[Call, Json, Ask], Json] = lambda call, given, ask: given
    answer: Callable[[Call, Json, Json], Json] = lambda call, given, answer: answer


def _json_texts(*names: str) -> Callable[[Call, Json, Ask], Json]:
    """Members that may be any JSON, where the service has a text."""

    def request(call: Call, given: Json, ask: Ask) -> Json:
        return given | {name: to_json_text(given[name]) for name in names if name in given}

    return request


def _with(**members: Any) -> Callable[[Call, Json, Ask], Json]:
    return lambda call, given, ask: members | given


def _list(given: Json, name: str) -> list[Any]:
    """A member that is a list, empty when it is not there. Raises Unsuitable."""
    value = given.get(name)
    return [] if value is None else of_type(list, name, value, "an ARRAY")


def _object(given: Json, name: str) -> Json:
    """A member that is an object, empty when it is not there. Raises Unsuitable."""
    value = given.get(name)
    return {} if value is None else of_type(dict, name, value, "an OBJECT")


def _adding(*names: str) -> Callable[[Call, Json, Json], Json]:
    """Members of the request that the answer has too."""
    return lambda call, given, answer: {name: given[name] for name in names if name in given} | answer


# -- EventBridge (developer guide, "Key features of Optimized EventBridge integration") --------------------------------


def _events(call: Call, given: Json, ask: Ask) -> Json:
    return given | {"Entries": [_event(call, entry) for entry in _list(given, "Entries")]}


def _event(call: Call, entry: Any) -> Json:
    of_type(dict, "Entries", entry, "an OBJECT")
    detail = {"Detail": to_json_text(entry["Detail"])} if "Detail" in entry else {}
    resources = {"Resources": [*_list(entry, "Resources"), call.execution_arn, call.machine_arn]}
    return {**entry, **detail, **resources}


def _all_put(call: Call, given: Json, answer: Json) -> Json:
    if answer.get("FailedEntryCount"):
        raise CallFailed("EventBridge.FailedEntry", encode(answer).decode())
    return answer


# -- ECS (developer guide, "Key features of Optimized Amazon ECS/Fargate integration") ---------------------------------


def _all_run(call: Call, given: Json, answer: Json) -> Json:
    if call.pattern and answer.get("Failures"):
        raise CallFailed("AmazonECS.Unknown", encode(answer).decode())
    return answer


# -- Bedrock -----------------------------------------------------------------------------------------------------------


def _model_answer(call: Call, given: Json, answer: Json) -> Json:
    """The model's answer as JSON, where it is some."""
    try:
        return answer | {"Body": msgspec.json.decode(answer["Body"])}
    except (KeyError, msgspec.DecodeError):
        return answer


# -- EMR (developer guide, "Optimized Amazon EMR APIs") ----------------------------------------------------------------


def _renamed(names: Mapping[str, str], listed: bool = False) -> Callable[[Call, Json, Ask], Json]:
    """Members of a request that EMR calls otherwise; `listed`: and of which it wants several."""

    def request(call: Call, given: Json, ask: Ask) -> Json:
        return {names.get(name, name): [v] if listed and name in names else v for name, v in given.items()}

    return request


def _step(call: Call, given: Json, ask: Ask) -> Json:
    rest = {name: value for name, value in given.items() if name not in ("ClusterId", "Step")}
    return rest | {"JobFlowId": given.get("ClusterId"), "Steps": [given["Step"]] if "Step" in given else None}


def _cluster(call: Call, given: Json, answer: Json) -> Json:
    return {"ClusterId" if name == "JobFlowId" else name: value for name, value in answer.items()}


def _first(name: str, listed: str) -> Callable[[Call, Json, Json], Json]:
    """The only one of several."""
    return lambda call, given, answer: {name: answer[listed][0]} if answer.get(listed) else {}


def _fleet(call: Call, given: Json, ask: Ask) -> Json:
    listed = ask("listInstanceFleets", {"ClusterId": given.get("ClusterId")})
    id = _named(listed.get("InstanceFleets", []), given.get("InstanceFleetName"))
    fleet = _object(given, "InstanceFleet")
    return {"ClusterId": given.get("ClusterId"), "InstanceFleet": fleet | {"InstanceFleetId": id}}


def _group(call: Call, given: Json, ask: Ask) -> Json:
    listed = ask("listInstanceGroups", {"ClusterId": given.get("ClusterId")})
    id = _named(listed.get("InstanceGroups", []), given.get("InstanceGroupName"))
    group = _object(given, "InstanceGroup")
    return {"ClusterId": given.get("ClusterId"), "InstanceGroups": [group | {"InstanceGroupId": id}]}


def _named(parts: list[Json], name: Any) -> Any:
    """The id of the fleet or group of this name."""
    for part in parts:
        if part.get("Name") == name:
            return part["Id"]
    raise CallFailed("ElasticMapReduce.AmazonElasticMapReduceException", f"The cluster has nothing named {name}")


# -- tags --------------------------------------------------------------------------------------------------------------


def _tagged(call: Call, given: Json, ask: Ask) -> Json:
    """SageMaker's jobs bear AWS's tag, and those waited for that of the call."""
    tags = MANAGED | ({CALL_TAG: call.identity} if call.pattern == ".sync" else {})
    return given | {"Tags": [*_list(given, "Tags"), *({"Key": key, "Value": value} for key, value in tags.items())]}


def _batch(call: Call, given: Json, ask: Ask) -> Json:
    return given | {"Tags": _object(given, "Tags") | {CALL_TAG: call.identity}} if call.pattern == ".sync" else given


def _convert(call: Call, given: Json, ask: Ask) -> Json:
    return given | {"Tags": _object(given, "Tags") | {"ManagedByService": "AWSStepFunctions"}}


# -- CodeBuild ---------------------------------------------------------------------------------------------------------


def _once(call: Call, given: Json, ask: Ask) -> Json:
    """CodeBuild has a token, but its model does not say so."""
    return {"IdempotencyToken": call.identity} | given


_SAGEMAKER = ("HyperParameterTuning", "Labeling", "Processing", "Training", "Transform")

ADAPTERS: dict[str, Adapter] = {
    "batch:submitJob": Adapter(request=_batch),
    "bedrock:invokeModel": Adapter(request=_json_texts("Body"), answer=_model_answer),
    "codebuild:startBuild": Adapter(request=_once),
    "codebuild:startBuildBatch": Adapter(request=_once),
    "codebuild:retryBuildBatch": Adapter(request=_once),
    "ecs:runTask": Adapter(request=_with(StartedBy="AWS Step Functions"), answer=_all_run),
    "elasticmapreduce:createCluster": Adapter(
        "runJobFlow",
        answer=_cluster,
    ),
    "elasticmapreduce:setClusterTerminationProtection": Adapter(
        "setTerminationProtection", _renamed({"ClusterId": "JobFlowIds"}, listed=True)
    ),
    "elasticmapreduce:terminateCluster": Adapter(
        "terminateJobFlows", _renamed({"ClusterId": "JobFlowIds"}, listed=True)
    ),
    "elasticmapreduce:addStep": Adapter("addJobFlowSteps", _step, _first("StepId", "StepIds")),
    "elasticmapreduce:cancelStep": Adapter(
        "cancelSteps",
        _renamed({"StepId": "StepIds"}, listed=True),
        _first("CancelStepsInfo", "CancelStepsInfoList"),
    ),
    "elasticmapreduce:modifyInstanceFleetByName": Adapter("modifyInstanceFleet", _fleet),
    "elasticmapreduce:modifyInstanceGroupByName": Adapter("modifyInstanceGroups", _group),
    "emr-serverless:startApplication": Adapter(answer=_adding("ApplicationId")),
    "emr-serverless:stopApplication": Adapter(answer=_adding("ApplicationId")),
    "emr-serverless:deleteApplication": Adapter(answer=_adding("ApplicationId")),
    "events:putEvents": Adapter(request=_events, answer=_all_put),
    "glue:startJobRun": Adapter(answer=_adding("JobName")),
    "mediaconvert:createJob": Adapter(request=_convert),
    "sns:publish": Adapter(request=_json_texts("Message")),
    "sqs:sendMessage": Adapter(request=_json_texts("MessageBody")),
    **{f"sagemaker:create{kind}Job": Adapter(request=_tagged) for kind in _SAGEMAKER},
}
"""Actions that are not in here are the operation of their name."""
