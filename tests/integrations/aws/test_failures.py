"""Services that are down, slow, overloaded or confused: what a task sees of them, and what nobody else does."""

import asyncio
import json
import re
import socket
from pathlib import Path

import pytest

from .caller import Caller
from .rude import Rude

SEND = {"QueueUrl": "http://q/1/q", "MessageBody": "x"}
THROTTLED = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"})


async def test_a_service_that_is_down_is_a_client_exception(runner: asyncio.Runner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    down = Caller(f"http://127.0.0.1:{port}", attempts=1)
    error, cause = await down.failure("aws-sdk:sqs:listQueues", {})
    assert error == "Sqs.SdkClientException"
    assert cause == (
        "Unable to execute HTTP request: Could not connect to the endpoint URL: "
        f'"http://127.0.0.1:{port}/" (SDK Attempt Count: 1)'
    )
    error, cause = await down.failure("dynamodb:getItem", {"TableName": "t", "Key": {}})
    assert error == "DynamoDB.SdkClientException"
    assert cause.startswith("Unable to execute HTTP request: Could not connect")


async def test_a_service_that_does_not_answer_in_time_is_given_up(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [None]
    error, cause = await Caller(rude.url, attempts=1, read_timeout=0.05).failure("aws-sdk:sqs:listQueues", {})
    assert error == "Sqs.SdkClientException"
    assert cause.startswith("Unable to execute HTTP request: Read timeout on endpoint URL")


async def test_the_sdk_tries_again_when_it_is_throttled_and_says_how_often(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(400, THROTTLED)]
    error, cause = await Caller(rude.url, attempts=2).failure("aws-sdk:dynamodb:listTables", {})
    assert error == "DynamoDb.ThrottlingException"
    assert cause == ("Rate exceeded (Service: DynamoDb, Status Code: 400, Request ID: r-1) (SDK Attempt Count: 2)")
    assert len(rude.seen) == 2


async def test_a_fault_that_passes_is_not_seen_by_the_task(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(503, "busy"), (200, '{"TableNames": ["t"]}')]
    assert await Caller(rude.url).call("aws-sdk:dynamodb:listTables", {}) == {"TableNames": ["t"]}


@pytest.mark.parametrize("rubbish", ["<html>hello</html>", "nothing of the kind", '["a"]'])
async def test_an_answer_that_is_no_json_is_no_empty_answer(runner: asyncio.Runner, rude: Rude, rubbish: str) -> None:
    rude.answers = [(200, rubbish)]
    error, cause = await Caller(rude.url).failure("sqs:sendMessage", SEND)
    assert (error, cause) == ("SQS.SdkClientException", "Unable to unmarshall response (the answer is no JSON)")


async def test_an_answer_that_is_no_xml_is_told_too(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(200, "hello")]
    error, cause = await Caller(rude.url).failure("aws-sdk:sns:listTopics", {})
    assert error == "Sns.SdkClientException"
    assert cause.startswith("Unable to unmarshall response (Unable to parse response")


@pytest.mark.parametrize(
    ("resource", "given", "error", "why"),
    [
        ("aws-sdk:s3:getObject", {"Bucket": "orders", "Key": "1"}, "S3.SdkClientException", "12 read, but total bytes"),
        ("aws-sdk:dynamodb:listTables", {}, "DynamoDb.SdkClientException", "the answer is no JSON"),
        ("apigateway:invoke", {"ApiEndpoint": "a", "Method": "GET"}, "ApiGateway.HTTPClientError", "1 bytes before"),
    ],
)
async def test_half_an_answer_is_none(
    runner: asyncio.Runner, rude: Rude, resource: str, given: object, error: str, why: str
) -> None:
    rude.answers, rude.breaks_off = [(200, '{"half": "of')], True
    failed, cause = await Caller(rude.url, attempts=1).failure(resource, given)
    assert failed == error
    assert why in cause


async def test_a_fault_without_any_words_still_has_a_name(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(500, "")]
    error, cause = await Caller(rude.url, attempts=1).failure("glue:startJobRun", {"JobName": "j"})
    assert error == "Glue.AWSGlueException"
    assert re.search(r"\(Service: AWSGlue; Status Code: 500; Error Code: 500; Request ID: r-1; Proxy: null\)", cause)


async def test_without_credentials_nothing_is_sent(
    runner: asyncio.Runner, rude: Rude, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    error, cause = await Caller(rude.url).failure("aws-sdk:sqs:listQueues", {})
    assert (error, cause) == (
        "Sqs.SdkClientException",
        "Unable to load credentials: Unable to locate credentials (SDK Attempt Count: 1)",
    )
    assert rude.seen == []


async def test_a_profile_that_is_not_there_is_told_by_its_name(runner: asyncio.Runner, rude: Rude) -> None:
    error, cause = await Caller(rude.url, profile="nobody").failure("aws-sdk:sqs:listQueues", {})
    assert error == "Sqs.SdkClientException"
    assert cause.startswith("Unable to load credentials: The config profile (nobody) could not be found")


async def test_a_role_that_may_not_be_assumed_fails_the_task(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [
        (403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>")
    ]
    error, cause = await Caller(rude.url).failure("sqs:sendMessage", SEND, credentials="arn:aws:iam::1:role/r")
    assert error == "States.TaskFailed"
    assert cause.startswith("The task state's role, arn:aws:iam::1:role/r, could not be assumed: ")
    assert "ExternalId=arn%3Aaws%3Astates" in rude.seen[0].body


async def test_sts_in_trouble_is_trouble_that_passes(runner: asyncio.Runner, rude: Rude) -> None:
    busy = "<Error><Code>ServiceUnavailable</Code><Message>busy</Message></Error>"
    rude.answers = [(503, f"<ErrorResponse>{busy}</ErrorResponse>")]
    aws, role = Caller(rude.url, attempts=1), "arn:aws:iam::1:role/r"
    error, cause = await aws.failure("sqs:sendMessage", SEND, credentials=role)
    assert (error, "Status Code: 503" in cause) == ("SQS.AmazonSQSException", True)
    run = aws.call_of("glue:startJobRun.sync", {"JobName": "j"}, credentials=role)
    glue = aws.integrations.find("glue")
    assert glue is not None
    assert await glue.poll(run, '{"JobRunId": "jr_1"}') is None


async def test_credentials_that_come_later_are_found(
    runner: asyncio.Runner, rude: Rude, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    file = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    aws = Caller(rude.url)
    assert (await aws.failure("aws-sdk:dynamodb:listTables", {}))[0] == "DynamoDb.SdkClientException"
    file.write_text("[default]\naws_access_key_id = later\naws_secret_access_key = later\n")
    assert await aws.call("aws-sdk:dynamodb:listTables", {}) == {}
    assert "Credential=later/" in rude.seen[0].headers["Authorization"]


async def test_services_that_hang_take_no_threads_of_others(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [None, (200, "{}")]
    aws = Caller(rude.url, threads=1)
    hanging = asyncio.ensure_future(aws.call("sqs:sendMessage", SEND))
    assert await asyncio.to_thread(rude.busy.acquire, timeout=5)
    assert await aws.call("aws-sdk:dynamodb:listTables", {}) == {}
    assert not hanging.done()
    rude.release()
    await hanging
