"""Terraform's life of a machine, an alias and an activity: apply, plan without a change, change, destroy."""

import json

import pytest

from api.live import PASS, ROLE, WAIT

from .terraform import Activity, Alias, StateMachine

OTHER_ROLE = "arn:aws:iam::123456789012:role/other"
LOGS = "arn:aws:logs:us-east-1:123456789012:log-group:states:*"


@pytest.fixture(scope="module")
def client(server):
    return server.client()


@pytest.fixture
def machines(client):
    return StateMachine(client)


def configured(name, **more):
    return {"name": name, "definition": PASS, "role_arn": ROLE, **more}


def test_a_machine_is_applied_and_a_second_plan_finds_nothing_to_change(machines):
    configuration = configured("applied", tags={"team": "blue"})
    assert machines.plan(configuration, None) == configuration.keys()
    state = machines.create(configuration)
    assert state == {
        "arn": "arn:aws:states:us-east-1:123456789012:stateMachine:applied",
        "creation_date": state["creation_date"],
        "definition": PASS,
        "description": None,
        "encryption": {"type": "AWS_OWNED_KEY"},
        "logging": {"level": "OFF", "includeExecutionData": False},
        "name": "applied",
        "publish": False,
        "revision_id": None,
        "role_arn": ROLE,
        "state_machine_version_arn": None,
        "status": "ACTIVE",
        "tags": {"team": "blue"},
        "tracing": {"enabled": False},
        "type": "STANDARD",
    }
    assert machines.read(state["arn"], configuration) == state
    assert machines.plan(configuration, state) == set()


def test_an_invalid_definition_is_found_by_the_plan(client):
    broken = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}})
    answer = client.validate_state_machine_definition(definition=broken, type="STANDARD")
    assert answer["result"] == "FAIL"
    assert [f"{one['severity']} ({one['code']}): {one['message']}" for one in answer["diagnostics"]] == [
        "ERROR (MISSING_TRANSITION_TARGET): Missing 'Next' target: B",
        "ERROR (MISSING_END_STATE): Workflow has no terminal state",
    ]


def test_settings_are_read_as_they_were_written(machines):
    configuration = configured(
        "settings",
        type="EXPRESS",
        logging={
            "level": "ALL",
            "includeExecutionData": True,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": LOGS}}],
        },
        tracing={"enabled": True},
    )
    state = machines.create(configuration)
    assert machines.plan(configuration, state) == set()
    quiet = configuration | {"logging": {"level": "OFF", "includeExecutionData": False}, "tracing": {"enabled": False}}
    assert machines.plan(quiet, state) == {"logging", "tracing"}
    assert machines.plan(quiet, machines.update(quiet, state)) == set()


def test_each_change_publishes_a_version_where_publish_is_set(machines):
    configuration = configured("published", publish=True)
    state = machines.create(configuration)
    assert (state["revision_id"], state["state_machine_version_arn"]) == (None, f"{state['arn']}:1")
    changed = configuration | {"definition": WAIT, "role_arn": OTHER_ROLE}
    after = machines.update(changed, state)
    assert after["revision_id"] is not None
    assert after["state_machine_version_arn"] == f"{state['arn']}:2"
    assert machines.plan(changed, after) == set()
    assert after["creation_date"] == state["creation_date"]


def test_a_change_of_tags_alone_makes_no_revision(machines):
    configuration = configured("tagged", tags={"team": "blue", "cost": "1"})
    state = machines.create(configuration)
    retagged = configuration | {"tags": {"team": "red", "tier": "2"}}
    after = machines.update(retagged, state)
    assert after == state | {"tags": {"team": "red", "tier": "2"}}


def test_a_definition_that_says_the_same_in_other_words_is_kept_as_it_was_written(machines):
    configuration = configured("spelt")
    state = machines.create(configuration)
    spaced = configuration | {"definition": json.dumps(json.loads(PASS), indent=2)}
    assert machines.update(spaced, state)["definition"] == spaced["definition"]


def test_a_machine_is_destroyed_and_not_found_again(machines):
    state = machines.create(configured("destroyed"))
    assert set(machines.destroy(state)) <= {"DELETING"}
    assert machines.read(state["arn"], {}) is None
    machines.client.delete_state_machine(stateMachineArn=state["arn"])


def test_a_machine_with_a_running_execution_is_deleting_until_that_ends(machines, client):
    configuration = configured("busy", definition=WAIT)
    state = machines.create(configuration)
    execution = client.start_execution(stateMachineArn=state["arn"])["executionArn"]
    client.delete_state_machine(stateMachineArn=state["arn"])
    assert machines.read(state["arn"], configuration) == state | {"status": "DELETING"}
    # Creating it anew is tried again as long as this is the answer
    with pytest.raises(client.exceptions.StateMachineDeleting):
        machines.create(configuration)
    client.stop_execution(executionArn=execution)
    machines.wait_until_gone(state)
    assert machines.create(configuration)["status"] == "ACTIVE"


def test_an_alias_is_applied_rerouted_and_destroyed(machines, client):
    aliases = Alias(client)
    machine = machines.create(configured("aliased", publish=True))
    first = machine["state_machine_version_arn"]
    second = machines.update(configured("aliased", publish=True, definition=WAIT), machine)["state_machine_version_arn"]
    configuration = {"name": "live", "routes": [{"stateMachineVersionArn": first, "weight": 100}]}
    state = aliases.create(configuration)
    assert state == {
        "arn": f"{machine['arn']}:live",
        "name": "live",
        "description": "",
        "creation_date": state["creation_date"],
        "routes": configuration["routes"],
    }
    shifted = [{"stateMachineVersionArn": second, "weight": 90}, {"stateMachineVersionArn": first, "weight": 10}]
    after = aliases.update({"description": "both", "routes": shifted}, state)
    assert after == state | {"description": "both", "routes": shifted}
    aliases.destroy(state)
    assert aliases.read(state["arn"]) is None


def test_an_activity_is_applied_retagged_and_destroyed(client):
    activities = Activity(client)
    state = activities.create({"name": "work", "tags": {"team": "blue"}})
    assert state == {
        "id": "arn:aws:states:us-east-1:123456789012:activity:work",
        "name": "work",
        "creation_date": state["creation_date"],
        "encryption": {"type": "AWS_OWNED_KEY"},
        "tags": {"team": "blue"},
    }
    assert activities.read(state["id"]) == state
    assert activities.update({"tags": {"team": "red"}}, state) == state | {"tags": {"team": "red"}}
    activities.destroy(state)
    assert activities.read(state["id"]) is None
