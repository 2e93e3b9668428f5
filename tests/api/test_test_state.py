"""TestState over the wire: what it answers at each level of inspection, and which tests it refuses."""

import json
from typing import Any

import pytest

from .live import ROLE, LiveServer, refused

PASS = {"Type": "Pass", "Next": "Then"}
PUBLISH = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sns:publish",
    "Parameters": {"TopicArn": "t", "Message": "m"},
    "End": True,
}
ACTIVITY = {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "End": True}
BRANCH = {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": True}}}
PARALLEL = {"Type": "Parallel", "Branches": [BRANCH], "End": True}
MAP = {"Type": "Map", "ItemProcessor": BRANCH, "End": True}
ERROR = {"errorOutput": {"error": "Mine", "cause": "why"}}


def mocked(result: Any, **more: Any) -> dict[str, Any]:
    return {"result": json.dumps(result), **more}


def tried(client: Any, definition: Any, **members: Any) -> dict[str, Any]:
    """Members other than texts are written as JSON where the API wants a text."""
    for name in ("input", "variables", "context"):
        if name in members and not isinstance(members[name], str):
            members[name] = json.dumps(members[name])
    answer = client.test_state(definition=json.dumps(definition), **members)
    del answer["ResponseMetadata"]
    return dict(answer)


# -- what it answers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [{}, {"inspectionLevel": "INFO"}])
def test_without_inspection_the_end_is_told(client: Any, level: dict[str, str]) -> None:
    answer = tried(client, PASS, input={"a": 1}, roleArn=ROLE, **level)
    assert answer == {"status": "SUCCEEDED", "output": '{"a": 1}', "nextState": "Then"}


@pytest.mark.parametrize("level", ["DEBUG", "TRACE"])
def test_inspection_shows_the_data(client: Any, level: str) -> None:
    answer = tried(client, {**PASS, "Result": [1]}, inspectionLevel=level)
    assert answer["inspectionData"] == {
        "input": "{}",
        "result": "[1]",
        "afterResultSelector": "[1]",
        "afterResultPath": "[1]",
    }


def test_an_error_is_told_with_what_became_of_it(client: Any) -> None:
    catching = {**ACTIVITY, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]}
    assert tried(client, catching, mock=ERROR) == {
        "status": "CAUGHT_ERROR",
        "error": "Mine",
        "cause": "why",
        "output": '{"Error":"Mine","Cause":"why"}',
        "nextState": "Sorry",
    }
    retrying = {**ACTIVITY, "Retry": [{"ErrorEquals": ["Mine"], "IntervalSeconds": 5}]}
    answer = tried(client, retrying, mock=ERROR, stateConfiguration={"retrierRetryCount": 2}, inspectionLevel="DEBUG")
    assert (answer["status"], answer["inspectionData"]["errorDetails"]) == (
        "RETRIABLE",
        {"retryIndex": 0, "retryBackoffIntervalSeconds": 20},
    )


def test_nobody_need_name_a_role(client: Any) -> None:
    state = {**PASS, "Parameters": {"role.$": "$$.Execution.RoleArn"}}
    assert tried(client, state)["output"] == '{"role":null}'
    assert tried(client, state, roleArn=ROLE)["output"] == json.dumps({"role": ROLE}, separators=(",", ":"))


def test_one_state_of_a_machine_is_tested(client: Any) -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Fail", "Error": "Mine"}}}
    assert tried(client, machine, stateName="A")["nextState"] == "B"
    assert tried(client, machine, stateName="B") == {"status": "FAILED", "error": "Mine"}


def test_variables_and_context_are_as_given(client: Any) -> None:
    state = {**PASS, "Parameters": {"v.$": "$v", "c.$": "$$.State.Name"}}
    answer = tried(client, state, variables={"v": 1}, context={"State": {"Name": "Mine"}})
    assert answer["output"] == '{"v":1,"c":"Mine"}'


def test_nothing_is_created(client: Any, server: LiveServer) -> None:
    region = server.client("us-east-7")
    tried(region, PASS)
    assert region.list_state_machines()["stateMachines"] == []


# -- what it refuses ---------------------------------------------------------------------------------------------------


def test_a_mock_says_one_thing(client: Any) -> None:
    message = "A test mock should have only one of the following fields: [result, errorOutput]."
    with refused("ValidationException", message):
        tried(client, ACTIVITY, mock=mocked(1) | ERROR)
    with refused("ValidationException"):
        tried(client, ACTIVITY, mock={})


def test_secrets_are_not_revealed_of_a_mock(client: Any) -> None:
    message = "TestState does not support RevealSecrets when a mock is specified."
    with refused("ValidationException", message):
        tried(client, ACTIVITY, mock=mocked(1), revealSecrets=True)


@pytest.mark.parametrize("state", [{"Type": "Succeed"}, {"Type": "Wait", "Seconds": 1, "End": True}])
def test_a_state_that_calls_nobody_takes_no_mock(client: Any, state: dict[str, Any]) -> None:
    message = f"State type '{state['Type']}' is not supported when a mock is specified"
    with refused("ValidationException", message):
        tried(client, state, mock=ERROR)


@pytest.mark.parametrize("state", [MAP, PARALLEL])
def test_a_state_with_states_inside_needs_a_mock(client: Any, state: dict[str, Any]) -> None:
    message = (
        "TestState API does not support Map or Parallel states. Supported state types include:"
        " [Task, Wait, Pass, Succeed, Fail, Choice]"
    )
    with refused("InvalidDefinition", message):
        tried(client, state)


def test_a_task_needs_a_mock(client: Any) -> None:
    with refused("ValidationException"):
        tried(client, ACTIVITY, roleArn=ROLE)


@pytest.mark.parametrize(
    ("state", "result", "message"),
    [
        (MAP, {}, "Mocked result must be an array."),
        (PARALLEL, {}, "Mocked result must be an array."),
        (PARALLEL, [1, 2], "Mocked result must contain the same number of items as number of Parallel branches."),
        (PUBLISH, {"MessageId": 1}, "Mock result schema validation error: Field 'MessageId' must be a string"),
    ],
)
def test_a_mock_fits_its_state(client: Any, state: dict[str, Any], result: Any, message: str) -> None:
    with refused("ValidationException", message):
        tried(client, state, mock=mocked(result))


def test_a_mock_need_not_fit_where_nobody_shall_look(client: Any) -> None:
    mock = mocked({"MessageId": 1}, fieldValidationMode="NONE")
    assert tried(client, PUBLISH, mock=mock)["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"input": "{"}, "InvalidExecutionInput"),
        ({"variables": "{"}, "ValidationException"),
        ({"variables": [1]}, "ValidationException"),
        ({"context": "1"}, "ValidationException"),
        ({"mock": {"result": "{"}}, "ValidationException"),
        ({"mock": ERROR, "stateConfiguration": {"errorCausedByState": "Nowhere"}}, "ValidationException"),
        ({"mock": ERROR, "stateConfiguration": {"mapItemReaderData": "[]"}}, "ValidationException"),
        ({"mock": ERROR, "stateConfiguration": {"mapIterationFailureCount": 2}}, "ValidationException"),
        ({"inspectionLevel": "LOUD"}, "ValidationException"),
    ],
)
def test_what_cannot_be_is_refused(client: Any, members: dict[str, Any], code: str) -> None:
    with refused(code):
        tried(client, MAP, **{"mock": mocked([]), "input": [1], **members})


def test_a_definition_that_is_wrong_is_refused_with_its_place(client: Any) -> None:
    text = "SCHEMA_VALIDATION_FAILED: Expected value of type String at /Next"
    with refused("InvalidDefinition", f"Invalid State Machine Definition: '{text}'"):
        tried(client, {"Type": "Pass", "Next": 1})


def test_a_state_that_is_not_there_is_not_found(client: Any) -> None:
    with refused("ValidationException", "State not found in definition"):
        tried(client, BRANCH, stateName="Nowhere")


# -- expressions that cost too much ------------------------------------------------------------------------------------

ENDLESS = r"{% $match($states.input.text, /(a+)+b/) %}"


def test_an_expression_that_does_not_end_fails_its_state_and_holds_nobody_up(client: Any) -> None:
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": ENDLESS, "End": True}
    answer = tried(client, state, input={"text": "a" * 60}, variables={"large": 10**30}, inspectionLevel="DEBUG")
    assert (answer["status"], answer["error"]) == ("FAILED", "States.QueryEvaluationError")
    assert json.loads(answer["inspectionData"]["variables"]) == {"large": 10**30}
    # And one that does end is answered by the same helper
    assert tried(client, state, input={"text": "ab"})["status"] == "SUCCEEDED"


def test_a_test_that_cannot_be_is_refused_by_the_helper_too(client: Any) -> None:
    state = {**MAP, "QueryLanguage": "JSONata", "Output": ENDLESS}
    with refused("ValidationException", "mapIterationFailureCount is 2, but the Map has 1 items"):
        tried(client, state, input=[1], mock=mocked([]), stateConfiguration={"mapIterationFailureCount": 2})
