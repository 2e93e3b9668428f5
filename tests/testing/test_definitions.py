"""What can be tested: files of either kind, texts, dicts, objects with `to_asl()`; and mock configuration files."""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from definitions import chain, passing, retrier
from definitions import task as task_state
from stepwell import Retry, sleep, task, workflow
from stepwell.integrations.mock_config import MockConfigError
from stepwell.testing import Machine, UnusableDefinition, run

ONE = chain(A=passing(Result=1))


def test_a_definition_is_a_file_a_text_or_a_dict(tmp_path: Path) -> None:
    file = tmp_path / "one.asl.json"
    file.write_text(json.dumps(ONE))
    yaml = tmp_path / "two.asl.yaml"
    yaml.write_text("StartAt: A\nStates:\n  A: {Type: Pass, Result: 1, End: true}\n")
    for source in (file, str(yaml), json.dumps(ONE), yaml.read_text(), ONE):
        assert run(source).output == 1
    assert [Machine(source).name for source in (file, yaml, ONE)] == ["one", "two", "machine"]


def test_a_definition_that_is_not_valid_is_refused_with_all_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(UnusableDefinition) as problem:
        Machine({"StartAt": "X", "States": {"A": {"Type": "Pass"}}}, name="pizza")
    assert str(problem.value).splitlines()[0] == "machine is no valid state machine:"
    assert len(str(problem.value).splitlines()) >= 3
    with pytest.raises(UnusableDefinition, match="cannot be read"):
        Machine(tmp_path / "none.asl.json")
    with pytest.raises(UnusableDefinition, match="is no JSON"):
        Machine("{")
    with pytest.raises(UnusableDefinition, match="Give a path, a text, a dict"):
        Machine(7)


def test_placeholders_of_templates_are_settled() -> None:
    definition = chain(A=task_state(Resource="${BakeFunctionArn}"), B=passing(Result="${Stage}/${Other}"))
    result = run(definition, tasks={"BakeFunctionArn": 1}, machine={"substitutions": {"Stage": "prod"}})
    assert result.output == "prod/${Other}"


@dataclass
class Pizza:
    size: int


@task(retry=Retry(ValueError, times=2, after=60))
def bake(pizza: Pizza) -> Pizza:
    return Pizza(pizza.size * 2)


@task
async def serve(pizza: Pizza, table: int) -> str:
    return f"{pizza.size} for table {table}"


@workflow
async def order(size: int) -> str:
    baked = bake({"size": size})
    sleep(3600)
    return await serve(baked, 4)


def test_a_workflows_tasks_are_done_by_their_own_functions() -> None:
    machine = Machine(order)
    result = machine.run({"size": 2})
    assert (machine.name, result.output, result.elapsed) == ("order", "4 for table 4", timedelta(hours=1))


def test_a_workflows_tasks_may_be_answered_by_the_test() -> None:
    result = Machine(order).run({"size": 2}, tasks={"bake": [ValueError("cold"), {"size": 9}]})
    assert (result.output, result.elapsed) == ("9 for table 4", timedelta(hours=1, minutes=1))
    assert Machine(order).run({"size": 2}, tasks={"bake": KeyError("x")}).error == "KeyError"


def test_a_workflows_input_must_be_what_its_tasks_take() -> None:
    assert Machine(order).run({"size": "large"}).error == "ContractBroken"


MOCKS = {
    "StateMachines": {"shop": {"TestCases": {"Slow": {"Charge": "Busy"}, "Short": {"Charge": "Once"}}}},
    "MockedResponses": {
        "Busy": {"0-1": {"Throw": {"Error": "Card.Slow", "Cause": "busy"}}, "2": {"Return": {"paid": True}}},
        "Once": {"0": {"Throw": {"Error": "Card.Slow", "Cause": "busy"}}},
    },
}


@pytest.fixture
def mocks(tmp_path: Path) -> Path:
    file = tmp_path / "MockConfigFile.json"
    file.write_text(json.dumps(MOCKS))
    return file


def test_mock_configuration_files_answer_as_they_are(mocks: Path) -> None:
    shop = Machine(chain(Charge=task_state(Retry=[retrier()]), Ship=task_state()), name="shop")
    result = shop.run(mocks=mocks, case="Slow", tasks={"Ship": "sent"})
    assert (result.output, result.state("Charge").attempts) == ("sent", 3)
    assert result.state("Charge").output == {"paid": True}
    assert shop.run(mocks=mocks, case="Short").error == "States.Runtime"


def test_a_file_of_one_machine_serves_whatever_that_is_called(mocks: Path) -> None:
    assert run(chain(Charge=task_state(Retry=[retrier()])), mocks=mocks, case="Slow").output == {"paid": True}


def test_a_case_that_is_not_in_the_file_is_refused(mocks: Path) -> None:
    with pytest.raises(MockConfigError, match=r"there is no test case Slwo\. Did you mean Slow"):
        run(ONE, mocks=mocks, case="Slwo")
    with pytest.raises(MockConfigError, match="say which test case of shop is meant: case=…, one of Slow, Short"):
        run(ONE, mocks=mocks)
