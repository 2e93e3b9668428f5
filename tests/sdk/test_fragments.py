"""Fragments: pieces of workflows with parameters, used several times in one machine."""

from typing import Any

import pytest

from sdk.driver import call, run, states
from stepwell import Workflow, WorkflowError, fragment, parallel, task, workflow


class Declined(Exception):
    pass


@task
def charge(cents: int) -> str:
    if cents > 100:
        raise Declined(f"{cents} are too much")
    return f"paid {cents}"


@task
def mail(text: str) -> None: ...


@fragment
def pay(cents: int, tries: int = 2) -> str:
    """Charge; ask for less if that is declined."""
    while tries > 0:
        try:
            done = charge(cents)
            return done
        except Declined:
            cents = cents // 2
            tries -= 1
    raise Declined("in the end")


@fragment
def tell(text: str):  # type: ignore[no-untyped-def]
    mail(text)


@workflow
def twice(one: int, other: int, done: str = "kept") -> list[str]:
    first = pay(one)
    tell(first)
    tell("once more")
    second = pay(other, tries=3)
    return [first, second, done]


@workflow
def inside(cents: list[int]) -> Any:
    both = parallel(pay(60), pay(150))
    paid = [pay(each) for each in cents]
    try:
        pay(1000)
    except Declined as error:
        paid.append(str(error))
    return [both[0], both[1], paid]


@workflow
def last(cents: int) -> str:
    return pay(cents)


@fragment
def forever(n: int) -> int:
    return forever(n)


@workflow
def endless(n: int) -> int:
    return forever(n)


@pytest.mark.parametrize(
    ("flow", "given"),
    [(twice, (50, 180)), (twice, (500, 1)), (inside, ([],)), (inside, ([7, 120],)), (last, (101,)), (last, (999,))],
)
def test_a_fragment_does_what_its_function_does(flow: Workflow[..., Any], given: tuple[Any, ...]) -> None:
    assert run(flow, *given) == call(flow, *given)


def test_each_use_has_states_and_variables_of_its_own() -> None:
    names = list(states(twice.to_asl()))
    assert [name for name in names if "charge" in name] == ["pay: charge(cents)", "pay: charge(cents) (2)"]
    assert [name for name in names if "mail" in name] == ["tell: mail(text)", "tell: mail(text) (2)"]


def test_tasks_of_fragments_are_tasks_of_the_workflow() -> None:
    assert [each.name for each in twice.uses()] == ["charge", "mail"]


def test_a_fragment_that_calls_itself_is_refused() -> None:
    with pytest.raises(WorkflowError, match=r"forever calls itself, and a machine is finite. Make it a @workflow."):
        endless.to_asl()
