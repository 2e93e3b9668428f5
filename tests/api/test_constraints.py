"""Requests that break the model's constraints are refused in AWS's words."""

import msgspec
import pytest

from stepwell.api.constraints import decode_request
from stepwell.api.shapes import REQUESTS
from stepwell.errors import SerializationException, ValidationException

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:m"


def complaint(operation: str, **members: object) -> str:
    with pytest.raises(ValidationException) as caught:
        decode(operation, **members)
    return caught.value.message


def decode(operation: str, **members: object) -> msgspec.Struct:
    return decode_request(msgspec.json.Decoder(REQUESTS[operation]), msgspec.json.encode(members))


def one(value: str, member: str, rule: str) -> str:
    return f"1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: Member must {rule}"


@pytest.mark.parametrize(
    ("operation", "members", "expected"),
    [
        ("CreateActivity", {"name": ""}, one("''", "name", "have length greater than or equal to 1")),
        (
            "CreateActivity",
            {"name": "n" * 81},
            one(f"'{'n' * 81}'", "name", "have length less than or equal to 80"),
        ),
        ("CreateActivity", {}, one("null", "name", "not be null")),
        (
            "ListStateMachines",
            {"maxResults": 1001},
            one("'1001'", "maxResults", "have value less than or equal to 1000"),
        ),
        (
            "ListStateMachines",
            {"maxResults": -1},
            one("'-1'", "maxResults", "have value greater than or equal to 0"),
        ),
        (
            "ListExecutions",
            {"nextToken": "x" * 3097},
            one(f"'{'x' * 3097}'", "nextToken", "have length less than or equal to 3096"),
        ),
        (
            "ListExecutions",
            {"statusFilter": "DONE"},
            one(
                "'DONE'",
                "statusFilter",
                "satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]",
            ),
        ),
        (
            "CreateStateMachine",
            {"name": "n", "definition": "{}", "roleArn": ARN, "type": "FAST"},
            one("'FAST'", "type", "satisfy enum value set: [EXPRESS, STANDARD]"),
        ),
        (
            "StartExecution",
            {"stateMachineArn": ARN, "traceHeader": "é"},
            one("'é'", "traceHeader", "satisfy regular expression pattern: \\p{ASCII}*"),
        ),
        (
            "CreateStateMachineAlias",
            {"name": "n", "routingConfiguration": [{"stateMachineVersionArn": ARN, "weight": 101}]},
            one("'101'", "routingConfiguration.1.member.weight", "have value less than or equal to 100"),
        ),
    ],
)
def test_a_member_that_breaks_a_constraint_is_named(operation, members, expected):
    assert complaint(operation, **members) == expected


def test_the_value_of_a_secret_member_is_not_repeated():
    assert complaint("SendTaskFailure", taskToken="t", error="e" * 257) == (
        "1 validation error detected: Value at 'error' failed to satisfy constraint: "
        "Member must have length less than or equal to 256"
    )


def test_several_complaints_come_together():
    assert complaint("CreateActivity", name="", encryptionConfiguration={"type": "ROT13"}) == (
        "2 validation errors detected: "
        "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1; "
        "Value 'ROT13' at 'encryptionConfiguration.type' failed to satisfy constraint: "
        "Member must satisfy enum value set: [AWS_OWNED_KEY, CUSTOMER_MANAGED_KMS_KEY]"
    )


def test_a_list_of_structures_is_shown_as_java_shows_it():
    route = {"stateMachineVersionArn": "a", "weight": 50}
    assert complaint("CreateStateMachineAlias", name="n", routingConfiguration=[route] * 3) == one(
        "'[" + ", ".join(["RoutingConfigurationListItem(stateMachineVersionArn=a, weight=50)"] * 3) + "]'",
        "routingConfiguration",
        "have length less than or equal to 2",
    )


def test_a_fraction_is_no_integer():
    with pytest.raises(SerializationException, match="NUMBER_VALUE can not be converted to an Integer"):
        decode("ListStateMachines", maxResults=1.5)


def test_a_valid_request_is_its_type_and_absent_members_are_none():
    request = decode("StartExecution", stateMachineArn=ARN)
    assert request == REQUESTS["StartExecution"](state_machine_arn=ARN)
    assert request.input is None
