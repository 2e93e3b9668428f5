"""The optimized integrations' own ways, at moto's servers."""

import asyncio
import json
import re
from typing import Any

import pytest

from .caller import EXECUTION, MACHINE, Caller, without_exchange
from .rude import Rude


async def queue(aws: Caller, name: str = "orders") -> str:
    return str((await aws.call("aws-sdk:sqs:createQueue", {"QueueName": name}))["QueueUrl"])


def received(aws: Caller, url: str) -> list[Any]:
    messages = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


async def test_a_message_may_be_json_and_the_answer_tells_of_the_exchange(runner: asyncio.Runner, aws: Caller) -> None:
    url = await queue(aws)
    answer = await aws.call("sqs:sendMessage", {"QueueUrl": url, "MessageBody": {"order": 1, "lines": []}})
    assert received(aws, url) == [{"order": 1, "lines": []}]
    assert sorted(without_exchange(answer)) == ["MD5OfMessageBody", "MessageId"]
    http = answer["SdkHttpMetadata"]
    assert http["HttpStatusCode"] == 200
    assert {name: [value] for name, value in http["HttpHeaders"].items()} == http["AllHttpHeaders"]
    assert answer["SdkResponseMetadata"].keys() == {"RequestId"}


async def test_a_queue_that_is_not_there_is_told_as_the_first_sdk_does(runner: asyncio.Runner, aws: Caller) -> None:
    url = f"{aws.url}/123456789012/none"
    error, cause = await aws.failure("sqs:sendMessage", {"QueueUrl": url, "MessageBody": "x"})
    assert error == "SQS.AmazonSQSException"
    assert re.fullmatch(
        r"The specified queue does not exist.* \(Service: AmazonSQS; Status Code: 400; "
        r"Error Code: AWS\.SimpleQueueService\.NonExistentQueue; Request ID: \S+; Proxy: null\)",
        cause,
    )


async def test_a_message_for_subscribers_may_be_json(runner: asyncio.Runner, aws: Caller) -> None:
    url = await queue(aws)
    topic = (await aws.call("aws-sdk:sns:createTopic", {"Name": "news"}))["TopicArn"]
    subscription = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:eu-west-1:123456789012:orders"}
    await aws.call("aws-sdk:sns:subscribe", subscription)
    await aws.call("sns:publish", {"TopicArn": topic, "Subject": "Hot", "Message": {"pizza": 1}})
    (news,) = received(aws, url)
    assert (news["Subject"], json.loads(news["Message"])) == ("Hot", {"pizza": 1})


async def test_items_of_dynamodb_are_written_read_changed_and_deleted(runner: asyncio.Runner, aws: Caller) -> None:
    from .test_sdk import ORDERS

    await aws.call("aws-sdk:dynamodb:createTable", ORDERS)
    key = {"TableName": "orders", "Key": {"id": {"S": "1"}}}
    item = {"id": {"S": "1"}, "paid": {"BOOL": False}}
    assert without_exchange(await aws.call("dynamodb:putItem", {"TableName": "orders", "Item": item})) == {}
    change = {"UpdateExpression": "SET paid = :p", "ExpressionAttributeValues": {":p": {"BOOL": True}}}
    await aws.call("dynamodb:updateItem", key | change)
    assert without_exchange(await aws.call("dynamodb:getItem", key)) == {"Item": item | {"paid": {"BOOL": True}}}
    await aws.call("dynamodb:deleteItem", key)
    assert without_exchange(await aws.call("dynamodb:getItem", key)) == {}


async def test_dynamodbs_errors_have_its_own_prefix(runner: asyncio.Runner, aws: Caller) -> None:
    given = {"TableName": "none", "Key": {"id": {"S": "1"}}}
    error, cause = await aws.failure("dynamodb:getItem", given)
    assert error == "DynamoDB.ResourceNotFoundException"
    assert re.fullmatch(
        r"Requested resource not found \(Service: AmazonDynamoDBv2; Status Code: 400; "
        r"Error Code: ResourceNotFoundException; Request ID: \w+; Proxy: null\)",
        cause,
    )


async def test_an_error_that_is_not_in_the_model_has_the_services_name(runner: asyncio.Runner, aws: Caller) -> None:
    from .test_sdk import ORDERS

    await aws.call("aws-sdk:dynamodb:createTable", ORDERS)
    error, cause = await aws.failure("dynamodb:getItem", {"TableName": "orders", "Key": {"wrong": {"S": "1"}}})
    assert error == "DynamoDB.AmazonDynamoDBException"
    assert "Error Code: ValidationException;" in cause


async def test_an_event_tells_of_its_execution_and_machine(runner: asyncio.Runner, aws: Caller) -> None:
    url = await queue(aws)
    rule = {"Name": "all", "EventPattern": json.dumps({"source": ["pizzeria"]})}
    await aws.call("aws-sdk:eventbridge:putRule", rule)
    target = {"Id": "1", "Arn": "arn:aws:sqs:eu-west-1:123456789012:orders"}
    await aws.call("aws-sdk:eventbridge:putTargets", {"Rule": "all", "Targets": [target]})
    entry = {"Source": "pizzeria", "DetailType": "Ordered", "Detail": {"pizza": 1}, "Resources": ["arn:own"]}
    answer = await aws.call("events:putEvents", {"Entries": [entry]})
    assert (answer["FailedEntryCount"], len(answer["Entries"])) == (0, 1)
    (event,) = received(aws, url)
    assert event["detail"] == {"pizza": 1}
    assert event["resources"] == ["arn:own", EXECUTION, MACHINE]


async def test_an_event_that_is_not_taken_fails_the_task(runner: asyncio.Runner, aws: Caller) -> None:
    error, cause = await aws.failure("events:putEvents", {"Entries": [{"DetailType": "Ordered", "Detail": {}}]})
    assert error == "EventBridge.FailedEntry"
    assert json.loads(cause)["FailedEntryCount"] == 1


async def test_the_token_of_a_task_goes_out_with_the_message(runner: asyncio.Runner, aws: Caller) -> None:
    url = await queue(aws)
    await aws.call("sqs:sendMessage.waitForTaskToken", {"QueueUrl": url, "MessageBody": {"token": "t"}})
    assert received(aws, url) == [{"token": "t"}]


async def test_emr_is_asked_in_its_own_words(runner: asyncio.Runner, aws: Caller) -> None:
    group = {"Name": "core", "InstanceRole": "MASTER", "InstanceType": "m", "InstanceCount": 1}
    instances = {"KeepJobFlowAliveWhenNoSteps": True, "InstanceGroups": [group]}
    cluster = {"Name": "c", "ReleaseLabel": "emr-6.2.0", "Instances": instances}
    created = await aws.call("elasticmapreduce:createCluster", cluster)
    id = {"ClusterId": created["ClusterId"]}
    step = {"Name": "s", "HadoopJarStep": {"Jar": "command-runner.jar"}}
    assert list(without_exchange(await aws.call("elasticmapreduce:addStep", id | {"Step": step}))) == ["StepId"]
    await aws.call("elasticmapreduce:setClusterTerminationProtection", id | {"TerminationProtected": False})
    grown = {"InstanceGroupName": "core", "InstanceGroup": {"InstanceCount": 3}}
    await aws.call("elasticmapreduce:modifyInstanceGroupByName", id | grown)
    (changed,) = aws.client("emr").list_instance_groups(ClusterId=created["ClusterId"])["InstanceGroups"]
    assert changed["RequestedInstanceCount"] == 3
    await aws.call("elasticmapreduce:terminateCluster", id)
    state = aws.client("emr").describe_cluster(ClusterId=created["ClusterId"])["Cluster"]["Status"]["State"]
    assert state == "TERMINATED"


@pytest.mark.parametrize(
    ("resource", "given", "fault"),
    [
        ("sqs:sendMessage", [], "The value for the field 'Parameters' must be an OBJECT"),
        ("events:putEvents", {"Entries": {}}, "The value for the field 'Entries' must be an ARRAY"),
        ("events:putEvents", {"Entries": ["x"]}, "The value for the field 'Entries' must be an OBJECT"),
        ("batch:submitJob.sync", {"JobName": "j", "Tags": []}, "The value for the field 'Tags' must be an OBJECT"),
        ("sagemaker:createTrainingJob", {"Tags": {}}, "The value for the field 'Tags' must be an ARRAY"),
        ("glue:startJobRun", {"JobNames": "j"}, "The field 'JobNames' is not supported by Step Functions"),
    ],
)
async def test_parameters_of_another_kind_are_refused_before_anything_is_started(
    runner: asyncio.Runner, rude: Rude, resource: str, given: Any, fault: str
) -> None:
    error, cause = await Caller(rude.url).failure(resource, given)
    assert (error, cause) == (
        "States.Runtime",
        f"The Parameters '{json.dumps(given)}' could not be used to start the Task: [{fault}]",
    )


async def test_a_model_is_asked_in_json_and_answers_so(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(200, '{"completion": "Ciao"}')]
    rude.headers = {"Content-Type": "application/json"}
    given = {"ModelId": "cohere.command", "Body": {"prompt": "Hello"}, "ContentType": "application/json"}
    answer = await Caller(rude.url).call("bedrock:invokeModel", given)
    assert without_exchange(answer) == {"Body": {"completion": "Ciao"}, "ContentType": "application/json"}
    assert (rude.seen[0].path, json.loads(rude.seen[0].body)) == ("/model/cohere.command/invoke", {"prompt": "Hello"})


@pytest.mark.parametrize(
    "resource", ["elasticmapreduce:createCluster", "elasticmapreduce:addStep", "elasticmapreduce:cancelStep"]
)
async def test_an_answer_that_lacks_everything_is_an_empty_one(
    runner: asyncio.Runner, rude: Rude, resource: str
) -> None:
    assert without_exchange(await Caller(rude.url).call(resource, {})) == {}
