"""Aliases of state machines: what making, changing, listing, following and deleting them promises."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from .live import PASS, ROLE, WAIT, refused


def returning(text):
    return json.dumps({"StartAt": "Say", "States": {"Say": {"Type": "Pass", "Result": text, "End": True}}})


def without_metadata(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def to(*routes):
    """A routing configuration: version ARNs with their weights in turn."""
    pairs = zip(routes[::2], routes[1::2], strict=True)
    return [{"stateMachineVersionArn": arn, "weight": weight} for arn, weight in pairs]


@pytest.fixture
def versioned(client, create):
    """A machine with two versions, each returning its number; gives the machine's ARN."""

    def versioned(**members):
        arn = create(returning("1"), publish=True, **members)
        client.update_state_machine(stateMachineArn=arn, definition=returning("2"), publish=True)
        return arn

    return versioned


def names(client, arn, **members):
    listed = client.list_state_machine_aliases(stateMachineArn=arn, **members)["stateMachineAliases"]
    return [item["stateMachineAliasArn"].rpartition(":")[2] for item in listed]


def test_a_new_alias_is_described(client, versioned):
    arn = versioned()
    made = client.create_state_machine_alias(
        name="live", description="for all", routingConfiguration=to(f"{arn}:1", 70, f"{arn}:2", 30)
    )
    assert made["stateMachineAliasArn"] == f"{arn}:live"
    assert without_metadata(client.describe_state_machine_alias(stateMachineAliasArn=f"{arn}:live")) == {
        "stateMachineAliasArn": f"{arn}:live",
        "name": "live",
        "description": "for all",
        "routingConfiguration": to(f"{arn}:1", 70, f"{arn}:2", 30),
        "creationDate": made["creationDate"],
        "updateDate": made["creationDate"],
    }


def test_making_the_same_alias_again_gives_the_first_one(client, versioned):
    arn = versioned()
    asked = {"name": "live", "description": "d", "routingConfiguration": to(f"{arn}:1", 100)}
    first = client.create_state_machine_alias(**asked)
    assert without_metadata(client.create_state_machine_alias(**asked)) == without_metadata(first)
    for difference in ({"description": "e"}, {"routingConfiguration": to(f"{arn}:2", 100)}):
        with refused("ConflictException"):
            client.create_state_machine_alias(**asked | difference)


def test_an_alias_is_not_named_like_a_version_or_out_of_bounds(client, versioned):
    arn = versioned()
    for name in ("123", "a b", "ü", "a" * 81, "a:b", ""):
        with refused("ValidationException"):
            client.create_state_machine_alias(name=name, routingConfiguration=to(f"{arn}:1", 100))


def test_routes_must_be_distinct_versions_of_one_machine_and_add_up(client, versioned, server):
    arn, other = versioned(), versioned(suffix="-other")
    refusals = {
        (f"{arn}:1", 50, f"{arn}:1", 50): f"Routing configuration must contain distinct state machine version ARNs. "
        f"Received: [{arn}:1, {arn}:1]",
        (arn, 70, f"{arn}:2", 30): f"Routing configuration must contain state machine version ARNs. "
        f"Received: [{arn}, {arn}:2]",
        (f"{arn}:1", 70, f"{arn}:2", 31): "Sum of routing configuration weights must equal 100. Received: [70, 31]",
        (f"{arn}:1", 99): "Sum of routing configuration weights must equal 100. Received: [99]",
        (f"{arn}:1", 50, f"{other}:1", 50): f"Routing configuration must contain versions of one state machine. "
        f"Received: [{arn}:1, {other}:1]",
        (f"{arn}:1", 101): "1 validation error detected: Value '101' at 'routingConfiguration.1.member.weight' "
        "failed to satisfy constraint: Member must have value less than or equal to 100",
    }
    for routes, text in refusals.items():
        with refused("ValidationException", text):
            client.create_state_machine_alias(name="bad", routingConfiguration=to(*routes))
    with refused("ResourceNotFound"):
        client.create_state_machine_alias(name="bad", routingConfiguration=to(f"{arn}:7", 100))
    with refused("InvalidArn"):
        client.create_state_machine_alias(name="bad", routingConfiguration=to("nonsense", 100))
    answer = server.post("CreateStateMachineAlias", {"name": "bad", "routingConfiguration": to(f"{arn}:1", 99)})
    assert answer.json()["reason"] == "INVALID_ROUTING_CONFIGURATION"
    assert names(client, arn) == []


def test_an_update_changes_what_is_given_and_keeps_the_rest(client, versioned):
    arn = versioned()
    alias = f"{arn}:live"
    client.create_state_machine_alias(name="live", description="d", routingConfiguration=to(f"{arn}:1", 100))
    made = client.describe_state_machine_alias(stateMachineAliasArn=alias)
    updated = client.update_state_machine_alias(stateMachineAliasArn=alias, description="e")
    described = client.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert without_metadata(described) == without_metadata(made) | {
        "description": "e",
        "updateDate": updated["updateDate"],
    }
    routes = to(f"{arn}:1", 10, f"{arn}:2", 90)
    updated = client.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=routes)
    again = client.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=routes)
    assert without_metadata(again) == without_metadata(updated)
    described = client.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert (described["description"], described["routingConfiguration"]) == ("e", routes)


def test_an_update_is_refused_where_it_leads_nowhere(client, versioned, server):
    arn, other = versioned(), versioned(suffix="-other")
    client.create_state_machine_alias(name="live", routingConfiguration=to(f"{arn}:1", 100))
    before = client.describe_state_machine_alias(stateMachineAliasArn=f"{arn}:live")
    with refused("ResourceNotFound"):
        client.update_state_machine_alias(stateMachineAliasArn=f"{arn}:nobody", description="e")
    with refused("ResourceNotFound"):
        client.update_state_machine_alias(stateMachineAliasArn=f"{arn}:live", routingConfiguration=to(f"{arn}:9", 100))
    with refused("ValidationException"):
        client.update_state_machine_alias(
            stateMachineAliasArn=f"{arn}:live", routingConfiguration=to(f"{other}:1", 100)
        )
    answer = server.post("UpdateStateMachineAlias", {"stateMachineAliasArn": f"{arn}:live"})
    assert answer.json()["reason"] == "MISSING_REQUIRED_PARAMETER"
    after = client.describe_state_machine_alias(stateMachineAliasArn=f"{arn}:live")
    assert without_metadata(after) == without_metadata(before)


def test_aliases_are_listed_in_the_order_they_were_made_page_by_page(client, versioned):
    arn = versioned()
    for n in range(5):
        routes = to(f"{arn}:1", 100) if n % 2 else to(f"{arn}:1", 50, f"{arn}:2", 50)
        client.create_state_machine_alias(name=f"a{n}", routingConfiguration=routes)
    assert names(client, arn) == ["a0", "a1", "a2", "a3", "a4"]
    first = client.list_state_machine_aliases(stateMachineArn=arn, maxResults=3)
    assert len(first["stateMachineAliases"]) == 3
    assert names(client, arn, nextToken=first["nextToken"]) == ["a3", "a4"]
    # Of a version: those that lead to it
    assert names(client, f"{arn}:1") == ["a0", "a1", "a2", "a3", "a4"]
    assert names(client, f"{arn}:2") == ["a0", "a2", "a4"]
    with refused("InvalidToken"):
        client.list_state_machine_aliases(stateMachineArn=f"{arn}:1", nextToken=first["nextToken"])
    with refused("ResourceNotFound"):
        client.list_state_machine_aliases(stateMachineArn=f"{arn}:9")
    with refused("StateMachineDoesNotExist"):
        client.list_state_machine_aliases(stateMachineArn=f"{arn}-not")


def test_a_machine_has_at_most_100_aliases(client, create):
    arn = create(publish=True)
    for n in range(100):
        client.create_state_machine_alias(name=f"a{n:02}", routingConfiguration=to(f"{arn}:1", 100))
    with refused("ServiceQuotaExceededException"):
        client.create_state_machine_alias(name="more", routingConfiguration=to(f"{arn}:1", 100))
    client.delete_state_machine_alias(stateMachineAliasArn=f"{arn}:a50")
    client.create_state_machine_alias(name="more", routingConfiguration=to(f"{arn}:1", 100))
    assert len(names(client, arn, maxResults=0)) == 100


def test_a_deleted_alias_is_gone_and_its_versions_stay(client, versioned):
    arn = versioned()
    client.create_state_machine_alias(name="live", routingConfiguration=to(f"{arn}:1", 100))
    client.delete_state_machine_alias(stateMachineAliasArn=f"{arn}:live")
    for ask in (client.delete_state_machine_alias, client.describe_state_machine_alias):
        with refused("ResourceNotFound"):
            ask(stateMachineAliasArn=f"{arn}:live")
        for wrong in (arn, f"{arn}:1"):
            with refused("InvalidArn"):
                ask(stateMachineAliasArn=wrong)
    with refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}:live'"):
        client.start_execution(stateMachineArn=f"{arn}:live")
    assert len(client.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]) == 2


def test_a_version_that_aliases_lead_to_cannot_be_deleted(client, versioned):
    arn = versioned()
    for name in ("live", "trial"):
        client.create_state_machine_alias(name=name, routingConfiguration=to(f"{arn}:1", 0, f"{arn}:2", 100))
    with refused(
        "ConflictException",
        "Version to be deleted must not be referenced by an alias. "
        "Current list of aliases referencing this version: [live, trial]",
    ):
        client.delete_state_machine_version(stateMachineVersionArn=f"{arn}:1")
    for name in ("live", "trial"):
        routes = to(f"{arn}:2", 100)
        client.update_state_machine_alias(stateMachineAliasArn=f"{arn}:{name}", routingConfiguration=routes)
    client.delete_state_machine_version(stateMachineVersionArn=f"{arn}:1")


def test_what_is_started_by_an_alias_tells_the_alias_and_the_version(client, versioned):
    arn = versioned()
    client.create_state_machine_alias(name="live", routingConfiguration=to(f"{arn}:1", 100))
    execution = client.start_execution(stateMachineArn=f"{arn}:live", name="one")["executionArn"]
    client.start_execution(stateMachineArn=f"{arn}:1", name="two")
    while (described := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
        pass
    told = {"stateMachineVersionArn": f"{arn}:1", "stateMachineAliasArn": f"{arn}:live"}
    assert described["output"] == '"1"'
    assert described.items() >= (told | {"stateMachineArn": arn}).items()
    details = client.get_execution_history(executionArn=execution)["events"][0]["executionStartedEventDetails"]
    assert details.items() >= told.items()
    [listed] = client.list_executions(stateMachineArn=f"{arn}:live")["executions"]
    assert listed.items() >= (told | {"name": "one", "stateMachineArn": arn}).items()
    assert len(client.list_executions(stateMachineArn=f"{arn}:1")["executions"]) == 2
    assert client.list_executions(stateMachineArn=f"{arn}:2")["executions"] == []


def test_an_alias_leads_to_its_new_version_once_it_is_updated(client, versioned):
    arn = versioned(type="EXPRESS")
    client.create_state_machine_alias(name="live", routingConfiguration=to(f"{arn}:1", 100))
    assert client.start_sync_execution(stateMachineArn=f"{arn}:live")["output"] == '"1"'
    client.update_state_machine_alias(stateMachineAliasArn=f"{arn}:live", routingConfiguration=to(f"{arn}:2", 100))
    assert client.start_sync_execution(stateMachineArn=f"{arn}:live")["output"] == '"2"'


def test_two_versions_share_the_executions_by_weight(client, versioned):
    arn = versioned()
    client.create_state_machine_alias(name="live", routingConfiguration=to(f"{arn}:1", 20, f"{arn}:2", 80))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.start_execution(stateMachineArn=f"{arn}:live"), range(1000)))
    shares = Counter(
        item["stateMachineVersionArn"]
        for item in client.list_executions(stateMachineArn=f"{arn}:live", maxResults=1000)["executions"]
    )
    assert shares.total() == 1000
    # Standard deviation 12.6: of a thousand million runs of this test, fewer than one fails by chance
    assert 120 < shares[f"{arn}:1"] < 280


def test_a_weight_of_0_is_never_drawn(client, versioned):
    arn = versioned(type="EXPRESS")
    client.create_state_machine_alias(name="live", routingConfiguration=to(f"{arn}:1", 0, f"{arn}:2", 100))
    outputs = {client.start_sync_execution(stateMachineArn=f"{arn}:live")["output"] for _ in range(50)}
    assert outputs == {'"2"'}


def test_deleting_a_machine_deletes_its_versions_and_aliases(client, create):
    arn = create(WAIT, publish=True)
    client.create_state_machine_alias(name="live", routingConfiguration=to(f"{arn}:1", 100))
    execution = client.start_execution(stateMachineArn=f"{arn}:live")["executionArn"]
    client.delete_state_machine(stateMachineArn=arn)
    # While an execution runs, they are there but take nothing new
    text = f"State Machine is being deleted: '{arn}:live'"
    with refused("StateMachineDeleting", text):
        client.start_execution(stateMachineArn=f"{arn}:live")
    for ask in (
        lambda: client.create_state_machine_alias(name="more", routingConfiguration=to(f"{arn}:1", 100)),
        lambda: client.update_state_machine_alias(stateMachineAliasArn=f"{arn}:live", description="e"),
        lambda: client.list_state_machine_aliases(stateMachineArn=arn),
    ):
        with refused("StateMachineDeleting"):
            ask()
    client.stop_execution(executionArn=execution)
    while client.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]:
        pass
    with refused("ResourceNotFound"):
        client.describe_state_machine_alias(stateMachineAliasArn=f"{arn}:live")
    with refused("StateMachineDoesNotExist"):
        client.describe_state_machine(stateMachineArn=f"{arn}:1")


def test_an_alias_is_no_machine(client, versioned):
    arn = versioned()
    client.create_state_machine_alias(name="live", routingConfiguration=to(f"{arn}:1", 100))
    for ask in (
        lambda: client.describe_state_machine(stateMachineArn=f"{arn}:live"),
        lambda: client.update_state_machine(stateMachineArn=f"{arn}:live", definition=PASS),
        lambda: client.update_state_machine(stateMachineArn=f"{arn}:live", roleArn=ROLE),
    ):
        with refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}:live'"):
            ask()
