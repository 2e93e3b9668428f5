"""The protocol itself: what a request must look like, and what every answer looks like."""

import json
import re

import httpx
import pytest

from stepwell.api.operations import OPERATIONS

SERIALIZATION = "com.amazon.coral.service#SerializationException"
VALIDATION = "com.amazon.coral.validate#ValidationException"


def test_an_answer_is_aws_json_with_a_request_id(server):
    answer = server.post("ListStateMachines", {})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-amz-json-1.0")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer.headers["x-amzn-requestid"])


def test_absent_members_are_left_out(server):
    assert server.post("ListActivities", {}).json() == {"activities": []}


def test_an_error_names_its_type_behind_a_hash(server):
    answer = server.post("DescribeStateMachine", {"stateMachineArn": "nonsense"})
    assert answer.status_code == 400
    assert answer.json() == {
        "__type": "com.amazonaws.swf.service.v2.model#InvalidArn",
        "message": "Invalid Arn: 'Invalid ARN prefix: nonsense'",
    }


@pytest.mark.parametrize("target", ["", "AWSStepFunctions.Nonsense", "ListStateMachines", "DynamoDB.ListTables"])
def test_an_unknown_target_is_an_unknown_operation(server, target):
    answer = httpx.post(server.url, content="{}", headers={"X-Amz-Target": target})
    assert answer.status_code == 400
    assert answer.json()["__type"] == "com.amazon.coral.service#UnknownOperationException"
    assert repr(target) in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"name": NaN}',
        b'{"maxResults": 1e400}',
        b'{"nextToken": "\\ud800"}',
        b'{"nextToken": "\xff\xfe"}',
        b'{"nextToken": "a\nb"}',
        b'{"a": ' * 5000 + b"1" + b"}" * 5000,
        b"[" * 100_000,
        b"{} {}",
    ],
    ids=["empty", "cut", "word", "NaN", "1e400", "surrogate", "not UTF-8", "control", "deep", "open", "two"],
)
def test_a_body_that_is_not_json_is_a_serialization_error(server, body):
    answer = server.post("ListStateMachines", body)
    assert (answer.status_code, answer.json()["__type"]) == (400, SERIALIZATION)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[]", "START_ARRAY can not be converted to a structure"),
        ('"text"', "STRING_VALUE can not be converted to a structure"),
        ("null", "NULL_VALUE can not be converted to a structure"),
        ('{"name": 7}', "NUMBER_VALUE can not be converted to a String (member 'name')"),
        ('{"name": true}', "TRUE_VALUE can not be converted to a String (member 'name')"),
        ('{"name": "a", "tags": {}}', "START_OBJECT can not be converted to a list (member 'tags')"),
        (
            '{"name": "a", "tags": [{"key": []}]}',
            "START_ARRAY can not be converted to a String (member 'tags.1.member.key')",
        ),
        (
            '{"name": "a", "colour": "blue"}',
            "Unknown member 'colour'. There are: name, tags, encryptionConfiguration",
        ),
    ],
)
def test_a_body_of_the_wrong_shape_says_where(server, body, message):
    answer = server.post("CreateActivity", body)
    assert answer.status_code == 400
    assert answer.json() == {"__type": SERIALIZATION, "message": message}


def test_null_counts_as_absent(server):
    answer = server.post("CreateActivity", {"name": None})
    assert answer.json() == {
        "__type": VALIDATION,
        "message": "1 validation error detected: Value null at 'name' failed to satisfy constraint: "
        "Member must not be null",
    }
    assert server.post("ListActivities", {"maxResults": None}).status_code == 200


def test_a_body_above_the_limit_is_not_read(serve):
    server = serve(request_limit=1000)
    answer = server.post("StartExecution", {"stateMachineArn": "a", "input": "x" * 1000})
    assert answer.status_code == 413
    assert answer.json() == {
        "__type": "com.amazon.coral.service#RequestEntityTooLarge",
        "message": "The request has more than 1000 bytes.",
    }


def test_a_body_above_the_limit_is_refused_when_it_comes_in_pieces(serve):
    server = serve(request_limit=1000)
    pieces = (b" " * 100 for _ in range(20))
    answer = httpx.post(server.url, content=pieces, headers={"X-Amz-Target": "AWSStepFunctions.ListStateMachines"})
    assert answer.status_code == 413


def test_the_region_is_that_of_the_signature(server):
    here, there = server.client("eu-central-1"), server.client("us-west-2")
    arn = here.create_activity(name="regional")["activityArn"]
    assert arn == "arn:aws:states:eu-central-1:123456789012:activity:regional"
    assert [a["activityArn"] for a in here.list_activities()["activities"]] == [arn]
    assert there.list_activities()["activities"] == []


def test_an_unsigned_request_is_for_the_default_region(serve):
    server = serve(region="ap-south-1")
    answer = server.post("CreateActivity", {"name": "unsigned"})
    assert answer.json()["activityArn"] == "arn:aws:states:ap-south-1:123456789012:activity:unsigned"


@pytest.mark.parametrize("garbled", ["nonsense", "AWS4-HMAC-SHA256 Credential=x/y", "AWS4-HMAC-SHA256 Credential=//"])
def test_a_garbled_signature_does_no_harm(server, garbled):
    assert server.post("ListActivities", {}, Authorization=garbled).status_code == 200


def test_an_unexpected_error_is_an_internal_failure_that_tells_nothing(server, monkeypatch, caplog):
    async def broken(call, request):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(OPERATIONS["ListStateMachines"], "serve", broken)
    answer = server.post("ListStateMachines", {})
    assert answer.status_code == 500
    assert answer.json() == {
        "__type": "com.amazon.coral.service#InternalFailure",
        "message": "An internal error occurred. The server's log has the reason.",
    }
    assert "secret detail" in caplog.text


def test_the_server_greets_a_browser_and_answers_probes(server):
    assert server.url in httpx.get(server.url).text
    assert httpx.get(f"{server.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{server.url}/nowhere").status_code == 404


def test_metrics_count_requests_by_operation_and_error(serve):
    server = serve()
    server.post("ListStateMachines", {})
    server.post("DescribeActivity", {"activityArn": "nonsense"})
    server.post("Nonsense", {})
    lines = httpx.get(f"{server.url}/metrics").text.splitlines()
    assert [line for line in lines if line.startswith("stepwell_api_requests_total")] == [
        'stepwell_api_requests_total{error="",operation="ListStateMachines"} 1.0',
        'stepwell_api_requests_total{error="InvalidArn",operation="DescribeActivity"} 1.0',
        'stepwell_api_requests_total{error="UnknownOperationException",operation=""} 1.0',
    ]


def test_timestamps_are_seconds_with_a_fraction(server):
    created = server.post("CreateActivity", {"name": "dated"}).text
    assert re.search(r'"creationDate":\d{10}(\.\d{1,3})?[,}]', created)
    assert isinstance(json.loads(created)["creationDate"], float)
