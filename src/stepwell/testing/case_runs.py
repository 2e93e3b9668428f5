"""Running test cases from files: what is not as expected, and the reports of it."""

import time
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree import ElementTree

import msgspec

from stepwell.integrations.mock_config import MockConfigError
from stepwell.testing.answers import Unanswered, UnknownTask
from stepwell.testing.cases import Case
from stepwell.testing.coverage import Coverage
from stepwell.testing.drawing import first_difference, first_step_apart, shown
from stepwell.testing.results import NotSucceeded, Run
from stepwell.testing.world import CannotGoOn

_STATE_MEMBERS = ("attempts", "entered", "input", "output", "error", "cause", "given")


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a case."""

    file: str
    machine: str
    name: str
    passed: bool
    seconds: float  # of the wall
    problems: tuple[str, ...] = ()
    drawing: str = ""  # of the run, as far as it came


def try_case(case: Case, coverage: Coverage | None = None) -> Verdict:
    """Run it, and compare."""
    began = time.perf_counter()
    run: Run | None = None
    try:
        run = case.machine.run(**case.run)
        problems = [*_differences(run, case.expect), *(case.recording.differences(run) if case.recording else ())]
        drawing = str(run)
    except (Unanswered, UnknownTask, CannotGoOn, NotSucceeded, MockConfigError) as problem:
        problems = [str(problem)]
        drawing = "\n".join(getattr(problem, "__notes__", ()))
    finally:
        if run is not None:
            run.close()
    if run is not None and coverage is not None:
        coverage.take(run)
    return Verdict(
        file=str(case.file),
        machine=case.machine.name,
        name=case.name,
        passed=not problems,
        seconds=time.perf_counter() - began,
        problems=tuple(problems),
        drawing=drawing,
    )


def _differences(run: Run, expect: dict[str, Any]) -> Iterator[str]:
    fails = run.status in ("FAILED", "TIMED_OUT", "ABORTED")
    usual = "RUNNING" if run.held else "FAILED" if "error" in expect or "cause" in expect else "SUCCEEDED"
    if run.status != expect.get("status", usual):
        yield f"status: is {run.status}, expected {expect.get('status', usual)}"
        if fails and "error" not in expect:
            yield f"error: is {run.error}, {run.cause or 'without a cause'}"
    if "output" in expect and run.status == "SUCCEEDED" and (apart := first_difference(run.output, expect["output"])):
        yield f"output: {apart}"
    if "path" in expect and list(run.path) != expect["path"]:
        yield f"path: {first_step_apart(run.path, expect['path'])}"
    plain = {"error": run.error, "cause": run.cause, "elapsed": run.elapsed.total_seconds()}
    yield from (
        f"{name}: is {shown(value)}, expected {shown(expect[name])}"
        for name, value in plain.items()
        if name in expect and value != expect[name]
    )
    for name in ("input", "variables"):
        if name in expect and (apart := first_difference(getattr(run, name), expect[name])):
            yield f"{name}: {apart}"
    for name, members in expect.get("states", {}).items():
        yield from _state_differences(run, name, members)


def _state_differences(run: Run, name: str, members: dict[str, Any]) -> Iterator[str]:
    if name not in run:
        if members.get("entered") != 0:
            yield f"states.{name}: was never entered"
        return
    state = run.state(name)
    for member in _STATE_MEMBERS:
        if member not in members:
            continue
        try:
            value = getattr(state, member)
        except NotSucceeded:
            yield f"states.{name}.{member}: there is none, the state is {state.status}"
            continue
        if apart := first_difference(value, members[member]):
            yield f"states.{name}.{member}: {apart}"


def junit(verdicts: Iterable[Verdict]) -> str:
    """The verdicts as JUnit's XML, a suite for each file."""
    by_file: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_file.setdefault(verdict.file, []).append(verdict)
    root = ElementTree.Element("testsuites", name="stepwell test")
    for file, of_file in by_file.items():
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=file,
            tests=str(len(of_file)),
            failures=str(sum(not verdict.passed for verdict in of_file)),
            errors="0",
            time=f"{sum(verdict.seconds for verdict in of_file):.3f}",
        )
        for verdict in of_file:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=verdict.machine,
                name=verdict.name,
                file=file,
                time=f"{verdict.seconds:.3f}",
            )
            if not verdict.passed:
                failure = ElementTree.SubElement(case, "failure", message=_xml(verdict.problems[0]))
                failure.text = _xml("\n".join([*verdict.problems, "", verdict.drawing]))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _xml(text: str) -> str:
    """Without characters that XML forbids."""
    return "".join(char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text)
