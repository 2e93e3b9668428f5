"""Versions of state machines: what publishing, describing, listing, starting and deleting them promises."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from .live import PASS, ROLE, WAIT, refused


def returning(text):
    return json.dumps({"StartAt": "Say", "States": {"Say": {"Type": "Pass", "Result": text, "End": True}}})


def without_metadata(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def numbers(client, arn, **members):
    listed = client.list_state_machine_versions(stateMachineArn=arn, **members)["stateMachineVersions"]
    return [int(item["stateMachineVersionArn"].removeprefix(f"{arn}:")) for item in listed]


def ended(client, execution):
    while (described := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
        pass
    return described


def test_a_machine_created_with_publish_has_version_1(client):
    made = client.create_state_machine(name="born", definition=PASS, roleArn=ROLE, publish=True)
    arn = made["stateMachineArn"]
    assert made["stateMachineVersionArn"] == f"{arn}:1"
    assert numbers(client, arn) == [1]


def test_a_machine_created_without_publish_has_no_version(client):
    made = client.create_state_machine(name="bare", definition=PASS, roleArn=ROLE, publish=False)
    assert "stateMachineVersionArn" not in made
    assert numbers(client, made["stateMachineArn"]) == []


def test_a_version_is_described_by_its_own_arn_date_and_description(client):
    made = client.create_state_machine(
        name="told", definition=PASS, roleArn=ROLE, publish=True, versionDescription="the first"
    )
    machine = client.describe_state_machine(stateMachineArn=made["stateMachineArn"])
    assert "description" not in machine
    version = client.describe_state_machine(stateMachineArn=made["stateMachineVersionArn"])
    [listed] = client.list_state_machine_versions(stateMachineArn=made["stateMachineArn"])["stateMachineVersions"]
    assert without_metadata(version) == {
        **without_metadata(machine),
        "stateMachineArn": made["stateMachineVersionArn"],
        "creationDate": listed["creationDate"],
        "description": "the first",
    }


def test_a_version_stays_as_it_was_when_its_machine_is_updated(client, create):
    arn = create(returning("old"), publish=True)
    updated = client.update_state_machine(stateMachineArn=arn, definition=returning("new"), roleArn=ROLE + "-2")
    assert "stateMachineVersionArn" not in updated
    version = client.describe_state_machine(stateMachineArn=f"{arn}:1")
    assert (version["definition"], version["roleArn"]) == (returning("old"), ROLE)
    assert "revisionId" not in version
    # And the version of a later revision tells which
    published = client.publish_state_machine_version(stateMachineArn=arn, description="second")
    assert published["stateMachineVersionArn"] == f"{arn}:2"
    assert client.describe_state_machine(stateMachineArn=f"{arn}:2")["revisionId"] == updated["revisionId"]


def test_creating_the_same_machine_with_publish_again_gives_the_first_version(client):
    asked = {"name": "same", "definition": PASS, "roleArn": ROLE, "publish": True, "versionDescription": "d"}
    first = client.create_state_machine(**asked)
    assert without_metadata(client.create_state_machine(**asked)) == without_metadata(first)
    assert numbers(client, first["stateMachineArn"]) == [1]
    for other in ({**asked, "versionDescription": "e"}, {"name": "same", "definition": PASS, "roleArn": ROLE}):
        with refused("StateMachineAlreadyExists"):
            client.create_state_machine(**other)


def test_one_revision_is_published_once(client, create):
    arn = create()
    first = client.publish_state_machine_version(stateMachineArn=arn, description="one")
    again = client.publish_state_machine_version(stateMachineArn=arn, description="two")
    assert without_metadata(again) == without_metadata(first)
    updated = client.update_state_machine(stateMachineArn=arn, definition=PASS, publish=True)
    # An update that changes nothing makes no revision, so no version either
    assert updated["stateMachineVersionArn"] == f"{arn}:1"
    assert "revisionId" not in updated
    assert numbers(client, arn) == [1]


def test_versions_published_at_the_same_time_are_one(client, create):
    arn = create()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.publish_state_machine_version(stateMachineArn=arn), range(8)))
    assert {answer["stateMachineVersionArn"] for answer in answers} == {f"{arn}:1"}


def test_an_update_with_publish_makes_a_version_of_the_new_revision(client, create):
    arn = create()
    updated = client.update_state_machine(
        stateMachineArn=arn, definition=returning("a"), publish=True, versionDescription="first"
    )
    assert updated["stateMachineVersionArn"] == f"{arn}:1"
    version = client.describe_state_machine(stateMachineArn=f"{arn}:1")
    assert (version["revisionId"], version["description"]) == (updated["revisionId"], "first")
    with refused("ValidationException", "Version description can only be set when publish is true"):
        client.update_state_machine(stateMachineArn=arn, definition=PASS, versionDescription="no")


def test_an_update_with_publish_and_an_invalid_definition_publishes_nothing(client, create):
    arn = create()
    with refused("InvalidDefinition"):
        client.update_state_machine(stateMachineArn=arn, definition="{}", publish=True)
    assert numbers(client, arn) == []


def test_publishing_only_the_revision_one_knows(client, create):
    arn = create()
    with refused(
        "ConflictException",
        "Failed to publish the State Machine version for revision other. "
        "The current State Machine revision is INITIAL.",
    ):
        client.publish_state_machine_version(stateMachineArn=arn, revisionId="other")
    published = client.publish_state_machine_version(stateMachineArn=arn, revisionId="INITIAL")
    assert published["stateMachineVersionArn"] == f"{arn}:1"
    current = client.update_state_machine(stateMachineArn=arn, definition=returning("x"))["revisionId"]
    with refused(
        "ConflictException",
        f"Failed to publish the State Machine version for revision INITIAL. "
        f"The current State Machine revision is {current}.",
    ):
        client.publish_state_machine_version(stateMachineArn=arn, revisionId="INITIAL")
    published = client.publish_state_machine_version(stateMachineArn=arn, revisionId=current)
    assert published["stateMachineVersionArn"] == f"{arn}:2"


def test_versions_are_listed_newest_first_page_by_page(client, create):
    arn = create()
    for n in range(12):
        client.update_state_machine(stateMachineArn=arn, definition=returning(f"{n}"), publish=True)
    assert numbers(client, arn) == list(range(12, 0, -1))
    seen, token = [], {}
    while True:
        page = client.list_state_machine_versions(stateMachineArn=arn, maxResults=5, **token)
        seen.append([item["stateMachineVersionArn"].rpartition(":")[2] for item in page["stateMachineVersions"]])
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
        # What is published or deleted meanwhile moves nothing
        client.delete_state_machine_version(stateMachineVersionArn=f"{arn}:{seen[-1][-1]}")
    assert seen == [["12", "11", "10", "9", "8"], ["7", "6", "5", "4", "3"], ["2", "1"]]
    with refused("InvalidToken"):
        client.list_state_machine_versions(stateMachineArn=create(suffix="-other"), **token)


def test_a_machine_that_is_not_there_has_no_versions(client, create):
    assert numbers(client, create() + "-not") == []


def test_a_number_is_never_given_twice(client, create):
    arn = create(publish=True)
    for n in (2, 3):
        client.update_state_machine(stateMachineArn=arn, definition=returning(f"{n}"), publish=True)
    client.delete_state_machine_version(stateMachineVersionArn=f"{arn}:3")
    client.delete_state_machine_version(stateMachineVersionArn=f"{arn}:3")
    assert numbers(client, arn) == [2, 1]
    assert client.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"] == f"{arn}:4"
    with refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}:3'"):
        client.describe_state_machine(stateMachineArn=f"{arn}:3")


def test_a_machine_made_anew_under_the_same_name_begins_with_version_1(client, create):
    arn = create(returning("old"), publish=True)
    client.update_state_machine(stateMachineArn=arn, definition=PASS, publish=True)
    client.delete_state_machine(stateMachineArn=arn)
    assert create(returning("new")) == arn
    assert numbers(client, arn) == []
    assert client.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"] == f"{arn}:1"
    assert client.describe_state_machine(stateMachineArn=f"{arn}:1")["definition"] == returning("new")


def test_what_is_started_by_a_version_runs_it_and_tells_it(client, create):
    arn = create(returning("old"), publish=True)
    client.update_state_machine(stateMachineArn=arn, definition=returning("new"), roleArn=ROLE + "-2")
    plain = client.start_execution(stateMachineArn=arn, name="plain")["executionArn"]
    by_version = client.start_execution(stateMachineArn=f"{arn}:1", name="by-version")["executionArn"]
    assert by_version == arn.replace(":stateMachine:", ":execution:") + ":by-version"
    described = ended(client, by_version)
    assert described["output"] == '"old"'
    assert (described["stateMachineArn"], described["stateMachineVersionArn"]) == (arn, f"{arn}:1")
    assert "stateMachineAliasArn" not in described
    assert ended(client, plain)["output"] == '"new"'
    assert "stateMachineVersionArn" not in ended(client, plain)
    # So does its history
    details = [
        client.get_execution_history(executionArn=execution)["events"][0]["executionStartedEventDetails"]
        for execution in (plain, by_version)
    ]
    assert [(d["roleArn"], d.get("stateMachineVersionArn")) for d in details] == [
        (ROLE + "-2", None),
        (ROLE, f"{arn}:1"),
    ]
    # And lists, of the machine as of the version
    told = [
        (item["name"], item["stateMachineArn"], item.get("stateMachineVersionArn"))
        for item in client.list_executions(stateMachineArn=arn)["executions"]
    ]
    assert sorted(told) == [("by-version", arn, f"{arn}:1"), ("plain", arn, None)]
    listed = client.list_executions(stateMachineArn=f"{arn}:1")["executions"]
    assert [item["name"] for item in listed] == ["by-version"]
    assert client.list_executions(stateMachineArn=f"{arn}:1", statusFilter="FAILED")["executions"] == []


def test_executions_of_a_version_are_listed_page_by_page(client, create):
    arn = create(publish=True)
    for n in range(5):
        client.start_execution(stateMachineArn=f"{arn}:1", name=f"v{n}")
        client.start_execution(stateMachineArn=arn, name=f"m{n}")
    pages = client.get_paginator("list_executions").paginate(
        stateMachineArn=f"{arn}:1", PaginationConfig={"PageSize": 2}
    )
    names = [[item["name"] for item in page["executions"]] for page in pages]
    assert [len(page) for page in names] == [2, 2, 1]
    assert sorted(name for page in names for name in page) == [f"v{n}" for n in range(5)]


def test_starting_the_same_name_by_another_version_gives_the_running_one(client, create):
    arn = create(WAIT, publish=True)
    first = client.start_execution(stateMachineArn=f"{arn}:1", name="one")
    again = client.start_execution(stateMachineArn=arn, name="one")
    assert without_metadata(again) == without_metadata(first)


def test_a_running_execution_outlives_its_version(client, create):
    arn = create(WAIT, publish=True)
    execution = client.start_execution(stateMachineArn=f"{arn}:1")["executionArn"]
    client.delete_state_machine_version(stateMachineVersionArn=f"{arn}:1")
    described = client.describe_execution(executionArn=execution)
    assert (described["status"], described["stateMachineVersionArn"]) == ("RUNNING", f"{arn}:1")
    for ask in (client.start_execution, client.list_executions):
        with refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}:1'"):
            ask(stateMachineArn=f"{arn}:1")


def test_an_express_version_is_run_synchronously(client, create):
    arn = create(returning("old"), type="EXPRESS", publish=True)
    client.update_state_machine(stateMachineArn=arn, definition=returning("new"))
    outputs = [client.start_sync_execution(stateMachineArn=target)["output"] for target in (f"{arn}:1", arn)]
    assert outputs == ['"old"', '"new"']
    with refused("StateMachineTypeNotSupported"):
        client.list_executions(stateMachineArn=f"{arn}:1")


def test_a_version_is_no_machine_to_be_changed(client, create):
    arn = create(publish=True)
    for ask in (
        lambda: client.update_state_machine(stateMachineArn=f"{arn}:1", definition=PASS, publish=True),
        lambda: client.publish_state_machine_version(stateMachineArn=f"{arn}:1"),
    ):
        with refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}:1'"):
            ask()
    for wrong in (arn, f"{arn}:live"):
        with refused("InvalidArn"):
            client.delete_state_machine_version(stateMachineVersionArn=wrong)


@pytest.mark.parametrize("operation", ["publish_state_machine_version", "start_execution"])
def test_a_machine_that_is_being_deleted_takes_nothing_new(client, create, operation):
    arn = create(WAIT, publish=True, suffix=operation[:7])
    client.start_execution(stateMachineArn=f"{arn}:1")
    client.delete_state_machine(stateMachineArn=arn)
    target = f"{arn}:1" if operation == "start_execution" else arn
    with refused("StateMachineDeleting"):
        getattr(client, operation)(stateMachineArn=target)
