"""aws-sdk:SERVICE:ACTION at moto's servers: answers and errors as the AWS SDK for Java has them."""

import asyncio
import json
import re

import pytest

from .caller import Caller
from .rude import Rude

ORDERS = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


async def test_an_object_goes_in_as_json_and_comes_out_as_text(runner: asyncio.Runner, aws: Caller) -> None:
    await aws.call("aws-sdk:s3:createBucket", {"Bucket": "orders", "CreateBucketConfiguration": {
        "LocationConstraint": "eu-west-1"}})  # fmt: skip
    put = await aws.call("aws-sdk:s3:putObject", {"Bucket": "orders", "Key": "1", "Body": {"pizza": "quattro"}})
    assert re.fullmatch(r'"\w{32}"', put["ETag"])
    got = await aws.call("aws-sdk:s3:getObject", {"Bucket": "orders", "Key": "1"})
    assert (got["Body"], got["ContentLength"], got["ETag"]) == ('{"pizza":"quattro"}', 19, put["ETag"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", got["LastModified"])


async def test_of_a_stream_no_more_is_read_than_a_result_may_have(runner: asyncio.Runner, aws: Caller) -> None:
    small = Caller(aws.url, most=100)
    await small.call("aws-sdk:s3:createBucket", {"Bucket": "large", "CreateBucketConfiguration": {
        "LocationConstraint": "eu-west-1"}})  # fmt: skip
    await small.call("aws-sdk:s3:putObject", {"Bucket": "large", "Key": "1", "Body": "x" * 5000})
    assert len((await small.call("aws-sdk:s3:getObject", {"Bucket": "large", "Key": "1"}))["Body"]) == 101


async def test_items_of_dynamodb_keep_their_shape(runner: asyncio.Runner, aws: Caller) -> None:
    await aws.call("aws-sdk:dynamodb:createTable", ORDERS)
    item = {"id": {"S": "1"}, "paid": {"Bool": True}, "note": {"Nul": True}, "lines": {"L": [{"N": "7"}]}}
    await aws.call("aws-sdk:dynamodb:putItem", {"TableName": "orders", "Item": item})
    found = await aws.call(
        "aws-sdk:dynamodb:query",
        {
            "TableName": "orders",
            "KeyConditionExpression": "id = :id",
            "ExpressionAttributeValues": {":id": {"S": "1"}},
        },
    )
    assert found == {"Count": 1, "Items": [item], "ScannedCount": 1}


async def test_secrets_are_told_with_times_as_text(runner: asyncio.Runner, aws: Caller) -> None:
    await aws.call("aws-sdk:secretsmanager:createSecret", {"Name": "door", "SecretString": "sesame"})
    told = await aws.call("aws-sdk:secretsmanager:getSecretValue", {"SecretId": "door"})
    assert (told["Name"], told["SecretString"], told["CreatedDate"][-1]) == ("door", "sesame", "Z")


@pytest.mark.parametrize(
    ("resource", "given", "error", "cause"),
    [
        (
            "aws-sdk:dynamodb:getItem",
            {"TableName": "none", "Key": {"id": {"S": "1"}}},
            "DynamoDb.ResourceNotFoundException",
            r"Requested resource not found \(Service: DynamoDb, Status Code: 400, Request ID: \w+\)"
            r" \(SDK Attempt Count: 1\)",
        ),
        (
            "aws-sdk:s3:getObject",
            {"Bucket": "none", "Key": "1"},
            "S3.NoSuchBucketException",
            r"The specified bucket does not exist \(Service: S3, Status Code: 404, Request ID: \w+\)"
            r" \(SDK Attempt Count: 1\)",
        ),
        (
            "aws-sdk:sqs:getQueueUrl",
            {"QueueName": "none"},
            "Sqs.QueueDoesNotExistException",
            r"The specified queue does not exist\. \(Service: Sqs, Status Code: 400, .*",
        ),
        ("aws-sdk:s3:createBucket", {"Bucket": "orders"}, "S3.S3Exception", r"The unspecified location .*"),
        (
            "aws-sdk:rds:describeDBInstances",
            {"DbInstanceIdentifier": "none"},
            "Rds.DbInstanceNotFoundException",
            r"DBInstance none not found\. \(Service: Rds, Status Code: 404, .*",
        ),
        (
            "aws-sdk:s3:getObject",
            {"Key": "1"},
            "States.Runtime",
            r"The Parameters '\{\"Key\": \"1\"\}' could not be used to start the Task: "
            r"\[The field 'Bucket' is required but was missing\]",
        ),
        (
            "aws-sdk:sqs:listQueues",
            {"Prefix": "a"},
            "States.Runtime",
            r"The Parameters .* \[The field 'Prefix' is not supported by Step Functions\]",
        ),
        (
            "aws-sdk:sqs:noSuchAction",
            {},
            "States.Runtime",
            r"The resource provided arn:aws:states:::aws-sdk:sqs:noSuchAction is not recognized\. .*",
        ),
        ("aws-sdk:nosuch:action", {}, "States.Runtime", r".*aws-sdk:nosuch:action is not recognized\. .*"),
        ("aws-sdk:lambda:invokeWithResponseStream", {}, "States.Runtime", r".* is not recognized\. .*"),
    ],
)
async def test_errors_are_named_as_aws_names_them(
    runner: asyncio.Runner, aws: Caller, resource: str, given: object, error: str, cause: str
) -> None:
    failed, why = await aws.failure(resource, given)
    assert failed == error
    assert re.fullmatch(cause, why), why


async def test_a_call_made_again_is_known_by_its_token(runner: asyncio.Runner, aws: Caller) -> None:
    given = {"Name": "once", "SecretString": "s"}
    first = await aws.call("aws-sdk:secretsmanager:createSecret", given)
    again = await aws.call("aws-sdk:secretsmanager:putSecretValue", {"SecretId": "once", "SecretString": "s"})
    assert first["VersionId"] == again["VersionId"] == aws.call_of("aws-sdk:a:b", {}).identity


async def test_the_region_is_the_executions_or_the_rules(runner: asyncio.Runner, aws: Caller) -> None:
    there = Caller(aws.url, region="us-west-2")
    assert ":eu-west-1:" in (await aws.call("aws-sdk:sns:createTopic", {"Name": "t"}))["TopicArn"]
    assert ":us-west-2:" in (await there.call("aws-sdk:sns:createTopic", {"Name": "t"}))["TopicArn"]


async def test_a_service_that_is_not_at_aws_is_called_by_its_own_name_only(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(200, ""), (200, "{}")]
    here = Caller(rude.url.replace("127.0.0.1", "localhost"))
    await here.call("aws-sdk:s3:putObject", {"Bucket": "orders", "Key": "1", "Body": "x"})
    await here.call("aws-sdk:servicediscovery:discoverInstances", {"NamespaceName": "n", "ServiceName": "s"})
    assert [seen.path for seen in rude.seen] == ["/orders/1", "/"]


async def test_aws_own_environment_says_where_a_service_is(
    runner: asyncio.Runner, aws: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", aws.url)
    plain = Caller(aws.url, endpoint_url=None)
    assert "QueueUrl" in await plain.call("aws-sdk:sqs:createQueue", {"QueueName": "q"})


async def test_a_role_is_assumed_once_and_called_with(runner: asyncio.Runner, aws: Caller) -> None:
    role = "arn:aws:iam::999999999999:role/other"
    for _ in range(2):
        who = await aws.call("aws-sdk:sts:getCallerIdentity", {}, credentials=role)
        assert who["Arn"] == "arn:aws:sts::999999999999:assumed-role/other/stepwell"


async def test_without_botocore_the_task_fails_saying_what_to_install(
    runner: asyncio.Runner, aws: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    from stepwell.integrations.aws import models

    monkeypatch.setitem(sys.modules, "botocore.loaders", None)
    monkeypatch.setitem(sys.modules, "botocore.exceptions", None)
    models.model.cache_clear()
    assert await aws.failure("aws-sdk:sqs:listQueues", {}) == (
        "States.Runtime",
        "botocore, which knows AWS's services, is not installed. Calls of AWS services need the extra `aws`: "
        "pip install 'stepwell[aws]'",
    )


async def test_numbers_and_texts_are_json(runner: asyncio.Runner, aws: Caller) -> None:
    created = await aws.call("aws-sdk:kinesis:createStream", {"StreamName": "s", "ShardCount": 1})
    assert created == {}
    put = {"StreamName": "s", "Data": {"a": 1}, "PartitionKey": "k"}
    assert (await aws.call("aws-sdk:kinesis:putRecord", put))["ShardId"] == "shardId-000000000000"
    shard = {"StreamName": "s", "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = await aws.call("aws-sdk:kinesis:getShardIterator", shard)
    (record,) = (await aws.call("aws-sdk:kinesis:getRecords", iterator))["Records"]
    assert json.loads(record["Data"]) == {"a": 1}
