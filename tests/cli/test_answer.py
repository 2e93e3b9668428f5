"""`stepwell waiting` and `stepwell answer`: tasks that wait for somebody outside."""

import json

import pytest

from .served import ACTIVITY, Server


@pytest.fixture
def asked(server: Server, request: pytest.FixtureRequest) -> str:
    """An execution of which two tasks were taken, and one was not; its name is the test's."""
    name = request.node.name.replace("_", "-")[:60]
    branches = []
    for state in ("Taxes", "Rent", "Nobody"):
        server.client.call("CreateActivity", name=f"{state}-{name}")
        task = {"Type": "Task", "Resource": f"{ACTIVITY}{state}-{name}", "End": True}
        branches.append({"StartAt": state, "States": {state: task}})
    server.create(name, {"Both": {"Type": "Parallel", "Branches": branches, "End": True}})
    server.says("start", name, "--name", name, "--input", '{"euros": 5}')
    for state in ("Taxes", "Rent"):
        assert server.client.call("GetActivityTask", activityArn=f"{ACTIVITY}{state}-{name}")["taskToken"]
    return name


def test_those_that_somebody_took_are_listed_with_their_tokens(server: Server, asked: str) -> None:
    lines = [line.split("\t") for line in server.says("waiting", asked).splitlines()]
    assert [(state, json.loads(input)) for state, _, input, _ in lines] == [
        ("Taxes", {"euros": 5}),
        ("Rent", {"euros": 5}),
    ]
    told = json.loads(server.says("waiting", asked, "--json"))["tasks"]
    assert [task["taskToken"] for task in told] == [token for *_, token in lines]


def test_those_of_all_executions_are_listed_when_none_is_named(server: Server, asked: str) -> None:
    lines = [line.split("\t") for line in server.says("waiting").splitlines()]
    assert [(state, json.loads(input)) for name, state, _, input in lines if name == f"{asked}/{asked}"] == [
        ("Taxes", {"euros": 5}),
        ("Rent", {"euros": 5}),
    ]
    assert server.says("waiting", "--region", "eu-north-1") == ""


def test_one_is_answered_by_its_state_and_the_other_one_fails(server: Server, asked: str) -> None:
    several = server.run("answer", asked, "--output", "1")
    assert (several.returncode, several.stderr) == (
        2, f"Error: 2 tasks of {asked} wait: 'Taxes', 'Rent'. Name the --state, or the --token.\n"
    )  # fmt: skip
    server.says("answer", asked, "--state", "Taxes", "--output", '"paid"')
    [left] = server.says("waiting", asked).splitlines()
    server.says("answer", "--token", left.split("\t")[3], "--error", "NoMoney", "--cause", "all of it is spent")
    events = server.client.call("GetExecutionHistory", executionArn=_arn(asked), reverseOrder=True)["events"]
    assert events[0]["executionFailedEventDetails"] == {"error": "NoMoney", "cause": "all of it is spent"}


def test_what_does_not_wait_is_told(server: Server, asked: str) -> None:
    done = server.run("answer", asked, "--state", "Nobody", "--output", "1")
    assert done.stderr == (
        f"Error: No task of {asked} in the state 'Nobody' waits for an answer: see `stepwell waiting {asked}`.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("x",), "Say what the answer is: --output '{\"approved\": true}', or --error NAME where it failed."),
        (("--output", "1"), "Say which task: EXECUTION, or --token TOKEN."),
        (("x", "--output", "yes"), "--output is no JSON: Expecting value: line 1 column 1 (char 0). "
         "A text has quotes in it: --output '\"yes\"'."),
        (("--token", "nonsense", "--output", "1"), "InvalidToken: Invalid Token: 'Invalid token'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_one_line(server: Server, arguments: tuple[str, ...], said: str) -> None:
    done = server.run("answer", *arguments)
    assert (done.returncode, done.stderr) == (2, f"Error: {said}\n")


def _arn(name: str) -> str:
    return f"arn:aws:states:us-east-1:123456789012:execution:{name}:{name}"
