"""Executions: starting, stopping, describing and listing them, and reading their history."""

import json

import pytest

from .live import PASS, ROLE, WAIT, refused


def without_metadata(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def execution_arn(machine_arn, name):
    return machine_arn.replace(":stateMachine:", ":execution:") + f":{name}"


def ended(client, execution):
    """The execution's description; Pass states are done before StartExecution is answered."""
    return client.describe_execution(executionArn=execution)


def test_an_execution_of_a_pass_state_gives_its_input_back(client, create):
    machine = create()
    started = client.start_execution(stateMachineArn=machine, name="one", input='{"a": 1}')
    assert started["executionArn"] == execution_arn(machine, "one")
    described = without_metadata(ended(client, started["executionArn"]))
    assert json.loads(described.pop("output")) == {"a": 1}
    assert described.pop("stopDate") >= started["startDate"]
    assert described == {
        "executionArn": started["executionArn"],
        "stateMachineArn": machine,
        "name": "one",
        "status": "SUCCEEDED",
        "startDate": started["startDate"],
        "input": '{"a": 1}',
        "inputDetails": {"included": True},
        "outputDetails": {"included": True},
        "redriveCount": 0,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
    }


def test_without_a_name_an_execution_gets_one_and_an_empty_object_as_input(client, create):
    started = client.start_execution(stateMachineArn=create())
    described = client.describe_execution(executionArn=started["executionArn"])
    assert described["input"] == "{}"
    assert len(described["name"]) == 36


@pytest.mark.parametrize("input", ["null", "1", '"text"', "[1, 2]", "123456789012345678901234567890", '{"a":1,"a":2}'])
def test_any_json_value_is_an_input(client, create, input):
    started = client.start_execution(stateMachineArn=create(), input=input)
    assert client.describe_execution(executionArn=started["executionArn"])["input"] == input


@pytest.mark.parametrize(
    "input", ["", "{", "NaN", "1e400", '"\\ud800"', "[" * 5000 + "]" * 5000, "{} {}"], ids=lambda i: i[:6]
)
def test_an_input_that_is_not_json_is_refused(client, create, input):
    with refused("InvalidExecutionInput"):
        client.start_execution(stateMachineArn=create(), input=input)


def test_an_input_nested_as_deep_as_may_be_runs(client, create):
    deep = "[" * 750 + "]" * 750
    arn = client.start_execution(stateMachineArn=create(), input=deep)["executionArn"]
    assert client.describe_execution(executionArn=arn)["output"] == deep


def test_an_input_nested_deeper_is_refused(client, create):
    text = "Invalid State Machine Execution Input: 'JSON is nested more than 750 levels deep'"
    with refused("InvalidExecutionInput", text):
        client.start_execution(stateMachineArn=create(), input='{"a":' * 751 + "1" + "}" * 751)


def test_the_limit_of_an_input_counts_bytes(client, create):
    machine = create()
    client.start_execution(stateMachineArn=machine, input=f'"{"é" * 131071}"')
    with refused(
        "ValidationException",
        "1 validation error detected: Value at 'input' failed to satisfy constraint: "
        "Member must have length less than or equal to 262144",
    ):
        client.start_execution(stateMachineArn=machine, input=f'"{"é" * 131072}"')


def test_a_raised_limit_lets_larger_payloads_through(serve):
    client = serve(payload_limit=1_000_000).client()
    activity = client.create_activity(name="a")["activityArn"]
    definition = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": activity, "End": True}}}
    machine = client.create_state_machine(name="m", definition=json.dumps(definition), roleArn=ROLE)
    large, larger = json.dumps("é" * 150_000, ensure_ascii=False), json.dumps("x" * 900_000)
    arn = client.start_execution(stateMachineArn=machine["stateMachineArn"], input=large)["executionArn"]
    task = client.get_activity_task(activityArn=activity)
    assert task["input"] == large
    client.send_task_success(taskToken=task["taskToken"], output=larger)
    assert ended(client, arn)["output"] == larger


def test_starting_again_with_the_same_input_while_it_runs_gives_the_same_execution(client, create):
    machine = create(WAIT)
    first = client.start_execution(stateMachineArn=machine, name="same", input='{"a":1}')
    again = client.start_execution(stateMachineArn=machine, name="same", input='{"a":1}')
    assert without_metadata(again) == without_metadata(first)


def test_starting_again_with_another_input_or_after_the_end_is_refused(client, create):
    machine = create(WAIT)
    arn = client.start_execution(stateMachineArn=machine, name="same", input="1")["executionArn"]
    with refused("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'"):
        client.start_execution(stateMachineArn=machine, name="same", input="2")
    client.stop_execution(executionArn=arn)
    with refused("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'"):
        client.start_execution(stateMachineArn=machine, name="same", input="1")


def test_a_running_execution_has_no_end_and_no_output(client, create):
    arn = client.start_execution(stateMachineArn=create(WAIT), name="runs")["executionArn"]
    described = client.describe_execution(executionArn=arn)
    assert described["status"] == "RUNNING"
    assert not {"stopDate", "output", "outputDetails", "error", "cause"} & described.keys()
    assert described["redriveStatusReason"] == "Execution is RUNNING and cannot be redriven"


def test_a_stopped_execution_is_aborted_with_the_given_reason(client, create):
    arn = client.start_execution(stateMachineArn=create(WAIT))["executionArn"]
    stopped = client.stop_execution(executionArn=arn, error="Enough", cause="It was late.")
    described = client.describe_execution(executionArn=arn)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "Enough", "It was late.")
    assert described["stopDate"] == stopped["stopDate"]
    assert described["redriveStatus"] == "REDRIVABLE"
    assert "redriveStatusReason" not in described


def test_stopping_again_changes_nothing(client, create):
    arn = client.start_execution(stateMachineArn=create(WAIT))["executionArn"]
    first = client.stop_execution(executionArn=arn, error="First")
    again = client.stop_execution(executionArn=arn, error="Second")
    assert again["stopDate"] == first["stopDate"]
    assert client.describe_execution(executionArn=arn)["error"] == "First"


def test_metadata_only_leaves_input_and_output_out(client, create):
    arn = client.start_execution(stateMachineArn=create())["executionArn"]
    described = client.describe_execution(executionArn=arn, includedData="METADATA_ONLY")
    assert not {"input", "output"} & described.keys()
    assert described["inputDetails"] == {"included": False}


def test_what_is_not_there_is_not_found(client, create):
    arn = execution_arn(create(), "nobody")
    for ask in (
        client.describe_execution,
        client.stop_execution,
        client.get_execution_history,
        client.describe_state_machine_for_execution,
    ):
        with refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'"):
            ask(executionArn=arn)
        with refused("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: nonsense'"):
            ask(executionArn="nonsense")
        with refused("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: express'"):
            ask(executionArn=arn.replace(":execution:", ":express:") + ":run")


def test_the_machine_of_an_execution_is_the_revision_it_began_with(client, create):
    machine = create(WAIT)
    arn = client.start_execution(stateMachineArn=machine)["executionArn"]
    created = client.describe_state_machine(stateMachineArn=machine)
    client.update_state_machine(stateMachineArn=machine, definition=PASS, roleArn=ROLE + "-2")
    described = without_metadata(client.describe_state_machine_for_execution(executionArn=arn))
    assert described == {
        "stateMachineArn": machine,
        "name": created["name"],
        "definition": WAIT,
        "roleArn": ROLE,
        "updateDate": created["creationDate"],
        "loggingConfiguration": created["loggingConfiguration"],
        "tracingConfiguration": created["tracingConfiguration"],
        "encryptionConfiguration": created["encryptionConfiguration"],
    }


def test_executions_are_listed_newest_first_page_by_page(client, create):
    machine = create()
    names = [f"e{n}" for n in range(5)]
    for name in names:
        client.start_execution(stateMachineArn=machine, name=name)
    paginator = client.get_paginator("list_executions")
    pages = list(paginator.paginate(stateMachineArn=machine, PaginationConfig={"PageSize": 2}))
    assert [len(page["executions"]) for page in pages] == [2, 2, 1]
    assert [e["name"] for page in pages for e in page["executions"]] == names[::-1]
    listed = pages[0]["executions"][0]
    assert listed.keys() == {
        "executionArn",
        "stateMachineArn",
        "name",
        "status",
        "startDate",
        "stopDate",
        "redriveCount",
    }


def test_executions_are_listed_by_status(client, create):
    machine = create(WAIT)
    for name in ("stopped", "runs"):
        client.start_execution(stateMachineArn=machine, name=name)
    client.stop_execution(executionArn=execution_arn(machine, "stopped"))

    def names(status):
        return [e["name"] for e in client.list_executions(stateMachineArn=machine, statusFilter=status)["executions"]]

    assert (names("RUNNING"), names("ABORTED"), names("FAILED")) == (["runs"], ["stopped"], [])


def test_a_list_needs_a_standard_machine(client, create):
    with refused("StateMachineTypeNotSupported"):
        client.list_executions(stateMachineArn=create(type="EXPRESS"))
    with refused("ValidationException"):
        client.list_executions()


def test_a_history_reads_forwards_backwards_and_in_pages(client, create):
    arn = client.start_execution(stateMachineArn=create(), input='{"a": 1}')["executionArn"]
    whole = client.get_execution_history(executionArn=arn)["events"]
    assert [event["type"] for event in whole] == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]
    assert [event["id"] for event in whole] == [1, 2, 3, 4]
    assert client.get_execution_history(executionArn=arn, reverseOrder=True)["events"] == whole[::-1]
    for reverse in (False, True):
        pages = client.get_paginator("get_execution_history").paginate(
            executionArn=arn, reverseOrder=reverse, PaginationConfig={"PageSize": 3}
        )
        sizes, events = [], []
        for page in pages:
            sizes.append(len(page["events"]))
            events += page["events"]
        assert sizes == [3, 1]
        assert events == (whole[::-1] if reverse else whole)


def test_a_history_without_data_has_no_inputs(client, create):
    arn = client.start_execution(stateMachineArn=create(), input='{"a": 1}')["executionArn"]
    events = client.get_execution_history(executionArn=arn, includeExecutionData=False)["events"]
    assert len(events) == 4
    assert '"a"' not in json.dumps(events, default=str)


def test_a_history_with_large_payloads_comes_in_shorter_pages(client, create):
    states = {f"s{n}": {"Type": "Pass", "Next": f"s{n + 1}"} for n in range(150)}
    definition = json.dumps({"StartAt": "s0", "States": {**states, "s150": {"Type": "Succeed"}}})
    arn = client.start_execution(stateMachineArn=create(definition), input=f'"{"x" * 200_000}"')["executionArn"]
    first = client.get_execution_history(executionArn=arn, maxResults=1000)
    assert len(first["events"]) < 304
    rest = client.get_paginator("get_execution_history").paginate(executionArn=arn)
    assert [event["id"] for page in rest for event in page["events"]] == list(range(1, 305))


def test_a_synchronous_execution_answers_with_its_end(client, create):
    machine = create(type="EXPRESS")
    result = without_metadata(client.start_sync_execution(stateMachineArn=machine, name="now", input='{"a":1}'))
    assert result["executionArn"].startswith(machine.replace(":stateMachine:", ":express:") + ":now:")
    assert json.loads(result.pop("output")) == {"a": 1}
    result.pop("executionArn")
    assert result.pop("stopDate") >= result.pop("startDate")
    assert result == {
        "stateMachineArn": machine,
        "name": "now",
        "status": "SUCCEEDED",
        "input": '{"a":1}',
        "inputDetails": {"included": True},
        "outputDetails": {"included": True},
        "billingDetails": {"billedDurationInMilliseconds": 100, "billedMemoryUsedInMB": 64},
    }


def test_a_synchronous_execution_that_fails_is_still_an_answer(client, create):
    failing = json.dumps({"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "E", "Cause": "C"}}})
    result = client.start_sync_execution(stateMachineArn=create(failing, type="EXPRESS"))
    assert (result["status"], result["error"], result["cause"]) == ("FAILED", "E", "C")
    assert "output" not in result
    assert result["outputDetails"] == {"included": True}


def test_a_standard_machine_does_not_run_synchronously(client, create):
    with refused("StateMachineTypeNotSupported"):
        client.start_sync_execution(stateMachineArn=create())


def test_express_executions_may_share_a_name(client, create):
    machine = create(type="EXPRESS")
    first = client.start_execution(stateMachineArn=machine, name="same")
    second = client.start_execution(stateMachineArn=machine, name="same")
    assert first["executionArn"] != second["executionArn"]
