"""AWS's limits: where the size of data is measured, how long errors are, and how many events there may be."""

import pytest

from definitions import catcher, chain, fail, mapping, parallel, passing, task, waiting

from .journey import Journey, failing

LIMIT = 262_144  # bytes of UTF-8
HALF = "x" * (LIMIT // 2)
TOO_LARGE = "€" * (LIMIT // 3)
CAUSE = "The state/task '{}' returned a result with a size exceeding the maximum number of bytes service limit."
JSONATA = {"QueryLanguage": "JSONata"}
TWICE = {"a.$": "$", "b.$": "$"}
DOUBLED = "{% [$states.input, $states.input] %}"


def too_large(state):
    return ("States.DataLimitExceeded", CAUSE.format(state))


# -- payloads ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["x", "é", "€", "😀"])
def test_a_result_is_measured_in_bytes_of_utf8(run, letter):
    size = len(letter.encode())
    fits = letter * ((LIMIT - 2) // size)
    assert run(chain(T=task()), answers={"T": [fits]}).status == "SUCCEEDED"
    assert run(chain(T=task()), answers={"T": [fits + letter * 2]}).failure == too_large("T")


@pytest.mark.parametrize(
    "state",
    [
        passing(Parameters=TWICE),
        passing(Result="y" * (LIMIT // 2), ResultPath="$.result"),
        task(Parameters=TWICE),
        parallel(chain(A=passing()), Parameters=TWICE),
        parallel(chain(A=passing()), chain(B=passing())),
        mapping(chain(A=passing()), ItemsPath="$.items", ItemSelector=TWICE),
        passing(Assign={"v": TWICE}),
        passing(Assign={"v.$": "$", "w.$": "$"}),
        waiting(0, Assign={"v": TWICE}),
    ],
    ids=[
        "the output",
        "the output after ResultPath",
        "Parameters of a Task",
        "Parameters of a Parallel",
        "the joined outputs of a Parallel",
        "ItemSelector",
        "a variable",
        "all variables of one Assign",
        "variables of a Wait",
    ],
)
def test_what_a_jsonpath_state_makes_may_not_be_larger_than_a_payload(run, state):
    journey = run(chain(S=state), {"text": HALF, "items": [1]})
    assert journey.failure == too_large("S")


@pytest.mark.parametrize(
    "state",
    [
        passing(Output=DOUBLED),
        passing(Assign={"v": DOUBLED}),
        task(Arguments=DOUBLED),
        task(Output=DOUBLED),
        parallel(chain(A=passing()), Arguments=DOUBLED),
        {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "End", "Output": DOUBLED}]},
        mapping(chain(A=passing(Output="{% 1 %}")), Items=DOUBLED),
        mapping(chain(A=passing()), Items="{% [1] %}", ItemSelector=DOUBLED),
        {"Type": "Succeed", "Output": DOUBLED},
    ],
    ids=[
        "Output",
        "a variable",
        "Arguments of a Task",
        "Output of a Task",
        "Arguments of a Parallel",
        "Output of a Choice's rule",
        "Items",
        "ItemSelector",
        "Output of a Succeed",
    ],
)
def test_what_a_jsonata_state_makes_may_not_be_larger_than_a_payload(run, state):
    onward = {} if state["Type"] == "Succeed" else {"End": passing()}
    journey = run({**chain(S=state, **onward), **JSONATA}, HALF)
    assert journey.failure == too_large("S")


def test_the_joined_outputs_are_measured_before_anything_is_cut_from_them(run):
    # Given a Map whose iterations give much, and which throws it away
    definition = chain(M=mapping(chain(A=passing(Result=HALF)), ResultPath=None))
    journey = run(definition, [1, 2])
    # Then the Map has failed, and with it the execution
    assert journey.failure == too_large("M")
    assert [event["type"] for event in journey.events[-2:]] == ["MapStateFailed", "ExecutionFailed"]


def test_a_parallel_whose_joined_outputs_are_too_large_may_be_caught(run):
    branches = [chain(A=passing(Result=HALF)), chain(B=passing(Result=HALF))]
    definition = chain(P=parallel(*branches, Catch=[catcher("C", "States.DataLimitExceeded")]), C=passing())
    journey = run(definition)
    assert journey.path == ["P", "A", "B", "C"]
    assert [event["type"] for event in journey.events].count("ParallelStateFailed") == 1


def test_a_result_above_the_limit_may_be_caught(run):
    definition = chain(T=task(Catch=[catcher("A")]), A=passing())
    journey = run(definition, answers={"T": [TOO_LARGE]})
    assert journey.path == ["T", "A"]
    error, cause = too_large("T")
    assert journey.output == {"Error": error, "Cause": cause}


def test_a_catcher_that_places_the_error_into_too_large_an_input_fails_the_execution(run):
    definition = chain(T=task(Catch=[catcher("A", ResultPath="$.error")]), A=passing())
    journey = run(definition, {"text": "x" * (LIMIT - 50)}, {"T": failing("Broken", "y" * 100)})
    assert journey.failure == too_large("T")


def test_all_variables_together_may_have_forty_times_as_much(run):
    # 10 MiB of 256 KiB each
    fill = "x" * (LIMIT - 20)
    names = [f"S{number}" for number in range(41)]
    definition = chain(**{name: passing(Assign={name: fill}) for name in names})
    assert run(definition).failure == too_large("S40")
    definition = chain(**{name: passing(Assign={name: fill}) for name in names[:40]})
    assert run(definition).status == "SUCCEEDED"


def test_raised_limits_let_more_through(run):
    definition = chain(A=passing(Parameters=TWICE), P=parallel(chain(B=passing()), chain(C=passing())))
    assert run(definition, HALF, payload=1_000_000).status == "SUCCEEDED"


# -- errors ------------------------------------------------------------------------------------------------------------


def test_an_error_and_its_cause_are_shortened_to_what_the_api_allows(run):
    definition = chain(F={**fail(), "Error": "e" * 257, "Cause": "c" * 32_769})
    assert run(definition).failure == ("e" * 256, "c" * 32_768)


def test_a_cause_that_quotes_data_is_shortened_too(run):
    error, cause = run(chain(M=mapping(chain(A=passing()))), {"text": HALF}).failure
    assert error == "States.Runtime"
    assert len(cause) == 32_768


# -- events ------------------------------------------------------------------------------------------------------------

AGAIN = {"Variable": "$", "IsPresent": True, "Next": "A"}
LOOP = chain(A=passing(), C={"Type": "Choice", "Choices": [AGAIN], "Default": "End"}, End=passing())


def test_the_last_event_that_the_history_may_have_is_a_failure(run):
    journey = run(LOOP)
    assert len(journey.events) == 25_000
    assert journey.events[-1]["type"] == "ExecutionFailed"
    assert journey.failure == ("States.Runtime", "The execution reached the maximum number of history events (25000).")


def test_an_execution_may_end_well_with_the_last_event_that_it_may_have(run):
    assert run(chain(A=passing()), history=4).status == "SUCCEEDED"
    assert run(chain(A=passing()), history=3).status == "FAILED"
    assert len(run(chain(A=passing()), history=3).events) == 3


def test_a_raised_limit_lets_a_longer_history_be(run):
    journey = Journey(LOOP, history=26_000).start()
    assert len(journey.events) == 26_000
