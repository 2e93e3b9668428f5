"""Mock configuration files: what a test case answers, and what is said of files that are wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from stepwell.core.mocks import answer_to
from stepwell.errors import Failure
from stepwell.integrations.mock_config import MockConfigError, read_mock_config


def written(tmp_path: Path, content: Any) -> Path:
    file = tmp_path / "mocks.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def shop(cases: Any, **responses: Any) -> dict[str, Any]:
    return {"StateMachines": {"Shop": {"TestCases": cases}}, "MockedResponses": responses}


def problems(file: Path, machine: str = "Shop", case: str = "Sale") -> list[str]:
    with pytest.raises(MockConfigError) as caught:
        read_mock_config(file).mocks(machine, case)
    return [problem.removeprefix(f"{file}: ") for problem in caught.value.problems]


def test_a_test_case_answers_by_number_and_by_range(tmp_path):
    busy = {"0": {"Throw": {"Error": "Busy", "Cause": "lunch"}}, "1-2": {"Throw": {"Error": "Closed"}}}
    file = written(tmp_path, shop({"Sale": {"Pay": "Busy"}}, Busy=busy | {"3": {"Return": {"paid": 9007199254740993}}}))
    mocks = read_mock_config(file).mocks("Shop", "Sale")
    assert [answer_to(mocks, "Pay", number) for number in range(5)] == [
        Failure("Busy", "lunch"),
        Failure("Closed"),
        Failure("Closed"),
        '{"paid":9007199254740993}',
        None,
    ]


@pytest.mark.parametrize("value", [None, 0, "text", [], {}])
def test_any_json_may_be_returned(tmp_path, value):
    file = written(tmp_path, shop({"Sale": {"Pay": "R"}}, R={"0": {"Return": value}}))
    assert answer_to(read_mock_config(file).mocks("Shop", "Sale"), "Pay", 0) == json.dumps(value)


def test_it_tells_what_machines_and_test_cases_there_are(tmp_path):
    config = read_mock_config(written(tmp_path, shop({"Sale": {}, "Return": {}})))
    assert (config.machines(), config.test_cases("Shop")) == (["Shop"], ["Sale", "Return"])


def test_what_a_test_case_does_not_use_may_be_wrong_or_empty(tmp_path):
    cases = {"Sale": {"Pay": "Fine", "Ship": "Empty"}, "Broken": {"Pay": "Nowhere"}}
    file = written(tmp_path, shop(cases, Fine={"0": {"Return": 1}}, Empty={}, Rubbish=[1]) | {"Comment": "ours"})
    mocks = read_mock_config(file).mocks("Shop", "Sale")
    assert (answer_to(mocks, "Pay", 0), answer_to(mocks, "Ship", 0)) == ("1", None)


def test_all_that_is_wrong_with_a_test_case_is_told_at_once(tmp_path):
    rubbish = {
        "first": {"Return": 1},
        "2-1": {"Return": 1},
        "3": {"Returns": 1},
        "4": {"Return": 1, "Throw": {}},
        "5": {"Throw": "Busy"},
        "6": {"Throw": {"Error": 7, "Reason": "x"}},
        "7-8": {"Return": 1},
        "8": {"Return": 2},
    }
    cases = {"Sale": {"Pay": "Rubbish", "Pack": "Rubish", "Ship": 3}}
    either = 'must be {"Return": the task\'s result} or {"Throw": {"Error": "...", "Cause": "..."}}.'
    assert problems(written(tmp_path, shop(cases, Rubbish=rubbish))) == [
        'MockedResponses.Rubbish["first"]: the key must be the number of a try, from "0", or several as "1-2".',
        'MockedResponses.Rubbish["2-1"]: goes backwards. Write "1-2".',
        f'MockedResponses.Rubbish["3"]: {either}',
        f'MockedResponses.Rubbish["4"]: {either}',
        'MockedResponses.Rubbish["5"].Throw: must be {"Error": "...", "Cause": "..."}.',
        'MockedResponses.Rubbish["6"].Throw.Error: must be a string.',
        'MockedResponses.Rubbish["6"].Throw.Reason: there is no such member. There are: Cause, Error.',
        "MockedResponses.Rubbish: number 8 is answered twice. Let each number stand in one entry.",
        "StateMachines.Shop.TestCases.Sale.Pack: there is no mocked response Rubish. Did you mean Rubbish?",
        "StateMachines.Shop.TestCases.Sale.Ship: must be the name of one of MockedResponses, a string.",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (shop({"Sales": {}}), "StateMachines.Shop.TestCases: there is no test case Sale. Did you mean Sales?"),
        (shop({}), "StateMachines.Shop.TestCases: there is no test case Sale. There are: none."),
        ({"StateMachines": {"Bank": {}}}, "StateMachines: there is no state machine Shop. There are: Bank."),
        (shop([]), 'StateMachines.Shop: must be an object with the test cases: {"TestCases": {...}}.'),
        (shop({"Sale": 1}), 'StateMachines.Shop.TestCases.Sale: must be an object: {"STATE": "MOCKED RESPONSE", ...}.'),
        (
            shop({"Sale": {"Pay": "R"}}, R=[]),
            'MockedResponses.R: must be an object: {"0": {"Return": ...}, "1-2": {"Throw": ...}}.',
        ),
        ({"StateMachine": {}}, "StateMachines is missing. Did you mean StateMachine?"),
    ],
)
def test_what_is_not_there_or_of_the_wrong_kind_is_named(tmp_path, content, problem):
    assert problems(written(tmp_path, content)) == [problem]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "{file} is not JSON: "),
        ("[]", "{file}: must be an object with StateMachines and MockedResponses."),
        ('{"StateMachines": 1}', "{file}: StateMachines: must be an object."),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path, content, message):
    file = written(tmp_path, content)
    with pytest.raises(MockConfigError) as caught:
        read_mock_config(file)
    assert str(caught.value).startswith(message.format(file=file))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MockConfigError, match=r"none\.json cannot be read: No such file or directory\."):
        read_mock_config(tmp_path / "none.json")
