"""States are called as their code is: lines that are added elsewhere rename nothing."""

import ast
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sdk.driver import run, states
from sdk.programs import Programs
from sdk.test_round_trip import compiled
from stepwell import WorkflowError, task, workflow


@task
def note(text: str, again: bool = False) -> None: ...


@workflow
def notes(sum: int, _hidden: int) -> int:
    note("a")
    if sum > 0:
        note("a")
    count = sum + _hidden
    return count


def test_a_state_is_called_as_its_code_is_and_numbered_where_that_stands_twice() -> None:
    assert list(states(notes.to_asl())) == [
        "notes(sum, _hidden)",
        "note('a')",
        "if sum > 0",
        "note('a') (2)",
        "count = sum + _hidden",
        "return count",
    ]


def test_names_that_mean_something_to_jsonata_are_not_taken_for_variables() -> None:
    assert notes.to_asl()["States"]["notes(sum, _hidden)"]["Assign"] == {
        "sum_2": "{% $states.input.sum %}",
        "hidden": "{% $states.input._hidden %}",
    }
    assert run(notes, 2, 3) == ("SUCCEEDED", 5)


@settings(max_examples=60, deadline=None, database=None)
@given(seed=st.integers(0, 2**32), place=st.integers(0, 20))
def test_a_call_that_is_added_renames_no_other_state(seed: int, place: int) -> None:
    text = Programs(Random(seed)).text()
    module = ast.parse(text)
    function = module.body[-1]
    assert isinstance(function, ast.FunctionDef)
    function.body.insert(place % len(function.body), ast.parse("shout('added')").body[0])
    try:
        before = states(compiled(text).to_asl())
        after = states(compiled(ast.unparse(ast.fix_missing_locations(module)) + "\n").to_asl())
    except WorkflowError:
        assume(False)
    assert before.keys() - after.keys() == set()
