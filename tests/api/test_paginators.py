"""The SDK's paginators: every item of several pages once, in the order that AWS gives them."""

import json

import pytest
from botocore.exceptions import ClientError

from .live import PASS, ROLE

PAGINATORS = {
    "get_execution_history": "events",
    "list_activities": "activities",
    "list_executions": "executions",
    "list_map_runs": "mapRuns",
    "list_state_machines": "stateMachines",
}
"""Every one that the SDK has for Step Functions, and what its pages are of."""


@pytest.fixture(scope="module")
def live(server):
    """Seven of everything, on a server of this module's own."""
    client = server.client()
    activities = [client.create_activity(name=f"a{n}")["activityArn"] for n in range(7)]
    machines = [
        client.create_state_machine(name=f"m{n}", definition=PASS, roleArn=ROLE)["stateMachineArn"] for n in range(7)
    ]
    executions = [
        client.start_execution(stateMachineArn=machines[0], name=f"e{n}")["executionArn"] for n in reversed(range(7))
    ]
    for execution in executions:
        while client.describe_execution(executionArn=execution)["status"] == "RUNNING":
            pass
    return {"activities": activities, "stateMachines": machines, "executions": executions}


def asked(live, operation):
    return {
        "get_execution_history": {"executionArn": live["executions"][0]},
        "list_executions": {"stateMachineArn": live["stateMachines"][0]},
        "list_map_runs": {"executionArn": live["executions"][0]},
    }.get(operation, {})


def pages(client, live, operation, size):
    paginator = client.get_paginator(operation).paginate(**asked(live, operation), PaginationConfig={"PageSize": size})
    return [page[PAGINATORS[operation]] for page in paginator]


def arns(items):
    return [next(value for name, value in item.items() if name.endswith("Arn")) for item in items]


def test_these_are_all_paginators_there_are(client):
    operations = client.meta.method_to_api_mapping
    assert {name for name in operations if client.can_paginate(name)} == set(PAGINATORS)
    assert client.waiter_names == []


@pytest.mark.parametrize("operation", PAGINATORS)
def test_the_pages_together_are_the_whole_list(client, live, operation):
    [whole] = pages(client, live, operation, 1000)
    for size in (1, 2, 3):
        several = pages(client, live, operation, size)
        assert [item for page in several for item in page] == whole
        assert [len(page) for page in several[:-1]] == [size] * (len(several) - 1)


@pytest.mark.parametrize("operation", ["list_activities", "list_state_machines"])
def test_activities_and_machines_are_listed_each_once(client, live, operation):
    member = PAGINATORS[operation]
    assert [arn for page in pages(client, live, operation, 3) for arn in arns(page)] == live[member]


def test_executions_are_listed_newest_first(client, live):
    listed = [item for page in pages(client, live, "list_executions", 2) for item in page]
    assert sorted(arns(listed)) == sorted(live["executions"])
    stops = [item["stopDate"] for item in listed]
    assert stops == sorted(stops, reverse=True)


def test_events_come_in_their_order_and_the_other_way_round(client, live):
    forth = [event["id"] for page in pages(client, live, "get_execution_history", 2) for event in page]
    back = client.get_paginator("get_execution_history").paginate(
        **asked(live, "get_execution_history"), reverseOrder=True, PaginationConfig={"PageSize": 2}
    )
    assert forth == [1, 2, 3, 4]
    assert [event["id"] for page in back for event in page["events"]] == [4, 3, 2, 1]


def test_a_list_that_was_left_is_taken_up_where_it_was(client, live):
    paginator = client.get_paginator("list_activities")
    first = paginator.paginate(PaginationConfig={"MaxItems": 3, "PageSize": 3}).build_full_result()
    rest = paginator.paginate(PaginationConfig={"StartingToken": first["NextToken"]}).build_full_result()
    assert [*arns(first["activities"]), *arns(rest["activities"])] == live["activities"]


@pytest.mark.parametrize("operation", PAGINATORS)
@pytest.mark.parametrize("token", ["garbage", "é", "AAAA" * 20])
def test_a_token_that_was_never_given_is_invalid(client, live, operation, token):
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**asked(live, operation), nextToken=token)
    assert caught.value.response["Error"] == {"Code": "InvalidToken", "Message": "Invalid Token: 'Invalid token'"}


@pytest.mark.parametrize("operation", ["list_activities", "list_executions", "list_state_machines"])
def test_a_token_of_one_list_is_not_for_another(client, live, operation):
    history = client.get_execution_history(executionArn=live["executions"][0], maxResults=1)
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**asked(live, operation), nextToken=history["nextToken"])
    assert caught.value.response["Error"]["Code"] == "InvalidToken"


def test_a_page_size_of_0_is_the_usual_one(server, live):
    answer = server.post("ListActivities", json.dumps({"maxResults": 0})).json()
    assert len(answer["activities"]) == 7
