"""Definitions to be drawn: any there may be, whole and half typed."""

from typing import Any

from hypothesis import strategies as st

Definition = dict[str, Any]

TASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}


def machine(**states: Any) -> Definition:
    """One that begins with its first state."""
    return {"StartAt": next(iter(states)), "States": states}


def catching(*errors: str, then: str) -> list[Any]:
    return [{"ErrorEquals": list(errors), "Next": then}]


_texts = st.text(max_size=60)
_conditions = st.recursive(
    st.fixed_dictionaries(
        {"Variable": st.sampled_from(["$.total", "$.customer.address.country", "$x"])},
        optional={"NumericGreaterThan": st.integers(), "StringEquals": _texts, "IsPresent": st.booleans()},
    ),
    lambda rules: st.one_of(
        st.builds(lambda rule: {"Not": rule}, rules),
        st.builds(lambda parts: {"And": parts}, st.lists(rules, max_size=3)),
    ),
    max_leaves=4,
)


@st.composite
def definitions(draw: st.DrawFn, depth: int = 2, prefix: str = "") -> Definition:
    """Valid in what a drawing shows: every transition leads to a state of its scope."""
    names = [f"{prefix}{number}{draw(st.sampled_from(['', ' and something longer', '_' * 30]))}" for number in range(6)]
    names = names[: draw(st.integers(1, 6))]
    return {"StartAt": names[0], "States": {name: draw(_states(depth, name, names)) for name in names}}


@st.composite
def _states(draw: st.DrawFn, depth: int, name: str, names: list[str]) -> Definition:
    anywhere = st.sampled_from(names)
    types = ["Pass", "Wait", "Task", "Choice", "Succeed", "Fail", *(["Parallel", "Map"] if depth else [])]
    state: Definition = {"Type": draw(st.sampled_from(types))}
    if state["Type"] == "Choice":
        rules = draw(st.lists(st.tuples(_conditions, anywhere), max_size=4))
        state["Choices"] = [{**rule, "Next": target} for rule, target in rules]
        state["Default"] = draw(anywhere)
    elif state["Type"] not in ("Succeed", "Fail"):
        state |= draw(st.one_of(st.just({"End": True}), st.builds(lambda target: {"Next": target}, anywhere)))
    if state["Type"] in ("Task", "Parallel", "Map"):
        caught = draw(st.lists(anywhere, max_size=2))
        state["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": target} for target in caught]
        state["Retry"] = draw(st.sampled_from([[], [{"ErrorEquals": ["States.Timeout"]}]]))
    inner = definitions(depth - 1, f"{name}.")
    if state["Type"] == "Parallel":
        state["Branches"] = [draw(inner) for _ in range(draw(st.integers(0, 3)))]
    if state["Type"] == "Map":
        state["ItemProcessor"] = draw(inner)
    return state


_scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), _texts)
_fields = (
    st.sampled_from(["StartAt", "States", "Type", "Next", "End", "Default", "Choices", "Catch", "Retry", "Comment"])
    | st.sampled_from(["Branches", "ItemProcessor", "Iterator", "Items", "ItemReader", "MaxConcurrency"])
    | st.sampled_from(["ErrorEquals", "MaxAttempts", "BackoffRate", "IntervalSeconds", "Error"])
    | st.sampled_from(["Variable", "And", "Not", "IsNull", "Condition", "Resource", "Seconds", "Timestamp"])
)
_values = st.one_of(_scalars, st.sampled_from(["Task", "Choice", "Wait", "Map", "Parallel", "Fail", "a", "b"]))
anything = st.recursive(
    _values,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(_fields, st.sampled_from(["a", "b"])), inner, max_size=5),
    ),
    max_leaves=25,
)
"""Any JSON, made mostly of the States Language's words."""


def half_typed(definition: Definition, values: list[Any], places: list[int]) -> Definition:
    """The definition with other values in some places."""
    for value, place in zip(values, places, strict=False):
        spots = list(_spots(definition))
        if spots:
            where, key = spots[place % len(spots)]
            where[key] = value
    return definition


def _spots(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _spots(inner)
