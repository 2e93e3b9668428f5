"""What JSONata might take: by its syntax and the size of its data, before any of it is evaluated."""

import json
from typing import Any

import pytest

from definitions import chain, mapping, passing
from stepwell.asl.parse import compile_definition
from stepwell.core.advance import Limits, Moment, RunApart, advance
from stepwell.core.document import Document
from stepwell.core.execution import Execution
from stepwell.core.facts import Start

SUM = "{% $sum($states.input.l) %}"
SHORT, LONG = {"l": [1] * 10}, {"l": [1] * 100_000}


def start(input: Any, limit: int | None = 10, **states: Any) -> Execution:
    """One slice, of as many entries as it wants."""
    machine = compile_definition(json.dumps({"QueryLanguage": "JSONata", **chain(**states)}), "STANDARD")
    execution = Execution(1)
    fact = Start(arn="e", machine_arn="m", revision="r", name="n", role_arn="r", input=json.dumps(input))
    advance(machine, execution, fact, Moment(0, 0), Limits(foreseen_limit=limit, history=100_000))
    return execution


def test_little_data_are_worked_on_here():
    assert start(SHORT, A=passing(Output=SUM)).output.text == "10"


@pytest.mark.parametrize(
    "state",
    [
        passing(Output=SUM),
        passing(Output={"a": [SUM]}),
        passing(Assign={"v": SUM}),
        passing(Output="{% $sum($states.context.Execution.Input.l) %}"),
        mapping(chain(I=passing()), Items=SUM, End=True),
    ],
    ids=["Output", "within a template", "Assign", "the context object", "Items"],
)
def test_much_is_not_even_begun_with(state):
    with pytest.raises(RunApart) as foreseen:
        start(LONG, A=state)
    assert foreseen.value.foreseen


def test_variables_count_where_they_are_named():
    keep = passing(Assign={"v": "{% $states.input %}"}, Output={"n": 1})
    assert start(LONG, A=keep, B=passing(Output="{% $sum($states.input.n) %}")).output.text == "1"
    with pytest.raises(RunApart):
        start(LONG, A=keep, B=passing(Output="{% $sum($v.l) %}"))


def test_all_expressions_of_a_state_count_together():
    some = {"l": [1] * 2_000}
    start(some, A=passing(Output=SUM))
    with pytest.raises(RunApart):
        start(some, A=passing(Output=[SUM] * 30))


def test_a_slice_ends_after_states_that_might_have_taken_long():
    some = {"l": [1] * 2_000}
    execution = start(some, **{f"S{n}": passing(Output="{% $states.input[$count(l) > 0] %}") for n in range(30)})
    assert execution.running
    assert execution.ready


def test_without_a_limit_everything_is_begun_with():
    assert start(LONG, None, A=passing(Output=SUM)).output.text == "100000"


def test_values_are_counted_where_one_may_begin():
    assert Document("7").values == 1
    assert Document('{"a":[1,2,{"b":null}]}').values >= 6
    assert Document('"a, b"').values == 2
