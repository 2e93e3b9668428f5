"""What can be tested: files of either kind, texts, dicts, objects with `to_asl()`; and mock configuration files."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from definitions import chain, passing, retrier, task
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
    definition = chain(A=task(Resource="${BakeFunctionArn}"), B=passing(Result="${Stage}/${Other}"))
    result = run(definition, tasks={"BakeFunctionArn": 1}, machine={"substitutions": {"Stage": "prod"}})
    assert result.output == "prod/${Other}"


@dataclass
class Size:
    width: int


class Step:
    """As the library's tasks are: a function with a name."""

    name = "double"
    resource = None
    types = {"size": Size}  # noqa: RUF012

    @staticmethod
    def function(size: Size) -> Size:
        return Size(size.width * 2)


class Workflow:
    """As the library's workflows are."""

    name = "doubling"

    def to_asl(self) -> dict[str, Any]:
        return chain(Do=task(Resource="arn:aws:states:us-east-1:123456789012:activity:double"))

    def uses(self) -> Iterator[Any]:
        yield Step()


def test_a_workflows_tasks_are_answered_by_their_own_functions() -> None:
    machine = Machine(Workflow())
    assert machine.name == "doubling"
    assert machine.run({"size": {"width": 2}}).output == {"width": 4}
    assert machine.run(tasks={"double": "made up"}).output == "made up"


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
    shop = Machine(chain(Charge=task(Retry=[retrier()]), Ship=task()), name="shop")
    result = shop.run(mocks=mocks, case="Slow", tasks={"Ship": "sent"})
    assert (result.output, result.state("Charge").attempts) == ("sent", 3)
    assert result.state("Charge").output == {"paid": True}
    assert shop.run(mocks=mocks, case="Short").error == "States.Runtime"


def test_a_file_of_one_machine_serves_whatever_that_is_called(mocks: Path) -> None:
    assert run(chain(Charge=task(Retry=[retrier()])), mocks=mocks, case="Slow").output == {"paid": True}


def test_a_case_that_is_not_in_the_file_is_refused(mocks: Path) -> None:
    with pytest.raises(MockConfigError, match=r"there is no test case Slwo\. Did you mean Slow"):
        run(ONE, mocks=mocks, case="Slwo")
    with pytest.raises(MockConfigError, match="say which test case of shop is meant: case=…, one of Slow, Short"):
        run(ONE, mocks=mocks)
