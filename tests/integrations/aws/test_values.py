"""Values on their way from a state to a service and back."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from stepwell.integrations.aws import models
from stepwell.integrations.aws.models import capital, java_member
from stepwell.integrations.aws.values import Unsuitable, as_text, from_answer, iso, milliseconds, to_request


def shape(service: str, action: str, answer: bool = False) -> Any:
    operation = models.operation(service, action)
    assert operation is not None
    return operation.output_shape if answer else operation.input_shape


def test_members_go_by_the_apis_own_names_whatever_their_capitals() -> None:
    given = {"Cluster": "c", "Tasks": ["t"], "Include": ["TAGS"]}
    assert to_request(shape("ecs", "describeTasks"), given, capital) == {
        "cluster": "c",
        "tasks": ["t"],
        "include": ["TAGS"],
    }


def test_keys_of_maps_are_nobodys_to_change() -> None:
    given = {"TableName": "t", "Key": {"id": {"S": "1"}, "Bool": {"Bool": True}}}
    assert to_request(shape("dynamodb", "getItem"), given, java_member) == {
        "TableName": "t",
        "Key": {"id": {"S": "1"}, "Bool": {"BOOL": True}},
    }


def test_what_is_null_is_left_out() -> None:
    assert to_request(shape("sqs", "sendMessage"), {"QueueUrl": "q", "DelaySeconds": None}, capital) == {
        "QueueUrl": "q"
    }


@pytest.mark.parametrize(
    ("body", "written"), [("text", b"text"), ({"a": [1, True]}, b'{"a":[1,true]}'), ("ü", "ü".encode()), (7, b"7")]
)
def test_bytes_are_given_as_text_or_as_json(body: Any, written: bytes) -> None:
    given = {"Bucket": "b", "Key": "k", "Body": body}
    assert to_request(shape("s3", "putObject"), given, java_member)["Body"] == written


def test_a_whole_number_may_come_from_an_expression_that_reckons_with_floats() -> None:
    assert to_request(shape("sqs", "sendMessage"), {"DelaySeconds": 5.0}, capital) == {"DelaySeconds": 5}


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(Unsuitable) as fault:
        to_request(shape("dynamodb", "getItem"), {"tableName": "t", "Key": {"id": {"N": 1}}, "Limits": 1}, capital)
    assert str(fault.value) == (
        "The field 'tableName' is not supported by Step Functions; did you mean 'TableName'?, "
        "The value for the field 'N' must be a STRING, "
        "The field 'Limits' is not supported by Step Functions"
    )


def test_an_answer_has_capitals_texts_for_bytes_and_no_members_that_are_not_there() -> None:
    answer = {"ciphertextBlob": b"x", "CiphertextBlob": b"\xff\x00", "KeyId": "k", "EncryptionAlgorithm": None}
    assert from_answer(shape("kms", "encrypt", answer=True), answer, java_member, iso) == {
        "CiphertextBlob": "/wA=",
        "KeyId": "k",
    }


def test_bytes_that_are_no_text_are_base64() -> None:
    assert (as_text("ü".encode()), as_text(b"\xff")) == ("ü", "/w==")


def test_times_are_texts_for_the_sdk_and_milliseconds_for_optimized_integrations() -> None:
    moment = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone(timedelta(hours=1)))
    assert iso(moment) == "2026-03-01T11:00:00Z"
    assert iso(moment + timedelta(milliseconds=5)) == "2026-03-01T11:00:00.005Z"
    assert iso(moment + timedelta(microseconds=5)) == "2026-03-01T11:00:00.000005Z"
    assert milliseconds(datetime(1970, 1, 1, 0, 0, 1, 5000, tzinfo=UTC)) == 1005
