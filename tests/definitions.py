"""Definitions as short to write down as tests want them."""

import itertools
from collections.abc import Mapping
from typing import Any

ACTIVITY = "arn:aws:states:eu-west-1:123456789012:activity:work"


def chain(**states: Mapping[str, Any]) -> dict[str, Any]:
    """A scope of these states, each followed by the next unless it says itself where to go."""
    names = list(states)
    following = {name: {"Next": after} for name, after in itertools.pairwise(names)}
    following[names[-1]] = {"End": True}
    return {"StartAt": names[0], "States": {name: _going(state, following[name]) for name, state in states.items()}}


def _going(state: Mapping[str, Any], where: Mapping[str, Any]) -> dict[str, Any]:
    settled = state["Type"] in ("Choice", "Succeed", "Fail") or "Next" in state or "End" in state
    return dict(state) if settled else {**state, **where}


def passing(**fields: Any) -> dict[str, Any]:
    return {"Type": "Pass", **fields}


def task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": ACTIVITY, **fields}


def waiting(seconds: int = 60, **fields: Any) -> dict[str, Any]:
    return {"Type": "Wait", "Seconds": seconds, **fields}


def fail(error: str = "Broken", **fields: Any) -> dict[str, Any]:
    return {"Type": "Fail", "Error": error, **fields}


def parallel(*branches: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Parallel", "Branches": list(branches), **fields}


def mapping(processor: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Map", "ItemProcessor": processor, **fields}


def retrier(*errors: str, **fields: Any) -> dict[str, Any]:
    return {"ErrorEquals": list(errors or ("States.ALL",)), **fields}


def catcher(next: str, *errors: str, **fields: Any) -> dict[str, Any]:
    return {"ErrorEquals": list(errors or ("States.ALL",)), "Next": next, **fields}
