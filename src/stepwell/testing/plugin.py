"""The pytest plugin: the fixture `machine`, assertions that explain themselves, and coverage of definitions.

pytest loads it for everybody who has Stepwell installed: nothing of Stepwell is imported before a test asks for it.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stepwell.testing import listeners

if TYPE_CHECKING:
    from stepwell.testing.coverage import Coverage
    from stepwell.testing.machine import Machine
    from stepwell.testing.results import Run

_OUTPUT = "stepwell_coverage"

MOST_RUNS = 20
"""Of one test that are kept to be drawn: a property test may have thousands."""
MOST_VALUES = 500
"""That a test was given, for its assertions to be explained."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("stepwell", "state machines (stepwell)")
    group.addoption(
        "--stepwell-cov",
        nargs="?",
        action="append",
        const="",
        metavar="PATH",
        help="Report which states, transitions, rules, catchers and retriers the tests came through. PATH: a "
        "definition, or a directory of *.asl.json and *.asl.yaml, that counts even if no test runs it.",
    )
    group.addoption("--stepwell-cov-html", metavar="DIR", help="Write the report as HTML with coloured graphs.")
    group.addoption(
        "--stepwell-cov-fail-under", type=float, metavar="PERCENT", help="Fail when less than this is covered."
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Session(config), "stepwell-session")


def pytest_unconfigure(config: pytest.Config) -> None:
    session = config.pluginmanager.unregister(name="stepwell-session")
    if session is not None:
        session.close()


@pytest.fixture
def machine(request: pytest.FixtureRequest) -> "Iterator[Callable[..., Machine]]":
    """Makes a Machine of a definition: `machine("pizza.asl.json").run({"size": 3}, tasks={"Bake": {"done": True}})`.

    A path is looked for beside the test's file, then from where pytest was started. See `stepwell.testing.Machine`.
    """
    from stepwell.testing.machine import Machine

    held: list[Run] = []

    def took(run: "Run") -> None:
        if run.held:
            held.append(run)

    listeners.runs.append(took)

    def make(source: Any, **options: Any) -> Machine:
        return Machine(source, directory=_directory(request.path.parent, source), **options)

    yield make
    listeners.runs.remove(took)
    for run in held:
        run.close()


def _directory(beside: Path, source: Any) -> Path | None:
    is_path = isinstance(source, Path) or (isinstance(source, str) and "\n" not in source and "{" not in source)
    return beside if is_path and (beside / source).exists() else None


class _Session:
    """What the plugin keeps while tests run."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._runs: list[Run] = []  # of the test that runs, the last ones
        self._values: deque[tuple[Any, Run, str]] = deque(maxlen=MOST_VALUES)
        self._coverage: Coverage | None = None
        self._dumps: list[Any] = []  # from other processes
        options = config.option
        self._covering = bool(
            options.stepwell_cov or options.stepwell_cov_html or options.stepwell_cov_fail_under is not None
        )
        listeners.runs.append(self._took)
        listeners.values.append(self._told)

    def close(self) -> None:
        listeners.runs.remove(self._took)
        listeners.values.remove(self._told)

    def _took(self, run: "Run") -> None:
        self._runs = [other for other in self._runs if not run.follows(other)] + [run]
        if len(self._runs) > MOST_RUNS:
            self._count(self._runs.pop(0))

    def _told(self, value: Any, run: "Run", what: str) -> None:
        if isinstance(value, dict | list):
            self._values.append((value, run, what))

    # -- tests ---------------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[None]"
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """A test that fails shows what its machines did."""
        report = yield
        if call.when == "call" and report.failed and self._runs:
            report.sections.append(("state machines", "\n\n".join(map(str, self._runs))))
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        try:
            return (yield)
        finally:
            for run in self._runs:
                self._count(run)
            self._runs = []
            self._values.clear()

    def _count(self, run: "Run") -> None:
        if self._covering:
            self.coverage.take(run)

    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> list[str] | None:
        if op != "==" or not self._runs:
            return None
        return self._explained(left, right) or self._explained(right, left)

    def _explained(self, actual: Any, expected: Any) -> list[str] | None:
        from stepwell.testing.drawing import first_difference, first_step_apart, shown
        from stepwell.testing.results import Path as StatesPath

        if isinstance(actual, StatesPath) and isinstance(expected, list):
            return [
                f"the path of {actual.run.name} is not the expected one: {first_step_apart(actual, expected)}",
                f"it went     {' → '.join(actual) or 'nowhere'}",
                f"expected    {' → '.join(map(str, expected)) or 'nowhere'}",
            ]
        for value, run, what in self._values:
            if value is actual:
                return [
                    f"the {what} of {run.name} is not the expected one",
                    f"first difference at {first_difference(actual, expected)}",
                    f"it is       {shown(actual)}",
                    f"expected    {shown(expected)}",
                ]
        return None

    # -- coverage ------------------------------------------------------------------------------------------------------

    @property
    def coverage(self) -> "Coverage":
        if self._coverage is None:
            from stepwell.testing.coverage import Coverage

            self._coverage = Coverage()
        return self._coverage

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """A worker of pytest-xdist has ended."""
        self._dumps.append(getattr(node, "workeroutput", {}).get(_OUTPUT, {}))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not self._covering:
            return
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_OUTPUT] = self.coverage.dump()
            return
        for dump in self._dumps:
            self.coverage.merge(dump)
        self._expect_definitions()
        least = self._config.option.stepwell_cov_fail_under
        if least is not None and self.coverage.percent() < least and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _expect_definitions(self) -> None:
        from stepwell.testing.definitions import definition_files, read_definition

        for path in filter(None, self._config.option.stepwell_cov or ()):
            for file in definition_files(Path(path)):
                self.coverage.expect(read_definition(file))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._covering:
            return
        from stepwell.testing.coverage_report import table, write_pages

        options = self._config.option
        terminalreporter.section("coverage of state machines")
        terminalreporter.write_line(table(self.coverage, width=terminalreporter._tw.fullwidth))
        if options.stepwell_cov_html:
            terminalreporter.write_line(f"\nwritten to {write_pages(self.coverage, Path(options.stepwell_cov_html))}")
        least = options.stepwell_cov_fail_under
        if least is not None and (reached := self.coverage.percent()) < least:
            terminalreporter.write_line(
                f"\nFAIL: {int(reached * 100) / 100:g}% of the state machines is covered; {least:g}% is required.",
                red=True,
            )
