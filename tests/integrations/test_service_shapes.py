"""Mocks held against the services' API models: what is required, what fits, and what nobody checks."""

import sys
from typing import Any

import pytest

from stepwell.integrations import service_shapes
from stepwell.integrations.aws import models
from stepwell.integrations.aws.models import NoModels
from stepwell.integrations.service_shapes import mismatch


def of(call: str, result: Any, mode: service_shapes.Mode = "STRICT") -> str | None:
    return mismatch(f"arn:aws:states:::{call}", result, mode)


@pytest.mark.parametrize(
    ("call", "result", "problem"),
    [
        ("aws-sdk:sqs:getQueueUrl", {"QueueUrl": 1}, "Field 'QueueUrl' must be a string"),
        ("sns:publish", {"MessageId": None}, "Field 'MessageId' must be a string"),
        ("aws-sdk:s3:headObject", {"LastModified": 1}, "Field 'LastModified' must be a string"),
        ("aws-sdk:s3:headObject", {"ContentLength": True}, "Field 'ContentLength' must be a number"),
        ("aws-sdk:s3:headObject", {"DeleteMarker": 1}, "Field 'DeleteMarker' must be a boolean"),
        ("aws-sdk:s3:headObject", {"Metadata": []}, "Field 'Metadata' must be an object"),
        ("aws-sdk:s3:headObject", {"Metadata": {"color": 1}}, "Field 'color' must be a string"),
        ("dynamodb:getItem", {"Item": {"id": "x"}}, "Field 'id' must be an object"),
        ("dynamodb:getItem", {"Item": {"id": {"S": 1}}}, "Field 'S' must be a string"),
        ("aws-sdk:sfn:listActivities", {"Activities": [{"Name": "a"}]}, "Required field 'ActivityArn' is missing"),
        ("aws-sdk:kms:decrypt", {"Plaintext": "x" * 4097}, "Field 'Plaintext' exceeds the maximum length"),
        ("aws-sdk:kms:decrypt", {"KeyId": ""}, "Field 'KeyId' is smaller than the minimum length"),
        (
            "aws-sdk:kms:decrypt",
            {"EncryptionAlgorithm": "ROT13"},
            "Field 'EncryptionAlgorithm' is not an expected value",
        ),
        ("aws-sdk:lambda:getFunctionConfiguration", {"Timeout": 0}, "Field 'Timeout' is less than the minimum value"),
        ("sqs:sendMessage", "done", "The result must be an object"),
    ],
)
def test_the_first_fault_is_told(call: str, result: Any, problem: str) -> None:
    assert of(call, result) == problem


def test_only_strict_asks_for_what_is_required() -> None:
    assert of("aws-sdk:sfn:createActivity", {}, "STRICT") == "Required field 'ActivityArn' is missing"
    assert of("aws-sdk:sfn:createActivity", {}, "PRESENT") is None
    assert of("aws-sdk:sfn:createActivity", {"ActivityArn": 1}, "PRESENT") == "Field 'ActivityArn' must be a string"


def test_foreign_members_are_nobodys_business() -> None:
    assert of("sqs:sendMessage", {"sdkHttpMetadata": 1, "MessageId": "m"}) is None


def test_an_optimized_integration_reads_the_json_in_the_answer() -> None:
    assert of("lambda:invoke", {"Payload": {"any": 1}}) is None
    assert of("aws-sdk:lambda:invoke", {"Payload": {"any": 1}}) == "Field 'Payload' must be a string"


def test_a_job_is_held_against_the_operation_that_asks_how_it_is() -> None:
    assert of("glue:startJobRun.sync", {"JobRun": {"Attempt": "1"}}) == "Field 'Attempt' must be a number"
    whole = {
        "ExecutionArn": "e",
        "StateMachineArn": "m",
        "Status": "SUCCEEDED",
        "StartDate": "now",
        "Output": {"any": 1},
    }
    assert of("states:startExecution.sync:2", whole) is None
    assert of("states:startExecution.sync", whole) == "Field 'Output' must be a string"


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "arn:aws:states:::http:invoke",
        "arn:aws:states:::apigateway:invoke",
        "arn:aws:states:::eks:runJob.sync",
        "arn:aws:states:::aws-sdk:noservice:getThing",
        "arn:aws:states:::aws-sdk:s3:getThing",
        "arn:aws:states:us-east-1:123456789012:activity:a",
        "arn:aws:lambda:us-east-1:123456789012:function:f",
    ],
)
def test_what_nobody_can_know_is_not_checked(resource: str) -> None:
    assert mismatch(resource, "anything", "STRICT") is None


def test_without_the_models_nothing_can_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore.loaders", None)
    models.model.cache_clear()
    with pytest.raises(NoModels, match="botocore"):
        of("sqs:sendMessage", {})
