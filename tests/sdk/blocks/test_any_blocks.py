"""Whatever blocks are put together: AWS would take the definition, and it runs to an end that the blocks can have."""

import itertools
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stepwell import Retry, fragment, task
from stepwell.asl.parse import parse
from stepwell.blocks import (
    Block,
    catch,
    chain,
    choice,
    each,
    fail,
    group,
    machine,
    on,
    parallel,
    pass_,
    prefix,
    retry,
    states,
    step,
    succeed,
    wait,
    when,
)
from stepwell.testing import run


class Odd(Exception):
    """What the task says of odd numbers."""


@task
def halve(n: int) -> int:
    if n % 2:
        raise Odd(str(n))
    return n // 2


@fragment
def settle(n: int, least: int = 3) -> int:
    while n > least:
        try:
            n = halve(n)
        except Odd:
            n -= 1
    return n


numbers = st.integers(0, 9)
names = st.sampled_from(["a", "b", "charge"])
fresh = itertools.count()  # a variable may not be set in a scope and in one around it


@st.composite
def leaves(draw: Any) -> Block:
    n = draw(numbers)
    made: Block = draw(
        st.sampled_from(
            [
                pass_({"n": n, "kept": states.input}),
                pass_(assign={f"v{next(fresh)}": states.input}),
                pass_(name=f"named {next(fresh)}"),
                wait(n),
                step(halve, {"n": n}, assign={f"v{next(fresh)}": states.result}),
                step(settle, {"n": n}),
                step(settle, {"n": n, "least": 1}),
            ]
        )
    )
    return made


ends = st.sampled_from([fail(Odd, "on purpose"), fail("Odd"), succeed(), succeed({"n": 1})])
rules = st.lists(st.sampled_from([Retry(Odd, times=1), Retry("X", TimeoutError, after=5)]), max_size=2)


def conditions(draw: Any) -> Any:
    return (states.context.State.RetryCount == draw(numbers)) | (states.context.Execution.Name == draw(names))


@st.composite
def composites(draw: Any, inner: Any) -> Block:
    some = st.lists(inner, min_size=1, max_size=3)
    kind = draw(st.sampled_from(["chain", "parallel", "each", "group", "choice", "guarded", "prefix", "ending"]))
    if kind == "chain":
        return chain(*draw(some))
    if kind == "parallel":
        return parallel(*draw(some))
    if kind == "each":
        return each(draw(st.lists(numbers, max_size=3)), draw(inner), max_concurrency=draw(numbers))
    if kind == "group":
        return group(*draw(some))
    if kind == "prefix":
        return prefix(draw(names), draw(inner))
    if kind == "ending":
        return parallel(chain(draw(inner), draw(ends)), draw(ends))
    if kind == "choice":
        found = [when(conditions(draw), draw(st.none() | inner | ends)) for _ in range(draw(st.integers(1, 2)))]
        return choice(*found, otherwise=draw(st.none() | inner))
    guarded: Block = draw(st.sampled_from([group, parallel]))(draw(inner))
    guarded = retry(guarded, *draw(rules)) if draw(st.booleans()) else guarded
    handlers = [on(Odd, then=draw(st.none() | inner | ends)), on(then=draw(st.none() | inner), output={"n": 1})]
    return catch(guarded, *handlers[draw(st.integers(0, 1)) :])


blocks = st.recursive(leaves(), composites, max_leaves=8)


@settings(max_examples=120, deadline=None)
@given(blocks, st.none() | ends)
def test_any_blocks_make_a_machine_that_runs_to_its_end(block: Block, end: Block | None) -> None:
    made = machine("any", block if end is None else chain(block, end))
    assert parse(json.dumps(made.to_asl())).diagnostics == ()
    done = run(made, {"n": 4})
    assert done.status == "SUCCEEDED" or done.error == "Odd", str(done)
    assert made.to_asl() == made.to_asl()
