"""How data flows through each type of state: in which order the fields apply, and onto what."""

import pytest

from definitions import ACTIVITY, catcher, chain, fail, mapping, parallel, passing, task, waiting
from stepwell.core import facts as f

from .journey import Journey, failing

ORDER = {"order": {"id": 7, "lines": [1, 2]}, "customer": "Ada"}


def test_a_pass_state_passes_its_input_on_character_by_character(run):
    journey = run(chain(A=passing()), ORDER)
    assert journey.output == ORDER
    assert (
        journey.events[1]["stateEnteredEventDetails"]["input"]
        == journey.events[0]["executionStartedEventDetails"]["input"]
    )


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({"InputPath": "$.order"}, ORDER["order"]),
        ({"InputPath": None}, {}),
        ({"Result": 5}, 5),
        ({"Result": None}, None),
        ({"Result": 5, "ResultPath": "$.n"}, {**ORDER, "n": 5}),
        ({"Result": 5, "ResultPath": "$.a.b"}, {**ORDER, "a": {"b": 5}}),
        ({"Result": 5, "ResultPath": None}, ORDER),
        ({"OutputPath": "$.customer"}, "Ada"),
        ({"OutputPath": None}, {}),
        ({"Parameters": {"id.$": "$.order.id", "kind": "x"}}, {"id": 7, "kind": "x"}),
        ({"InputPath": "$.order", "Parameters": {"i.$": "$.id"}, "ResultPath": "$.r", "OutputPath": "$.r.i"}, 7),
    ],
)
def test_a_pass_state_applies_each_field_in_its_turn(run, fields, output):
    assert run(chain(A=passing(**fields)), ORDER).output == output


def test_result_path_places_into_the_raw_input_not_into_what_input_path_left(run):
    journey = run(chain(A=passing(InputPath="$.order", ResultPath="$.copy")), ORDER)
    assert journey.output == {**ORDER, "copy": ORDER["order"]}


def test_a_task_is_given_its_parameters_and_its_result_goes_through_selector_result_path_and_output_path():
    definition = chain(
        Charge=task(
            InputPath="$.order",
            Parameters={"number.$": "$.id"},
            ResultSelector={"receipt.$": "$.raw.receipt"},
            ResultPath="$.charge",
            OutputPath="$.charge",
        )
    )
    journey = Journey(definition).start(ORDER)
    assert journey.given("Charge") == {"number": 7}
    journey.take("Charge")
    journey.answer("Charge", {"raw": {"receipt": "R1"}})
    assert journey.output == {"receipt": "R1"}


def test_a_wait_and_a_succeed_state_pass_on_what_their_paths_leave(run):
    definition = chain(
        W=waiting(5, InputPath="$.order", OutputPath="$.lines"), S={"Type": "Succeed", "InputPath": "$[0]"}
    )
    assert run(definition, ORDER).output == 1


def test_a_choice_passes_its_input_on_to_where_the_first_rule_that_holds_leads(run):
    rules = [
        {"Variable": "$.order.id", "NumericGreaterThan": 10, "Next": "Large"},
        {"Variable": "$.order.id", "NumericGreaterThan": 5, "Next": "Middle"},
        {"Variable": "$.order.id", "NumericGreaterThan": 1, "Next": "Small"},
    ]
    journey = run(
        chain(
            C={"Type": "Choice", "Choices": rules, "Default": "Small"},
            Large=passing(End=True),
            Middle=passing(End=True),
            Small=passing(End=True),
        ),
        ORDER,
    )
    assert journey.path == ["C", "Middle"]
    assert journey.output == ORDER


def test_a_choice_without_a_rule_that_holds_and_without_a_default_fails(run):
    rules = [{"Variable": "$.order.id", "NumericEquals": 1, "Next": "A"}]
    journey = run(chain(C={"Type": "Choice", "Choices": rules}, A=passing()), ORDER)
    assert journey.status == "FAILED"
    assert journey.failure[0] == "States.NoChoiceMatched"


def test_a_fail_state_gives_its_error_and_cause_to_the_execution(run):
    assert run(chain(F=fail("Out.OfStock", Cause="none left"))).failure == ("Out.OfStock", "none left")
    assert run(chain(F={"Type": "Fail", "ErrorPath": "$.e", "CausePath": "$.c"}), {"e": "E", "c": "why"}).failure == (
        "E",
        "why",
    )


def test_every_branch_of_a_parallel_gets_the_same_input_and_the_outputs_make_an_array_in_their_order(run):
    first = chain(Slow=task())
    second = chain(Fast=passing(Parameters={"seen.$": "$.id"}))
    journey = run(
        chain(P=parallel(first, second, Parameters={"id.$": "$.order.id"}, ResultPath="$.both")),
        ORDER,
        {"Slow": ["done"]},
    )
    assert journey.output == {**ORDER, "both": ["done", {"seen": 7}]}


def test_a_map_gives_each_iteration_its_item_and_collects_the_outputs_in_the_items_order():
    processor = chain(Double=task())
    journey = Journey(chain(M=mapping(processor, ItemsPath="$.order.lines", ResultPath="$.done"))).start(ORDER)
    first, second = [branch.owned for branch in journey.execution.branches.values() if branch.parent is not None]
    for position, output in ((second, "2nd"), (first, "1st")):  # the last one is answered first
        journey.give(f.TaskAnswered(position, f'"{output}"'))
    assert journey.output == {**ORDER, "done": ["1st", "2nd"]}


def test_an_item_selector_sees_the_maps_input_and_the_item_in_the_context(run):
    selector = {"who.$": "$.customer", "item.$": "$$.Map.Item.Value", "index.$": "$$.Map.Item.Index"}
    journey = run(chain(M=mapping(chain(A=passing()), ItemsPath="$.order.lines", ItemSelector=selector)), ORDER)
    assert journey.output == [{"who": "Ada", "item": 1, "index": 0}, {"who": "Ada", "item": 2, "index": 1}]


def test_a_map_over_no_items_gives_an_empty_array_and_over_something_else_fails(run):
    definition = chain(M=mapping(chain(A=passing()), ItemsPath="$.items"))
    assert run(definition, {"items": []}).output == []
    journey = run(definition, {"items": {"a": 1}})
    assert journey.failure[0] == "States.Runtime"
    assert 'Map state input must be an array but was: {"a":1}' in journey.failure[1]


def test_a_catcher_places_the_error_output_by_its_own_result_path(run):
    definition = chain(T=task(Catch=[catcher("Sorry", ResultPath="$.error")]), Sorry=passing())
    journey = run(definition, {"id": 1}, {"T": failing("Card.Declined", "no money")})
    assert journey.output == {"id": 1, "error": {"Error": "Card.Declined", "Cause": "no money"}}


def test_a_catcher_without_a_result_path_replaces_the_input_and_absent_members_are_null(run):
    definition = chain(T=task(Catch=[catcher("Sorry")]), Sorry=passing())
    assert run(definition, {"id": 1}, {"T": failing()}).output == {"Error": None, "Cause": None}


def test_the_context_object_says_where_the_execution_is(run):
    shown = {"name.$": "$$.State.Name", "id.$": "$$.Execution.Id", "start.$": "$$.Execution.StartTime"}
    journey = run(chain(A=passing(Parameters=shown)))
    assert journey.output == {
        "name": "A",
        "id": "arn:aws:states:eu-west-1:123456789012:execution:m:e",
        "start": "2023-11-14T22:13:20.000Z",
    }


def test_a_retried_task_sees_how_often_it_was_retried():
    parameters = {"tries.$": "$$.State.RetryCount"}
    journey = Journey(chain(T=task(Parameters=parameters, Retry=[{"ErrorEquals": ["States.ALL"]}]))).start()
    assert journey.given("T") == {"tries": 0}
    journey.refuse("T", "Busy")
    journey.pass_time(1)
    assert journey.given("T") == {"tries": 1}


def test_a_missing_path_in_a_pass_state_fails_the_execution_and_says_where(run):
    journey = run(chain(A=passing(), B=passing(InputPath="$.no")))
    error, cause = journey.failure
    assert error == "States.Runtime"
    assert cause.startswith("An error occurred while executing the state 'B' (entered at the event id #4).")


def test_an_activity_is_known_by_its_arn(run):
    journey = run(chain(T=task()))
    scheduled = next(event for event in journey.events if event["type"] == "ActivityScheduled")
    assert scheduled["activityScheduledEventDetails"] == {
        "resource": ACTIVITY,
        "input": "{}",
        "inputDetails": {"truncated": False},
    }
