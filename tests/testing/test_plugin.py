"""The pytest plugin in processes of pytest's own: fixture, explanations, coverage."""

import json
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from definitions import catcher, chain, passing, retrier, task

pytest_plugins = ["pytester"]

INSTALLED = any(each.name == "stepwell" for each in entry_points(group="pytest11"))
PIZZA = chain(
    Prepare=passing(),
    Bake=task(Retry=[retrier("Oven.Cold")], Catch=[catcher("Apologise")]),
    Enough={
        "Type": "Choice",
        "Choices": [{"Variable": "$.minutes", "NumericGreaterThan": 5, "Next": "Serve"}],
        "Default": "Apologise",
    },
    Serve={"Type": "Succeed"},
    Apologise=passing(),
)


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A directory with pizza.asl.json, where pytest knows the plugin."""
    pytester.path.joinpath("pizza.asl.json").write_text(json.dumps(PIZZA), "utf-8")
    return pytester


def run_tests(project: pytest.Pytester, *arguments: str, **tests: str) -> pytest.RunResult:
    if tests:
        project.makepyfile(**tests)
    plugin = () if INSTALLED else ("-p", "stepwell.testing.plugin")
    return project.runpytest_subprocess(*plugin, *arguments)


def test_the_fixture_finds_a_definition_beside_the_test(project: pytest.Pytester) -> None:
    project.mkdir("below").joinpath("soup.asl.yaml").write_text("StartAt: A\nStates: {A: {Type: Succeed}}\n")
    project.path.joinpath("below/test_soup.py").write_text(
        "def test_soup(machine):\n    assert machine('soup.asl.yaml').run(3).output == 3\n"
    )
    result = run_tests(
        project,
        test_pizza="def test_it(machine):\n"
        "    pizza = machine('pizza.asl.json')\n"
        "    assert pizza.run(tasks={'Bake': {'minutes': 6}}).path == ['Prepare', 'Bake', 'Enough', 'Serve']\n",
    )
    result.assert_outcomes(passed=2)


def test_a_wrong_path_is_explained_and_drawn(project: pytest.Pytester) -> None:
    result = run_tests(
        project,
        test_pizza="from stepwell.testing import Failure\n"
        "def test_it(machine):\n"
        "    run = machine('pizza.asl.json').run(tasks={'Bake': [Failure('Oven.Cold'), Failure('Burnt')]})\n"
        "    assert run.path == ['Prepare', 'Bake', 'Enough', 'Serve']\n",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*the path of pizza is not the expected one: step 3 after 'Bake': 'Apologise', expected 'Enough'",
            "E*it went     Prepare → Bake → Apologise",
            "E*expected    Prepare → Bake → Enough → Serve",
            "*state machines*",
            "pizza SUCCEEDED after 1 s",
            "  ✓ Prepare (Pass)",
            "  ↷ Bake (Task, 2 attempts, 1 s, Oven.Cold, Burnt, caught by Catch[[]0])",
            "  ✓ Apologise (Pass)",
        ]
    )


def test_wrong_outputs_and_inputs_show_their_first_difference(project: pytest.Pytester) -> None:
    result = run_tests(
        project,
        test_pizza="def test_output(machine):\n"
        "    run = machine('pizza.asl.json').run(tasks={'Bake': {'minutes': 6, 'on': [1, 2]}})\n"
        "    assert run.output == {'minutes': 6, 'on': [1, 3]}\n"
        "def test_attempts(machine):\n"
        "    run = machine('pizza.asl.json').run(tasks={'Bake': {'minutes': 6}})\n"
        "    assert run.state('Bake').attempts == 2\n",
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "E*the output of pizza is not the expected one",
            "E*first difference at $.on[[]1[]]: is 2, expected 3",
            "E*assert 1 == 2",
            "E*where 1 = <state Bake: entered 1 times, 1 attempts>.attempts",
        ]
    )


def test_a_test_that_forgot_an_answer_shows_how_far_it_came(project: pytest.Pytester) -> None:
    result = run_tests(project, test_pizza="def test_it(machine):\n    machine('pizza.asl.json').run()\n")
    result.stdout.fnmatch_lines(
        ["E*The state 'Bake' of pizza calls arn:*:activity:work (try 1). Nothing answers it.", "*… Bake (Task)"]
    )


HALF = "def test_it(machine):\n    machine('pizza.asl.json').run(tasks={'Bake': {'minutes': 6}})\n"


def test_coverage_tells_what_no_test_came_through(project: pytest.Pytester) -> None:
    result = run_tests(project, "--stepwell-cov", test_pizza=HALF)
    result.stdout.fnmatch_lines(
        [
            "*coverage of state machines*",
            "*state machine*states*transitions*choices*catchers*retriers*covered*",
            "*pizza.asl.json *4/5 *2/3 *1/2 *0/1 *0/1 *58%*",
            "*pizza.asl.json: not covered",
            "  Bake: Catch[[]0] of States.ALL → Apologise",
            "  Bake: Retry[[]0] of Oven.Cold",
            "  Enough: Default → Apologise",
            "  Apologise is entered",
        ]
    )
    assert result.ret == 0


def test_coverage_counts_definitions_that_no_test_runs(project: pytest.Pytester) -> None:
    project.mkdir("more").joinpath("soup.asl.json").write_text(json.dumps(chain(A=passing())))
    result = run_tests(project, "--stepwell-cov=more", test_pizza=HALF)
    result.stdout.fnmatch_lines(["*more/soup.asl.json *0/1 *0/1 *–*–*–*0%*", "*all *"])


def test_too_little_coverage_fails_the_session(project: pytest.Pytester) -> None:
    few = run_tests(project, "--stepwell-cov-fail-under=60", test_pizza=HALF)
    assert few.ret == 1
    few.stdout.fnmatch_lines(["FAIL: 58.33% of the state machines is covered; 60% is required."])
    assert run_tests(project, "--stepwell-cov-fail-under=58").ret == 0


def test_coverage_is_written_as_pages_with_coloured_graphs(project: pytest.Pytester) -> None:
    run_tests(project, "--stepwell-cov-html=pages", test_pizza=HALF)
    drawing = next(project.path.joinpath("pages").glob("*.svg")).read_text("utf-8")
    assert '<g data-state="Apologise" class="missed">' in drawing
    assert '<g data-state="Bake" class="hit retry-missed">' in drawing
    assert 'class="line catch missed"' in drawing
    assert 'class="line choice hit"' in drawing
    assert 'class="line default missed"' in drawing
    page = project.path.joinpath("pages/index.html").read_text("utf-8")
    assert "<h1>Coverage of state machines: 58%</h1>" in page
    assert "<td>Enough: Default → Apologise</td><td>0</td>" in page


def test_coverage_of_several_processes_is_added_up(project: pytest.Pytester) -> None:
    result = run_tests(
        project,
        *("-n", "2", "--stepwell-cov-fail-under=100"),
        test_one=HALF,
        test_two="from stepwell.testing import Failure\n"
        "def test_it(machine):\n"
        "    pizza = machine('pizza.asl.json')\n"
        "    pizza.run(tasks={'Bake': [Failure('Oven.Cold'), {'minutes': 1}]})\n"
        "    pizza.run(tasks={'Bake': Failure('Burnt')})\n",
    )
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*pizza.asl.json *5/5 *3/3 *2/2 *1/1 *1/1 *100%*"])
    assert result.ret == 0


def test_a_run_that_was_held_and_went_on_is_counted_once(project: pytest.Pytester) -> None:
    result = run_tests(
        project,
        "--stepwell-cov-html=pages",
        test_pizza="def test_it(machine):\n"
        "    held = machine('pizza.asl.json').run(tasks={'Bake': {'minutes': 6}}, until='Enough')\n"
        "    held.resume()\n",
    )
    assert result.ret == 0
    assert "<td>Bake is entered</td><td>1</td>" in project.path.joinpath("pages/index.html").read_text("utf-8")


def test_a_test_of_many_runs_draws_the_last_ones_and_counts_all(project: pytest.Pytester) -> None:
    result = run_tests(
        project,
        "--stepwell-cov-html=pages",
        test_pizza="def test_it(machine):\n"
        "    for n in range(50):\n"
        "        run = machine('pizza.asl.json').run(tasks={'Bake': {'minutes': n}})\n"
        "    assert run.output == {'minutes': 50}\n",
    )
    assert str(result.stdout).count("pizza SUCCEEDED") == 20
    assert "<td>Bake is entered</td><td>50</td>" in project.path.joinpath("pages/index.html").read_text("utf-8")


def test_loading_the_plugin_loads_nothing_else_of_stepwell() -> None:
    code = (
        "import sys, stepwell.testing.plugin\n"
        "print(sorted(name for name in sys.modules if name.startswith('stepwell')))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "engine" not in loaded
    assert loaded.count("'stepwell") <= 5
