"""Test cases in files, for teams that write no Python: `pizza.test.yaml` beside `pizza.asl.json`."""

import difflib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from stepwell.errors import Failure
from stepwell.integrations.mock_config import MockConfigError
from stepwell.testing.answers import NEVER, After, UnknownTask
from stepwell.testing.case_form import FORM
from stepwell.testing.definitions import UnusableDefinition, load_yaml
from stepwell.testing.machine import Machine
from stepwell.testing.recorded import Recording, UnusableRecording

SUFFIXES = (".test.json", ".test.yaml", ".test.yml")
DEFINITIONS = (".asl.json", ".asl.yaml", ".asl.yml", ".json")


class UnusableCases(Exception):
    """A file of test cases cannot be used. `problems`: all that is wrong with it, one line each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One test case."""

    file: Path
    name: str
    machine: Machine
    run: dict[str, Any]  # what `Machine.run` is given
    expect: dict[str, Any]
    recording: Recording | None = None  # whose differences are failures


def case_files(path: Path) -> list[Path]:
    """The files of test cases that a path stands for: one of them, a definition, or a directory with what is below it.

    Raises UnusableCases when there is none.
    """
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.name.endswith(SUFFIXES))
    if not path.exists():
        raise UnusableCases([f"{path} is not there."])
    if path.name.endswith(SUFFIXES):
        return [path]
    stem = _stem(path.name, DEFINITIONS)
    found = [path.with_name(stem + suffix) for suffix in SUFFIXES if path.with_name(stem + suffix).exists()]
    if not found:
        raise UnusableCases([f"{path} has no test cases: {stem}.test.json or {stem}.test.yaml beside it."])
    return found


def read_cases(file: Path) -> list[Case]:
    """The cases of a file. Raises UnusableCases with everything that is wrong with it."""
    try:
        text = file.read_text("utf-8-sig")
        content = json.loads(text) if file.suffix == ".json" else load_yaml(text)
    except (OSError, ValueError, RecursionError) as problem:
        raise UnusableCases([f"{file} cannot be read: {problem}"]) from None
    problems = list(FORM(content, ""))
    if problems:
        raise UnusableCases(f"{file}: {problem}" for problem in problems)
    return _Reader(file, content).cases()


def _stem(name: str, suffixes: Iterable[str]) -> str:
    return name.removesuffix(next((suffix for suffix in suffixes if name.endswith(suffix)), ""))


class _Reader:
    def __init__(self, file: Path, content: Mapping[str, Any]) -> None:
        self._file = file
        self._content = content
        self._problems: list[str] = []

    def cases(self) -> list[Case]:
        machine = self._machine()
        found = [] if machine is None else [self._case(machine, *each) for each in self._content["cases"].items()]
        if self._problems:
            raise UnusableCases(f"{self._file}: {problem}" for problem in self._problems)
        return found

    def _machine(self) -> Machine | None:
        content = self._content
        source = self._definition()
        if source is None:
            return None
        try:
            return Machine(
                source,
                type=content.get("type", "STANDARD"),
                tasks={name: _answer(answer) for name, answer in content.get("tasks", {}).items()},
                machines=content.get("machines", {}),
                substitutions=content.get("substitutions"),
                directory=self._file.parent,
            )
        except UnusableDefinition as problem:
            self._problems.append(str(problem))
            return None

    def _definition(self) -> str | None:
        if "machine" in self._content:
            return str(self._content["machine"])
        stem = _stem(self._file.name, SUFFIXES)
        for suffix in DEFINITIONS:
            if self._file.with_name(stem + suffix).exists():
                return stem + suffix
        self._problems.append(f"there is no {stem}.asl.json beside it. Name the definition: machine.")
        return None

    def _case(self, machine: Machine, name: str, raw: Mapping[str, Any]) -> Case:
        run = {key: raw[key] for key in ("input", "start", "until", "variables", "case") if key in raw}
        run["tasks"] = {key: _answer(answer) for key, answer in raw.get("tasks", {}).items()}
        if "at" in raw:
            run["at"] = datetime.fromisoformat(raw["at"])
        if "mocks" in self._content and "case" in raw:
            run["mocks"] = self._file.parent / self._content["mocks"]
        recording = None
        if "recorded" in raw:
            try:
                recording = run["recorded"] = Recording(self._file.parent / raw["recorded"])
            except UnusableRecording as problem:
                self._problems.append(f"cases.{name}.recorded: {problem}")
        if "case" in raw and "mocks" not in self._content:
            self._problems.append(f"cases.{name}.case: there is no file of mocks. Name it beside cases: mocks.")
        self._look_over(machine, name, raw, run)
        return Case(
            file=self._file, name=name, machine=machine, run=run, expect=raw.get("expect", {}), recording=recording
        )

    def _look_over(self, machine: Machine, name: str, raw: Mapping[str, Any], run: Mapping[str, Any]) -> None:
        """What can be told before it runs: names of states, of tasks and of mocks."""
        expect = raw.get("expect", {})
        states = machine.definition.machine.states
        named = [(key, raw[key]) for key in ("start", "until") if key in raw]
        named += [("expect.path", state) for state in expect.get("path", ())]
        named += [("expect.states", state) for state in expect.get("states", {})]
        for key, state in named:
            if state not in states:
                near = difflib.get_close_matches(state, states, 1)
                instead = f" Did you mean {near[0]}?" if near else ""
                self._problems.append(f"cases.{name}.{key}: {machine.name} has no state {state}.{instead}")
        try:
            machine.check(run["tasks"], run.get("mocks"), run.get("case"))
        except (UnknownTask, MockConfigError) as problem:
            self._problems.append(f"cases.{name}: {problem}")


def _answer(raw: Any) -> Any:
    if isinstance(raw, list):
        return [_answer(each) for each in raw]
    if "never" in raw:
        return NEVER
    answer = raw["return"] if "return" in raw else Failure(raw["throw"].get("error"), raw["throw"].get("cause"))
    return After(raw.get("after", 0), answer)
