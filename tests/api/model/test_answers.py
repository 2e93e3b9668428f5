"""Every operation answers, and its answer is of the model's shape: no member more, none less, none of another type."""

import json

import pytest

from definitions import catcher, chain, fail, mapping, parallel, passing, retrier, task, waiting

from ..live import ROLE
from . import walk
from .answers import misfits

REFUSES = {"DescribeMapRun", "UpdateMapRun"}
"""There are no Map Runs yet: nothing that these could answer about."""

MISSED = {"Type": "Choice", "Choices": [{"Variable": "$.no", "IsPresent": True, "Next": "No"}], "Default": "Yes"}


def busy(activity: str) -> dict:
    """A machine whose history has events of many kinds."""
    work = task(Resource=activity, TimeoutSeconds=60, HeartbeatSeconds=30)
    return chain(
        Set=passing(Assign={"x.$": "$"}),
        Both=parallel(chain(A=passing()), chain(B=waiting(0))),
        Each=mapping(chain(C=passing()), ItemsPath="$"),
        Work=work | {"Retry": [retrier("Again", IntervalSeconds=0)], "Catch": [catcher("Choose", "Broken")]},
        Never=passing(),
        Choose=MISSED,
        Yes={"Type": "Succeed"},
        No=fail(),
    )


def mishaps(machine: str) -> dict[str, dict]:
    """Machines that end in other ways, by name. `machine` is there to be run by one of them."""
    nested = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2"}
    return {
        "fails": chain(A=fail(Cause="because")),
        "evaluates-wrongly": chain(A=passing(Output="{% $nothing.at.all %}")) | {"QueryLanguage": "JSONata"},
        "times-out": chain(A=waiting(600)) | {"TimeoutSeconds": 1},
        "branches-fail": chain(
            P=parallel(chain(A=fail()), chain(B=waiting(600)), Catch=[catcher("M", ResultPath="$.error")]),
            M=mapping(chain(C=fail()), ItemsPath="$.list", MaxConcurrency=1),
        ),
        "nests": chain(A=nested | {"Parameters": {"StateMachineArn": machine}}),
        "nests-nothing": chain(A=nested | {"Parameters": {"StateMachineArn": f"{machine}-not"}}),
        "has-no-activity": chain(A=task()),
    }


class Answers:
    """A client that keeps what came over the wire, before the SDK reads it (it leaves out what it does not know)."""

    def __init__(self, client) -> None:
        self.client = client
        self.bodies: dict[str, list[dict]] = {}
        client.meta.events.register("before-parse.sfn.*", self._keep)

    def _keep(self, operation_model, response_dict, **_) -> None:
        if response_dict["status_code"] == 200:
            self.bodies.setdefault(operation_model.name, []).append(json.loads(response_dict["body"]))

    def ended(self, execution: str) -> None:
        while self.client.describe_execution(executionArn=execution)["status"] == "RUNNING":
            pass


@pytest.fixture(scope="module")
def bodies(server):
    """The answers to a use of every operation."""
    answers = Answers(server.client())
    client = answers.client
    create = {"roleArn": ROLE, "tags": [{"key": "k", "value": ""}]}
    # Activities
    activity = client.create_activity(name="work", tags=create["tags"])["activityArn"]
    client.describe_activity(activityArn=activity)
    client.list_activities(maxResults=1)
    client.get_activity_task(activityArn=activity)
    # A machine
    definition = json.dumps(busy(activity))
    client.validate_state_machine_definition(definition=definition, severity="WARNING")
    client.validate_state_machine_definition(definition="{}")
    group = {"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:states:*"}}
    machine = client.create_state_machine(
        name="busy",
        definition=definition,
        publish=True,
        versionDescription="one",
        loggingConfiguration={"level": "ALL", "includeExecutionData": True, "destinations": [group]},
        encryptionConfiguration={
            "type": "CUSTOMER_MANAGED_KMS_KEY",
            "kmsKeyId": "key",
            "kmsDataKeyReusePeriodSeconds": 60,
        },
        **create,
    )["stateMachineArn"]
    client.update_state_machine(stateMachineArn=machine, tracingConfiguration={"enabled": True}, publish=True)
    client.publish_state_machine_version(stateMachineArn=machine)
    routes = [{"stateMachineVersionArn": f"{machine}:2", "weight": 100}]
    alias = client.create_state_machine_alias(name="live", routingConfiguration=routes)["stateMachineAliasArn"]
    client.update_state_machine_alias(stateMachineAliasArn=alias, description="the one")
    client.describe_state_machine_alias(stateMachineAliasArn=alias)
    client.list_state_machine_aliases(stateMachineArn=machine)
    client.list_state_machine_versions(stateMachineArn=machine, maxResults=1)
    for arn in (machine, f"{machine}:1"):
        client.describe_state_machine(stateMachineArn=arn)
        client.describe_state_machine(stateMachineArn=arn, includedData="METADATA_ONLY")
    client.tag_resource(resourceArn=machine, tags=[{"key": "l", "value": "w"}])
    client.list_tags_for_resource(resourceArn=machine)
    client.untag_resource(resourceArn=machine, tagKeys=["l"])
    # Executions
    execution = client.start_execution(stateMachineArn=alias, name="one", input="[1,2]")["executionArn"]
    stopped = client.start_execution(stateMachineArn=machine, name="two", input="[1,2]")["executionArn"]
    client.stop_execution(executionArn=stopped, error="Enough", cause="of this")
    for error in ("Again", "Broken"):
        token = client.get_activity_task(activityArn=activity, workerName="me")["taskToken"]
        client.send_task_heartbeat(taskToken=token)
        client.send_task_failure(taskToken=token, error=error, cause="why")
    answers.ended(execution)
    third = client.start_execution(stateMachineArn=machine, name="three", input="[]")["executionArn"]
    token = client.get_activity_task(activityArn=activity)["taskToken"]
    client.send_task_success(taskToken=token, output="{}")
    answers.ended(third)
    for arn in (execution, stopped, third):
        client.describe_execution(executionArn=arn)
        client.describe_execution(executionArn=arn, includedData="METADATA_ONLY")
        client.get_execution_history(executionArn=arn)
        client.get_execution_history(executionArn=arn, maxResults=3, includeExecutionData=False, reverseOrder=True)
    client.describe_state_machine_for_execution(executionArn=execution)
    client.list_executions(stateMachineArn=machine, maxResults=1)
    client.list_map_runs(executionArn=execution)
    client.list_state_machines(maxResults=1)
    if "RedriveExecution" in walk.OPERATIONS:
        client.redrive_execution(executionArn=stopped)
        client.describe_execution(executionArn=stopped)
        client.get_execution_history(executionArn=stopped)
        client.stop_execution(executionArn=stopped)
    simple = client.create_state_machine(name="simple", definition=json.dumps(chain(A=passing())), **create)
    for name, states in mishaps(simple["stateMachineArn"]).items():
        made = client.create_state_machine(name=name, definition=json.dumps(states), **create)
        arn = client.start_execution(stateMachineArn=made["stateMachineArn"], input='{"list": [1]}')["executionArn"]
        answers.ended(arn)
        client.get_execution_history(executionArn=arn)
    # At once
    for name, states in (("quick", chain(A=passing())), ("quick-failure", chain(A=fail()))):
        express = client.create_state_machine(name=name, type="EXPRESS", definition=json.dumps(states), **create)
        client.start_sync_execution(stateMachineArn=express["stateMachineArn"], traceHeader="Root=1")
    client.describe_state_machine(stateMachineArn=express["stateMachineArn"])
    tried = json.dumps(passing(End=True, Parameters={"a.$": "$"}, Assign={"x": 1}))
    client.test_state(definition=tried, input="[1]", inspectionLevel="DEBUG", variables='{"y": 2}')
    work = json.dumps(task(Resource=activity, End=True, Retry=[retrier(MaxAttempts=1)], Catch=[catcher("Next")]))
    for retried in (0, 1):
        client.test_state(
            definition=work,
            inspectionLevel="TRACE",
            mock={"errorOutput": {"error": "E", "cause": "c"}},
            stateConfiguration={"retrierRetryCount": retried},
        )
    # The end of everything
    client.delete_state_machine_alias(stateMachineAliasArn=alias)
    client.delete_state_machine_version(stateMachineVersionArn=f"{machine}:1")
    client.delete_state_machine(stateMachineArn=machine)
    client.delete_activity(activityArn=activity)
    return answers.bodies


def test_every_operation_has_answered(bodies):
    assert sorted(bodies) == sorted(set(walk.OPERATIONS) - REFUSES)


@pytest.mark.parametrize("operation", sorted(set(walk.OPERATIONS) - REFUSES))
def test_an_answer_is_of_the_models_shape(bodies, operation):
    shape = walk.MODEL.operation_model(operation).output_shape
    found = [misfit for body in bodies[operation] for misfit in misfits(shape, body)]
    # The one null of the protocol: a poll without a task
    nothing = [".taskToken: None is no string"] if operation == "GetActivityTask" else []
    assert found == nothing


def test_the_histories_had_events_of_many_kinds(bodies):
    members = {name for body in bodies["GetExecutionHistory"] for event in body["events"] for name in event}
    assert {name.removesuffix("EventDetails") for name in members if name.endswith("EventDetails")} >= {
        "activityFailed",
        "activityScheduleFailed",
        "activityScheduled",
        "activityStarted",
        "activitySucceeded",
        "evaluationFailed",
        "executionAborted",
        "executionFailed",
        "executionStarted",
        "executionSucceeded",
        "executionTimedOut",
        "mapIterationFailed",
        "mapIterationStarted",
        "mapIterationSucceeded",
        "mapStateStarted",
        "stateEntered",
        "stateExited",
        "taskFailed",
        "taskScheduled",
        "taskStarted",
        "taskSubmitted",
        "taskSucceeded",
    }
