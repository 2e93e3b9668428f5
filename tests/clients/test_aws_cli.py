"""The AWS command line, as people use it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from api.live import PASS, ROLE, WAIT
from cli.served import environment

AWS = Path(sys.executable).parent / "aws"
ANYBODY = {
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_PAGER": "",
}
DIRECT = {"AWS_DISABLE_HOST_PREFIX_INJECTION": "true"}
AT = "arn:aws:states:us-east-1:123456789012"


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def run(server):
    """Carries out commands of `aws stepfunctions`."""
    command = [sys.executable, str(Path(__file__).with_name("command_line.py"))]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment(**ANYBODY), **pipes) as process:

        def run(*words: str, url: str = server.url, output: str = "json", **environment: str) -> Done:
            whole = ["stepfunctions", *words, "--endpoint-url", url, "--output", output]
            process.stdin.write(json.dumps({"words": whole, "environment": environment}) + "\n")
            process.stdin.flush()
            return Done(**json.loads(process.stdout.readline()))

        yield run
        process.stdin.close()


@pytest.fixture(scope="module")
def aws(run):
    """What a command that succeeds answers."""

    def aws(*words: str, **more: str):
        done = run(*words, **more)
        assert (done.code, done.err) == (0, "")
        return json.loads(done.out) if done.out else None

    return aws


@pytest.fixture(scope="module")
def machine(aws):
    made = aws("create-state-machine", "--name", "cli", "--definition", PASS, "--role-arn", ROLE, "--publish")
    assert made["stateMachineVersionArn"] == f"{AT}:stateMachine:cli:1"
    return made["stateMachineArn"]


@pytest.fixture(scope="module")
def execution(aws, machine):
    started = aws("start-execution", "--state-machine-arn", machine, "--name", "first", "--input", '{"a":1}')
    return started["executionArn"]


def test_the_command_itself_starts_an_execution(server, machine):
    words = ("stepfunctions", "start-execution", "--state-machine-arn", machine, "--name", "by-command")
    command = [str(AWS), *words, "--endpoint-url", server.url]
    done = subprocess.run(command, env=environment(**ANYBODY), capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout)["executionArn"] == f"{AT}:execution:cli:by-command"


def test_a_machine_lives_through_versions_an_alias_and_its_end(aws, run):
    create = ("create-state-machine", "--name", "life", "--definition", WAIT, "--role-arn", ROLE)
    arn = aws(*create, "--publish", "--version-description", "one", "--tags", "key=team,value=blue")["stateMachineArn"]
    updated = aws("update-state-machine", "--state-machine-arn", arn, "--definition", PASS, "--publish")
    assert updated["stateMachineVersionArn"] == f"{arn}:2"
    versions = aws("list-state-machine-versions", "--state-machine-arn", arn)["stateMachineVersions"]
    assert [version["stateMachineVersionArn"] for version in versions] == [f"{arn}:2", f"{arn}:1"]
    routes = [f"stateMachineVersionArn={arn}:{number},weight={weight}" for number, weight in ((2, 100), (1, 0))]
    alias = aws("create-state-machine-alias", "--name", "live", "--routing-configuration", *routes)
    assert alias["stateMachineAliasArn"] == f"{arn}:live"
    started = aws("start-execution", "--state-machine-arn", f"{arn}:live", "--name", "by-alias")
    described = aws("describe-execution", "--execution-arn", started["executionArn"])
    assert (described["stateMachineVersionArn"], described["stateMachineAliasArn"]) == (f"{arn}:2", f"{arn}:live")
    assert aws("list-tags-for-resource", "--resource-arn", arn) == {"tags": [{"key": "team", "value": "blue"}]}
    aws("delete-state-machine", "--state-machine-arn", arn)
    gone = run("describe-state-machine", "--state-machine-arn", arn)
    assert gone.code == 255
    assert "An error occurred (StateMachineDoesNotExist) when calling the DescribeStateMachine operation" in gone.err


def test_an_executions_history_is_read_page_by_page(aws, execution):
    pages = aws("get-execution-history", "--execution-arn", execution, "--page-size", "2")
    assert [event["type"] for event in pages["events"]] == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]
    last = aws("get-execution-history", "--execution-arn", execution, "--reverse-order", "--max-items", "1")
    assert [event["id"] for event in last["events"]] == [4]


def test_output_is_as_text(run, execution):
    query = ("--query", "[status,input,output]")
    text = run("describe-execution", "--execution-arn", execution, *query, output="text")
    assert text.out == 'SUCCEEDED\t{"a":1}\t{"a":1}\n'


def test_output_is_as_a_table(run, execution):
    query = ("--query", "{Status: status, Output: output}")
    table = run("describe-execution", "--execution-arn", execution, *query, output="table").out
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[0] == "|"]
    assert rows == [["DescribeExecution"], ["Output", "Status"], ['{"a":1}', "SUCCEEDED"]]


def test_a_worker_can_be_a_shell_script(aws):
    activity = aws("create-activity", "--name", "cli-work")["activityArn"]
    definition = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": activity, "End": True}}}
    create = ("create-state-machine", "--name", "cli-worker", "--role-arn", ROLE, "--definition")
    arn = aws(*create, json.dumps(definition))["stateMachineArn"]
    started = aws("start-execution", "--state-machine-arn", arn)["executionArn"]
    token = aws("get-activity-task", "--activity-arn", activity, "--worker-name", "sh")["taskToken"]
    aws("send-task-success", "--task-token", token, "--task-output", '"done"')
    assert aws("describe-execution", "--execution-arn", started)["output"] == '"done"'


def test_an_express_machine_answers_at_once(aws):
    create = ("create-state-machine", "--name", "cli-express", "--type", "EXPRESS", "--role-arn", ROLE)
    arn = aws(*create, "--definition", PASS)["stateMachineArn"]
    answer = aws("start-sync-execution", "--state-machine-arn", arn, "--input", "[1]", **DIRECT)
    assert (answer["status"], answer["output"]) == ("SUCCEEDED", "[1]")


def test_a_state_is_tried(aws):
    state = '{"Type": "Pass", "Result": 7, "End": true}'
    answer = aws("test-state", "--definition", state, "--role-arn", ROLE, **DIRECT)
    assert (answer["status"], answer["output"]) == ("SUCCEEDED", "7")


def test_without_the_cure_the_command_line_calls_a_host_that_is_not_there(run):
    state = '{"Type": "Pass", "End": true}'
    refused = run("test-state", "--definition", state, "--role-arn", ROLE, url="http://stepwell.invalid:8083")
    assert refused.code == 255
    assert 'Could not connect to the endpoint URL: "http://sync-stepwell.invalid:8083/"' in refused.err


def test_there_is_nothing_to_wait_for(run):
    refused = run("wait", "anything")
    assert refused.code != 0
    assert "Invalid choice" in refused.err
