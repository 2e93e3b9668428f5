"""Map Runs: there are none yet, and the operations on them say so as AWS does of one it does not know."""

import pytest

from .live import PASS, refused

AT = "arn:aws:states:us-east-1:123456789012"
UNKNOWN = f"{AT}:mapRun:machine/Label:0f6a1a0e-2a43-4f0c-9d57-1d7f6c9f5b11"


@pytest.fixture
def execution(client, create):
    return client.start_execution(stateMachineArn=create())["executionArn"]


def ask(client):
    return [
        lambda arn: client.describe_map_run(mapRunArn=arn),
        lambda arn: client.update_map_run(mapRunArn=arn, maxConcurrency=2, toleratedFailurePercentage=2.5),
        lambda arn: client.list_executions(mapRunArn=arn),
    ]


def test_a_map_run_is_not_found(client):
    for asking in ask(client):
        with refused("ResourceNotFound", f"Resource not found: '{UNKNOWN}'"):
            asking(UNKNOWN)


@pytest.mark.parametrize(
    ("arn", "reason"),
    [
        ("nonsense", "Invalid ARN prefix: nonsense"),
        (f"{AT}:mapRun:machine:id", f"Invalid ARN prefix: {AT}:mapRun:machine:id"),
        (f"{AT}:mapRun:machine/Label", f"Invalid ARN prefix: {AT}:mapRun:machine/Label"),
        (f"{AT}:execution:machine:name", "Resource type not valid in this context: execution"),
    ],
)
def test_what_is_no_map_runs_arn_is_refused(client, arn, reason):
    for asking in ask(client):
        with refused("InvalidArn", f"Invalid Arn: '{reason}'"):
            asking(arn)


def test_an_execution_has_no_map_runs(client, execution):
    answer = client.list_map_runs(executionArn=execution, maxResults=1)
    answer.pop("ResponseMetadata")
    assert answer == {"mapRuns": []}


def test_the_map_runs_of_an_unknown_execution_are_not_listed(client):
    arn = f"{AT}:execution:nobody:none"
    with refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'"):
        client.list_map_runs(executionArn=arn)


def test_express_executions_have_no_map_runs_to_list(client, create):
    machine = create(PASS, type="EXPRESS")
    arn = client.start_execution(stateMachineArn=machine)["executionArn"]
    with refused("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: express'"):
        client.list_map_runs(executionArn=arn)


def test_a_page_of_map_runs_needs_a_token_that_was_given(client, execution):
    with refused("InvalidToken"):
        client.list_map_runs(executionArn=execution, nextToken="garbage")
