"""The workflows of the load: what each is given, and how it must end however often the server dies."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:work"
ROLE = "arn:aws:iam::123456789012:role/any"

Json = Any


class Outcome(NamedTuple):
    """How an execution ends."""

    status: str
    output: Json = None
    error: str | None = None
    cause: str | None = None


class Workflow(NamedTuple):
    """A machine of the load."""

    definition: Json
    make: Callable[[Random], Json]  # an input
    outcome: Callable[[Json], Outcome]  # of an input
    stopped: bool = False  # a driver stops it; it does not end otherwise
    redrives: int = 0  # so often it fails, and a driver redrives it
    weight: float = 1.0  # how often it is started, compared with the others


def work(input: Json) -> Json:
    """What a worker makes of its task."""
    return {"n": input["n"] + 1}


DOOMED = ("Doomed", "it said so")
"""How a worker fails a task whose input says `doomed`."""


def _machine(*states: tuple[str, Json], **fields: Json) -> Json:
    """States in a row; those that say where they go are left as they are."""
    chained = {}
    for (name, state), following in zip(states, [*states[1:], None], strict=True):
        ends = "Next" in state or state["Type"] in ("Choice", "Fail", "Succeed")
        onward = {} if ends else {"End": True} if following is None else {"Next": following[0]}
        chained[name] = state | onward
    return {"StartAt": states[0][0], "States": chained, **fields}


def _task(**fields: Json) -> Json:
    retry = {"ErrorEquals": ["Flaky", "States.Timeout"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 100_000}
    return {"Type": "Task", "Resource": ACTIVITY, "HeartbeatSeconds": 2, "Retry": [retry], **fields}


def _parallel(*branches: Json, **fields: Json) -> Json:
    return {"Type": "Parallel", "Branches": list(branches), **fields}


def _map(processor: Json, **fields: Json) -> Json:
    return {"Type": "Map", "ItemProcessor": processor, **fields}


def _number(random: Random) -> Json:
    return {"n": random.randrange(1000)}


def _items(random: Random) -> Json:
    return {"items": [_number(random) for _ in range(random.randrange(7))]}


def _succeeded(output: Callable[[Json], Json]) -> Callable[[Json], Outcome]:
    return lambda input: Outcome("SUCCEEDED", output(input))


_WAIT = {"Type": "Wait", "Seconds": 1}
_FOREVER = {"Type": "Wait", "Seconds": 100_000}
_COUNTED = {"n.$": "States.MathAdd($.n, 1)", "to.$": "$.to"}
_DOOMED_TWICE = {
    "n.$": "$.n",
    "doomed.$": "States.ArrayGetItem(States.Array(true, true, false), $$.Execution.RedriveCount)",
}
_LESS = {"Variable": "$.n", "NumericLessThanPath": "$.to", "Next": "Count"}
_AGAIN = {"Variable": "$.tries", "NumericLessThan": 2, "Next": "Fail"}
_AGAIN_RETRY = {"ErrorEquals": ["Again"], "IntervalSeconds": 1, "BackoffRate": 1}

WORKFLOWS: dict[str, Workflow] = {
    "passes": Workflow(
        _machine(*((f"Pass{i}", {"Type": "Pass", "Result": i, "ResultPath": f"$.p{i}"}) for i in range(8))),
        _number,
        _succeeded(lambda input: input | {f"p{i}": i for i in range(8)}),
    ),
    "loops_over_several_slices": Workflow(
        _machine(
            ("Count", {"Type": "Pass", "Parameters": _COUNTED}),
            ("More", {"Type": "Choice", "Choices": [_LESS], "Default": "Done"}),
            ("Done", {"Type": "Succeed"}),
        ),
        lambda random: {"n": 0, "to": random.randrange(200, 2500)},
        _succeeded(lambda input: {"n": input["to"], "to": input["to"]}),
        weight=0.2,  # each takes some 0.2 s of CPU, so that kills meet it half-way
    ),
    "waits": Workflow(
        _machine(
            ("First", {"Type": "Wait", "SecondsPath": "$.n"}),
            ("Between", {"Type": "Pass", "Result": True, "ResultPath": "$.slept"}),
            ("Then", _WAIT),
        ),
        lambda random: {"n": random.randrange(3)},
        _succeeded(lambda input: input | {"slept": True}),
    ),
    "works": Workflow(
        _machine(("First", _task()), ("Second", _task(ResultPath="$.second")), ("Third", {"Type": "Pass"})),
        _number,
        _succeeded(lambda input: {"n": input["n"] + 1, "second": {"n": input["n"] + 2}}),
    ),
    "catches": Workflow(
        _machine(
            ("Try", _task(Catch=[{"ErrorEquals": ["Doomed"], "Next": "Caught", "ResultPath": "$.failure"}])),
            ("Caught", {"Type": "Pass"}),
        ),
        lambda random: _number(random) | {"doomed": True},
        _succeeded(lambda input: input | {"failure": {"Error": DOOMED[0], "Cause": DOOMED[1]}}),
    ),
    "joins_branches": Workflow(
        _machine(
            (
                "Both",
                _parallel(
                    _machine(("Work", _task())), _machine(("Sleep", _WAIT)), _machine(("Pass", {"Type": "Pass"}))
                ),
            ),
            ("After", {"Type": "Pass"}),
        ),
        _number,
        _succeeded(lambda input: [work(input), input, input]),
    ),
    "maps_items": Workflow(
        _machine(
            ("Each", _map(_machine(("Work", _task())), ItemsPath="$.items", MaxConcurrency=3, ResultPath="$.results")),
            ("After", {"Type": "Pass"}),
        ),
        _items,
        _succeeded(lambda input: input | {"results": [work(item) for item in input["items"]]}),
    ),
    "maps_branches": Workflow(
        _machine(
            (
                "Each",
                _map(
                    _machine(("Both", _parallel(_machine(("Work", _task())), _machine(("Sleep", _WAIT))))),
                    ItemsPath="$.items",
                    MaxConcurrency=2,
                ),
            )
        ),
        _items,
        _succeeded(lambda input: [[work(item), item] for item in input["items"]]),
    ),
    "retries_branches": Workflow(
        _machine(
            (
                "Three",
                _parallel(
                    _machine(
                        ("Enough", {"Type": "Choice", "Choices": [_AGAIN], "Default": "Yes"}),
                        ("Yes", {"Type": "Succeed"}),
                        ("Fail", {"Type": "Fail", "Error": "Again"}),
                    ),
                    _machine(("Sleep", _WAIT)),
                    Parameters={"tries.$": "$$.State.RetryCount"},
                    Retry=[_AGAIN_RETRY],
                ),
            )
        ),
        _number,
        _succeeded(lambda input: [{"tries": 2}, {"tries": 2}]),
    ),
    "fails_with_a_branch": Workflow(
        _machine(("Both", _parallel(_machine(("Work", _task())), _machine(("Sleep", _FOREVER))))),
        lambda random: _number(random) | {"doomed": True},
        lambda input: Outcome("FAILED", None, *DOOMED),
    ),
    "is_redriven": Workflow(
        _machine(
            ("First", _task(ResultPath="$.first")),
            (
                "All",
                _parallel(
                    _machine(("Work", _task()), ("Sleep", _WAIT), ("Then", _task())),
                    _machine(("Doomed", _task(Parameters=_DOOMED_TWICE))),
                    _machine(("Each", _map(_machine(("Item", _task())), ItemsPath="$.items", MaxConcurrency=2))),
                ),
            ),
        ),
        lambda random: _number(random) | _items(random),
        _succeeded(
            lambda input: [{"n": input["n"] + 2}, work(input), [work(item) for item in input["items"]]],
        ),
        redrives=2,
    ),
    "fails": Workflow(
        _machine(("Fail", {"Type": "Fail", "Error": "Meant", "Cause": "to fail"})),
        _number,
        lambda input: Outcome("FAILED", None, "Meant", "to fail"),
    ),
    "times_out": Workflow(_machine(("Sleep", _FOREVER), TimeoutSeconds=2), _number, lambda input: Outcome("TIMED_OUT")),
    "is_stopped": Workflow(
        _machine(("Both", _parallel(_machine(("Work", _task())), _machine(("Sleep", _FOREVER))))),
        _number,
        lambda input: Outcome("ABORTED", None, "Stopped", "by its driver"),
        stopped=True,
    ),
}


def definition(name: str) -> str:
    return json.dumps(WORKFLOWS[name].definition)
