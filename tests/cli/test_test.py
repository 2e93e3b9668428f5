"""What `stepwell test` says of test cases in files, its reports, and its exit codes."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from definitions import catcher, chain, passing, retrier, task
from stepwell.cli import main
from stepwell.testing import Machine

PIZZA = chain(
    Bake=task(Retry=[retrier("Oven.Cold")], Catch=[catcher("Apologise", "Burnt")]),
    Serve=passing(),
    Pause={"Type": "Wait", "Seconds": 86400},
    Apologise=passing(),
)
CASES = """
tasks:
  Bake: {return: {done: true}}
cases:
  served after a retry:
    input: {size: 3}
    tasks:
      Bake:
        - throw: {error: Oven.Cold}
        - {return: {done: true}, after: 120}
    expect:
      path: [Bake, Serve, Pause, Apologise]
      output: {done: true}
      elapsed: 86521
      states:
        Bake: {attempts: 2, given: [{size: 3}, {size: 3}]}
  apology:
    tasks: {Bake: {throw: {error: Burnt}}}
    expect: {path: [Bake, Apologise]}
  silence:
    tasks: {Bake: {throw: {error: Silent, cause: nobody}}}
    expect: {error: Silent, cause: nobody}
  held:
    until: Pause
    expect: {path: [Bake, Serve], input: {done: true}}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with pizza.asl.json and its test cases, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pizza.asl.json").write_text(json.dumps(PIZZA))
    (tmp_path / "pizza.test.yaml").write_text(CASES)
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and everything printed."""
    done = CliRunner().invoke(main, ["test", *arguments])
    return done.exit_code, done.output


def verdicts(*arguments: str) -> dict[str, bool]:
    """Name of each case -> whether it passed."""
    return {case["name"]: case["passed"] for case in json.loads(run(*arguments, "--json")[1])["cases"]}


@pytest.mark.parametrize("path", [[], ["."], ["pizza.test.yaml"], ["pizza.asl.json"]], ids=str)
def test_cases_are_found_by_directory_file_and_definition(here: Path, path: list[str]) -> None:
    assert verdicts(*path) == {"served after a retry": True, "apology": True, "silence": True, "held": True}


def test_all_passed_exits_with_0(here: Path) -> None:
    code, printed = run()
    assert (code, printed.splitlines()[-1]) == (0, "4 cases: 4 passed, 0 failed.")
    assert "✓ pizza.test.yaml: apology (" in printed


def test_some_cases_can_be_chosen(here: Path) -> None:
    assert verdicts("-k", "hel") == {"held": True}


def test_a_case_that_fails_tells_each_difference_and_draws_the_run(here: Path) -> None:
    expected = {"output": {"done": False}, "path": ["Bake", "Apologise"], "elapsed": 1, "variables": {"x": 1}}
    states = {"Bake": {"attempts": 2, "output": 7}, "Apologise": {"entered": 0}}
    (here / "pizza.test.yaml").unlink()
    case = {"tasks": {"Bake": {"return": {"done": True}}}, "expect": {**expected, "states": states}}
    (here / "pizza.test.json").write_text(json.dumps({"cases": {"wrong": case}}))
    code, printed = run()
    assert code == 1
    assert [line.strip() for line in printed.splitlines()[1:]] == [
        "output: $.done: is true, expected false",
        "path: step 2 after 'Bake': 'Serve', expected 'Apologise'",
        "elapsed: is 86400.0, expected 1",
        "variables: $.x: is missing, expected 1",
        "states.Bake.attempts: $: is 1, expected 2",
        'states.Bake.output: $: is {"done": true}, expected 7',
        "states.Apologise.entered: $: is 1, expected 0",
        "pizza SUCCEEDED after 1 day, 0:00:00",
        "✓ Bake (Task)",
        "✓ Serve (Pass)",
        "✓ Pause (Wait, 1 day, 0:00:00)",
        "✓ Apologise (Pass)",
        "1 case: 0 passed, 1 failed.",
    ]


def test_a_failure_that_nobody_expected_says_why(here: Path) -> None:
    (here / "pizza.test.yaml").write_text("cases: {odd: {tasks: {Bake: {throw: {error: E, cause: C}}}}}")
    code, printed = run()
    assert code == 1
    assert "status: is FAILED, expected SUCCEEDED" in printed
    assert "error: is E, C" in printed


def test_an_unanswered_task_fails_the_case(here: Path) -> None:
    (here / "pizza.test.yaml").write_text("cases: {forgotten: {input: 1}}")
    code, printed = run()
    assert code == 1
    assert "Nothing answers it." in printed
    assert "… Bake (Task)" in printed


def test_everything_that_is_wrong_with_files_is_told_at_once(here: Path) -> None:
    (here / "pizza.test.yaml").write_text(
        "cases:\n"
        "  one: {inptu: 1, at: noon, tasks: {Bake: [{retrun: 1}, {return: 1, after: soon}]}}\n"
        "  two: {expect: {status: DONE, path: Bake, states: {Bake: {attempts: many}}}}\n"
    )
    (here / "soup.test.json").write_text("{}")
    code, printed = run()
    assert (code, printed.splitlines()) == (
        2,
        [
            "Error: pizza.test.yaml: cases.one.inptu: there is no such member. Did you mean input?",
            "Error: pizza.test.yaml: cases.one.at: must be a time such as 2025-01-31T12:00:00+00:00.",
            'Error: pizza.test.yaml: cases.one.tasks.Bake[0]: must be {"return": …}, {"throw": {"error": "…"}}, '
            '{"never": true} or a list of these.',
            "Error: pizza.test.yaml: cases.one.tasks.Bake[1].after: must be a number of seconds.",
            "Error: pizza.test.yaml: cases.two.expect.status: must be one of SUCCEEDED, FAILED, TIMED_OUT, RUNNING.",
            "Error: pizza.test.yaml: cases.two.expect.path: must be a list of names.",
            "Error: pizza.test.yaml: cases.two.expect.states.Bake.attempts: must be a number.",
            "Error: soup.test.json: cases: is missing.",
            "0 cases: 0 passed, 0 failed.",
        ],
    )


def test_names_that_the_machine_has_not_are_told_before_anything_runs(here: Path) -> None:
    (here / "pizza.test.yaml").write_text(
        "cases: {one: {until: Bkae, tasks: {Bkae: {return: 1}}, expect: {path: [Bake, Sevre]}}}"
    )
    code, printed = run()
    assert code == 2
    assert "cases.one.until: pizza has no state Bkae. Did you mean Bake?" in printed
    assert "cases.one.expect.path: pizza has no state Sevre. Did you mean Serve?" in printed
    assert "tasks['Bkae']: no machine of this test has such a task. Did you mean 'Bake'?" in printed


def test_no_cases_at_all_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run() == (2, "Error: There are no test cases here: files named NAME.test.json or NAME.test.yaml.\n")
    assert run("none.asl.json")[0] == 2


def test_mock_configuration_files_and_recordings_answer_cases(here: Path) -> None:
    mocks = {
        "StateMachines": {"pizza": {"TestCases": {"Good": {"Bake": "Done"}}}},
        "MockedResponses": {"Done": {"0": {"Return": 5}}},
    }
    (here / "mocks.json").write_text(json.dumps(mocks))
    history = Machine(here / "pizza.asl.json").run(tasks={"Bake": 6}).history
    (here / "history.json").write_text(json.dumps({"events": history}))
    (here / "pizza.test.yaml").write_text(
        "mocks: mocks.json\n"
        "cases:\n"
        "  mocked: {case: Good, expect: {output: 5}}\n"
        "  replayed: {recorded: history.json, expect: {output: 6}}\n"
        "  changed: {recorded: history.json, tasks: {Bake: {return: 7}}}\n"
    )
    assert verdicts() == {"mocked": True, "replayed": True, "changed": False}
    assert "output: $: is 7, recorded 6" in run()[1]


def test_coverage_is_told_and_can_be_required(here: Path) -> None:
    code, printed = run("--cov-fail-under", "100", "--cov-html", "pages")
    assert code == 0
    assert "pizza.asl.json" in printed
    assert "100%" in printed
    assert (here / "pages/index.html").exists()
    code, printed = run("--cov-fail-under", "90", "-k", "held")
    assert code == 1
    assert "Bake: Catch[0] of Burnt → Apologise" in printed
    assert "40% is covered; 90% is required." in printed


def test_results_are_written_for_ci(here: Path) -> None:
    with (here / "pizza.test.yaml").open("a") as file:
        file.write("  wrong:\n    expect: {output: 1}\n")
    assert run("--junit", "junit.xml")[0] == 1
    suite = ElementTree.parse(here / "junit.xml").getroot()[0]
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("pizza.test.yaml", "5", "1")
    failure = suite.find("testcase[@name='wrong']/failure")
    assert failure is not None
    assert failure.get("message") == 'output: $: is {"done": true}, expected 1'
    assert "✓ Bake (Task)" in (failure.text or "")
