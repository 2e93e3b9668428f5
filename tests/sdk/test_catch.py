"""`@task(catch=…)`: what a task gives in place of errors, wherever it is called."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest

from sdk.driver import call, run, states
from stepwell import Catch, Retry, Workflow, WorkflowError, fragment, parallel, task, workflow
from stepwell.asl.parse import parse
from stepwell.blocks import catch, chain, machine, on, pass_, step
from stepwell.blocks import states as given
from stepwell.testing import TaskFailed
from stepwell.testing import run as run_machine


class Declined(Exception):
    pass


class Expired(Declined):
    pass


class Gone(Exception):
    pass


@dataclass
class Paid:
    cents: int
    how: str = "by card"


@task
def invoice(sum: int, customer: str = "somebody") -> Paid:
    if sum > 1000:
        raise Gone("too much for an invoice")
    return Paid(sum, f"by invoice to {customer}")


@task(
    catch=[Catch(Expired, give=Paid(0, "not at all")), Catch(Declined, then=invoice)],
    retry=Retry(Declined, times=1),
)
def pay(cents: int, customer: str = "you") -> Paid:
    if cents == 13:
        raise Expired("old")
    if cents > 100:
        raise Declined("no")
    if cents < 0:
        raise Gone("nobody")
    return Paid(cents)


@task(catch=Catch(give=[1, 2]))
def pair(ok: bool) -> tuple[int, int]:
    if not ok:
        raise Gone
    return (7, 8)


@task(catch=Catch(Gone, give=None))
def look(n: int) -> str | None:
    if n > 1:
        raise Gone
    return str(n)


@fragment
def paying(cents: int) -> Paid:
    return pay(cents, "fragments")


@workflow
def last(cents: int) -> Paid:
    return pay(cents)


@workflow
def around(cents: int) -> str:
    try:
        paid = pay(cents, customer="Ada")
    except Declined:
        return "never: the task takes it"
    except Gone as error:
        return f"gone: {error}"
    return f"{paid.cents} {paid.how}"


@workflow
def inside(all: list[int], ok: bool) -> Any:
    one, other = pair(ok)
    rounds = [pay(each) for each in all]
    both = parallel(pay(13), look(len(all)))
    look(5)
    whole = paying(150)
    found = look(one)
    return [one, other, rounds, both[0].how, both[1], whole, found is None]


@pytest.mark.parametrize("cents", [5, 13, 200, 2000, -1])
@pytest.mark.parametrize("flow", [last, around])
def test_a_machine_gives_what_the_function_gives(flow: Workflow[..., Any], cents: int) -> None:
    assert run(flow, cents) == call(flow, cents)


@pytest.mark.parametrize(("all", "ok"), [([], True), ([5, 13, 200], False)])
def test_so_it_does_in_loops_branches_fragments_and_for_several_names(all: list[int], ok: bool) -> None:
    assert run(inside, all, ok) == call(inside, all, ok)
    assert parse(json.dumps(inside.to_asl())).diagnostics == ()


def test_it_stands_before_what_the_caller_catches_and_behind_what_is_tried_again() -> None:
    made = states(around.to_asl())
    assert [(rule["ErrorEquals"], rule["Next"]) for rule in made["pay(cents, customer='Ada')"]["Catch"]] == [
        (["Expired"], "pay(cents, customer='Ada') except Expired"),
        (["Declined", "Expired"], "invoice(cents, customer='Ada')"),
        (["Declined", "Expired"], "return 'never: the task takes it'"),
        (["Gone"], made["pay(cents, customer='Ada')"]["Catch"][3]["Next"]),
    ]
    assert made["invoice(cents, customer='Ada')"]["Arguments"] == {"sum": "{% $cents %}", "customer": "Ada"}


def test_tasks_that_stand_in_are_tasks_of_the_workflow() -> None:
    assert [used.name for used in last.uses()] == ["pay", "invoice"]
    assert [used.name for used in machine("m", chain(pay)).uses()] == ["pay", "invoice"]


def test_called_as_plain_python_it_gives_the_same() -> None:
    assert (pay(5), pay(13), pay(200)) == (Paid(5), Paid(0, "not at all"), Paid(200, "by invoice to somebody"))
    with pytest.raises(Gone, match="too much for an invoice"):
        pay(2000)
    with pytest.raises(Gone, match="nobody"):
        pay(-1)


def test_an_async_task_catches_when_it_is_awaited() -> None:
    @task
    async def later(n: int) -> int:
        return -n

    @task(catch=[Catch(Gone, give=0), Catch(then=later)])
    async def soon(n: int) -> int:
        raise (Gone if n == 1 else Declined)

    async def both() -> list[int]:
        return [await soon(1), await soon(5)]

    assert asyncio.run(both()) == [0, -5]
    with pytest.raises(TypeError, match="work and later, which stands in for it, are not both async"):

        @task(catch=Catch(then=later))
        def work(n: int) -> int: ...


@pytest.mark.parametrize("wrong", [{}, {"give": 1, "then": invoice}])
def test_a_catch_gives_one_thing(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="A Catch has either a value or a task"):
        Catch(Gone, **wrong)


@task
def other(n: int) -> str: ...


@task(catch=Catch(give="none"))
def count(n: int) -> int: ...


@task(catch=Catch(then=other))
def stand_in(n: int) -> int: ...


@task(catch=Catch(then=other))
def other_arguments(n: int, more: int) -> str: ...


@workflow
def wrong(n: int) -> list[int]:
    one = count(n)
    two = stand_in(n)
    other_arguments(n, 1)
    return [one, two]


def test_what_stands_in_must_fit() -> None:
    with pytest.raises(WorkflowError) as refused:
        wrong.to_asl()
    assert [(each.kind, each.what) for each in refused.value.problems] == [
        ("contract", "The catch of count gives what the task does not: count returned: Expected `int`, got `str`."),
        ("contract", "other gives str, and int is wanted."),
        ("contract", "other(n: int) -> str: too many positional arguments."),
    ]


def test_in_blocks_it_stands_before_the_catch_around() -> None:
    shop = machine(
        "shop", chain(catch(step(pay, {"cents": given.input.n}), on(output="?")), pass_({"is": given.input}))
    )
    with pytest.raises(WorkflowError, match=r"'invoice' calls invoice\(sum: int.*missing a required argument: 'sum'"):
        shop.to_asl()

    @task(catch=[Catch(Expired, give=None), Catch(Declined, then=look)], name="try")
    def attempt(n: int) -> str | None: ...

    shop = machine(
        "shop", chain(catch(step(attempt, {"n": given.input.n}), on(output="?")), pass_({"is": given.input}))
    )
    found = {
        error: run_machine(shop, {"n": 1}, tasks={"try": TaskFailed(error, "")}).output["is"]
        for error in ("Expired", "Declined", "Gone")
    }
    assert found == {"Expired": None, "Declined": "1", "Gone": "?"}
    with pytest.raises(WorkflowError, match="'try' catches errors itself"):
        machine("m", step(attempt, assign={"x": given.result})).to_asl()
