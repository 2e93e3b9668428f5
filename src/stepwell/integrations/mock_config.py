"""Mock configuration files: test cases that say what tasks are answered, as AWS's own local emulator read them.

```json
{"StateMachines": {"Shop": {"TestCases": {"SoldOut": {"Reserve": "NoneLeft"}}}},
 "MockedResponses": {"NoneLeft": {"0-1": {"Throw": {"Error": "Busy", "Cause": ""}}, "2": {"Return": {"left": 0}}}}}
```

The format is that of the developer guide, "Using mocked service integrations". What a test case does not use is not
looked at, so a half-finished response disturbs nobody else.
"""

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from stepwell.core.mocks import Mock, Mocks

_NUMBERS = re.compile(r"(0|[1-9][0-9]*)(?:-(0|[1-9][0-9]*))?", re.ASCII)

_FORMS = {"Return": "the task's result", "Throw": '{"Error": "...", "Cause": "..."}'}


class MockConfigError(Exception):
    """A file cannot be used, or a test case of it. `problems`: file, path within it, what is wrong and the mend."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class MockConfig:
    """The test cases of one file."""

    def __init__(self, file: Path, machines: Mapping[str, Any], responses: Mapping[str, Any]) -> None:
        self._file = file
        self._machines = machines
        self._responses = responses

    def machines(self) -> list[str]:
        """Names of the state machines that the file has test cases for."""
        return list(self._machines)

    def test_cases(self, machine: str) -> list[str]:
        """Names of a machine's test cases. Raises MockConfigError."""
        return list(self._cases(machine))

    def mocks(self, machine: str, test_case: str) -> Mocks:
        """What the test case answers, state by state. Raises MockConfigError with all that is wrong with it."""
        cases = self._cases(machine)
        case = cases.get(test_case)
        path = f"StateMachines.{machine}.TestCases"
        if case is None:
            raise self._error(path, f"there is no test case {test_case}. {_instead(test_case, cases)}")
        path = f"{path}.{test_case}"
        if not isinstance(case, dict):
            raise self._error(path, 'must be an object: {"STATE": "MOCKED RESPONSE", ...}.')
        problems: list[str] = []
        found: dict[str, list[Mock]] = {}
        read: dict[str, list[Mock]] = {}  # by the response's name: states may share one, and its problems are told once
        for state, name in case.items():
            if not isinstance(name, str):
                problems.append(self._told(f"{path}.{state}", "must be the name of one of MockedResponses, a string."))
            elif name not in self._responses:
                missing = f"there is no mocked response {name}. {_instead(name, self._responses)}"
                problems.append(self._told(f"{path}.{state}", missing))
            else:
                if name not in read:
                    read[name] = self._answers(f"MockedResponses.{name}", self._responses[name], problems)
                found[state] = read[name]
        if problems:
            raise MockConfigError(problems)
        return found

    def _cases(self, machine: str) -> dict[str, Any]:
        path = f"StateMachines.{machine}"
        if machine not in self._machines:
            raise self._error(
                "StateMachines", f"there is no state machine {machine}. {_instead(machine, self._machines)}"
            )
        cases = self._machines[machine]
        if not isinstance(cases, dict) or not isinstance(cases.get("TestCases"), dict):
            raise self._error(path, 'must be an object with the test cases: {"TestCases": {...}}.')
        named: dict[str, Any] = cases["TestCases"]
        return named

    def _answers(self, path: str, response: Any, problems: list[str]) -> list[Mock]:
        """The answers of one mocked response, by rising number; adds to `problems`."""
        if not isinstance(response, dict):
            problems.append(self._told(path, 'must be an object: {"0": {"Return": ...}, "1-2": {"Throw": ...}}.'))
            return []
        found = []
        for numbers, answer in response.items():
            here = f'{path}["{numbers}"]'
            mistakes = [*_number_mistakes(numbers), *_answer_mistakes(answer)]
            problems += [self._told(here + where, what) for where, what in mistakes]
            if not mistakes:
                first, _, last = numbers.partition("-")
                found.append(Mock(int(first), int(last or first), msgspec.Raw(msgspec.json.encode(answer))))
        found.sort(key=lambda mock: mock.first)
        for before, after in itertools.pairwise(found):
            if after.first <= before.last:
                both = f"number {after.first} is answered twice. Let each number stand in one entry."
                problems.append(self._told(path, both))
        return found

    def _error(self, path: str, what: str) -> MockConfigError:
        return MockConfigError([self._told(path, what)])

    def _told(self, path: str, what: str) -> str:
        return f"{self._file}: {path}: {what}"


def read_mock_config(file: Path | str) -> MockConfig:
    """Read a file. Raises MockConfigError when it is no such file at all; its test cases are checked when asked for."""
    file = Path(file)
    try:
        content = msgspec.json.decode(file.read_bytes())
    except OSError as problem:
        raise MockConfigError([f"{file} cannot be read: {problem.strerror}."]) from problem
    except (ValueError, RecursionError) as problem:
        raise MockConfigError([f"{file} is not JSON: {problem}."]) from problem
    if not isinstance(content, dict):
        raise MockConfigError([f"{file}: must be an object with StateMachines and MockedResponses."])
    tables = {name: content.get(name, {}) for name in ("StateMachines", "MockedResponses")}
    problems = [f"{file}: {name}: must be an object." for name, table in tables.items() if not isinstance(table, dict)]
    if "StateMachines" not in content:
        problems.append(f"{file}: StateMachines is missing. {_instead('StateMachines', content)}")
    if problems:
        raise MockConfigError(problems)
    return MockConfig(file, tables["StateMachines"], tables["MockedResponses"])


def _number_mistakes(numbers: str) -> Iterator[tuple[str, str]]:
    found = _NUMBERS.fullmatch(numbers)
    if found is None:
        yield "", 'the key must be the number of a try, from "0", or several as "1-2".'
    elif found[2] is not None and int(found[2]) < int(found[1]):
        yield "", f'goes backwards. Write "{found[2]}-{found[1]}".'


def _answer_mistakes(answer: Any) -> Iterator[tuple[str, str]]:
    """Paths below the answer, and what is wrong there."""
    if not isinstance(answer, dict) or len(answer) != 1 or next(iter(answer)) not in _FORMS:
        forms = " or ".join(f'{{"{name}": {value}}}' for name, value in _FORMS.items())
        yield "", f"must be {forms}."
        return
    if "Return" in answer:
        return
    thrown = answer["Throw"]
    if not isinstance(thrown, dict):
        yield ".Throw", f"must be {_FORMS['Throw']}."
        return
    for name, value in thrown.items():
        if name not in ("Error", "Cause"):
            yield f".Throw.{name}", f"there is no such member. {_instead(name, ('Error', 'Cause'))}"
        elif not isinstance(value, str):
            yield f".Throw.{name}", "must be a string."


def _instead(name: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(name, known, 1)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(known)) or 'none'}."
