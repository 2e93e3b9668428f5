"""State machines: what creating, describing, listing, updating and deleting them promises."""

import json

import pytest

from .live import PASS, ROLE, WAIT, refused

OTHER = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
LOG_GROUP = {"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:a:*"}}


def arn_of(name):
    return f"arn:aws:states:us-east-1:123456789012:stateMachine:{name}"


def without_metadata(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_a_new_machine_is_described_with_all_its_defaults(client):
    made = client.create_state_machine(name="fresh", definition=PASS, roleArn=ROLE)
    assert made["stateMachineArn"] == arn_of("fresh")
    assert without_metadata(client.describe_state_machine(stateMachineArn=made["stateMachineArn"])) == {
        "stateMachineArn": arn_of("fresh"),
        "name": "fresh",
        "status": "ACTIVE",
        "type": "STANDARD",
        "definition": PASS,
        "roleArn": ROLE,
        "creationDate": made["creationDate"],
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
        "tracingConfiguration": {"enabled": False},
        "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
    }


def test_the_variables_that_states_read_are_told(client, create):
    reading = {"Type": "Pass", "InputPath": "$b", "OutputPath": "$a", "End": True}
    arn = create(json.dumps({"StartAt": "X", "States": {"X": reading}}))
    assert client.describe_state_machine(stateMachineArn=arn)["variableReferences"] == {"X": ["a", "b"]}
    execution = client.start_execution(stateMachineArn=arn)["executionArn"]
    # And told anew when the definition changes, but not for an execution of the old one
    client.update_state_machine(stateMachineArn=arn, definition=PASS)
    assert "variableReferences" not in client.describe_state_machine(stateMachineArn=arn)
    described = client.describe_state_machine_for_execution(executionArn=execution)
    assert described["variableReferences"] == {"X": ["a", "b"]}
    # Another change keeps them
    client.update_state_machine(stateMachineArn=arn, definition=described["definition"])
    client.update_state_machine(stateMachineArn=arn, roleArn=ROLE + "-2")
    assert client.describe_state_machine(stateMachineArn=arn)["variableReferences"] == {"X": ["a", "b"]}


def test_metadata_only_gives_an_empty_definition(client, create):
    described = client.describe_state_machine(stateMachineArn=create(), includedData="METADATA_ONLY")
    assert described["definition"] == "{}"


def test_creating_the_same_machine_again_gives_the_first_one(client):
    first = client.create_state_machine(name="twice", definition=PASS, roleArn=ROLE)
    again = client.create_state_machine(
        name="twice", definition=PASS, roleArn=ROLE + "-2", tags=[{"key": "k", "value": "v"}]
    )
    assert without_metadata(again) == without_metadata(first)
    # Then role and tags of the second request were not taken over
    assert client.describe_state_machine(stateMachineArn=first["stateMachineArn"])["roleArn"] == ROLE
    assert client.list_tags_for_resource(resourceArn=first["stateMachineArn"])["tags"] == []


@pytest.mark.parametrize(
    "difference",
    [
        {"definition": OTHER},
        {"type": "EXPRESS"},
        {"tracingConfiguration": {"enabled": True}},
        {"loggingConfiguration": {"level": "ALL", "destinations": [LOG_GROUP]}},
        {"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"}},
    ],
    ids=lambda difference: next(iter(difference)),
)
def test_creating_another_machine_under_a_name_in_use_is_refused(client, difference):
    client.create_state_machine(name="taken", definition=PASS, roleArn=ROLE)
    with refused("StateMachineAlreadyExists", f"State Machine Already Exists: '{arn_of('taken')}'"):
        client.create_state_machine(**{"name": "taken", "definition": PASS, "roleArn": ROLE, **difference})


@pytest.mark.parametrize("name", ["a b", "a/b", "a:b", "a*b", "a\u007fb", "a<b", "a{b", "a\nb", "a\ufffeb"])
def test_a_name_with_a_forbidden_character_is_refused(client, name):
    with refused("InvalidName", f"Invalid Name: '{name}'"):
        client.create_state_machine(name=name, definition=PASS, roleArn=ROLE)


@pytest.mark.parametrize("name", ["state.machine", "ünïcode", "a" * 80, "a-b_c", "(a)"])
def test_any_other_name_is_taken(client, name):
    made = client.create_state_machine(name=name, definition=PASS, roleArn=ROLE)
    assert made["stateMachineArn"] == arn_of(name)


def test_an_invalid_definition_is_refused(client):
    with refused("InvalidDefinition"):
        client.create_state_machine(name="broken", definition='{"StartAt": "a"}', roleArn=ROLE)
    with refused("StateMachineDoesNotExist"):
        client.describe_state_machine(stateMachineArn=arn_of("broken"))


def test_a_definition_above_the_limit_is_refused(client):
    with refused(
        "ValidationException",
        "1 validation error detected: Value at 'definition' failed to satisfy constraint: "
        "Member must have length less than or equal to 1048576",
    ):
        client.create_state_machine(name="big", definition=PASS + " " * 1048576, roleArn=ROLE)


def test_a_role_must_be_an_arn(client):
    with refused("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: me'"):
        client.create_state_machine(name="role", definition=PASS, roleArn="me")


def test_logging_needs_exactly_one_destination(client):
    text = "Invalid Logging Configuration: Must specify exactly one Log Destination."
    for logging in ({"level": "ALL"}, {"level": "ALL", "destinations": [LOG_GROUP, LOG_GROUP]}):
        with refused("InvalidLoggingConfiguration", text):
            client.create_state_machine(name="log", definition=PASS, roleArn=ROLE, loggingConfiguration=logging)


def test_an_empty_logging_configuration_is_logging_off(client, create):
    described = client.describe_state_machine(stateMachineArn=create(loggingConfiguration={}))
    assert described["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False}


def test_a_version_description_needs_publish(client):
    with refused("ValidationException", "Version description can only be set when publish is true"):
        client.create_state_machine(name="v", definition=PASS, roleArn=ROLE, versionDescription="one")


def test_an_update_makes_a_revision_and_keeps_what_is_not_given(client, create):
    arn = create()
    created = client.describe_state_machine(stateMachineArn=arn)
    updated = client.update_state_machine(stateMachineArn=arn, roleArn=ROLE + "-2")
    described = client.describe_state_machine(stateMachineArn=arn)
    assert without_metadata(described) == {
        **without_metadata(created),
        "roleArn": ROLE + "-2",
        "revisionId": updated["revisionId"],
    }
    # And another one makes another revision
    again = client.update_state_machine(stateMachineArn=arn, definition=OTHER)
    assert again["revisionId"] != updated["revisionId"]
    assert again["updateDate"] >= updated["updateDate"]
    assert client.describe_state_machine(stateMachineArn=arn)["definition"] == OTHER


def test_an_update_must_change_something(client, create):
    with refused(
        "MissingRequiredParameter",
        "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
    ):
        client.update_state_machine(stateMachineArn=create())


def test_an_update_with_an_invalid_definition_changes_nothing(client, create):
    arn = create()
    with refused("InvalidDefinition"):
        client.update_state_machine(stateMachineArn=arn, definition="{}", roleArn=ROLE + "-2")
    described = client.describe_state_machine(stateMachineArn=arn)
    assert (described["definition"], described["roleArn"]) == (PASS, ROLE)


@pytest.mark.parametrize("arn", [arn_of("nobody"), arn_of("nobody:1")])
def test_what_is_not_there_is_not_found(client, arn):
    for ask in (
        lambda: client.describe_state_machine(stateMachineArn=arn),
        lambda: client.update_state_machine(stateMachineArn=arn, definition=PASS),
        lambda: client.start_execution(stateMachineArn=arn),
        lambda: client.list_executions(stateMachineArn=arn),
    ):
        with refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'"):
            ask()


def test_a_labelled_arn_is_refused(server):
    answer = server.post("DescribeStateMachine", {"stateMachineArn": arn_of("m/Label")})
    assert answer.status_code == 400
    assert answer.json()["__type"].endswith("#ValidationException")
    assert answer.json()["reason"] == "API_DOES_NOT_SUPPORT_LABELED_ARNS"


def test_deleting_is_done_once_no_execution_runs(client, create):
    arn = create()
    client.delete_state_machine(stateMachineArn=arn)
    with refused("StateMachineDoesNotExist"):
        client.describe_state_machine(stateMachineArn=arn)
    # And deleting what is not there succeeds
    client.delete_state_machine(stateMachineArn=arn)


def test_a_machine_with_a_running_execution_is_deleting(client, create):
    arn = create(WAIT)
    client.start_execution(stateMachineArn=arn, name="runs")
    client.delete_state_machine(stateMachineArn=arn)
    # An execution ends at its next transition: this one waits for ten minutes
    assert client.describe_state_machine(stateMachineArn=arn)["status"] == "DELETING"
    text = f"State Machine is being deleted: '{arn}'"
    with refused("StateMachineDeleting", text):
        client.start_execution(stateMachineArn=arn)
    with refused("StateMachineDeleting", text):
        client.create_state_machine(name=arn.rpartition(":")[2], definition=WAIT, roleArn=ROLE)
    with refused("StateMachineDeleting", text):
        client.update_state_machine(stateMachineArn=arn, definition=PASS)


def test_machines_are_listed_page_by_page(serve):
    client = serve().client()
    arns = [
        client.create_state_machine(name=f"m{n:02}", definition=PASS, roleArn=ROLE)["stateMachineArn"] for n in range(7)
    ]
    pages = list(client.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["stateMachines"]) for page in pages] == [3, 3, 1]
    assert [machine["stateMachineArn"] for page in pages for machine in page["stateMachines"]] == arns
    assert client.list_state_machines(maxResults=7).get("nextToken") is None
    assert len(client.list_state_machines(maxResults=0)["stateMachines"]) == 7


def test_a_page_token_is_good_for_its_own_question_only(serve):
    client = serve().client()
    for n in range(2):
        client.create_state_machine(name=f"m{n}", definition=PASS, roleArn=ROLE)
    token = client.list_state_machines(maxResults=1)["nextToken"]
    for wrong in ("nonsense", token[:-1], token[::-1], "é", "="):
        with refused("InvalidToken", "Invalid Token: 'Invalid token'"):
            client.list_state_machines(nextToken=wrong)
    with refused("InvalidToken"):
        client.list_activities(nextToken=token)
